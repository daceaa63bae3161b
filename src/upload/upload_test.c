#include "upload/upload_private.h"

#include <string.h>

static void test_number(void)
{
        g_assert_cmpint(upload_number("0"), ==, 0);
        g_assert_cmpint(upload_number("21474836480"), ==, INT64_C(21474836480));
        static const char *const wrong[] = { NULL, "", "-1", "+1", " 1", "1 ", "0x10", "1e3", "1234567890123456789" };
        for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
                g_assert_cmpint(upload_number(wrong[i]), ==, -1);
}

static void test_names(void)
{
        static const char *const names[][2] = { { "talk.mp4", "talk.mp4" },
                                                { "C:\\films\\talk.mp4", "talk.mp4" },
                                                { "../../etc/passwd", "passwd" },
                                                { "a\nb\x01.mp4", "ab.mp4" },
                                                { "\xe2\x80\xae"
                                                  "4pm.exe",
                                                  "4pm.exe" },
                                                { "  ", "film" },
                                                { "", "film" } };
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autofree char *name = upload_name(names[i][0]);
                g_assert_cmpstr(name, ==, names[i][1]);
        }
        g_autofree char *long_one = g_strnfill(1000, 'x'), *cut = upload_name(long_one);
        g_assert_cmpint(g_utf8_strlen(cut, -1), ==, NAME_CHARS);
        g_autofree char *told = upload_metadata_name("filetype dmlkZW8, filename dMOpc3QubXA0");
        g_assert_cmpstr(told, ==, "tést.mp4");
        g_autofree char *none = upload_metadata_name("filetype dmlkZW8"), *absent = upload_metadata_name(NULL);
        g_assert_null(none);
        g_assert_null(absent);
}

static void test_percent(void)
{
        Film film = { .state = UPLOAD_RECEIVING, .size = INT64_C(20) << 30, .received = INT64_C(5) << 30 };
        g_assert_cmpint(upload_percent(&film), ==, 25);
        film = (Film){ .state = UPLOAD_WAITING, .length_us = 0, .made_us = 5 };
        g_assert_cmpint(upload_percent(&film), ==, 0);
        film = (Film){ .state = UPLOAD_WAITING, .length_us = 10, .made_us = 11 };
        g_assert_cmpint(upload_percent(&film), ==, 100);
        g_assert_cmpint(upload_needs(100, 40), ==, 160);
}

static void test_faults(void)
{
        for (ConvertFault fault = CONVERT_FAULT_KIND; fault <= CONVERT_FAULT_PROGRAM; fault++) {
                g_assert_cmpint(convert_fault_of(convert_fault_word(fault)), ==, fault);
                g_assert_cmpint((int)strlen(upload_fault_text(fault)), >, 20);
        }
        g_assert_cmpint(convert_fault_of("what a child may say"), ==, CONVERT_FAULT_BROKEN);
        g_assert_true(upload_key_is_sound("0123456789abcdef0123456789abcdef"));
        g_assert_false(upload_key_is_sound("0123456789abcdef0123456789abcde/"));
        g_assert_false(upload_key_is_sound(".."));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/upload/number", test_number);
        g_test_add_func("/upload/names", test_names);
        g_test_add_func("/upload/percent", test_percent);
        g_test_add_func("/upload/faults", test_faults);
        return g_test_run();
}
