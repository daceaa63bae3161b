#include "web/colour.h"

#include <string.h>

static Colour colour(const char *text)
{
        Colour out = { 0 };
        g_assert_true(colour_parse(text, &out));
        return out;
}

static void test_parse(void)
{
        Colour out;
        char text[COLOUR_TEXT_BYTES];
        colour_text(colour("#F2b530"), text);
        g_assert_cmpstr(text, ==, "#f2b530");
        colour_text(colour("000001"), text);
        g_assert_cmpstr(text, ==, "#000001");
        static const char *const bad[] = { "",        "#",       "#fff",     "#f2b53",    "#f2b5300", "red",
                                           "#f2b53g", "#-12345", "##f2b530", "#f2b530;}", "0xf2b5",   " f2b530" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(colour_parse(bad[i], &out));
}

/* Known pairs: WCAG's own examples and the ends. */
static void test_contrast(void)
{
        g_assert_cmpfloat_with_epsilon(colour_contrast(colour("000000"), colour("ffffff")), 21, 0.001);
        g_assert_cmpfloat_with_epsilon(colour_contrast(colour("777777"), colour("ffffff")), 4.48, 0.005);
        g_assert_cmpfloat_with_epsilon(colour_contrast(colour("767676"), colour("ffffff")), 4.54, 0.005);
        g_assert_cmpfloat_with_epsilon(colour_contrast(colour("ffffff"), colour("a8391f")), 6.4, 0.1);
        g_assert_cmpfloat_with_epsilon(colour_contrast(colour("123456"), colour("123456")), 1, 0.001);
}

/* Every eighth step of each channel: whatever is chosen, what is offered passes everywhere. */
static void test_all(void)
{
        int refused = 0;
        for (int value = 0; value < 32 * 32 * 32; value++) {
                Colour chosen = { (uint8_t)(value % 32 * 8), (uint8_t)(value / 32 % 32 * 8),
                                  (uint8_t)(value / 1024 * 8) };
                Colour on, accent = colour_nearest(chosen);
                bool passes = colour_on(chosen, &on);
                refused += !passes;
                if (passes) /* nothing is changed that need not be */
                        g_assert_true(accent.red == chosen.red && accent.green == chosen.green &&
                                      accent.blue == chosen.blue);
                g_assert_true(colour_on(accent, &on));
                for (int dark = 0; dark < 2; dark++) {
                        Palette palette = palette_of(accent, dark);
                        g_assert_cmpfloat(colour_contrast(palette.accent, palette.on), >=, CONTRAST_LEAST);
                        static const char *const papers[2][3] = { { "fbfaf6", "ffffff", "f1eee5" },
                                                                  { "15171a", "1e2125", "0f1113" } };
                        for (int i = 0; i < 3; i++)
                                g_assert_cmpfloat(colour_contrast(palette.text, colour(papers[dark][i])), >=,
                                                  CONTRAST_LEAST);
                }
        }
        g_assert_cmpint(refused, >, 100); /* the check does refuse */
}

static void test_sheet(void)
{
        g_autofree char *sheet = palette_sheet(colour("#f2b530"), "theme-e7");
        g_assert_nonnull(strstr(sheet, ".theme-e7{--accent:#f2b530;--on-accent:#1c1b18;"));
        g_assert_nonnull(strstr(sheet, ".theme-e7.dark{"));
        int depth = 0;
        for (const char *p = sheet; *p; p++)
                depth += *p == '{' ? 1 : *p == '}' ? -1 : 0;
        g_assert_cmpint(depth, ==, 0);
}

/* The themes' colours stand in base.css too: they are the same. */
static void test_of_event(void)
{
        g_autofree char *css = NULL;
        g_assert_true(g_file_get_contents("../../src/web/base.css", &css, NULL, NULL));
        static const char *const themes[] = { "nec", "tilleul", "brique" };
        for (size_t i = 0; i < G_N_ELEMENTS(themes); i++) {
                char accent[COLOUR_TEXT_BYTES];
                colour_text(colour_of_event(themes[i], ""), accent);
                g_autofree char *rule = g_strdup_printf("  .theme-%s { --accent: %s;", themes[i], accent);
                g_assert_nonnull(strstr(css, rule));
        }
        char own[COLOUR_TEXT_BYTES];
        colour_text(colour_of_event("brique", "#123456"), own);
        g_assert_cmpstr(own, ==, "#123456");
        colour_text(colour_of_event("unknown", "no colour"), own);
        g_assert_cmpstr(own, ==, "#f2b530");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/colour/parse", test_parse);
        g_test_add_func("/colour/contrast", test_contrast);
        g_test_add_func("/colour/all", test_all);
        g_test_add_func("/colour/of-event", test_of_event);
        g_test_add_func("/colour/sheet", test_sheet);
        return g_test_run();
}
