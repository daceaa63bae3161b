#include "base/markdown.h"
#include "base/clean.h"
#include "base/url.h"
#include <glib.h>
#include <string.h>

typedef struct {
        const char *input, *output;
} Case;

static void expect(char *(*function)(const char *), const Case *cases, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                g_autofree char *output = function(cases[i].input);
                g_assert_cmpstr(output, ==, cases[i].output);
        }
}

static void html_keeps_what_is_allowed(void)
{
        static const Case cases[] = {
                { NULL, "" },
                { "", "" },
                { "<p>Un <b>mot</b>, <i>deux</i><br/>trois</p>",
                  "<p>Un <strong>mot</strong>, <em>deux</em><br>trois</p>" },
                { "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>",
                  "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>" },
                { "<pre><code>a &lt; b\n  c</code></pre>", "<pre><code>a &lt; b\n  c</code></pre>" },
                { "<blockquote>dit</blockquote>", "<blockquote><p>dit</p></blockquote>" },
                { "<P CLASS=x STYLE='y'>a</P>", "<p>a</p>" },
                { "l&eacute;gende &amp; &#233; &#xE9; &unknown; & b",
                  "<p>légende &amp; é é &amp;unknown; &amp; b</p>" },
        };
        expect(clean_html, cases, G_N_ELEMENTS(cases));
}

static void html_is_balanced(void)
{
        static const Case cases[] = {
                { "seul", "<p>seul</p>" },
                { "<p>un<p>deux", "<p>un</p><p>deux</p>" },
                { "<em>a<p>b</em>c</p>", "<p><em>a</em></p><p>bc</p>" },
                { "</p></li></ul>a", "<p>a</p>" },
                { "<li>x", "<ul><li>x</li></ul>" },
                { "<ul>texte<li>x</ul>y", "<ul><li>texte</li><li>x</li></ul><p>y</p>" },
                { "<p>a<ul><li>b</ul>c", "<p>a</p><ul><li>b</li></ul><p>c</p>" },
                { "<div>a</div><div>b</div>", "<p>a</p><p>b</p>" },
                { "<p></p><p>a</p>", "<p>a</p>" },
                { "<strong>a", "<p><strong>a</strong></p>" },
                { "a < b <3 <", "<p>a &lt; b &lt;3 &lt;</p>" },
                { "<p title=\"a>b\">c", "<p>c</p>" },
                { "<p title=\"a>b", "<p>&lt;p title=&quot;a&gt;b</p>" },
        };
        expect(clean_html, cases, G_N_ELEMENTS(cases));
}

static void html_loses_scripts(void)
{
        static const Case cases[] = {
                { "a<script>alert(1)</script>b", "<p>ab</p>" },
                { "a<ScRiPt >alert('</p>')</sCrIpT >b", "<p>ab</p>" },
                { "a<script>alert(1)", "<p>a</p>" },
                { "<style>p{}</style><!-- <p> --><?xml?><!DOCTYPE x>b", "<p>b</p>" },
                { "<svg onload=alert(1)><script>x</script></svg>b", "<p>b</p>" },
                { "<p onclick=\"alert(1)\">b", "<p>b</p>" },
                { "<iframe srcdoc='<script>'></iframe>b", "<p>b</p>" },
                { "<scr<script>ipt>b", "<p>ipt&gt;b</p>" },
                { "<!-- never closed <p>x", "" },
                { "&lt;script&gt;", "<p>&lt;script&gt;</p>" },
        };
        expect(clean_html, cases, G_N_ELEMENTS(cases));
}

static void html_links_are_judged(void)
{
        static const Case cases[] = {
                { "<a href=\"https://a.example/?x=1&amp;y=2\">l</a>",
                  "<p><a href=\"https://a.example/?x=1&amp;y=2\" rel=\"nofollow noopener\">l</a></p>" },
                { "<a href=' /nec/ '>l</a>", "<p><a href=\"/nec/\">l</a></p>" },
                { "<a href=javascript:alert(1)>l</a>", "<p>l</p>" },
                { "<a href=\"&#106;avascript:alert(1)\">l</a>", "<p>l</p>" },
                { "<a href=\"java\nscript:alert(1)\">l</a>", "<p>l</p>" },
                { "<a href=\"javascript&colon;alert(1)\">l</a>",
                  "<p><a href=\"javascript&amp;colon;alert(1)\" rel=\"nofollow noopener\">l</a></p>" },
                { "<a href=\"//evil.example\">l</a>", "<p>l</p>" },
                { "<a href=\"/\\evil.example\">l</a>", "<p>l</p>" },
                { "<a href=\"data:text/html,x\">l</a>", "<p>l</p>" },
                { "<a href='x\" onclick=\"y'>l</a>", "<p>l</p>" },
                { "<a name=x>l</a>", "<p>l</p>" },
                { "<a href=/a>l<a href=/b>m</a>", "<p><a href=\"/a\">lm</a></p>" },
                { "<img src=https://t.example/p.png alt=Plan>",
                  "<p><a href=\"https://t.example/p.png\" rel=\"nofollow noopener\">Plan</a></p>" },
                { "<img src=https://t.example/p.png>", "" },
                { "<img src=javascript:x alt=Plan>", "<p>Plan</p>" },
        };
        expect(clean_html, cases, G_N_ELEMENTS(cases));
}

