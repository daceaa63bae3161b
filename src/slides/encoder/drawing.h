/* A PDF as pictures and words, page by page. All in the child. */
#pragma once
#include "slides/fault.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
        int number; /* from 1 */
        int width, height, small_width, small_height;
        const uint8_t *big, *small; /* WebP */
        size_t big_bytes, small_bytes;
        const char *text; /* UTF-8, lines */
} DrawnPage;

/* Told how many pages there are before the first one; false ends it as SLIDES_FAULT_DISK. */
typedef struct {
        bool (*count)(gpointer owner, int pages);
        bool (*page)(gpointer owner, const DrawnPage *page);
        gpointer owner;
} DrawingListener;

/* bytes: the file. big_side: SLIDES_BIG_SIDE for the child; less where only the way matters. ret_page: the page at
 * fault, 0 when it is the file as a whole. Nothing that stands in the file is run, and no other file is looked for. */
SlidesFault drawing_make(const uint8_t *bytes, size_t size, int big_side, const DrawingListener *listener,
                         int *ret_page);

/* --- webp.c ------------------------------------------------------------------------------------------------------- */
/* Rows of red, green, blue without gaps, written as what is smaller: exact, as fits letters and areas, or as a
 * photograph; of more than bytes_wanted with less care. in_few_shades: of a drawing the edges need not be exact. NULL:
 * no memory. (transfer full) */
GByteArray *webp_write(const uint8_t *pixels, int width, int height, size_t bytes_wanted, bool in_few_shades);
/* The same made smaller by area. (transfer full) */
uint8_t *webp_shrink(const uint8_t *pixels, int width, int height, int small_width, int small_height);
