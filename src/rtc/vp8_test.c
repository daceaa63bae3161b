#include "rtc/vp8.h"
#include <glib.h>
#include <string.h>

static void test_shortest(void)
{
        Vp8Descriptor d;
        g_assert_cmpint(vp8_parse((uint8_t[]){ 0x10, 0x01 }, 2, &d), ==, DROP_NONE);
        g_assert_cmpuint(d.bytes, ==, 1);
        g_assert_true(d.start);
        g_assert_false(d.key_frame || d.has_picture_id || d.has_tl0 || d.has_tid);
        g_assert_cmpint(vp8_parse((uint8_t[]){ 0x11, 0x00 }, 2, &d), ==, DROP_NONE); /* second partition */
        g_assert_false(d.start || d.key_frame);
}

/* Everything there, as Chromium sends with temporal layers; a key frame of 640 × 360. */
static const uint8_t FULL[] = { 0x90, 0xe0, 0x92, 0x34, 0x56, 0x60, 0x50, 0x02,
                                0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x41 };

static void test_full(void)
{
        Vp8Descriptor d;
        g_assert_cmpint(vp8_parse(FULL, sizeof FULL, &d), ==, DROP_NONE);
        g_assert_cmpuint(d.bytes, ==, 6);
        g_assert_true(d.long_picture_id);
        g_assert_cmphex(d.picture_id, ==, 0x1234);
        g_assert_cmphex(d.tl0, ==, 0x56);
        g_assert_cmpuint(d.tid, ==, 1);
        g_assert_true(d.layer_sync);
        g_assert_true(d.key_frame);
        g_assert_cmpuint(d.width, ==, 640);
        g_assert_cmpuint(d.height, ==, 360); /* two scaling bits above it are not size */
        for (size_t size = 0; size <= 6; size++)
                g_assert_cmpint(vp8_parse(FULL, size, &d), ==, DROP_CODEC_MALFORMED);
        g_assert_cmpint(vp8_parse(FULL, 7, &d), ==, DROP_NONE); /* the size is in no packet: still a key frame */
        g_assert_true(d.key_frame);
        g_assert_cmpuint(d.width, ==, 0);
}

static void test_without_tl0(void)
{
        Vp8Descriptor d;
        static const uint8_t PAYLOAD[] = { 0x80, 0xa0, 0x11, 0x80, 0xff };
        g_assert_cmpint(vp8_parse(PAYLOAD, sizeof PAYLOAD, &d), ==, DROP_NONE);
        g_assert_cmpuint(d.picture_id, ==, 0x11);
        g_assert_false(d.long_picture_id || d.has_tl0);
        g_assert_cmpuint(d.tid, ==, 2);
        g_assert_cmpuint(d.bytes, ==, 4);
}

static void test_rewrite(void)
{
        uint8_t payload[sizeof FULL];
        Vp8Descriptor d, again;
        memcpy(payload, FULL, sizeof FULL);
        vp8_parse(payload, sizeof payload, &d);
        vp8_rewrite(payload, &d, 0x8001, 9);
        g_assert_cmpint(vp8_parse(payload, sizeof payload, &again), ==, DROP_NONE);
        g_assert_cmphex(again.picture_id, ==, 1);
        g_assert_cmpuint(again.tl0, ==, 9);
        g_assert_cmpuint(again.tid, ==, d.tid);
        g_assert_cmpmem(payload + 5, sizeof payload - 5, FULL + 5, sizeof FULL - 5);

        uint8_t narrow[] = { 0x80, 0x80, 0x11, 0xff };
        vp8_parse(narrow, sizeof narrow, &d);
        vp8_rewrite(narrow, &d, 0x1ff, 9);
        g_assert_cmpmem(narrow, 4, ((uint8_t[]){ 0x80, 0x80, 0x7f, 0xff }), 4);
}

static void test_packetize(void)
{
        uint8_t frame[5000], joined[5000], out[1200];
        for (size_t i = 0; i < sizeof frame; i++)
                frame[i] = (uint8_t)(i * 31);
        size_t offset = 0, size, total = 0, smallest = sizeof out;
        unsigned n = 0;
        while ((size = vp8_packetize(frame, sizeof frame, 0x7fff, &offset, sizeof out, out)) > 0) {
                Vp8Descriptor d;
                g_assert_cmpint(vp8_parse(out, size, &d), ==, DROP_NONE);
                g_assert_cmpint(d.start, ==, n == 0);
                g_assert_cmphex(d.picture_id, ==, 0x7fff);
                memcpy(joined + total, out + d.bytes, size - d.bytes);
                total += size - d.bytes;
                smallest = MIN(smallest, size);
                n++;
        }
        g_assert_cmpmem(joined, total, frame, sizeof frame);
        g_assert_cmpuint(n, ==, 5);
        g_assert_cmpuint(smallest, >=, 1000);
}

/* Joins again what was split; without its first piece, or with one missing, there is no frame. */
static void test_join(void)
{
        uint8_t frame[3000], out[1200];
        for (size_t i = 0; i < sizeof frame; i++)
                frame[i] = (uint8_t)(i * 31);
        g_autoptr(Vp8Depacketizer) depacketizer = vp8_depacketizer_new();
        for (unsigned round = 0; round < 4; round++) {
                /* 1: the second piece is missing; 2: the first; 0 and 3: none, 3 no key frame */
                size_t offset = 0, size, joined_size = 0;
                const uint8_t *joined = NULL;
                bool key_frame = false, lost = false;
                frame[0] = round == 3;
                for (unsigned piece = 0; (size = vp8_packetize(frame, sizeof frame, 5, &offset, sizeof out, out)) > 0;
                     piece++) {
                        if ((round == 1 && piece == 1) || (round == 2 && piece == 0)) {
                                lost = true;
                                continue;
                        }
                        vp8_depacketizer_push(depacketizer, out, size, 3000 * round, offset == sizeof frame, lost,
                                              &joined, &joined_size, &key_frame);
                        g_assert_true(!joined || offset == sizeof frame);
                        lost = false;
                }
                if (round == 1 || round == 2) {
                        g_assert_null(joined);
                        continue;
                }
                g_assert_cmpmem(joined, joined_size, frame, sizeof frame);
                g_assert_cmpint(key_frame, ==, round == 0);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/vp8/shortest", test_shortest);
        g_test_add_func("/vp8/full", test_full);
        g_test_add_func("/vp8/without-tl0", test_without_tl0);
        g_test_add_func("/vp8/rewrite", test_rewrite);
        g_test_add_func("/vp8/packetize", test_packetize);
        g_test_add_func("/vp8/join", test_join);
        return g_test_run();
}
