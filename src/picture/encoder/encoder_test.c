#include "picture/encoder/raster.h"

#include <glib.h>
#include <string.h>

/* Two rows: A red, B green; C blue, D white. */
static Raster *four(void)
{
        Raster *raster = raster_new(2, 2);
        static const uint8_t pixels[] = { 255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 255 };
        memcpy(raster->pixels, pixels, sizeof(pixels));
        return raster;
}

static char letter(const Raster *raster, int at)
{
        const uint8_t *p = raster->pixels + at * 4;
        return p[0] && p[1] ? 'D' : p[0] ? 'A' : p[1] ? 'B' : 'C';
}

static void test_turn(void)
{
        /* what EXIF's eight values make of the picture AB/CD */
        static const char *const wanted[] = { "ABCD", "ABCD", "BADC", "DCBA", "CDAB",
                                              "ACBD", "CADB", "DBCA", "BDAC", "ABCD" };
        for (int orientation = 0; orientation < 10; orientation++) {
                g_autoptr(Raster) raster = four();
                g_autoptr(Raster) turned = raster_turn(raster, orientation);
                char found[5] = { letter(turned, 0), letter(turned, 1), letter(turned, 2), letter(turned, 3), 0 };
                g_assert_cmpstr(found, ==, wanted[orientation]);
        }
}

static void test_shrink(void)
{
        g_autoptr(Raster) raster = raster_new(3000, 1000);
        memset(raster->pixels, 200, (size_t)3000 * 1000 * 4);
        g_autoptr(Raster) small = raster_shrink(raster, 320);
        g_assert_cmpint(small->width, ==, 320);
        g_assert_cmpint(small->height, ==, 107);
        for (size_t i = 0; i < (size_t)320 * 107 * 4; i++)
                g_assert_cmpint(ABS(small->pixels[i] - 200), <=, 1);
        /* what is transparent has no colour to give */
        g_autoptr(Raster) two = raster_new(2, 1);
        memcpy(two->pixels, "\xff\x00\x00\xff\x00\xff\x00\x00", 8);
        g_autoptr(Raster) one = raster_shrink(two, 1);
        g_assert_cmpint(one->pixels[0], ==, 255);
        g_assert_cmpint(one->pixels[1], ==, 0);
        g_assert_cmpint(one->pixels[3], ==, 128);
        /* a line stays a line */
        g_autoptr(Raster) line = raster_new(10000, 1);
        g_autoptr(Raster) shorter = raster_shrink(line, 100);
        g_assert_cmpint(shorter->height, ==, 1);
}

static GByteArray *exif(bool little, uint8_t orientation)
{
        static const uint8_t small_end[] = "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        static const uint8_t big_end[] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        GByteArray *bytes = g_byte_array_new();
        g_byte_array_append(bytes, little ? small_end : big_end, sizeof(small_end) - 1);
        bytes->data[little ? 24 : 25] = orientation;
        return bytes;
}

static void test_exif(void)
{
        for (int little = 0; little < 2; little++)
                for (uint8_t value = 0; value < 12; value++) {
                        g_autoptr(GByteArray) bytes = exif(little, value);
                        g_assert_cmpint(exif_orientation(bytes->data, bytes->len), ==,
                                        value >= 1 && value <= 8 ? value : 1);
                        for (guint size = 0; size < 28; size++) { /* each cut in memory of its own, for the sanitizer */
                                g_autofree uint8_t *cut = g_memdup2(bytes->data, MAX(size, 1));
                                g_assert_cmpint(exif_orientation(cut, size), ==, 1);
                        }
                }
}

static void test_round(void)
{
        g_autoptr(Raster) raster = raster_new(1500, 700);
        for (int i = 0; i < 1500 * 700; i++)
                memcpy(raster->pixels + (size_t)i * 4, "\x20\x90\x40\xff", 4);
        for (int png = 0; png < 2; png++) {
                g_autoptr(GByteArray) bytes = png ? png_write(raster) : jpeg_write(raster, 90);
                Encoded encoded = { 0 };
                g_assert_cmpint(picture_encode(bytes->data, bytes->len, PIXELS_MAX, &encoded), ==, PICTURE_FAULT_NONE);
                g_assert_cmpint(encoded.width, ==, 1200);
                g_assert_cmpint(encoded.height, ==, 560);
                g_assert_cmpint(encoded.small_width, ==, 320);
                g_assert_cmpint(encoded.png, ==, png);
                encoded_clear(&encoded);
                /* every cut is told, none is shown half grey */
                for (guint size = 0; size < bytes->len; size += MAX(1, bytes->len / 60))
                        g_assert_cmpint(picture_encode(bytes->data, size, PIXELS_MAX, &encoded), !=,
                                        PICTURE_FAULT_NONE);
                g_assert_cmpint(picture_encode(bytes->data, bytes->len, 1000, &encoded), ==, PICTURE_FAULT_LARGE);
        }
}

static void test_kinds(void)
{
        static const struct {
                const char *text;
                PictureFault fault;
        } files[] = {
                { "", PICTURE_FAULT_EMPTY },
                { "GIF89a", PICTURE_FAULT_GIF },
                { "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", PICTURE_FAULT_SVG },
                { "<html><script>alert(1)</script>", PICTURE_FAULT_KIND },
                { "    ftypheic", PICTURE_FAULT_HEIC },
                { "PK\3\4", PICTURE_FAULT_KIND },
                { "RIFF    WEBPVP8 ", PICTURE_FAULT_CUT },
                { "\xff\xd8\xff\xe0", PICTURE_FAULT_CUT },
                { "\x89PNG\r\n\x1a\n", PICTURE_FAULT_CUT },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
                Encoded encoded = { 0 };
                g_assert_cmpint(
                        picture_encode((const uint8_t *)files[i].text, strlen(files[i].text), PIXELS_MAX, &encoded), ==,
                        files[i].fault);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/picture/turn", test_turn);
        g_test_add_func("/picture/shrink", test_shrink);
        g_test_add_func("/picture/exif", test_exif);
        g_test_add_func("/picture/round", test_round);
        g_test_add_func("/picture/kinds", test_kinds);
        return g_test_run();
}
