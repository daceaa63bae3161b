#include "slides/encoder/drawing.h"

#include <string.h>
#include <webp/decode.h>

/* MuPDF finds its way without a table of where things stand. */
#define HEAD "%PDF-1.7\n"
#define BODY(catalogue, box, text)                                                                                     \
        HEAD "1 0 obj <</Type/Catalog/Pages 2 0 R" catalogue ">> endobj\n"                                             \
             "2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[" box "]>> endobj\n"                                  \
             "3 0 obj <</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F <</Type/Font/Subtype/Type1"        \
             "/BaseFont/Helvetica>>>>>>>> endobj\n"                                                                    \
             "4 0 obj <</Length " G_STRINGIFY(200) ">> stream\n" text "\nendstream endobj\n"                           \
                                                   "trailer <</Root 1 0 R>>\n%%EOF\n"
#define WORDS "BT /F 48 Tf 60 300 Td (Good day) Tj 0 -60 Td (to everybody) Tj ET"

typedef struct {
        int counted, pages, stop_at;
        int width, height, small_width, small_height;
        size_t small_bytes;
        GString *text;
} Heard;

static bool on_count(gpointer owner, int pages)
{
        ((Heard *)owner)->counted = pages;
        return true;
}

static bool on_page(gpointer owner, const DrawnPage *page)
{
        Heard *heard = owner;
        heard->pages++;
        heard->width = page->width;
        heard->height = page->height;
        heard->small_bytes = page->small_bytes;
        g_assert_true(WebPGetInfo(page->small, page->small_bytes, &heard->small_width, &heard->small_height));
        g_assert_cmpint(heard->small_width, ==, page->small_width);
        g_string_assign(heard->text, page->text);
        return heard->pages != heard->stop_at;
}

static SlidesFault draw(const char *bytes, Heard *heard, int *ret_page)
{
        heard->text = g_string_new(NULL);
        return drawing_make((const uint8_t *)bytes, strlen(bytes), SLIDES_BIG_SIDE,
                            &(DrawingListener){ .count = on_count, .page = on_page, .owner = heard }, ret_page);
}

static void assert_fault(const char *bytes, SlidesFault fault)
{
        Heard heard = { 0 };
        int page = 0;
        g_assert_cmpint(draw(bytes, &heard, &page), ==, fault);
        g_string_free(heard.text, TRUE);
}

static void test_page(void)
{
        Heard heard = { 0 };
        int page = 0;
        g_assert_cmpint(draw(BODY("", "0 0 960 540", WORDS), &heard, &page), ==, SLIDES_FAULT_NONE);
        g_assert_cmpint(heard.counted, ==, 1);
        g_assert_cmpint(heard.pages, ==, 1);
        g_assert_cmpint(heard.width, ==, SLIDES_BIG_SIDE);
        g_assert_cmpint(heard.height, ==, 720);
        g_assert_cmpint(heard.small_width, ==, SLIDES_SMALL_SIDE);
        g_assert_cmpint(heard.small_height, ==, 360);
        g_assert_cmpuint(heard.small_bytes, <, 25 * 1000);
        g_assert_cmpstr(heard.text->str, ==, "Good day\nto everybody");
        g_string_free(heard.text, TRUE);
}

static void test_upright(void)
{
        Heard heard = { 0 };
        int page = 0;
        g_assert_cmpint(draw(BODY("", "0 0 595 842", WORDS), &heard, &page), ==, SLIDES_FAULT_NONE);
        g_assert_cmpint(heard.height, ==, SLIDES_BIG_SIDE);
        g_assert_cmpint(heard.small_height, ==, SLIDES_SMALL_SIDE);
        g_string_free(heard.text, TRUE);
}

/* Nothing that stands in a file is run: a script without end would never return here. */
static void test_scripts(void)
{
        assert_fault(BODY("/OpenAction<</S/JavaScript/JS(while\\(true\\){})>>", "0 0 960 540", WORDS),
                     SLIDES_FAULT_NONE);
        assert_fault(BODY("/OpenAction<</S/Launch/F(/bin/sh)>>", "0 0 960 540", WORDS), SLIDES_FAULT_NONE);
}

static void test_faults(void)
{
        assert_fault("", SLIDES_FAULT_EMPTY);
        assert_fault("<!doctype html>", SLIDES_FAULT_KIND);
        assert_fault(HEAD, SLIDES_FAULT_DAMAGED);
        assert_fault(HEAD "trailer <</Root 1 0 R>>", SLIDES_FAULT_DAMAGED);
        Heard heard = { .stop_at = 1 };
        int page = 0;
        g_assert_cmpint(draw(BODY("", "0 0 960 540", WORDS), &heard, &page), ==, SLIDES_FAULT_DISK);
        g_assert_cmpint(page, ==, 1);
        g_string_free(heard.text, TRUE);
}

/* A photograph is no list of colours: it is written smaller than exact, and within what is wanted where that can be. */
static void test_photograph(void)
{
        enum { SIDE = 256 };
        g_autofree uint8_t *pixels = g_malloc((gsize)SIDE * SIDE * 3);
        for (int i = 0; i < SIDE * SIDE; i++) {
                pixels[i * 3] = (uint8_t)(i / SIDE);
                pixels[i * 3 + 1] = (uint8_t)(i % SIDE);
                pixels[i * 3 + 2] = (uint8_t)((i * 2654435761u) >> 26);
        }
        g_autoptr(GByteArray) bytes = webp_write(pixels, SIDE, SIDE, 16 * 1024, true);
        g_assert_nonnull(bytes);
        g_assert_cmpuint(bytes->len, <, 16 * 1024);
        int width = 0, height = 0;
        g_assert_true(WebPGetInfo(bytes->data, bytes->len, &width, &height));
        g_assert_cmpint(width, ==, SIDE);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/slides/drawing/page", test_page);
        g_test_add_func("/slides/drawing/upright", test_upright);
        g_test_add_func("/slides/drawing/scripts", test_scripts);
        g_test_add_func("/slides/drawing/faults", test_faults);
        g_test_add_func("/slides/drawing/photograph", test_photograph);
        return g_test_run();
}
