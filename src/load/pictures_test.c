#include "load/pictures.h"
#include "load/source.h"
#include <string.h>

#define STEP_US INT64_C(33333)
#define PAYLOAD_BYTES 1100

/* A line from a source to the pictures, on which packets can be held back. */
typedef struct {
        Source *source;
        Pictures *pictures;
        Codec codec;
        RtpHeader header;
        int64_t now_us;
        bool asked; /* for a key frame */
        uint8_t payload[PAYLOAD_BYTES], held[PAYLOAD_BYTES];
        RtpHeader held_header;
} Line;

static Line line_new(Codec codec, uint16_t first_sequence, unsigned first_picture)
{
        Line line = { .source = burst_source_new(&(BurstOptions){ .codec = codec, .first = first_picture }),
                      .pictures = pictures_new(),
                      .codec = codec };
        line.header = (RtpHeader){ .sequence = first_sequence, .timestamp = UINT32_MAX - 9000 };
        line.source->want_key_frame(line.source);
        return line;
}

static void line_clear(Line *line)
{
        source_free(line->source);
        pictures_free(line->pictures);
}

static void give(Line *line, const RtpHeader *header, const uint8_t *payload)
{
        line->asked |= pictures_receive(line->pictures, line->codec, header, payload, line->now_us);
}

/* One frame; packet `hold` of it (from 0; -1: none) is kept and can be given later. */
static void send_frame(Line *line, int hold)
{
        size_t size;
        int i = 0;
        line->source->next_frame(line->source, line->now_us);
        while ((size = line->source->next_payload(line->source, PAYLOAD_BYTES, line->payload, &line->header.marker)) >
               0) {
                line->header.payload_bytes = (uint16_t)size;
                if (i++ == hold) {
                        line->held_header = line->header;
                        memcpy(line->held, line->payload, size);
                } else {
                        give(line, &line->header, line->payload);
                }
                line->header.sequence++;
        }
        line->header.timestamp += 3000;
        line->now_us += STEP_US;
        line->asked |= pictures_turn(line->pictures, line->now_us);
}

static void send_frames(Line *line, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                send_frame(line, -1);
}

static void test_numbers_that_start_over_are_no_gap(void)
{
        const Codec codecs[] = { CODEC_VP8, CODEC_H264 };
        for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++) {
                Line line = line_new(codecs[i], 0xffff - 20, 0x8000 - 3);
                send_frames(&line, 100);
                const PictureCounts *counts = pictures_counts(line.pictures);
                g_assert_cmpuint(counts->whole, ==, 100);
                g_assert_cmpuint(counts->gaps + counts->stray + counts->jumps + counts->torn, ==, 0);
                g_assert_cmpint(counts->first_us, ==, 0);
                g_assert_cmpint(counts->pause_us, ==, STEP_US);
                line_clear(&line);
        }
}

static void test_a_gap_that_is_filled_costs_time_alone(void)
{
        Line line = line_new(CODEC_VP8, 0xffff - 6, 1);
        send_frame(&line, -1);
        send_frame(&line, 2);
        send_frames(&line, 3);
        const PictureCounts *counts = pictures_counts(line.pictures);
        g_assert_cmpuint(counts->whole, ==, 1);
        give(&line, &line.held_header, line.held);
        g_assert_cmpuint(counts->whole, ==, 5);
        give(&line, &line.held_header, line.held); /* twice */
        g_assert_cmpuint(counts->whole, ==, 5);
        g_assert_cmpuint(counts->gaps + counts->stray + counts->jumps, ==, 0);
        g_assert_cmpint(counts->pause_us, ==, 5 * STEP_US);
        g_assert_false(line.asked);
        line_clear(&line);
}

