/* MuPDF draws: it reads from memory, has its own fonts, and runs a file's scripts only where one asks for it
 * (pdf_enable_js), which nobody does here. */
#include "slides/encoder/drawing.h"

#include <mupdf/fitz.h>
#include <mupdf/pdf.h>
#include <string.h>

enum { STORE_BYTES = 64 << 20, HEAD_BYTES = 1024, BIG_BYTES_WANTED = 120 * 1024, SMALL_BYTES_WANTED = 16 * 1024 };
#define POINTS_LEAST 1.0f
#define POINTS_MOST 100000.0f

/* What a page leaves behind, however it ends: MuPDF returns from faults by longjmp, which knows no cleanup of C's. */
typedef struct {
        fz_page *page;
        fz_pixmap *pixels;
        fz_device *device;
        fz_stext_page *words;
        fz_buffer *text;
} Scratch;

static void scratch_clear(fz_context *fz, Scratch *scratch)
{
        fz_drop_buffer(fz, scratch->text);
        fz_drop_stext_page(fz, scratch->words);
        fz_drop_device(fz, scratch->device);
        fz_drop_pixmap(fz, scratch->pixels);
        fz_drop_page(fz, scratch->page);
        memset(scratch, 0, sizeof *scratch);
}

static bool size_of(fz_rect bounds, int side, float *ret_scale, int *ret_width, int *ret_height)
{
        float width = bounds.x1 - bounds.x0, height = bounds.y1 - bounds.y0;
        if (!(width >= POINTS_LEAST && height >= POINTS_LEAST && width <= POINTS_MOST && height <= POINTS_MOST))
                return false;
        *ret_scale = (float)side / MAX(width, height);
        *ret_width = CLAMP((int)(width * *ret_scale + 0.5f), 1, side);
        *ret_height = CLAMP((int)(height * *ret_scale + 0.5f), 1, side);
        return true;
}

/* Throws. False: the page has no size that can be drawn. */
static bool draw(fz_context *fz, fz_document *file, int number, int side, Scratch *scratch)
{
        float scale;
        int width, height;
        scratch->page = fz_load_page(fz, file, number);
        fz_rect bounds = fz_bound_page(fz, scratch->page);
        if (!size_of(bounds, side, &scale, &width, &height))
                return false;
        fz_matrix turn = fz_concat(fz_translate(-bounds.x0, -bounds.y0), fz_scale(scale, scale));
        scratch->pixels = fz_new_pixmap_with_bbox(fz, fz_device_rgb(fz), (fz_irect){ 0, 0, width, height }, NULL, 0);
        fz_clear_pixmap_with_value(fz, scratch->pixels, 255);
        scratch->device = fz_new_draw_device(fz, turn, scratch->pixels);
        fz_run_page(fz, scratch->page, scratch->device, fz_identity, NULL);
        fz_close_device(fz, scratch->device);
        fz_stext_options plain = { 0 };
        scratch->words = fz_new_stext_page_from_page(fz, scratch->page, &plain);
        scratch->text = fz_new_buffer_from_stext_page(fz, scratch->words);
        return true;
}

/* Lines of letters: no control character, no empty line, no more than may be kept. */
static char *clean_words(const char *text, size_t size)
{
        g_autofree char *whole = g_utf8_make_valid(text, (gssize)size);
        GString *clean = g_string_new(NULL);
        for (const char *at = whole; *at && clean->len < SLIDES_TEXT_BYTES_MAX - 8; at = g_utf8_next_char(at)) {
                gunichar letter = g_utf8_get_char(at);
                if (letter == '\n') {
                        if (clean->len && clean->str[clean->len - 1] != '\n')
                                g_string_append_c(clean, '\n');
                } else if (g_unichar_isdefined(letter) && !g_unichar_iscntrl(letter)) {
                        g_string_append_unichar(clean, letter);
                }
        }
        return g_strchomp(g_string_free(clean, FALSE));
}

/* Rows without gaps. (transfer full) */
static uint8_t *rows_of(fz_context *fz, fz_pixmap *pixels, int width, int height)
{
        uint8_t *rows = g_malloc((gsize)width * (gsize)height * 3);
        for (int y = 0; y < height; y++)
                memcpy(rows + (gsize)y * (gsize)width * 3,
                       fz_pixmap_samples(fz, pixels) + (ptrdiff_t)y * fz_pixmap_stride(fz, pixels), (gsize)width * 3);
        return rows;
}

