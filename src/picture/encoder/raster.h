/* A picture as pixels, and what is done to it: read, made smaller, turned, written. All in the child. */
#pragma once
#include "picture/fault.h"
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
        BIG_SIDE = 1200, /* of what is kept */
        SMALL_SIDE = 320,
        SIDE_MAX = 20000, /* of what is read */
        PIXELS_MAX = 64 * 1000 * 1000,
        INPUT_BYTES_MAX = 16 << 20,
};

typedef struct {
        int width, height;
        uint8_t *pixels; /* red, green, blue, opacity; rows without gaps */
} Raster;
void raster_free(Raster *raster);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Raster, raster_free)
/* NULL when there is no memory for it. */
Raster *raster_new(int width, int height);
bool raster_is_opaque(const Raster *raster);
/* No side longer than this; a copy when it is small enough. By area, so nothing flickers. NULL: no memory. */
Raster *raster_shrink(const Raster *raster, int side);
/* Upright, from how EXIF says the camera was held (1 … 8; others as 1). NULL: no memory. */
Raster *raster_turn(const Raster *raster, int orientation);

typedef enum { SOURCE_JPEG, SOURCE_PNG, SOURCE_WEBP } Source;
/* What it is by its first bytes, whatever it is called. */
PictureFault source_find(const uint8_t *bytes, size_t size, Source *ret_source);

/* ret_raster is yours and upright. pixels_max bounds what is decoded: PIXELS_MAX for the child. */
PictureFault jpeg_read(const uint8_t *bytes, size_t size, int64_t pixels_max, Raster **ret_raster);
PictureFault png_picture_read(const uint8_t *bytes, size_t size, int64_t pixels_max, Raster **ret_raster);
PictureFault webp_read(const uint8_t *bytes, size_t size, int64_t pixels_max, Raster **ret_raster);
/* Written anew: nothing but pixels goes in. NULL when there is no memory. */
GByteArray *jpeg_write(const Raster *raster, int quality);
GByteArray *png_write(const Raster *raster);

/* How the camera was held, from a JPEG's EXIF block (TIFF 6.0, EXIF 2.3 4.6.4): 1 … 8, 1 when it does not say. */
int exif_orientation(const uint8_t *bytes, size_t size);

/* The whole way of one picture: read, upright, big and small, written. */
typedef struct {
        GByteArray *big, *small;
        bool png;
        int width, height, small_width, small_height;
} Encoded;
void encoded_clear(Encoded *encoded);
PictureFault picture_encode(const uint8_t *bytes, size_t size, int64_t pixels_max, Encoded *ret_encoded);
