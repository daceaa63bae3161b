#include "web/html_test.h"
#include "web/frame.h"
#include <string.h>

#define HOSTILE "<b a='1' b=\"2\">&amp;"

char *sample_html(const char *text)
{
        return g_strdup("<i>safe</i>");
}

typedef void (*View)(Html *h, const Sample *v);

static void expect(View view, const Sample *sample, const char *lang, const char *expected)
{
        g_autoptr(Html) h = html_new(NULL, lang_find(lang));
        view(h, sample);
        g_assert_cmpstr(html_markup(h, NULL), ==, expected);
}

static void text_is_escaped(void)
{
        expect(text_view, &(Sample){ .text = HOSTILE, .number = INT64_MIN }, "en",
               "<p>&lt;b a='1' b=\"2\"&gt;&amp;amp; -9223372036854775808</p>");
        expect(text_view, &(Sample){ .text = NULL }, "en", "<p> 0</p>");
        expect(text_view, &(Sample){ .text = "</p><script>" }, "en", "<p>&lt;/p&gt;&lt;script&gt; 0</p>");
}

static void attributes_are_escaped(void)
{
        expect(attribute_view, &(Sample){ .text = HOSTILE }, "en",
               "<p title=\"&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;amp;\" "
               "class='&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;amp;'>x</p>");
}