static SlidesFault tell_page(fz_context *fz, int number, int side, Scratch *scratch, const DrawingListener *listener)
{
        DrawnPage page = { .number = number,
                           .width = fz_pixmap_width(fz, scratch->pixels),
                           .height = fz_pixmap_height(fz, scratch->pixels) };
        int longer = MAX(page.width, page.height), small_side = side * SLIDES_SMALL_SIDE / SLIDES_BIG_SIDE;
        page.small_width = MAX(page.width * small_side / longer, 1);
        page.small_height = MAX(page.height * small_side / longer, 1);
        g_autofree uint8_t *rows = rows_of(fz, scratch->pixels, page.width, page.height);
        g_autofree uint8_t *small_rows =
                webp_shrink(rows, page.width, page.height, page.small_width, page.small_height);
        g_autoptr(GByteArray) big = webp_write(rows, page.width, page.height, BIG_BYTES_WANTED, false);
        g_autoptr(GByteArray) small =
                small_rows ? webp_write(small_rows, page.small_width, page.small_height, SMALL_BYTES_WANTED, true)
                           : NULL;
        if (!big || !small || big->len > SLIDES_PICTURE_BYTES_MAX || small->len > SLIDES_PICTURE_BYTES_MAX)
                return SLIDES_FAULT_LARGE;
        unsigned char *letters = NULL;
        size_t length = fz_buffer_storage(fz, scratch->text, &letters);
        g_autofree char *text = clean_words((const char *)letters, length);
        page.big = big->data;
        page.big_bytes = big->len;
        page.small = small->data;
        page.small_bytes = small->len;
        page.text = text;
        return listener->page(listener->owner, &page) ? SLIDES_FAULT_NONE : SLIDES_FAULT_DISK;
}

static SlidesFault caught(fz_context *fz)
{
        return fz_caught(fz) == FZ_ERROR_MEMORY ? SLIDES_FAULT_LARGE : SLIDES_FAULT_DAMAGED;
}

static SlidesFault make_page(fz_context *fz, fz_document *file, int number, int side, const DrawingListener *listener)
{
        Scratch scratch = { 0 };
        SlidesFault fault = SLIDES_FAULT_NONE;
        fz_var(scratch);
        fz_var(fault);
        fz_try(fz)
        {
                fault = draw(fz, file, number - 1, side, &scratch) ? SLIDES_FAULT_NONE : SLIDES_FAULT_DAMAGED;
        }
        fz_catch(fz)
        {
                fault = caught(fz);
        }
        if (!fault)
                fault = tell_page(fz, number, side, &scratch, listener);
        scratch_clear(fz, &scratch);
        fz_empty_store(fz); /* of what one page brought nothing burdens the next */
        return fault;
}

static SlidesFault make_all(fz_context *fz, fz_document *file, int side, const DrawingListener *listener, int *ret_page)
{
        int pages = 0;
        bool locked = false;
        SlidesFault fault = SLIDES_FAULT_NONE;
        fz_var(fault);
        fz_var(locked);
        fz_var(pages);
        fz_try(fz)
        {
                locked = fz_needs_password(fz, file);
                if (!locked)
                        pages = fz_count_pages(fz, file);
        }
        fz_catch(fz)
        {
                fault = caught(fz);
        }
        if (fault || locked)
                return fault ? fault : SLIDES_FAULT_LOCKED;
        if (pages <= 0 || pages > SLIDES_PAGES_MAX)
                return pages <= 0 ? SLIDES_FAULT_NO_PAGES : SLIDES_FAULT_PAGES;
        if (!listener->count(listener->owner, pages))
                return SLIDES_FAULT_DISK;
        for (int number = 1; number <= pages; number++) {
                fault = make_page(fz, file, number, side, listener);
                if (fault) {
                        *ret_page = number;
                        return fault;
                }
        }
        return SLIDES_FAULT_NONE;
}

static void be_silent(void *user, const char *message)
{
}

static bool is_pdf(const uint8_t *bytes, size_t size)
{
        return g_strstr_len((const char *)bytes, (gssize)MIN(size, HEAD_BYTES), "%PDF-") != NULL;
}

static SlidesFault open_and_make(fz_context *fz, const uint8_t *bytes, size_t size, int side,
                                 const DrawingListener *listener, int *ret_page)
{
        fz_stream *stream = NULL;
        pdf_document *file = NULL;
        SlidesFault fault = SLIDES_FAULT_NONE;
        fz_var(stream);
        fz_var(file);
        fz_var(fault);
        fz_try(fz)
        {
                stream = fz_open_memory(fz, bytes, size);
                file = pdf_open_document_with_stream(fz, stream);
        }
        fz_catch(fz)
        {
                fault = caught(fz);
        }
        if (!fault)
                fault = make_all(fz, &file->super, side, listener, ret_page);
        if (file)
                fz_drop_document(fz, &file->super);
        fz_drop_stream(fz, stream);
        return fault;
}

SlidesFault drawing_make(const uint8_t *bytes, size_t size, int big_side, const DrawingListener *listener,
                         int *ret_page)
{
        *ret_page = 0;
        if (size == 0 || size > SLIDES_FILE_BYTES_MAX)
                return size ? SLIDES_FAULT_BYTES : SLIDES_FAULT_EMPTY;
        if (!is_pdf(bytes, size))
                return SLIDES_FAULT_KIND;
        fz_context *fz = fz_new_context(NULL, NULL, STORE_BYTES);
        if (!fz)
                return SLIDES_FAULT_LARGE;
        fz_set_error_callback(fz, be_silent, NULL);
        fz_set_warning_callback(fz, be_silent, NULL);
        SlidesFault fault = open_and_make(fz, bytes, size, big_side, listener, ret_page);
        fz_drop_context(fz);
        return fault;
}
