/* Slides as anybody may send them: the child's whole way of a PDF, and the lines that the server hears from it. The
 * first byte chooses. */
#include "slides/encoder/drawing.h"
#include "slides/slides_private.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZED_SIDE = 64 };

static bool on_count(gpointer owner, int pages)
{
        g_assert(pages >= 1 && pages <= SLIDES_PAGES_MAX);
        return true;
}

/* One page is enough of a file. */
static bool on_page(gpointer owner, const DrawnPage *page)
{
        g_assert(page->width >= 1 && page->width <= FUZZED_SIDE && page->height >= 1 && page->height <= FUZZED_SIDE);
        g_assert(page->big_bytes > 0 && page->small_bytes > 0);
        g_assert(g_utf8_validate(page->text, -1, NULL));
        g_assert(strlen(page->text) <= SLIDES_TEXT_BYTES_MAX);
        return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size == 0)
                return 0;
        if (data[0] == 'l') {
                g_autofree char *line = g_strndup((const char *)data + 1, size - 1);
                AnswerLine read = slides_line_read(line);
                g_assert(read.kind != LINE_PAGE ||
                         (read.head.big_bytes <= SLIDES_PICTURE_BYTES_MAX && read.head.width <= SLIDES_BIG_SIDE));
                g_autofree char *title = slides_title(line, "Slides");
                g_assert(g_utf8_validate(title, -1, NULL) && g_utf8_strlen(title, -1) <= TITLE_CHARS);
                return 0;
        }
        int page = 0;
        drawing_make(data + 1, size - 1, FUZZED_SIDE, &(DrawingListener){ .count = on_count, .page = on_page }, &page);
        return 0;
}
