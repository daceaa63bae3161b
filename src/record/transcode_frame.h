/* What the server and treteau-transcoder say to each other over a stream socket, little endian, both ways alike: a head
 * of 16 bytes (u32 length, u8 lane, u8 flags, u16 generation, i64 time in microseconds UTC) and the picture's bytes.
 * There: one VP8 frame (RFC 6386). Back: one H.264 access unit, Annex B. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        TRANSCODE_HEAD_BYTES = 16,
        TRANSCODE_FRAME_BYTES = 4 << 20,
        TRANSCODE_LANES = 2, /* the picture on air, the one beside it */
};
enum {
        TRANSCODE_KEY = 1 << 0,
        TRANSCODE_GAP = 1 << 1, /* something is missing right before */
};

typedef struct TranscodeFrame {
        uint8_t lane, flags;
        uint16_t generation; /* given back as it came: what the server does not want any more it knows by it */
        int64_t time_us;
        size_t length;
        const uint8_t *bytes;
} TranscodeFrame;

void transcode_head_write(const TranscodeFrame *frame, uint8_t ret_head[TRANSCODE_HEAD_BYTES]);
/* Bytes that the first frame takes, 0 when more are needed, SIZE_MAX when it is none: then the stream is lost. In the
 * first case frame->bytes points into bytes. */
size_t transcode_frame_read(const uint8_t *bytes, size_t length, TranscodeFrame *ret_frame);
