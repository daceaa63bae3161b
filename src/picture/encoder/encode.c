#include "picture/encoder/raster.h"

#include <glib.h>
#include <string.h>
#include <webp/decode.h>

enum { BIG_QUALITY = 84, SMALL_QUALITY = 80, PNG_BYTES_FINE = 200 * 1024, SVG_HEAD_BYTES = 512 };

static bool begins(const uint8_t *bytes, size_t size, size_t at, const char *with)
{
        size_t length = strlen(with);
        return size >= at + length && memcmp(bytes + at, with, length) == 0;
}

PictureFault source_find(const uint8_t *bytes, size_t size, Source *ret_source)
{
        if (size == 0)
                return PICTURE_FAULT_EMPTY;
        if (begins(bytes, size, 0, "\xff\xd8\xff")) {
                *ret_source = SOURCE_JPEG;
                return PICTURE_FAULT_NONE;
        }
        if (begins(bytes, size, 0, "\x89PNG\r\n\x1a\n")) {
                *ret_source = SOURCE_PNG;
                return PICTURE_FAULT_NONE;
        }
        if (begins(bytes, size, 0, "RIFF") && begins(bytes, size, 8, "WEBP")) {
                *ret_source = SOURCE_WEBP;
                return PICTURE_FAULT_NONE;
        }
        if (begins(bytes, size, 0, "GIF8"))
                return PICTURE_FAULT_GIF;
        if (begins(bytes, size, 4, "ftyp"))
                return PICTURE_FAULT_HEIC;
        if (g_strstr_len((const char *)bytes, (gssize)MIN(size, SVG_HEAD_BYTES), "<svg"))
                return PICTURE_FAULT_SVG;
        return PICTURE_FAULT_KIND;
}

PictureFault webp_read(const uint8_t *bytes, size_t size, int64_t pixels_max, Raster **ret_raster)
{
        WebPBitstreamFeatures features;
        VP8StatusCode status = WebPGetFeatures(bytes, size, &features);
        if (status != VP8_STATUS_OK)
                return status == VP8_STATUS_NOT_ENOUGH_DATA ? PICTURE_FAULT_CUT : PICTURE_FAULT_DAMAGED;
        if (features.has_animation)
                return PICTURE_FAULT_ANIMATED;
        if ((int64_t)features.width * features.height > pixels_max)
                return PICTURE_FAULT_LARGE;
        g_autoptr(Raster) raster = raster_new(features.width, features.height);
        WebPDecoderConfig config;
        if (!raster || !WebPInitDecoderConfig(&config))
                return PICTURE_FAULT_LARGE;
        config.output.colorspace = MODE_RGBA;
        config.output.is_external_memory = 1;
        config.output.u.RGBA = (WebPRGBABuffer){ .rgba = raster->pixels,
                                                 .stride = raster->width * 4,
                                                 .size = (size_t)raster->width * (size_t)raster->height * 4 };
        status = WebPDecode(bytes, size, &config);
        WebPFreeDecBuffer(&config.output);
        if (status != VP8_STATUS_OK)
                return status == VP8_STATUS_OUT_OF_MEMORY                                       ? PICTURE_FAULT_LARGE
                       : status == VP8_STATUS_NOT_ENOUGH_DATA || status == VP8_STATUS_SUSPENDED ? PICTURE_FAULT_CUT
                                                                                                : PICTURE_FAULT_DAMAGED;
        *ret_raster = g_steal_pointer(&raster);
        return PICTURE_FAULT_NONE;
}

void encoded_clear(Encoded *encoded)
{
        g_clear_pointer(&encoded->big, g_byte_array_unref);
        g_clear_pointer(&encoded->small, g_byte_array_unref);
}

/* Drawings stay sharp as PNG, photographs are smaller as JPEG. */
static PictureFault encode(const Raster *big, const Raster *small, Source source, Encoded *encoded)
{
        encoded->png = !raster_is_opaque(big);
        if (encoded->png || source != SOURCE_JPEG)
                encoded->big = png_write(big);
        if (!encoded->png && encoded->big && encoded->big->len <= PNG_BYTES_FINE)
                encoded->png = true;
        if (!encoded->png) {
                g_clear_pointer(&encoded->big, g_byte_array_unref);
                encoded->big = jpeg_write(big, BIG_QUALITY);
        }
        encoded->small = encoded->png ? png_write(small) : jpeg_write(small, SMALL_QUALITY);
        return encoded->big && encoded->small ? PICTURE_FAULT_NONE : PICTURE_FAULT_LARGE;
}

PictureFault picture_encode(const uint8_t *bytes, size_t size, int64_t pixels_max, Encoded *ret_encoded)
{
        static PictureFault (*const readers[])(const uint8_t *, size_t, int64_t, Raster **) = {
                [SOURCE_JPEG] = jpeg_read, [SOURCE_PNG] = png_picture_read, [SOURCE_WEBP] = webp_read
        };
        Source source;
        g_autoptr(Raster) raster = NULL;
        PictureFault fault = source_find(bytes, size, &source);
        if (!fault)
                fault = readers[source](bytes, size, pixels_max, &raster);
        if (fault)
                return fault;
        g_autoptr(Raster) big = raster_shrink(raster, BIG_SIDE);
        g_autoptr(Raster) small = big ? raster_shrink(big, SMALL_SIDE) : NULL;
        if (!small)
                return PICTURE_FAULT_LARGE;
        *ret_encoded = (Encoded){
                .width = big->width, .height = big->height, .small_width = small->width, .small_height = small->height
        };
        return encode(big, small, source, ret_encoded);
}
