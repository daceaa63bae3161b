/* A slow line of TCP, with a clock of the test's own. */
#include "sfu/stream_queue.h"

#include "rtc/bytes.h"
#include "rtc/framing.h"
#include "rtc/rtp.h"

#include <glib.h>
#include <string.h>

enum { SOUND_TYPE = 111, PICTURE_TYPE = 96, MEDIA_BYTES = 1000, SOUND_BYTES = 120, PACKETS = 3 };

typedef struct Line {
        StreamQueue queue;
        FrameReader reader;
        int64_t now_us;
        uint16_t pictures[4096]; /* packets that came out, by timestamp / 3,000 */
        unsigned sounds, others;
        int64_t sound_late_us; /* the latest one */
} Line;

static bool put(Line *line, uint8_t type, uint32_t ssrc, uint32_t timestamp, size_t size)
{
        uint8_t packet[MEDIA_BYTES];
        RtpHeader header = { .payload_type = type, .timestamp = timestamp, .ssrc = ssrc };
        memset(packet, 7, sizeof packet);
        rtp_write(packet, &header, false);
        write_u64(packet + RTP_HEADER_BYTES, (uint64_t)line->now_us);
        return stream_queue_put(&line->queue, packet, size, line->now_us);
}

static void come_out(Line *line, const uint8_t *packet, size_t size)
{
        if (!rtp_is(packet, size)) {
                line->others++;
        } else if ((packet[1] & 127) == SOUND_TYPE) {
                line->sounds++;
                int64_t late_us = line->now_us - (int64_t)read_u64(packet + RTP_HEADER_BYTES);
                line->sound_late_us = MAX(line->sound_late_us, late_us);
        } else {
                line->pictures[read_u32(packet + 4) / 3000]++;
        }
}

/* What the kernel takes: at most so many bytes. */
static void drain(Line *line, size_t most)
{
        struct iovec pieces[2];
        for (int n; most && (n = stream_queue_peek(&line->queue, pieces)) > 0;) {
                size_t room;
                uint8_t *to = frame_reader_room(&line->reader, &room);
                size_t size = MIN(MIN(room, most), pieces[0].iov_len);
                memcpy(to, pieces[0].iov_base, size);
                frame_reader_filled(&line->reader, size);
                stream_queue_take(&line->queue, size, line->now_us);
                most -= size;
                const uint8_t *frame;
                for (size_t length; frame_reader_next(&line->reader, &frame, &length) == FRAME_WHOLE;)
                        come_out(line, frame, length);
        }
}

/* So many seconds of 30 pictures of three packets and 50 packets of sound each, over a line of so many bytes a second.
 * A turn is 1/150 s. */
static void run(Line *line, unsigned first, unsigned seconds, size_t bytes_a_second)
{
        for (unsigned turn = 0; turn < seconds * 150; turn++) {
                line->now_us += 6667;
                if (turn % 3 == 0)
                        put(line, SOUND_TYPE, 1000, turn, SOUND_BYTES);
                for (unsigned i = 0; turn % 5 == 0 && i < PACKETS; i++)
                        put(line, PICTURE_TYPE, 1002, (first + turn / 5) * 3000, MEDIA_BYTES);
                drain(line, bytes_a_second / 150);
        }
}

static unsigned whole(const Line *line, unsigned first, unsigned count)
{
        unsigned n = 0;
        for (unsigned i = first; i < first + count; i++) {
                g_assert_true(line->pictures[i] == 0 || line->pictures[i] == PACKETS);
                n += line->pictures[i] == PACKETS;
        }
        return n;
}

static Line *line_new(void)
{
        Line *line = g_new0(Line, 1);
        line->now_us = 1000000;
        stream_queue_sound(&line->queue, SOUND_TYPE);
        return line;
}

static void line_free(Line *line)
{
        stream_queue_clear(&line->queue);
        g_free(line);
}

/* The line carries all: nothing is left out, nothing waits. */
static void test_free_line(void)
{
        Line *line = line_new();
        run(line, 0, 10, 200000);
        drain(line, SIZE_MAX);
        g_assert_cmpuint(whole(line, 0, 300), ==, 300);
        g_assert_cmpuint(line->sounds, ==, 500);
        g_assert_false(stream_queue_recovered(&line->queue));
        line_free(line);
}

/* Half of what comes leaves: pictures go missing as a whole, no sound does, and none comes later than the bound. */
static void test_slow_line(void)
{
        Line *line = line_new();
        run(line, 0, 20, 48000);
        drain(line, SIZE_MAX);
        unsigned seen = whole(line, 0, 600);
        g_assert_cmpuint(seen, >, 150);
        g_assert_cmpuint(seen, <, 450);
        g_assert_cmpuint(line->sounds, ==, 1000);
        g_assert_cmpint(line->sound_late_us, <, 2 * STREAM_LATE_US); /* what came in 200 ms leaves in 400 */
        /* It is free again: said once, and all pictures come. */
        run(line, 600, 1, 400000);
        g_assert_true(stream_queue_recovered(&line->queue));
        g_assert_false(stream_queue_recovered(&line->queue));
        run(line, 630, 10, 400000);
        g_assert_cmpuint(whole(line, 630, 300), ==, 300);
        g_assert_false(stream_queue_recovered(&line->queue));
        line_free(line);
}

/* Nothing leaves: no more than the ring, sound stops a second later, and keep-alives still find room. */
static void test_dead_line(void)
{
        Line *line = line_new();
        run(line, 0, 30, 0);
        g_assert_cmpuint(stream_queue_size(&line->queue), <=, STREAM_QUEUE_BYTES);
        g_assert_cmpuint(stream_queue_size(&line->queue), <, 60 * 1000);
        uint8_t stun[20] = { 0, 1 };
        g_assert_true(stream_queue_put(&line->queue, stun, sizeof stun, line->now_us));
        drain(line, SIZE_MAX);
        g_assert_cmpuint(line->others, ==, 1);
        g_assert_cmpuint(line->sounds, <=, 51);
        g_assert_cmpuint(line->sounds, >=, 49);
        g_assert_cmpuint(whole(line, 0, 900), >, 0);
        line_free(line);
}

/* A burst larger than the ring, all at once: what does not fit is left out as a whole, and room for sound stays. */
static void test_burst(void)
{
        Line *line = line_new();
        for (unsigned picture = 0; picture < 200; picture++)
                for (unsigned i = 0; i < PACKETS; i++)
                        put(line, PICTURE_TYPE, 1002, picture * 3000, MEDIA_BYTES);
        g_assert_cmpuint(STREAM_QUEUE_BYTES - stream_queue_size(&line->queue), >=, STREAM_RESERVED_BYTES);
        g_assert_true(put(line, SOUND_TYPE, 1000, 0, SOUND_BYTES));
        drain(line, SIZE_MAX);
        g_assert_cmpuint(line->sounds, ==, 1);
        unsigned cut = 0; /* the one during which it became full */
        for (unsigned i = 0; i < 200; i++)
                cut += line->pictures[i] % PACKETS != 0;
        g_assert_cmpuint(cut, <=, 1);
        g_assert_true(stream_queue_recovered(&line->queue));
        line_free(line);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/stream-queue/free-line", test_free_line);
        g_test_add_func("/stream-queue/slow-line", test_slow_line);
        g_test_add_func("/stream-queue/dead-line", test_dead_line);
        g_test_add_func("/stream-queue/burst", test_burst);
        return g_test_run();
}
