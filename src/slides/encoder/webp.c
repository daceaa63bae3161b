#include "slides/encoder/drawing.h"

#include <webp/encode.h>

enum {
        EFFORT = 3,
        EXACT_LEVEL = 3,
        COLOURS_FEW = 4096,
        SHADES_MAX = 16, /* two pixels in a byte (VP8L) */
        SHADE_STEP = 20, /* between two of them, of 255 */
        SHADE_ERROR_MAX = 40,
};

static int append(const uint8_t *data, size_t size, const WebPPicture *picture)
{
        g_byte_array_append(picture->custom_ptr, data, (guint)size);
        return 1;
}

static GByteArray *encode(const uint8_t *pixels, int width, int height, const WebPConfig *config)
{
        WebPPicture picture;
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        if (!WebPPictureInit(&picture))
                return NULL;
        picture.width = width;
        picture.height = height;
        picture.use_argb = config->lossless;
        picture.writer = append;
        picture.custom_ptr = bytes;
        bool good = WebPPictureImportRGB(&picture, pixels, width * 3) && WebPEncode(config, &picture);
        WebPPictureFree(&picture);
        return good ? g_steal_pointer(&bytes) : NULL;
}

static GByteArray *encode_exact(const uint8_t *pixels, int width, int height)
{
        WebPConfig config;
        return WebPConfigInit(&config) && WebPConfigLosslessPreset(&config, EXACT_LEVEL)
                       ? encode(pixels, width, height, &config)
                       : NULL;
}

static GByteArray *encode_as_photograph(const uint8_t *pixels, int width, int height, float quality)
{
        WebPConfig config;
        if (!WebPConfigPreset(&config, WEBP_PRESET_TEXT, quality))
                return NULL;
        config.method = EFFORT;
        config.use_sharp_yuv = 1; /* coloured letters keep their edges */
        return encode(pixels, width, height, &config);
}

/* Letters, lines and areas have few colours, a photograph has thousands: exact would be ten times as large, and slow.
 * How often each of them comes; NULL: there are too many. (transfer full) */
static GHashTable *count_colours(const uint8_t *pixels, size_t all)
{
        g_autoptr(GHashTable) counts = g_hash_table_new(NULL, NULL);
        for (size_t i = 0; i < all; i++) {
                const uint8_t *at = pixels + i * 3;
                gpointer colour = GUINT_TO_POINTER(1 + ((guint)at[0] << 16 | (guint)at[1] << 8 | at[2]));
                guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, colour));
                g_hash_table_insert(counts, colour, GUINT_TO_POINTER(count + 1));
                if (g_hash_table_size(counts) > COLOURS_FEW)
                        return NULL;
        }
        return g_steal_pointer(&counts);
}

static int distance(guint a, guint b)
{
        int red = ABS((int)(a >> 16 & 255) - (int)(b >> 16 & 255)),
            green = ABS((int)(a >> 8 & 255) - (int)(b >> 8 & 255));
        return MAX(MAX(red, green), ABS((int)(a & 255) - (int)(b & 255)));
}

static guint nearest(const GArray *shades, guint colour)
{
        guint best = 0;
        int least = 256;
        for (guint i = 0; i < shades->len; i++) {
                guint shade = g_array_index(shades, guint, i);
                if (distance(shade, colour) < least) {
                        least = distance(shade, colour);
                        best = shade;
                }
        }
        return best;
}

static gint by_count(gconstpointer a, gconstpointer b, gpointer counts)
{
        guint first = GPOINTER_TO_UINT(g_hash_table_lookup(counts, *(const gpointer *)a));
        guint second = GPOINTER_TO_UINT(g_hash_table_lookup(counts, *(const gpointer *)b));
        return first < second   ? 1
               : first > second ? -1
                                : GPOINTER_TO_INT(*(const gpointer *)a) - GPOINTER_TO_INT(*(const gpointer *)b);
}

