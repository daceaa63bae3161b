/* What a publisher sends: frames, one after another, each split into RTP payloads.
 *
 *   for (source_next_frame(source, now_us); (size = source_next_payload(source, max, out, &last)) > 0;) send …
 *
 * Burst: the load of the benches, frames of equal packets that only look like video; loop: pre-encoded pictures played
 * over and over; tone: Opus.
 */
#pragma once
#include "load/description.h"
#include <stddef.h>

typedef struct Source Source;
struct Source {
        Codec codec;
        int64_t interval_us; /* from frame to frame */
        uint32_t ticks;      /* the same in RTP timestamp units */
        int audio_level;     /* of the current frame, −dBov (RFC 6464); −1 for video */
        void (*next_frame)(Source *source, int64_t now_us);
        /* Its size, 0 when the frame is through; *ret_last says that the marker belongs on it. */
        size_t (*next_payload)(Source *source, size_t max_bytes, uint8_t *out, bool *ret_last);
        void (*want_key_frame)(Source *source); /* NULL for audio */
        void (*free)(Source *source);
};

enum { BURST_PACKET_BYTES = 1200, BURST_AUDIO_PACKET_BYTES = 160 };

typedef struct {
        Codec codec;                /* VP8 or H.264 */
        unsigned first;             /* the first frame's number, of which a VP8 picture-ID shows 15 bits */
        unsigned packets_per_frame; /* 0: five */
        unsigned height;            /* 180, 360 (also for 0) or 720, 16:9; what a key frame says of itself */
        bool temporal;              /* VP8: three temporal layers, of which the upper ones may be left out (RFC 7741) */
} BurstOptions;

/* 30 frames a second of packets that fill `max_bytes`, a key frame every three seconds. */
Source *burst_source_new(const BurstOptions *options);
/* 50 packets a second of 160 bytes with their RTP header, of speech's level. */
Source *burst_audio_source_new(void);
/* `bytes`: Annex B with one slice a frame (CODEC_H264), or IVF (CODEC_VP8); borrowed. It begins with a key frame. NULL
 * when it is neither. */
Source *loop_source_new(Codec codec, const uint8_t *bytes, size_t size, unsigned frames_per_second);

/* A gentle tone, `turn` of every `turns` stretches of eight seconds; silence in the others. */
Source *tone_source_new(double frequency_hz, unsigned turn, unsigned turns);
/* The same as words and pauses of uneven length, by the clock: what is heard of it tells when it was said. */
Source *word_source_new(double frequency_hz);

void source_free(Source *source);
