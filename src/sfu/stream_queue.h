/* What waits to leave by one TCP connection, framed (RFC 4571). A line that is too slow for its pictures loses whole
 * pictures, never a part of one, and keeps the sound: what does not leave within a fifth of a second is worth less than
 * what comes next. Pure: time is an argument. One loop owns it; the ring is allocated with the first frame. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

enum {
        STREAM_QUEUE_BYTES = 128 * 1024,    /* a power of two */
        STREAM_RESERVED_BYTES = 24 * 1024,  /* of it, not for pictures */
        STREAM_LATE_US = 200 * 1000,        /* from here on pictures are left out … */
        STREAM_CLEAR_US = 50 * 1000,        /* … until the oldest byte is that young again */
        STREAM_SOUND_LATE_US = 1000 * 1000, /* and sound when it is this late */
        STREAM_MARKS = 64,
        STREAM_LINES = 64,
};

/* When the byte at a place of the stream was put. */
typedef struct StreamMark {
        uint64_t place;
        int64_t at_us;
} StreamMark;

/* The last picture of one SSRC: what becomes of its first packet becomes of all. */
typedef struct StreamLine {
        uint32_t ssrc, timestamp;
        bool known, dropped;
} StreamLine;

typedef struct StreamQueue {
        uint8_t *ring;
        uint64_t put, taken; /* places in the stream: bytes so far */
        StreamMark marks[STREAM_MARKS];
        unsigned first_mark, n_marks;
        StreamLine lines[STREAM_LINES];
        uint64_t sound_types[2]; /* RTP payload types that carry sound, as bits */
        bool behind;
        bool lost_pictures; /* some were left out since stream_queue_recovered() last said so */
} StreamQueue;

void stream_queue_clear(StreamQueue *queue);
void stream_queue_sound(StreamQueue *queue, uint8_t payload_type);
/* False when the packet (STUN, DTLS, SRTP or SRTCP) was left out. */
bool stream_queue_put(StreamQueue *queue, const uint8_t *packet, size_t size, int64_t now_us);
/* What may be written now, in at most two pieces; how many. */
int stream_queue_peek(const StreamQueue *queue, struct iovec ret_pieces[2]);
void stream_queue_take(StreamQueue *queue, size_t size, int64_t now_us);
/* True once after pictures were left out and the line is free again: they may begin anew, with a key frame. */
bool stream_queue_recovered(StreamQueue *queue);
static inline size_t stream_queue_size(const StreamQueue *queue)
{
        return (size_t)(queue->put - queue->taken);
}