static void headings_fit_under_the_page(void)
{
        static const Case cases[] = {
                { "<h1>a</h1><h2>b</h2><h1>c</h1>", "<h2>a</h2><h3>b</h3><h2>c</h2>" },
                { "<h3>a</h3><h6>b</h6><h1>c</h1>", "<h2>a</h2><h3>b</h3><h2>c</h2>" },
                { "<h1>a<h1>b", "<h2>a</h2><h2>b</h2>" },
        };
        expect(clean_html, cases, G_N_ELEMENTS(cases));
}

static void depth_is_bounded(void)
{
        g_autoptr(GString) deep = g_string_new(NULL);
        for (int i = 0; i < 5000; i++)
                g_string_append(deep, "<blockquote><ul><li><em>");
        g_string_append(deep, "x");
        g_autofree char *output = clean_html(deep->str);
        g_assert_cmpuint(strlen(output), <, 1000);
        g_assert_nonnull(strchr(output, 'x'));
}

static void length_is_bounded(void)
{
        g_autofree char *long_text = g_strnfill(1024 * 1024, 'a');
        g_autofree char *output = clean_html(long_text);
        g_assert_cmpuint(strlen(output), ==, 256 * 1024 + strlen("<p></p>"));
}

static void markdown_becomes_html(void)
{
        static const Case cases[] = {
                { "# Titre\n\nUn *mot* et un [lien](https://a.example/).",
                  "<h2>Titre</h2><p>Un <em>mot</em> et un "
                  "<a href=\"https://a.example/\" rel=\"nofollow noopener\">lien</a>.</p>" },
                { "- a\n- b", "<ul><li>a</li><li>b</li></ul>" },
                { "<script>alert(1)</script>", "" },
                { "[l](javascript:alert(1))", "<p>l</p>" },
                { "![Plan](/media/plan.png)", "<p><a href=\"/media/plan.png\">Plan</a></p>" },
                { "a <b>gras</b>", "<p>a <strong>gras</strong></p>" },
                { "`<b>`", "<p><code>&lt;b&gt;</code></p>" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *output = markdown_html(cases[i].input);
                g_auto(GStrv) parts = g_strsplit(output, "\n", -1); /* cmark ends blocks with newlines inside lists */
                g_autofree char *joined = g_strjoinv("", parts);
                g_assert_cmpstr(joined, ==, cases[i].output);
        }
}

static void prose_is_either(void)
{
        g_autofree char *html = prose_html("<p>a *b*</p>");
        g_assert_cmpstr(html, ==, "<p>a *b*</p>");
        g_autofree char *markdown = prose_html("a *b*");
        g_assert_cmpstr(markdown, ==, "<p>a <em>b</em></p>");
}

static void prose_becomes_one_line(void)
{
        g_autofree char *line = prose_text("<p>Un <b>mot</b>s &amp; plus</p><p>Deux</p>", 100);
        g_assert_cmpstr(line, ==, "Un mots & plus Deux");
        g_autofree char *cut = prose_text("été été", 4);
        g_assert_cmpstr(cut, ==, "été…");
        g_autofree char *whole = prose_text("été", 3);
        g_assert_cmpstr(whole, ==, "été");
        g_autofree char *nothing = prose_text(NULL, 3);
        g_assert_cmpstr(nothing, ==, "");
}

static void urls_are_judged(void)
{
        static const char *const safe[] = { "https://a.example/",
                                            "HTTP://a",
                                            "mailto:a@b.example",
                                            "tel:+33123",
                                            "/a/b",
                                            "/",
                                            "?q=a:b",
                                            "#x",
                                            "page/",
                                            "a/b:c",
                                            "" };
        static const char *const unsafe[] = { "javascript:alert(1)",
                                              "JavaScript:x",
                                              " javascript:x",
                                              "java\tscript:x",
                                              "\x01javascript:x",
                                              "data:,x",
                                              "vbscript:x",
                                              "//evil.example",
                                              "/\\evil",
                                              "\\\\evil",
                                              "http://a b",
                                              "blob:x",
                                              ":x",
                                              "https://a\n" };
        for (size_t i = 0; i < G_N_ELEMENTS(safe); i++)
                if (!url_is_safe(safe[i]))
                        g_test_fail_printf("refused: %s", safe[i]);
        for (size_t i = 0; i < G_N_ELEMENTS(unsafe); i++)
                if (url_is_safe(unsafe[i]))
                        g_test_fail_printf("let through: %s", unsafe[i]);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/clean/allowed", html_keeps_what_is_allowed);
        g_test_add_func("/clean/balanced", html_is_balanced);
        g_test_add_func("/clean/scripts", html_loses_scripts);
        g_test_add_func("/clean/links", html_links_are_judged);
        g_test_add_func("/clean/headings", headings_fit_under_the_page);
        g_test_add_func("/clean/depth", depth_is_bounded);
        g_test_add_func("/clean/length", length_is_bounded);
        g_test_add_func("/markdown/html", markdown_becomes_html);
        g_test_add_func("/markdown/either", prose_is_either);
        g_test_add_func("/markdown/text", prose_becomes_one_line);
        g_test_add_func("/url/safe", urls_are_judged);
        return g_test_run();
}