static void addresses_are_judged(void)
{
        static const struct {
                const char *url, *written;
        } cases[] = {
                { "https://a.example/?a=1&b=2", "https://a.example/?a=1&amp;b=2" },
                { "/talk/\"x", "/talk/&quot;x" },
                { "mailto:a@b.example", "mailto:a@b.example" },
                { "javascript:alert(1)", "#" },
                { "JAVASCRIPT:alert(1)", "#" },
                { "java\nscript:alert(1)", "#" },
                { "//evil.example", "#" },
                { "/\\evil.example", "#" },
                { "data:text/html,x", "#" },
                { NULL, "" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *expected = g_strdup_printf("<a href=\"%s\">x</a>", cases[i].written);
                expect(address_view, &(Sample){ .url = cases[i].url }, "en", expected);
        }
}

static void address_parts_are_encoded(void)
{
        expect(address_part_view, &(Sample){ .text = "a/b?c#d é&\"'<", .number = 7 }, "en",
               "<a href=\"/a%2Fb%3Fc%23d%20%C3%A9%26%22%27%3C/7/?q=a%2Fb%3Fc%23d%20%C3%A9%26%22%27%3C"
               "#a%2Fb%3Fc%23d%20%C3%A9%26%22%27%3C\">x</a>");
        expect(address_part_view, &(Sample){ .text = "Az09-._~" }, "en",
               "<a href=\"/Az09-._~/0/?q=Az09-._~#Az09-._~\">x</a>");
        /* "/" and nothing and "/" would be another host */
        expect(address_part_view, &(Sample){ .text = "" }, "en", "<a href=\"/./0/?q=#\">x</a>");
}

static void plain_elements_hold_text(void)
{
        expect(plain_view, &(Sample){ .text = "\n</textarea></title><b>" }, "en",
               "<title>\n&lt;/textarea&gt;&lt;/title&gt;&lt;b&gt;</title>"
               "<textarea>\n\n&lt;/textarea&gt;&lt;/title&gt;&lt;b&gt;</textarea>\n"
               "<textarea>\ntwo\n  lines</textarea>"
               "<pre>\n a\n   \n&lt;/textarea&gt;&lt;/title&gt;&lt;b&gt;\n</pre>");
}

static void words_are_translated_and_escaped(void)
{
        expect(words_view, &(Sample){ .text = "<\"", .count = 1 }, "en",
               "<p title=\"All events &lt;&quot;: &lt;&quot;\">All events &lt;\": b One thing needs another look.</p>");
        expect(words_view, &(Sample){ .text = "a", .count = 2 }, "fr",
               "<p title=\"Tous les événements a\u00a0: a\">Tous les événements a\u00a0: b 2 points sont à "
               "revoir.</p>");
}

static void branches_are_taken(void)
{
        static const struct {
                int count;
                const char *expected;
        } cases[] = {
                { 0, "<p hidden id=\"a\">no</p>" },
                { 1, "<p class=\"one\" id=\"a\">yes</p>" },
                { 2, "<p class=\"many\" id=\"a\">yes</p>" },
                { 3, "<p class=\"many more\" id=\"a\">yes</p>" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                expect(branches_view, &(Sample){ .count = cases[i].count }, "en", cases[i].expected);
}

static void loops_repeat(void)
{
        static const char *const list[] = { "a", "<b>", NULL };
        expect(loop_view, &(Sample){ .list = list }, "en",
               "<ul><li>a</li><li>&lt;b&gt;</li></ul><p> <b>0</b> <b>1</b></p>");
}

static void space_that_shows_stays(void)
{
        expect(space_view, &(Sample){ .count = 1 }, "en",
               "<div><p>one two\nthree four five <b> six </b> seven</p><p><a href=\"/\">a</a>\n<a "
               "href=\"/\">b</a></p></div>");
        expect(space_view, &(Sample){ .count = 0 }, "en",
               "<div><p>one two\nthree five <b> six </b> seven</p><p><a href=\"/\">a</a>\n<a "
               "href=\"/\">b</a></p></div>");
}

static void components_are_called(void)
{
        expect(component_view, &(Sample){ .text = "<" }, "en",
               "<p><b>&lt;</b><i>safe</i><svg class=\"i\" aria-hidden=\"true\"><use "
               "href=\"#i-arrow\"/></svg>}}1000000</p>");
}

static void every_icon_is_drawn(void)
{
        static const char *const names[] = {
#define X(name, text) text,
                ICONS(X)
#undef X
        };
        bool used[ICON_COUNT];
        memset(used, true, sizeof used);
        g_autoptr(Html) h = html_new(NULL, lang_find("en"));
        icon_sprite_view(h, used);
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *symbol = g_strdup_printf("<symbol id=\"i-%s\" viewBox=", names[i]);
                if (!strstr(html_markup(h, NULL), symbol))
                        g_test_fail_printf("icons.html does not draw %s", names[i]);
        }
}

static void assets_have_hashed_addresses(void)
{
        const char *path = asset_url("web/base.css");
        g_assert_true(g_str_has_prefix(path, "/static/web/base-"));
        const Asset *asset = asset_find(path);
        g_assert_nonnull(asset);
        g_assert_cmpstr(asset->name, ==, "web/base.css");
        g_assert_cmpstr(asset->type, ==, "text/css; charset=utf-8");
        g_assert_cmpuint(asset->gzip_size_bytes, <, asset->size_bytes / 2);
        g_assert_nonnull(g_strstr_len((const char *)asset->bytes, (gssize)asset->size_bytes, "--paper"));
        static const char *const unknown[] = { "",
                                               "/",
                                               "/static/",
                                               "/static/web/base.css",
                                               "/static/web/base-.css",
                                               "/static/web/base-000000000000.css",
                                               "/static/../web/base.css",
                                               "/static/-.",
                                               "web/base.css" };
        for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
                g_assert_null(asset_find(unknown[i]));
        g_autofree char *longer = g_strconcat(path, "x", NULL);
        g_assert_null(asset_find(longer));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        i18n_start();
        g_test_add_func("/html/text", text_is_escaped);
        g_test_add_func("/html/attribute", attributes_are_escaped);
        g_test_add_func("/html/address", addresses_are_judged);
        g_test_add_func("/html/address-part", address_parts_are_encoded);
        g_test_add_func("/html/plain", plain_elements_hold_text);
        g_test_add_func("/html/words", words_are_translated_and_escaped);
        g_test_add_func("/html/branches", branches_are_taken);
        g_test_add_func("/html/loops", loops_repeat);
        g_test_add_func("/html/space", space_that_shows_stays);
        g_test_add_func("/html/components", components_are_called);
        g_test_add_func("/html/icons", every_icon_is_drawn);
        g_test_add_func("/html/assets", assets_have_hashed_addresses);
        return g_test_run();
}
