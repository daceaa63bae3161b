#include "slides/slides_private.h"

#include <string.h>

static void test_names(void)
{
        static const char *const bad[] = { "",
                                           "..",
                                           "0123456789abcdef0123456789abcdef",
                                           "0123456789abcdef0123456789abcdef.pdf",
                                           "0123456789abcdef0123456789abcdef.webp.html",
                                           "0123456789abcdef0123456789abcde.webp",
                                           "0123456789ABCDEF0123456789ABCDEF.webp",
                                           "../0123456789abcdef0123456789abcdef.webp" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(slides_file_is_sound(bad[i]));
        g_assert_true(slides_file_is_sound("0123456789abcdef0123456789abcdef.webp"));
        g_assert_true(slides_folder_is_sound("0123456789abcdef0123456789abcdef"));
        g_assert_false(slides_folder_is_sound("0123456789abcdef0123456789abcdef/"));
        g_assert_false(slides_folder_is_sound("../456789abcdef0123456789abcdef00"));
}

static void assert_title(const char *file_name, const char *title)
{
        g_autofree char *made = slides_title(file_name, "Slides");
        g_assert_cmpstr(made, ==, title);
}

static void test_title(void)
{
        assert_title("Tenir sa salle.pdf", "Tenir sa salle");
        assert_title("C:\\Users\\a\\mon_exposé.PDF", "mon exposé");
        assert_title("../../etc/passwd", "passwd");
        assert_title(".pdf", "Slides");
        assert_title("", "Slides");
        assert_title("bad \xff byte.pdf", "bad \xef\xbf\xbd byte");
        g_autofree char *long_name = g_strnfill(500, 'x');
        g_autofree char *cut = slides_title(long_name, "Slides");
        g_assert_cmpuint(strlen(cut), ==, TITLE_CHARS);
}

static void test_line(void)
{
        static const char *const bad[] = { "",
                                           "pages",
                                           "pages 0",
                                           "pages 301",
                                           "pages -1",
                                           "pages 3 ",
                                           "page 1280 720 1 640 360 1",
                                           "page 1281 720 1 640 360 1 1",
                                           "page 1280 0 1 640 360 1 1",
                                           "page 1280 720 0 640 360 1 1",
                                           "page 1280 720 9999999 640 360 1 1",
                                           "page 1280 720 1 641 360 1 1",
                                           "page 1280 720 1 640 360 1 6001",
                                           "page 1280 720 1 640 360 1 -1",
                                           "no",
                                           "no such 301",
                                           "end of it" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_test_message("%s", bad[i]);
                g_assert_cmpint(slides_line_read(bad[i]).kind, ==, LINE_BAD);
        }
        g_assert_cmpint(slides_line_read("end").kind, ==, LINE_END);
        g_assert_cmpint(slides_line_read("pages 300").pages, ==, 300);
        AnswerLine page = slides_line_read("page 1280 720 15000 640 360 9000 218");
        g_assert_cmpint(page.kind, ==, LINE_PAGE);
        g_assert_cmpuint(page.head.small_bytes, ==, 9000);
        AnswerLine fault = slides_line_read("no locked 0");
        g_assert_cmpint(fault.kind, ==, LINE_FAULT);
        g_assert_cmpint(fault.fault, ==, SLIDES_FAULT_LOCKED);
        g_assert_cmpint(slides_line_read("no suchthing 2").fault, ==, SLIDES_FAULT_DAMAGED);
}

static void test_sentences(void)
{
        for (int fault = SLIDES_FAULT_NONE + 1; fault <= SLIDES_FAULT_PROGRAM; fault++) {
                g_autofree char *whole = slides_fault_text(lang_default(), (SlidesFault)fault, 0);
                g_autofree char *of_page = slides_fault_text(lang_default(), (SlidesFault)fault, 7);
                g_assert_cmpuint(strlen(whole), >, 10);
                g_assert_null(strchr(whole, '%'));
                g_assert_null(strchr(of_page, '%'));
                g_assert_cmpint(slides_fault_of(slides_fault_word((SlidesFault)fault)), ==, fault);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/slides/names", test_names);
        g_test_add_func("/slides/title", test_title);
        g_test_add_func("/slides/line", test_line);
        g_test_add_func("/slides/sentences", test_sentences);
        return g_test_run();
}
