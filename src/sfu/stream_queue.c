#include "sfu/stream_queue.h"

#include "rtc/bytes.h"
#include "rtc/framing.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"

#include <glib.h>
#include <string.h>

enum { MARK_EVERY_US = 10 * 1000 };

_Static_assert((STREAM_QUEUE_BYTES & (STREAM_QUEUE_BYTES - 1)) == 0, "places are masked");

void stream_queue_clear(StreamQueue *queue)
{
        g_clear_pointer(&queue->ring, g_free);
        queue->taken = queue->put;
        queue->n_marks = 0;
}

void stream_queue_sound(StreamQueue *queue, uint8_t payload_type)
{
        queue->sound_types[payload_type >> 6 & 1] |= UINT64_C(1) << (payload_type & 63);
}

static bool is_sound(const StreamQueue *queue, uint8_t payload_type)
{
        return queue->sound_types[payload_type >> 6] >> (payload_type & 63) & 1;
}

static StreamMark *mark_at(StreamQueue *queue, unsigned i)
{
        return &queue->marks[(queue->first_mark + i) % STREAM_MARKS];
}

/* How long the oldest byte waits, to some milliseconds. */
static int64_t age_us(StreamQueue *queue, int64_t now_us)
{
        while (queue->n_marks > 1 && mark_at(queue, 1)->place <= queue->taken) {
                queue->first_mark = (queue->first_mark + 1) % STREAM_MARKS;
                queue->n_marks--;
        }
        return stream_queue_size(queue) && queue->n_marks ? now_us - mark_at(queue, 0)->at_us : 0;
}

static void note_time(StreamQueue *queue, int64_t now_us)
{
        if (stream_queue_size(queue) == 0)
                queue->n_marks = 0;
        if (queue->n_marks == STREAM_MARKS ||
            (queue->n_marks && now_us - mark_at(queue, queue->n_marks - 1)->at_us < MARK_EVERY_US))
                return;
        queue->n_marks++;
        *mark_at(queue, queue->n_marks - 1) = (StreamMark){ queue->put, now_us };
}

static void look_behind(StreamQueue *queue, int64_t now_us)
{
        queue->behind = age_us(queue, now_us) > (queue->behind ? STREAM_CLEAR_US : STREAM_LATE_US);
}

static void write_bytes(StreamQueue *queue, const uint8_t *bytes, size_t size)
{
        size_t at = queue->put & (STREAM_QUEUE_BYTES - 1);
        size_t first = MIN(size, STREAM_QUEUE_BYTES - at);
        memcpy(queue->ring + at, bytes, first);
        memcpy(queue->ring, bytes + first, size - first);
        queue->put += size;
}

/* A packet of a picture goes the way of the picture's first one. */
static bool may_picture(StreamQueue *queue, const uint8_t *packet, size_t room)
{
        uint32_t timestamp = read_u32(packet + 4), ssrc = read_u32(packet + 8);
        StreamLine *line = &queue->lines[ssrc % STREAM_LINES];
        if (!line->known || line->ssrc != ssrc || line->timestamp != timestamp)
                *line = (StreamLine){ ssrc, timestamp, true, queue->behind };
        if (room < STREAM_RESERVED_BYTES)
                line->dropped = true;
        queue->lost_pictures |= line->dropped;
        return !line->dropped;
}

static bool may_go(StreamQueue *queue, const uint8_t *packet, size_t size, size_t room, int64_t now_us)
{
        if (size > FRAME_MAX_BYTES || room < FRAME_HEADER_BYTES + size)
                return false;
        if (!rtp_is(packet, size) || rtcp_is(packet, size) || size < RTP_HEADER_BYTES)
                return true;
        if (is_sound(queue, packet[1] & 127))
                return age_us(queue, now_us) < STREAM_SOUND_LATE_US;
        return may_picture(queue, packet, room - FRAME_HEADER_BYTES - size);
}

bool stream_queue_put(StreamQueue *queue, const uint8_t *packet, size_t size, int64_t now_us)
{
        look_behind(queue, now_us);
        if (!may_go(queue, packet, size, STREAM_QUEUE_BYTES - stream_queue_size(queue), now_us))
                return false;
        if (!queue->ring)
                queue->ring = g_malloc(STREAM_QUEUE_BYTES);
        note_time(queue, now_us);
        uint8_t header[FRAME_HEADER_BYTES];
        write_u16(header, (uint16_t)size);
        write_bytes(queue, header, sizeof header);
        write_bytes(queue, packet, size);
        return true;
}

int stream_queue_peek(const StreamQueue *queue, struct iovec ret_pieces[2])
{
        size_t size = stream_queue_size(queue), at = queue->taken & (STREAM_QUEUE_BYTES - 1);
        size_t first = MIN(size, STREAM_QUEUE_BYTES - at);
        if (size == 0)
                return 0;
        ret_pieces[0] = (struct iovec){ queue->ring + at, first };
        ret_pieces[1] = (struct iovec){ queue->ring, size - first };
        return size > first ? 2 : 1;
}

void stream_queue_take(StreamQueue *queue, size_t size, int64_t now_us)
{
        queue->taken += size;
        look_behind(queue, now_us);
}

bool stream_queue_recovered(StreamQueue *queue)
{
        if (!queue->lost_pictures || queue->behind)
                return false;
        queue->lost_pictures = false;
        return true;
}
