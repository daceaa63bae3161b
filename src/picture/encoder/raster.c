#include "picture/encoder/raster.h"

#include <glib.h>
#include <math.h>
#include <string.h>

enum { CHANNELS = 4 };

Raster *raster_new(int width, int height)
{
        g_assert(width > 0 && height > 0);
        Raster *raster = g_new0(Raster, 1);
        *raster = (Raster){ width, height, g_try_malloc0_n((gsize)width * (gsize)height, CHANNELS) };
        if (raster->pixels)
                return raster;
        g_free(raster);
        return NULL;
}

void raster_free(Raster *raster)
{
        if (!raster)
                return;
        g_free(raster->pixels);
        g_free(raster);
}

bool raster_is_opaque(const Raster *raster)
{
        size_t count = (size_t)raster->width * (size_t)raster->height;
        for (size_t i = 0; i < count; i++)
                if (raster->pixels[i * CHANNELS + 3] != 255)
                        return false;
        return true;
}

/* Adds weight × one source row, made as narrow as sums; colours count by their opacity. */
static void add_row(const Raster *from, int row, int width, float weight, float *sums)
{
        const uint8_t *pixel = from->pixels + (size_t)row * (size_t)from->width * CHANNELS;
        const double step = (double)width / from->width; /* of a target pixel that a source pixel covers, at most 1 */
        for (int x = 0; x < from->width; x++, pixel += CHANNELS) {
                double left = x * step, right = (x + 1) * step;
                int first = MIN((int)left, width - 1), last = MIN((int)right, width - 1);
                float whole = weight * (float)pixel[3] / 255;
                double shares[2] = { last > first ? (last - left) : right - left, right - last };
                for (int part = 0; part <= last - first; part++) {
                        float share = whole * (float)shares[part], *sum = sums + (first + part) * CHANNELS;
                        for (int c = 0; c < 3; c++)
                                sum[c] += share * pixel[c];
                        sum[3] += share;
                }
        }
}

static void put_row(const float *sums, int width, uint8_t *ret_pixels)
{
        for (int x = 0; x < width; x++, sums += CHANNELS, ret_pixels += CHANNELS) {
                if (sums[3] <= 0)
                        continue; /* nothing but transparent: stays 0 */
                for (int c = 0; c < 3; c++)
                        ret_pixels[c] = (uint8_t)CLAMP(lrintf(sums[c] / sums[3]), 0, 255);
                ret_pixels[3] = (uint8_t)CLAMP(lrintf(sums[3] * 255), 0, 255);
        }
}

Raster *raster_shrink(const Raster *raster, int side)
{
        int longest = MAX(raster->width, raster->height);
        double ratio = longest > side ? (double)side / longest : 1;
        Raster *small =
                raster_new(MAX(1, (int)lrint(raster->width * ratio)), MAX(1, (int)lrint(raster->height * ratio)));
        if (!small)
                return NULL;
        size_t row_bytes = (size_t)small->width * CHANNELS;
        if (small->width == raster->width && small->height == raster->height) {
                memcpy(small->pixels, raster->pixels, row_bytes * (size_t)small->height);
                return small;
        }
        g_autofree float *sums = g_new(float, row_bytes);
        const double step = (double)raster->height / small->height;
        for (int y = 0; y < small->height; y++) {
                double top = y * step, bottom = MIN((y + 1) * step, raster->height);
                memset(sums, 0, row_bytes * sizeof(float));
                for (int row = (int)top; row < raster->height && row < bottom; row++) {
                        double share = MIN(row + 1, bottom) - MAX(row, top);
                        add_row(raster, row, small->width, (float)(share / step), sums);
                }
                put_row(sums, small->width, small->pixels + (size_t)y * row_bytes);
        }
        return small;
}

Raster *raster_turn(const Raster *raster, int orientation)
{
        if (orientation < 1 || orientation > 8)
                orientation = 1;
        /* 5 … 8 lie on their side: rows become columns first. Then 2, 3, 6, 7 are mirrored across, 3, 4, 7, 8 upside.
         */
        bool sideways = orientation >= 5;
        bool across = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
        bool upside = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
        Raster *turned =
                sideways ? raster_new(raster->height, raster->width) : raster_new(raster->width, raster->height);
        if (!turned)
                return NULL;
        for (int y = 0; y < turned->height; y++)
                for (int x = 0; x < turned->width; x++) {
                        int mx = across ? turned->width - 1 - x : x, my = upside ? turned->height - 1 - y : y;
                        size_t from = sideways ? (size_t)mx * (size_t)raster->width + (size_t)my
                                               : (size_t)my * (size_t)raster->width + (size_t)mx;
                        memcpy(turned->pixels + ((size_t)y * (size_t)turned->width + (size_t)x) * CHANNELS,
                               raster->pixels + from * CHANNELS, CHANNELS);
                }
        return turned;
}
