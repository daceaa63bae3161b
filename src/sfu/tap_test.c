#include "sfu/tap.h"

#include <string.h>

static const uint8_t sets[] = { 0x78, 0, 4, 0x67, 0x42, 0xe0, 0x1f, 0, 2, 0x68, 0xce };
static const uint8_t key[] = { 0x65, 0x88, 1, 2 };
static const uint8_t delta[] = { 0x61, 0xe0, 3, 4 };

typedef struct Seen {
        unsigned frames, keys, gaps;
        SfuFrame last;
        uint8_t bytes[64];
} Seen;

static void on_frame(void *owner, const SfuFrame *frame)
{
        Seen *seen = owner;
        seen->frames++;
        seen->keys += frame->key;
        seen->gaps += frame->gap;
        seen->last = *frame;
        memcpy(seen->bytes, frame->bytes, MIN(frame->length, sizeof seen->bytes));
}

static void on_stop(void *owner)
{
}

static void push(TapAssembler *assembler, SfuTrackKind kind, const uint8_t *bytes, size_t size, uint32_t timestamp,
                 bool first, bool lost)
{
        TapPacket packet = { .kind = kind,
                             .codec = kind == SFU_MIC ? CODEC_OPUS : CODEC_H264,
                             .seat = 2,
                             .participant = { 9 },
                             .capture_us = timestamp * INT64_C(10),
                             .timestamp = timestamp,
                             .marker = bytes != sets,
                             .first = first,
                             .lost = lost,
                             .size = (uint16_t)size };
        memcpy(packet.bytes, bytes, size);
        tap_assembler_push(assembler, &packet);
}

static void test_access_units(void)
{
        Seen seen = { 0 };
        SfuTapSink sink = { &seen, on_frame, on_stop };
        TapAssembler *assembler = tap_assembler_new(&sink);
        push(assembler, SFU_CAMERA, sets, sizeof sets, 3000, true, false);
        g_assert_cmpuint(seen.frames, ==, 0); /* not whole yet */
        push(assembler, SFU_CAMERA, key, sizeof key, 3000, false, false);
        g_assert_cmpuint(seen.frames, ==, 1);
        g_assert_true(seen.last.key);
        g_assert_false(seen.last.gap);
        g_assert_cmpint(seen.last.capture_us, ==, 30000);
        g_assert_cmpuint(seen.last.participant.value, ==, 9);
        static const uint8_t annex_b[] = { 0, 0, 0, 1, 0x67, 0x42, 0xe0, 0x1f };
        g_assert_cmpmem(seen.bytes, sizeof annex_b, annex_b, sizeof annex_b);
        push(assembler, SFU_CAMERA, delta, sizeof delta, 6000, false, false);
        g_assert_cmpuint(seen.frames, ==, 2);
        g_assert_false(seen.last.key);
        tap_assembler_free(assembler);
}

/* A loss spoils the picture under way, and the next one that is whole says so; a new source begins without a gap. */
static void test_gaps(void)
{
        Seen seen = { 0 };
        SfuTapSink sink = { &seen, on_frame, on_stop };
        TapAssembler *assembler = tap_assembler_new(&sink);
        push(assembler, SFU_CAMERA, sets, sizeof sets, 3000, true, false);
        push(assembler, SFU_CAMERA, key, sizeof key, 3000, false, false);
        push(assembler, SFU_CAMERA, delta, sizeof delta, 9000, false, true);
        push(assembler, SFU_CAMERA, delta, sizeof delta, 12000, false, false);
        g_assert_cmpuint(seen.gaps, ==, 1);
        push(assembler, SFU_SCREEN, sets, sizeof sets, 700, true, false);
        push(assembler, SFU_SCREEN, key, sizeof key, 700, false, false);
        g_assert_cmpint(seen.last.kind, ==, SFU_SCREEN);
        g_assert_false(seen.last.gap);
        push(assembler, SFU_MIC, delta, sizeof delta, 1, false, true);
        g_assert_true(seen.last.gap);
        g_assert_cmpmem(seen.bytes, sizeof delta, delta, sizeof delta);
        tap_assembler_free(assembler);
}

/* A picture of VP8 in two packets comes out as one frame without their descriptors. */
static void test_vp8(void)
{
        static const uint8_t frame[] = { 0x10, 2, 0, 0x9d, 1, 0x2a, 64, 1, 180, 0, 7, 8 };
        Seen seen = { 0 };
        SfuTapSink sink = { &seen, on_frame, on_stop };
        TapAssembler *assembler = tap_assembler_new(&sink);
        for (unsigned i = 0; i < 2; i++) {
                TapPacket packet = { .kind = SFU_CAMERA,
                                     .codec = CODEC_VP8,
                                     .timestamp = 3000,
                                     .capture_us = 77,
                                     .first = i == 0,
                                     .marker = i == 1,
                                     .size = 7,
                                     .bytes = { i == 0 ? 0x10 : 0 } };
                memcpy(packet.bytes + 1, frame + 6 * i, 6);
                g_assert_cmpuint(seen.frames, ==, 0);
                tap_assembler_push(assembler, &packet);
        }
        g_assert_cmpuint(seen.frames, ==, 1);
        g_assert_cmpint(seen.last.picture, ==, SFU_TAP_ON_AIR);
        g_assert_true(seen.last.vp8 && seen.last.key && !seen.last.gap);
        g_assert_cmpmem(seen.bytes, seen.last.length, frame, sizeof frame);
        tap_assembler_free(assembler);
}

static void count_stop(void *owner)
{
        ++*(unsigned *)owner;
}

static void count_frame(void *owner, const SfuFrame *frame)
{
        owner = (unsigned *)owner + 1;
        ++*(unsigned *)owner;
}

/* However the end falls between the turns of the tap's thread, everything pushed before it is delivered, and the thread
 * leaves. */
static void test_end(void)
{
        enum { ROUNDS = 500, PUSHED_MOST = 7 };
        TapPacket packet = { .kind = SFU_MIC, .codec = CODEC_OPUS, .size = 3 };
        for (unsigned round = 0; round < ROUNDS; round++) {
                unsigned counts[2] = { 0 };
                SfuTapSink sink = { counts, count_frame, count_stop };
                Tap *tap = tap_new(&sink, NULL);
                for (unsigned i = 0; i < round % PUSHED_MOST; i++)
                        g_assert_true(tap_push(tap, &packet));
                tap_end(tap);
                tap_join(tap);
                g_assert_cmpuint(counts[0], ==, 1);
                g_assert_cmpuint(counts[1], ==, round % PUSHED_MOST);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/tap/access-units", test_access_units);
        g_test_add_func("/tap/gaps", test_gaps);
        g_test_add_func("/tap/vp8", test_vp8);
        g_test_add_func("/tap/end", test_end);
        return g_test_run();
}
