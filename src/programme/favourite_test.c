#include "programme/favourite.h"

#include "base/time.h"

#include <string.h>

static void check_text(const char *sent, const char *want)
{
        g_autoptr(GPtrArray) codes = favourite_codes(sent);
        g_autofree char *text = favourite_text(codes);
        g_assert_cmpstr(text, ==, want);
}

static void test_cookie(void)
{
        check_text(NULL, "");
        check_text("", "");
        check_text("ABC234.DEF567", "ABC234.DEF567");
        check_text("ABC234.ABC234..x.'; DROP.abc234.ABC2345.DEF567", "ABC234.DEF567");
        g_autoptr(GString) many = g_string_new("A");
        for (int i = 0; i < 100000; i++)
                g_string_append(many, ".ABC234");
        check_text(many->str, "ABC234");
}

static void test_put(void)
{
        g_autoptr(GPtrArray) codes = favourite_codes("ABC234");
        g_assert_true(favourite_put(codes, "DEF567", true));
        g_assert_true(favourite_put(codes, "DEF567", true));
        g_assert_true(favourite_put(codes, "ABC234", false));
        g_assert_true(favourite_put(codes, "ABC234", false));
        g_autofree char *text = favourite_text(codes);
        g_assert_cmpstr(text, ==, "DEF567");
        for (int i = 0; i < FAVOURITES_MAX - 1; i++) {
                g_autofree char *code = g_strdup_printf("A%05d", i);
                g_assert_true(favourite_put(codes, code, true));
        }
        g_assert_false(favourite_put(codes, "ZZZZZZ", true));
        g_assert_true(favourite_put(codes, "DEF567", true));
}

static void test_clashes(void)
{
        Talk talks[] = { { .start_us = 0, .end_us = 10 },
                         { .start_us = 10, .end_us = 20 },
                         { .start_us = 15, .end_us = 18 },
                         { .start_us = 16, .end_us = 30, .cancelled = true } };
        g_autoptr(GPtrArray) all = g_ptr_array_new();
        for (size_t i = 0; i < G_N_ELEMENTS(talks); i++)
                g_ptr_array_add(all, &talks[i]);
        g_assert_cmpint(favourite_clash(all, 0), ==, -1);
        g_assert_cmpint(favourite_clash(all, 1), ==, 2);
        g_assert_cmpint(favourite_clash(all, 2), ==, 1);
        g_assert_cmpint(favourite_clash(all, 3), ==, -1);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/favourite/cookie", test_cookie);
        g_test_add_func("/favourite/put", test_put);
        g_test_add_func("/favourite/clashes", test_clashes);
        return g_test_run();
}
