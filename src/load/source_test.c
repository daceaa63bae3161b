#include "load/source.h"
#include "load/media.h"
#include "rtc/h264.h"
#include "rtc/opus.h"
#include "rtc/vp8.h"
#include <glib.h>
#include <string.h>

typedef struct {
        unsigned frames, key_frames, packets, markers;
        size_t smallest, largest;
} Seen;

static bool is_key_frame(Codec codec, const uint8_t *payload, size_t size)
{
        if (codec == CODEC_H264) {
                H264Payload h264;
                g_assert_cmpint(h264_parse(payload, size, &h264), ==, DROP_NONE);
                return h264.start && h264.has_idr;
        }
        Vp8Descriptor vp8;
        g_assert_cmpint(vp8_parse(payload, size, &vp8), ==, DROP_NONE);
        return vp8.start && vp8.key_frame;
}

static Seen play(Source *source, unsigned frames)
{
        Seen seen = { .smallest = SIZE_MAX };
        for (seen.frames = 0; seen.frames < frames; seen.frames++) {
                uint8_t payload[BURST_PACKET_BYTES];
                bool last = false, key_frame = false;
                source->next_frame(source, 0);
                for (size_t size; (size = source->next_payload(source, 1176, payload, &last)) > 0;) {
                        g_assert_cmpuint(size, <=, 1176);
                        if (source->codec != CODEC_OPUS)
                                key_frame |= is_key_frame(source->codec, payload, size);
                        seen.packets++;
                        seen.markers += last;
                        seen.smallest = MIN(seen.smallest, size);
                        seen.largest = MAX(seen.largest, size);
                }
                seen.key_frames += key_frame;
        }
        return seen;
}

static void check_burst(Codec codec)
{
        Source *source = burst_source_new(&(BurstOptions){ .codec = codec, .first = 1 });
        Seen seen = play(source, 180);
        g_assert_cmpuint(seen.packets, ==, 900);
        g_assert_cmpuint(seen.markers, ==, 180);
        g_assert_cmpuint(seen.key_frames, ==, 2);
        g_assert_cmpuint(seen.smallest, ==, 1176); /* equal sizes: what a burst is for */
        g_assert_cmpuint(seen.largest, ==, 1176);
        play(source, 7);
        g_assert_cmpuint(play(source, 1).key_frames, ==, 0);
        source->want_key_frame(source);
        g_assert_cmpuint(play(source, 1).key_frames, ==, 1);
        source_free(source);
}

static void test_bursts_are_five_equal_packets(void)
{
        check_burst(CODEC_H264);
        check_burst(CODEC_VP8);
}

static void test_key_frames_say_how_large_they_are(void)
{
        const unsigned heights[] = { 180, 360, 720 };
        for (size_t i = 0; i < G_N_ELEMENTS(heights); i++) {
                uint8_t payload[BURST_PACKET_BYTES];
                bool last;
                Vp8Descriptor vp8;
                H264Payload h264;
                H264Sps sps;
                BurstOptions options = { .codec = CODEC_VP8, .first = 1, .height = heights[i] };
                Source *source = burst_source_new(&options);
                source->next_frame(source, 0);
                size_t size = source->next_payload(source, 1100, payload, &last);
                g_assert_cmpint(vp8_parse(payload, size, &vp8), ==, DROP_NONE);
                g_assert_cmpuint(vp8.height, ==, heights[i]);
                g_assert_cmpuint(vp8.width, ==, heights[i] * 16 / 9);
                source_free(source);
                options.codec = CODEC_H264;
                source = burst_source_new(&options);
                source->next_frame(source, 0);
                size = source->next_payload(source, 1100, payload, &last);
                g_assert_cmpint(h264_parse(payload, size, &h264), ==, DROP_NONE);
                g_assert_true(h264.has_sps && h264_sps_read(h264.sps, h264.sps_bytes, &sps));
                g_assert_cmpuint(sps.height, ==, heights[i]);
                g_assert_cmpuint(sps.width, ==, heights[i] * 16 / 9);
                g_assert_false(sps.b_frames_possible);
                source_free(source);
        }
}

/* RFC 6184 5.8: a unit in one fragment is no fragment. */
static void test_small_frames_are_whole_units(void)
{
        Source *source = burst_source_new(&(BurstOptions){ .codec = CODEC_H264, .first = 1, .packets_per_frame = 2 });
        Seen seen = play(source, 100);
        g_assert_cmpuint(seen.packets, ==, 200);
        g_assert_cmpuint(seen.key_frames, ==, 2);
        source_free(source);
}

/* RFC 7741 4.2: TL0PICIDX counts the pictures of the lowest layer, the upper ones lean on it alone. */
static void test_temporal_layers(void)
{
        Source *source = burst_source_new(&(BurstOptions){ .codec = CODEC_VP8, .first = 0x7fff, .temporal = true });
        unsigned of_layer[3] = { 0 };
        Vp8Descriptor before = { 0 };
        for (unsigned frame = 0; frame < 80; frame++) {
                uint8_t payload[BURST_PACKET_BYTES];
                bool last = false;
                Vp8Descriptor vp8 = { 0 };
                if (frame == 42)
                        source->want_key_frame(source);
                source->next_frame(source, 0);
                for (size_t size; (size = source->next_payload(source, 1100, payload, &last)) > 0;)
                        g_assert_cmpint(vp8_parse(payload, size, &vp8), ==, DROP_NONE);
                g_assert_true(vp8.has_tid && vp8.has_tl0 && vp8.long_picture_id && vp8.tid < 3);
                g_assert_cmpuint(vp8.picture_id, ==, (0x7fff + frame) & 0x7fff);
                g_assert_cmpint(vp8.layer_sync, ==, vp8.tid > 0);
                g_assert_cmpint(vp8.non_reference, ==, vp8.tid == 2);
                if (frame > 0)
                        g_assert_cmpuint(vp8.tl0, ==, (before.tl0 + (vp8.tid == 0)) & 0xff);
                if (frame == 42)
                        g_assert_cmpuint(vp8.tid, ==, 0); /* a key frame is of the lowest */
                of_layer[vp8.tid]++;
                before = vp8;
        }
        g_assert_cmpuint(of_layer[0], ==, 21); /* one more than a quarter: the key frame came early */
        g_assert_cmpuint(of_layer[1], ==, 19);
        g_assert_cmpuint(of_layer[2], ==, 40);
        source_free(source);
}

