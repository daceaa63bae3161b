#include "rtc/opus.h"
#include <glib.h>

static OpusToc toc_of(const uint8_t *payload, size_t size)
{
        OpusToc toc = { 0 };
        g_assert_cmpint(opus_toc_read(payload, size, &toc), ==, DROP_NONE);
        return toc;
}

static void test_durations(void)
{
        static const struct {
                uint8_t toc;
                uint32_t duration_us;
        } CASES[] = {
                { 0 << 3, 10000 },  { 3 << 3, 60000 },      { 9 << 3, 20000 },      { 12 << 3, 10000 },
                { 13 << 3, 20000 }, { 14 << 3, 10000 },     { 15 << 3 | 1, 40000 }, { 16 << 3, 2500 },
                { 31 << 3, 20000 }, { 31 << 3 | 2, 40000 },
        };
        uint8_t payload[40] = { 0 };
        for (unsigned i = 0; i < G_N_ELEMENTS(CASES); i++) {
                payload[0] = CASES[i].toc;
                OpusToc toc = toc_of(payload, sizeof payload);
                g_assert_cmpuint(toc.duration_us, ==, CASES[i].duration_us);
                g_assert_cmpuint(opus_toc_ticks(&toc), ==, CASES[i].duration_us / 125 * 6);
                g_assert_false(toc.dtx);
        }
}

static void test_many_frames(void)
{
        uint8_t payload[40] = { 31 << 3 | 4 | 3, 6 };
        OpusToc toc = toc_of(payload, sizeof payload);
        g_assert_cmpuint(toc.duration_us, ==, 120000);
        g_assert_cmpuint(toc.frames, ==, 6);
        g_assert_true(toc.stereo);
        g_assert_false(toc.dtx);
        payload[1] = 7;
        g_assert_cmpint(opus_toc_read(payload, 40, &toc), ==, DROP_CODEC_MALFORMED);
        payload[1] = 0;
        g_assert_cmpint(opus_toc_read(payload, 40, &toc), ==, DROP_CODEC_MALFORMED);
        g_assert_cmpint(opus_toc_read(payload, 1, &toc), ==, DROP_CODEC_MALFORMED);
        g_assert_cmpint(opus_toc_read(payload, 0, &toc), ==, DROP_CODEC_MALFORMED);
}

static void test_dtx(void)
{
        g_assert_true(toc_of((uint8_t[]){ 13 << 3 }, 1).dtx);
        g_assert_true(toc_of((uint8_t[]){ 13 << 3, 0 }, 2).dtx);
        g_assert_false(toc_of((uint8_t[]){ 13 << 3, 0, 0 }, 3).dtx);
        g_assert_true(toc_of((uint8_t[]){ 1 << 3 | 3, 3, 0, 0, 0 }, 5).dtx);
        g_assert_false(toc_of((uint8_t[]){ 1 << 3 | 3, 3, 0, 0, 0, 0 }, 6).dtx);
        g_assert_true(toc_of((uint8_t[]){ 1 << 3 | 3, 0x83, 1, 1, 0, 0, 0 }, 7).dtx);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/opus/durations", test_durations);
        g_test_add_func("/opus/many-frames", test_many_frames);
        g_test_add_func("/opus/dtx", test_dtx);
        return g_test_run();
}
