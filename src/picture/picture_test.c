#include "picture/picture_private.h"

#include <glib/gstdio.h>

static void test_name(void)
{
        static const char *const good[] = { "0123456789abcdef0123456789abcdef.jpg",
                                            "0123456789abcdef0123456789abcdef-320.png" };
        static const char *const bad[] = { "",
                                           "..",
                                           "../treteau.db",
                                           "0123456789abcdef0123456789abcdef",
                                           "0123456789abcdef0123456789abcdef.svg",
                                           "0123456789abcdef0123456789abcdef.jpg.html",
                                           "0123456789abcdef0123456789abcdef-320",
                                           "0123456789abcdef0123456789abcde.jpg",
                                           "0123456789abcdef0123456789abcdef0.jpg",
                                           "0123456789ABCDEF0123456789ABCDEF.jpg",
                                           "0123456789abcdef0123456789abcdef/../x.jpg" };
        for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
                g_assert_true(picture_name_is_sound(good[i]));
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(picture_name_is_sound(bad[i]));
        g_autofree char *small = picture_small_url("0123456789abcdef0123456789abcdef.jpg");
        g_assert_cmpstr(small, ==, "/media/picture/0123456789abcdef0123456789abcdef-320.jpg");
        g_autofree char *none = picture_small_url("");
        g_assert_cmpstr(none, ==, "");
}

static void test_answer(void)
{
        static const char *const bad[] = { "",
                                           "ok",
                                           "ok jpg 1 1 1\n",
                                           "ok svg 1 1 1 1\n",
                                           "ok jpg 1201 1 1 1\n",
                                           "ok jpg 1 1 321 1\n",
                                           "ok jpg 0 1 1 1\n",
                                           "ok jpg -1 1 1 1\n",
                                           "ok jpg 1 1 1 1\nmore",
                                           "ok jpg 1 1 1 1",
                                           "no such thing at all" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                PictureDraft draft = { 0 };
                PictureFault fault = PICTURE_FAULT_NONE;
                g_assert_false(picture_answer_read(bad[i], &draft, &fault));
                g_assert_cmpint(fault, ==, PICTURE_FAULT_DAMAGED);
        }
        PictureDraft draft = { 0 };
        PictureFault fault = PICTURE_FAULT_NONE;
        g_assert_false(picture_answer_read("no cut\n", &draft, &fault));
        g_assert_cmpint(fault, ==, PICTURE_FAULT_CUT);
        g_assert_true(picture_answer_read("ok png 1200 3 320 1\n", &draft, &fault));
        g_assert_cmpint(fault, ==, PICTURE_FAULT_NONE);
        g_assert_cmpstr(draft.ending, ==, "png");
        g_assert_cmpint(draft.height, ==, 3);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/picture/name", test_name);
        g_test_add_func("/picture/answer", test_answer);
        return g_test_run();
}
