#include "rtc/red.h"
#include <glib.h>
#include <string.h>

enum { OPUS = 111, TICKS = 960 };

static const uint8_t old[] = { 1, 2, 3 }, newer[] = { 4, 5 }, present[] = { 6, 7, 8, 9 };

static void test_bytes(void)
{
        const RedBlock blocks[] = { { old, 3, 2 * TICKS }, { newer, 2, TICKS }, { present, 4, 0 } };
        uint8_t out[RED_BYTES_MAX];
        /* By hand from RFC 2198, section 3: 1 | 1101111, age 1920 = 14 bits, length 3 = 10 bits; and so on. */
        static const uint8_t expected[] = { 0xef, 0x1e, 0x00, 0x03, 0xef, 0x0f, 0x00, 0x02, 0x6f,
                                            1,    2,    3,    4,    5,    6,    7,    8,    9 };
        size_t size = red_write(out, sizeof out, OPUS, blocks, 3);
        g_assert_cmpmem(out, size, expected, sizeof expected);
        size_t read;
        unsigned earlier;
        const uint8_t *again = red_read(out, size, &read, &earlier);
        g_assert_cmpmem(again, read, present, sizeof present);
        g_assert_cmpuint(earlier, ==, 2);
}

static void test_what_is_left_out(void)
{
        static uint8_t large[RED_BLOCK_BYTES_MAX + 1];
        uint8_t out[RED_BYTES_MAX];
        const RedBlock late[] = { { old, 3, RED_TICKS_MAX + 1 }, { newer, 2, TICKS }, { present, 4, 0 } };
        g_assert_cmpuint(red_write(out, sizeof out, OPUS, late, 3), ==, 4 + 1 + 2 + 4);
        const RedBlock too_large[] = { { large, sizeof large, TICKS }, { present, 4, 0 } };
        g_assert_cmpuint(red_write(out, sizeof out, OPUS, too_large, 2), ==, 0);
        const RedBlock same_time[] = { { old, 3, 0 }, { present, 4, 0 } };
        g_assert_cmpuint(red_write(out, sizeof out, OPUS, same_time, 2), ==, 0);
        g_assert_cmpuint(red_write(out, sizeof out, OPUS, &(RedBlock){ present, 4, 0 }, 1), ==, 0);
        g_assert_cmpuint(red_write(out, 10, OPUS, late, 3), ==, 0);
        g_assert_cmpuint(red_write(out, 11, OPUS, late, 3), ==, 11);
}

static void test_malformed(void)
{
        static const uint8_t cut[] = { 0xef, 0x1e, 0x00 }, longer[] = { 0xef, 0x1e, 0x00, 0x03, 0x6f, 1, 2 };
        size_t size;
        unsigned earlier;
        g_assert_null(red_read(cut, sizeof cut, &size, &earlier));
        g_assert_null(red_read(longer, sizeof longer, &size, &earlier));
        g_assert_null(red_read(cut, 0, &size, &earlier));
        static const uint8_t bare[] = { 0x6f, 1 };
        g_assert_true(red_read(bare, sizeof bare, &size, &earlier) == bare + 1);
        g_assert_cmpuint(size, ==, 1);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/red/bytes", test_bytes);
        g_test_add_func("/red/what-is-left-out", test_what_is_left_out);
        g_test_add_func("/red/malformed", test_malformed);
        return g_test_run();
}
