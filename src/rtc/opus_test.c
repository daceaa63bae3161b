#include "rtc/opus.h"
#include <glib.h>
#include <opus/opus.h>
#include <string.h>

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

/* What libopus says of the joined packet is what it says of the parts. */
static void test_join(void)
{
        uint8_t first[300], second[253] = { 0 }, third[4] = { 15 << 3, 7, 8, 9 }, out[700];
        memset(first, 1, sizeof first);
        memset(second, 2, sizeof second);
        first[0] = second[0] = 15 << 3; /* hybrid, 20 ms */
        const OpusPart parts[] = { { first, sizeof first }, { second, sizeof second }, { third, sizeof third } };
        size_t size = opus_join(out, sizeof out, parts, 3);
        unsigned char toc = 0;
        const unsigned char *frames[48];
        opus_int16 sizes[48];
        int offset = 0;
        g_assert_cmpint(opus_packet_parse(out, (opus_int32)size, &toc, frames, sizes, &offset), ==, 3);
        g_assert_cmpint(toc, ==, 15 << 3 | 3);
        for (size_t i = 0; i < 3; i++) {
                g_assert_cmpint(sizes[i], ==, (int)parts[i].size - 1);
                g_assert_cmpmem(frames[i], (size_t)sizes[i], parts[i].payload + 1, parts[i].size - 1);
        }
        g_assert_cmpuint(toc_of(out, size).duration_us, ==, 60000);
        g_assert_cmpuint(opus_join(out, size - 1, parts, 3), ==, 0);
        g_assert_cmpuint(opus_join(out, sizeof out, parts, 1), ==, 0);
        second[0] = 14 << 3;
        g_assert_cmpuint(opus_join(out, sizeof out, parts, 3), ==, 0);
        second[0] = 15 << 3 | 1;
        g_assert_cmpuint(opus_join(out, sizeof out, parts, 3), ==, 0);
        first[0] = second[0] = third[0] = 3 << 3; /* 60 ms each: three are too long */
        g_assert_cmpuint(opus_join(out, sizeof out, parts, 3), ==, 0);
        g_assert_cmpuint(opus_join(out, sizeof out, parts, 2), >, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/opus/durations", test_durations);
        g_test_add_func("/opus/many-frames", test_many_frames);
        g_test_add_func("/opus/dtx", test_dtx);
        g_test_add_func("/opus/join", test_join);
        return g_test_run();
}