static void test_after_a_gap_that_stays_only_a_key_frame_counts(void)
{
        Line line = line_new(CODEC_H264, 1, 1);
        send_frame(&line, -1);
        send_frame(&line, 2);
        while (!line.asked)
                send_frame(&line, -1);
        const PictureCounts *counts = pictures_counts(line.pictures);
        g_assert_cmpint(line.now_us, >=, PICTURES_GAP_MAX_US);
        g_assert_cmpuint(counts->gaps, ==, 1);
        g_assert_cmpuint(counts->whole, ==, 1);
        g_assert_cmpuint(counts->stray, >, 25);
        line.source->want_key_frame(line.source);
        send_frames(&line, 2);
        g_assert_cmpuint(counts->whole, ==, 3);
        g_assert_cmpuint(counts->key_frames, ==, 2);
        line_clear(&line);
}

static void test_a_sender_who_stops_in_a_picture_tears_it(void)
{
        Line line = line_new(CODEC_VP8, 1, 1);
        send_frames(&line, 2);
        send_frame(&line, 4); /* its end is never sent: the next one has its number */
        line.header.sequence--;
        line.source->want_key_frame(line.source);
        send_frames(&line, 2);
        const PictureCounts *counts = pictures_counts(line.pictures);
        g_assert_cmpuint(counts->torn, ==, 1);
        g_assert_cmpuint(counts->whole, ==, 4);
        g_assert_cmpuint(counts->gaps + counts->stray + counts->jumps, ==, 0);
        line_clear(&line);
}

static void test_a_picture_that_was_left_out_shows_in_its_number(void)
{
        Line line = line_new(CODEC_VP8, 1, 1);
        send_frames(&line, 2);
        line.source->next_frame(line.source, line.now_us); /* made, never sent, and no packet is missing */
        send_frames(&line, 2);
        g_assert_cmpuint(pictures_counts(line.pictures)->jumps, ==, 1);
        line_clear(&line);
}

static void test_without_a_key_frame_nothing_is_shown(void)
{
        Line line = line_new(CODEC_VP8, 1, 1);
        Pictures *first = line.pictures;
        send_frames(&line, 1);
        line.pictures = pictures_new();
        send_frames(&line, 10);
        const PictureCounts *counts = pictures_counts(line.pictures);
        g_assert_cmpuint(counts->whole, ==, 0);
        g_assert_cmpuint(counts->stray, ==, 10);
        g_assert_cmpint(counts->first_us, ==, -1);
        pictures_free(first);
        line_clear(&line);
}

static void test_far_ahead_is_one_gap(void)
{
        Line line = line_new(CODEC_VP8, 1, 1);
        send_frames(&line, 2);
        line.header.sequence += PICTURES_WINDOW + 5;
        send_frame(&line, -1);
        g_assert_true(line.asked);
        g_assert_cmpuint(pictures_counts(line.pictures)->gaps, ==, 1);
        line_clear(&line);
}

static void test_empty_packets_take_a_place(void)
{
        Line line = line_new(CODEC_VP8, 1, 1);
        send_frames(&line, 1);
        RtpHeader padding = line.header;
        padding.payload_bytes = 0;
        padding.padding_bytes = 200;
        padding.marker = false;
        give(&line, &padding, line.payload);
        line.header.sequence++;
        send_frames(&line, 1);
        g_assert_cmpuint(pictures_counts(line.pictures)->whole, ==, 2);
        line_clear(&line);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/load/pictures/wraps", test_numbers_that_start_over_are_no_gap);
        g_test_add_func("/load/pictures/mended", test_a_gap_that_is_filled_costs_time_alone);
        g_test_add_func("/load/pictures/given-up", test_after_a_gap_that_stays_only_a_key_frame_counts);
        g_test_add_func("/load/pictures/torn", test_a_sender_who_stops_in_a_picture_tears_it);
        g_test_add_func("/load/pictures/jump", test_a_picture_that_was_left_out_shows_in_its_number);
        g_test_add_func("/load/pictures/no-key", test_without_a_key_frame_nothing_is_shown);
        g_test_add_func("/load/pictures/far", test_far_ahead_is_one_gap);
        g_test_add_func("/load/pictures/empty", test_empty_packets_take_a_place);
        return g_test_run();
}