static void check_loop(Codec codec, const uint8_t *bytes, size_t size)
{
        Source *source = loop_source_new(codec, bytes, size, MEDIA_FRAMES_PER_SECOND);
        g_assert_nonnull(source);
        Seen seen = play(source, 300);
        g_assert_cmpuint(seen.key_frames, ==, 10); /* 20 s, one every two */
        g_assert_cmpuint(seen.markers, ==, 300);
        play(source, 7);
        source->want_key_frame(source);
        g_assert_cmpuint(play(source, 1).key_frames, ==, 1);
        source_free(source);
}

static void test_loops_play_over_and_over(void)
{
        check_loop(CODEC_H264, media_first_h264, media_first_h264_size);
        check_loop(CODEC_H264, media_second_h264, media_second_h264_size);
        check_loop(CODEC_VP8, media_first_vp8, media_first_vp8_size);
        check_loop(CODEC_VP8, media_second_vp8, media_second_vp8_size);
}

/* Every access unit comes out whole on the other side, with a size a decoder can start from. */
static void test_h264_loop_joins_again(void)
{
        Source *source = loop_source_new(CODEC_H264, media_first_h264, media_first_h264_size, MEDIA_FRAMES_PER_SECOND);
        g_autoptr(H264Depacketizer) depacketizer = h264_depacketizer_new();
        unsigned whole = 0;
        for (unsigned frame = 0; frame < 150; frame++) {
                uint8_t payload[BURST_PACKET_BYTES];
                bool last = false;
                source->next_frame(source, 0);
                for (size_t size; (size = source->next_payload(source, 400, payload, &last)) > 0;) {
                        const uint8_t *unit = NULL;
                        size_t unit_size;
                        bool key_frame;
                        g_assert_cmpint(h264_depacketizer_push(depacketizer, payload, size, frame * 6000, last, false,
                                                               &unit, &unit_size, &key_frame),
                                        ==, DROP_NONE);
                        whole += last && unit && key_frame == (frame % 30 == 0);
                }
        }
        g_assert_cmpuint(whole, ==, 150);
        source_free(source);
}

static void test_spoilt_media_are_refused(void)
{
        g_assert_null(loop_source_new(CODEC_H264, (const uint8_t *)"no start code", 13, 15));
        g_assert_null(loop_source_new(CODEC_VP8, (const uint8_t *)"DKIF", 4, 15));
        g_assert_null(loop_source_new(CODEC_VP8, media_first_vp8, 40, 15)); /* cut inside the first frame */
        g_assert_null(loop_source_new(CODEC_H264, NULL, 0, 15));
}

static void test_tones_take_turns(void)
{
        Source *first = tone_source_new(440, 0, 2), *second = tone_source_new(660, 1, 2);
        for (int64_t now_us = 0; now_us < 32000000; now_us += 20000) {
                uint8_t payload[BURST_PACKET_BYTES];
                bool last;
                OpusToc toc;
                first->next_frame(first, now_us);
                second->next_frame(second, now_us);
                size_t size = first->next_payload(first, sizeof payload, payload, &last);
                g_assert_cmpint(opus_toc_read(payload, size, &toc), ==, DROP_NONE);
                g_assert_cmpuint(toc.duration_us, ==, 20000);
                if (now_us % 8000000 < 200000) /* the fade from one to the other */
                        continue;
                bool first_speaks = now_us / 8000000 % 2 == 0;
                g_assert_cmpint(first->audio_level, ==, first_speaks ? 25 : 127);
                g_assert_cmpint(second->audio_level, ==, first_speaks ? 127 : 25);
        }
        source_free(first);
        source_free(second);
}

/* Each is often heard alone, often with the other, and often neither is. */
static void test_words_differ_by_tone(void)
{
        Source *first = word_source_new(440), *second = word_source_new(660);
        unsigned heard[4] = { 0 };
        for (int64_t now_us = 0; now_us < 60000000; now_us += 20000) {
                first->next_frame(first, now_us);
                second->next_frame(second, now_us);
                heard[(first->audio_level < 60) + 2 * (second->audio_level < 60)]++;
        }
        for (unsigned i = 0; i < G_N_ELEMENTS(heard); i++)
                g_assert_cmpuint(heard[i], >, 3000 / 8);
        source_free(first);
        source_free(second);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/load/source/burst", test_bursts_are_five_equal_packets);
        g_test_add_func("/load/source/sizes", test_key_frames_say_how_large_they_are);
        g_test_add_func("/load/source/small", test_small_frames_are_whole_units);
        g_test_add_func("/load/source/temporal", test_temporal_layers);
        g_test_add_func("/load/source/loop", test_loops_play_over_and_over);
        g_test_add_func("/load/source/h264", test_h264_loop_joins_again);
        g_test_add_func("/load/source/spoilt", test_spoilt_media_are_refused);
        g_test_add_func("/load/source/tones", test_tones_take_turns);
        g_test_add_func("/load/source/words", test_words_differ_by_tone);
        return g_test_run();
}