/* The most used ones that differ; (transfer full) of guint. */
static GArray *choose_shades(GHashTable *counts)
{
        guint all = 0;
        g_autofree gpointer *colours = g_hash_table_get_keys_as_array(counts, &all);
        GArray *shades = g_array_new(FALSE, FALSE, sizeof(guint));
        g_qsort_with_data(colours, (gint)all, sizeof *colours, by_count, counts);
        for (guint i = 0; i < all && shades->len < SHADES_MAX; i++) {
                guint colour = GPOINTER_TO_UINT(colours[i]) - 1;
                if (shades->len == 0 || distance(nearest(shades, colour), colour) >= SHADE_STEP)
                        g_array_append_val(shades, colour);
        }
        return shades;
}

/* The edges of letters in sixteen shades of what is there: nobody sees it, and it takes half the bytes. NULL: it would
 * be seen. (transfer full) */
static uint8_t *with_few_shades(const uint8_t *pixels, size_t all, GHashTable *counts)
{
        g_autoptr(GArray) shades = choose_shades(counts);
        GHashTableIter colours;
        gpointer colour;
        g_hash_table_iter_init(&colours, counts);
        while (g_hash_table_iter_next(&colours, &colour, NULL)) {
                guint is = GPOINTER_TO_UINT(colour) - 1, shade = nearest(shades, is);
                if (distance(shade, is) > SHADE_ERROR_MAX)
                        return NULL;
                g_hash_table_iter_replace(&colours, GUINT_TO_POINTER(shade));
        }
        uint8_t *few = g_malloc(all * 3);
        for (size_t i = 0; i < all; i++) {
                const uint8_t *at = pixels + i * 3;
                guint is = (guint)at[0] << 16 | (guint)at[1] << 8 | at[2];
                guint shade = GPOINTER_TO_UINT(g_hash_table_lookup(counts, GUINT_TO_POINTER(1 + is)));
                few[i * 3] = (uint8_t)(shade >> 16);
                few[i * 3 + 1] = (uint8_t)(shade >> 8);
                few[i * 3 + 2] = (uint8_t)shade;
        }
        return few;
}

/* NULL: as a photograph it is better. */
static GByteArray *encode_drawing(const uint8_t *pixels, int width, int height, bool in_few_shades)
{
        size_t all = (size_t)width * (size_t)height;
        g_autoptr(GHashTable) counts = count_colours(pixels, all);
        g_autofree uint8_t *few = counts && in_few_shades ? with_few_shades(pixels, all, counts) : NULL;
        return counts ? encode_exact(few ? few : pixels, width, height) : NULL;
}

static GByteArray *smaller(GByteArray *a, GByteArray *b)
{
        bool first = a && (!b || a->len <= b->len);
        GByteArray *other = first ? b : a;
        if (other)
                g_byte_array_unref(other);
        return first ? a : b;
}

GByteArray *webp_write(const uint8_t *pixels, int width, int height, size_t bytes_wanted, bool in_few_shades)
{
        static const float qualities[] = { 82, 66, 48, 30 };
        GByteArray *best = encode_drawing(pixels, width, height, in_few_shades);
        for (size_t i = 0; i < G_N_ELEMENTS(qualities) && (!best || best->len > bytes_wanted); i++)
                best = smaller(best, encode_as_photograph(pixels, width, height, qualities[i]));
        return best;
}

uint8_t *webp_shrink(const uint8_t *pixels, int width, int height, int small_width, int small_height)
{
        WebPPicture picture;
        if (!WebPPictureInit(&picture))
                return NULL;
        picture.width = width;
        picture.height = height;
        picture.use_argb = 1;
        uint8_t *small = NULL;
        if (WebPPictureImportRGB(&picture, pixels, width * 3) &&
            WebPPictureRescale(&picture, small_width, small_height)) {
                small = g_malloc((gsize)small_width * (gsize)small_height * 3);
                for (int y = 0; y < small_height; y++)
                        for (int x = 0; x < small_width; x++) {
                                uint32_t colour = picture.argb[y * picture.argb_stride + x];
                                uint8_t *at = small + ((gsize)y * (gsize)small_width + (gsize)x) * 3;
                                at[0] = (uint8_t)(colour >> 16);
                                at[1] = (uint8_t)(colour >> 8);
                                at[2] = (uint8_t)colour;
                        }
        }
        WebPPictureFree(&picture);
        return small;
}
