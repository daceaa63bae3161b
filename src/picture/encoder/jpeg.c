/* JPEG by libjpeg-turbo: bounded before it allocates, and made smaller while it decodes. */
#include "picture/encoder/raster.h"

#include <glib.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <jpeglib.h>
#include <jerror.h>

enum { SCANS_MAX = 200, MARKER_BYTES_MAX = 65533, EXIF_MARKER = JPEG_APP0 + 1 };

typedef struct {
        struct jpeg_error_mgr base;
        jmp_buf away;
        bool cut;
} Errors;

static void on_error(j_common_ptr info)
{
        longjmp(((Errors *)info->err)->away, 1);
}

/* Warnings: libjpeg would go on with grey where bytes are missing. */
static void on_message(j_common_ptr info, int level)
{
        Errors *errors = (Errors *)info->err;
        if (level < 0 && (info->err->msg_code == JWRN_JPEG_EOF || info->err->msg_code == JWRN_HIT_MARKER))
                errors->cut = true;
}

static void on_output(j_common_ptr info)
{
}

static struct jpeg_error_mgr *errors_init(Errors *errors)
{
        jpeg_std_error(&errors->base);
        errors->base.error_exit = on_error;
        errors->base.emit_message = on_message;
        errors->base.output_message = on_output;
        return &errors->base;
}

static int orientation_of(const struct jpeg_decompress_struct *info)
{
        for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next) {
                int orientation =
                        marker->marker == EXIF_MARKER ? exif_orientation(marker->data, marker->data_length) : 1;
                if (orientation != 1)
                        return orientation;
        }
        return 1;
}

/* A progressive file may ask for the same work again and again. */
static void on_progress(j_common_ptr info)
{
        if (((j_decompress_ptr)info)->input_scan_number > SCANS_MAX)
                longjmp(((Errors *)info->err)->away, 1);
}

static PictureFault header_fault(const struct jpeg_decompress_struct *info, int64_t pixels_max)
{
        if (info->image_width > SIDE_MAX || info->image_height > SIDE_MAX ||
            (int64_t)info->image_width * info->image_height > pixels_max)
                return PICTURE_FAULT_LARGE;
        if (info->num_components == 4)
                return PICTURE_FAULT_PRINT;
        return PICTURE_FAULT_NONE;
}

/* What may be undone by longjmp lives here, out of the function that calls setjmp. */
typedef struct {
        struct jpeg_decompress_struct info;
        struct jpeg_progress_mgr progress;
        Errors errors;
        Raster *raster;
        PictureFault fault;
} Reading;

static void read_rows(Reading *reading, const uint8_t *bytes, size_t size, int64_t pixels_max)
{
        struct jpeg_decompress_struct *info = &reading->info;
        reading->fault = PICTURE_FAULT_DAMAGED; /* until it is known better */
        jpeg_save_markers(info, EXIF_MARKER, MARKER_BYTES_MAX);
        jpeg_mem_src(info, bytes, size);
        jpeg_read_header(info, TRUE);
        PictureFault fault = header_fault(info, pixels_max);
        if (fault) {
                reading->fault = fault;
                return;
        }
        info->scale_denom = 8;
        for (info->scale_num = 1; info->scale_num < 8; info->scale_num++)
                if (MAX(info->image_width, info->image_height) * info->scale_num / 8 >= 2 * BIG_SIDE)
                        break;
        info->out_color_space = JCS_EXT_RGBA;
        jpeg_start_decompress(info);
        reading->fault = PICTURE_FAULT_LARGE;
        reading->raster = raster_new((int)info->output_width, (int)info->output_height);
        if (!reading->raster)
                return;
        reading->fault = PICTURE_FAULT_DAMAGED;
        while (info->output_scanline < info->output_height) {
                JSAMPROW row = reading->raster->pixels + (size_t)info->output_scanline * info->output_width * 4;
                jpeg_read_scanlines(info, &row, 1);
        }
        reading->fault = PICTURE_FAULT_NONE;
}

PictureFault jpeg_read(const uint8_t *bytes, size_t size, int64_t pixels_max, Raster **ret_raster)
{
        g_autofree Reading *reading = g_new0(Reading, 1);
        reading->info.err = errors_init(&reading->errors);
        reading->progress.progress_monitor = on_progress;
        if (!setjmp(reading->errors.away)) {
                jpeg_create_decompress(&reading->info);
                reading->info.progress = &reading->progress;
                read_rows(reading, bytes, size, pixels_max);
        } else if (reading->info.err->msg_code == JERR_OUT_OF_MEMORY) {
                reading->fault = PICTURE_FAULT_LARGE;
        }
        int orientation = orientation_of(&reading->info);
        jpeg_destroy_decompress(&reading->info);
        g_autoptr(Raster) raster = reading->raster;
        if (reading->fault == PICTURE_FAULT_NONE || reading->fault == PICTURE_FAULT_DAMAGED)
                reading->fault = reading->errors.cut ? PICTURE_FAULT_CUT : reading->fault;
        if (reading->fault)
                return reading->fault;
        /* Smaller first: turning is the cheaper. */
        g_autoptr(Raster) small = raster_shrink(raster, BIG_SIDE);
        *ret_raster = small ? raster_turn(small, orientation) : NULL;
        return *ret_raster ? PICTURE_FAULT_NONE : PICTURE_FAULT_LARGE;
}

typedef struct {
        struct jpeg_compress_struct info;
        Errors errors;
        unsigned char *bytes;
        unsigned long size;
} Writing;

GByteArray *jpeg_write(const Raster *raster, int quality)
{
        g_autofree Writing *writing = g_new0(Writing, 1);
        struct jpeg_compress_struct *info = &writing->info;
        GByteArray *out = NULL;
        info->err = errors_init(&writing->errors);
        if (!setjmp(writing->errors.away)) {
                jpeg_create_compress(info);
                jpeg_mem_dest(info, &writing->bytes, &writing->size);
                info->image_width = (JDIMENSION)raster->width;
                info->image_height = (JDIMENSION)raster->height;
                info->input_components = 4;
                info->in_color_space = JCS_EXT_RGBX;
                jpeg_set_defaults(info);
                jpeg_set_quality(info, quality, TRUE);
                info->optimize_coding = TRUE;
                jpeg_start_compress(info, TRUE);
                while (info->next_scanline < info->image_height) {
                        JSAMPROW row = raster->pixels + (size_t)info->next_scanline * info->image_width * 4;
                        jpeg_write_scanlines(info, &row, 1);
                }
                jpeg_finish_compress(info);
                out = g_byte_array_append(g_byte_array_new(), writing->bytes, (guint)writing->size);
        }
        jpeg_destroy_compress(info);
        free(writing->bytes);
        return out;
}
