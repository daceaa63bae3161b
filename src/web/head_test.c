#include "web/head.h"

#include <glib.h>
#include <string.h>

/* Case 15: what a title may not do. */
static void test_case_15_injection(void)
{
        const char *title = "</script><script>alert(1)</script><!-- \" & ' \xe2\x80\xa8 é";
        g_autofree char *markup = head_markup(&(Head){ .type = "website",
                                                       .title = title,
                                                       .url = "https://x.example/\"><b>",
                                                       .data = json_pack("{s:s}", "name", title) });
        const char *script = strstr(markup, "ld+json\">"), *end = strstr(markup, "</script>");
        g_assert_nonnull(script);
        g_assert_nonnull(end);
        g_assert_true(strstr(end + 1, "</script>") == NULL);
        g_assert_null(strstr(markup, "<b>"));
        g_assert_null(strstr(markup, "<!--"));
        script += strlen("ld+json\">");
        json_t *data = json_loadb(script, (size_t)(end - script), 0, NULL);
        g_assert_cmpstr(json_string_value(json_object_get(data, "name")), ==, title);
        g_assert_cmpint(json_object_size(data), ==, 1);
        json_decref(data);
}

static void test_parts(void)
{
        g_autofree char *markup = head_markup(&(Head){ .type = "article",
                                                       .title = "T",
                                                       .url = "https://x.example/a/",
                                                       .feed = "https://x.example/f",
                                                       .feed_title = "\"News\"" });
        g_assert_cmpstr(markup, ==,
                        "<link rel=\"canonical\" href=\"https://x.example/a/\">\n"
                        "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"&quot;News&quot;\" "
                        "href=\"https://x.example/f\">\n"
                        "<meta property=\"og:type\" content=\"article\">\n<meta property=\"og:title\" content=\"T\">\n"
                        "<meta property=\"og:url\" content=\"https://x.example/a/\">\n");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/head/case-15-injection", test_case_15_injection);
        g_test_add_func("/head/parts", test_parts);
        return g_test_run();
}
