/* PNG by libpng: bounded before it allocates, auxiliary chunks left out. */
#include "picture/encoder/raster.h"

#include <glib.h>
#include <png.h>
#include <string.h>

enum { CHUNK_BYTES_MAX = 8 << 20, CHUNKS_MAX = 1000, COMPRESSION = 7 };

typedef struct {
        const uint8_t *bytes;
        size_t size, used;
        bool cut;
        int64_t pixels_max;
        Raster *raster;
        png_bytep *rows;
        PictureFault fault;
} Reading;

static void on_warning(png_structp png, png_const_charp text)
{
}

static void on_error(png_structp png, png_const_charp text)
{
        png_longjmp(png, 1);
}

static void on_read(png_structp png, png_bytep out, size_t size)
{
        Reading *reading = png_get_io_ptr(png);
        if (size > reading->size - reading->used) {
                reading->cut = true;
                png_error(png, "end");
        }
        memcpy(out, reading->bytes + reading->used, size);
        reading->used += size;
}

/* Everything as eight bits of red, green, blue and opacity. */
static void ask_for_rgba(png_structp png)
{
        png_set_expand(png);
        png_set_scale_16(png);
        png_set_gray_to_rgb(png);
        png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
        png_set_interlace_handling(png);
}

static void read_rows(png_structp png, png_infop info, Reading *reading)
{
        png_read_info(png, info);
        int64_t width = png_get_image_width(png, info), height = png_get_image_height(png, info);
        reading->fault = PICTURE_FAULT_LARGE;
        if (width * height > reading->pixels_max)
                return;
        ask_for_rgba(png);
        png_read_update_info(png, info);
        g_assert(png_get_rowbytes(png, info) == (size_t)width * 4);
        reading->raster = raster_new((int)width, (int)height);
        if (!reading->raster)
                return;
        reading->rows = g_new(png_bytep, (size_t)height);
        for (int64_t y = 0; y < height; y++)
                reading->rows[y] = reading->raster->pixels + (size_t)y * (size_t)width * 4;
        reading->fault = PICTURE_FAULT_DAMAGED;
        png_read_image(png, reading->rows);
        png_read_end(png, NULL);
        reading->fault = PICTURE_FAULT_NONE;
}

/* The header stands first (PNG 5.6), so that a bomb is told from a damaged file. */
static bool header_is_large(const uint8_t *bytes, size_t size)
{
        if (size < 24)
                return false;
        uint32_t sides[2];
        memcpy(sides, bytes + 16, sizeof(sides));
        return GUINT32_FROM_BE(sides[0]) > SIDE_MAX || GUINT32_FROM_BE(sides[1]) > SIDE_MAX;
}

PictureFault png_picture_read(const uint8_t *bytes, size_t size, int64_t pixels_max, Raster **ret_raster)
{
        if (header_is_large(bytes, size))
                return PICTURE_FAULT_LARGE;
        g_autofree Reading *reading = g_new0(Reading, 1);
        *reading = (Reading){ .bytes = bytes, .size = size, .pixels_max = pixels_max, .fault = PICTURE_FAULT_DAMAGED };
        png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
        png_infop info = png ? png_create_info_struct(png) : NULL;
        if (info && !setjmp(png_jmpbuf(png))) {
                png_set_user_limits(png, SIDE_MAX, SIDE_MAX);
                png_set_chunk_malloc_max(png, CHUNK_BYTES_MAX);
                png_set_chunk_cache_max(png, CHUNKS_MAX);
                png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
                png_set_read_fn(png, reading, on_read);
                read_rows(png, info, reading);
        } else if (reading->fault == PICTURE_FAULT_NONE) {
                reading->fault = PICTURE_FAULT_DAMAGED;
        }
        png_destroy_read_struct(&png, &info, NULL);
        g_free(reading->rows);
        g_autoptr(Raster) raster = reading->raster;
        if (reading->fault)
                return reading->cut ? PICTURE_FAULT_CUT : reading->fault;
        *ret_raster = g_steal_pointer(&raster);
        return PICTURE_FAULT_NONE;
}

static void on_write(png_structp png, png_bytep bytes, size_t size)
{
        g_byte_array_append(png_get_io_ptr(png), bytes, (guint)size);
}

static void on_flush(png_structp png)
{
}

GByteArray *png_write(const Raster *raster)
{
        GByteArray *out = g_byte_array_new();
        png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
        png_infop info = png ? png_create_info_struct(png) : NULL;
        bool opaque = raster_is_opaque(raster);
        if (info && !setjmp(png_jmpbuf(png))) {
                png_set_write_fn(png, out, on_write, on_flush);
                png_set_compression_level(png, COMPRESSION);
                png_set_IHDR(png, info, (png_uint_32)raster->width, (png_uint_32)raster->height, 8,
                             opaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE,
                             PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
                png_write_info(png, info);
                if (opaque)
                        png_set_filler(png, 0, PNG_FILLER_AFTER);
                for (int y = 0; y < raster->height; y++)
                        png_write_row(png, raster->pixels + (size_t)y * (size_t)raster->width * 4);
                png_write_end(png, NULL);
        } else {
                g_clear_pointer(&out, g_byte_array_unref);
        }
        png_destroy_write_struct(&png, &info);
        return out;
}
