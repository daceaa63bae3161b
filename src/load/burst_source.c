#include "load/source.h"
#include <string.h>

#define FRAMES_PER_KEY 90
#define PACKETS_PER_FRAME 5
#define AUDIO_LEVEL 30
#define HEADERS_BYTES 24 /* RTP and its extensions, as the publisher writes them */

typedef struct {
        Source source;
        unsigned frame, packet;
        bool key_frame, key_frame_wanted;
} Burst;

/* Parameter sets of a 640 × 360 constrained-baseline stream, so that whoever looks for them finds good ones. */
static const uint8_t SPS[] = { 0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x80, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00,
                               0x03, 0x00, 0x01, 0x00, 0x00, 0x03, 0x00, 0x1e, 0x0f, 0x18, 0x32, 0x68 };
static const uint8_t PPS[] = { 0x68, 0xc9, 0x61, 0x4b, 0x20 };

enum { NAL_SLICE = 1, NAL_IDR = 5, NAL_FILLER = 12, NAL_STAP_A = 24, NAL_FU_A = 28 };

static void next_frame(Source *source, int64_t now_us)
{
        Burst *burst = (Burst *)source;
        burst->key_frame = burst->key_frame_wanted || burst->frame % FRAMES_PER_KEY == 0;
        burst->key_frame_wanted = false;
        burst->frame++;
        burst->packet = 0;
}

static void want_key_frame(Source *source)
{
        ((Burst *)source)->key_frame_wanted = true;
}

static uint8_t *put_unit(uint8_t *out, const uint8_t *unit, size_t size)
{
        out[0] = (uint8_t)(size >> 8);
        out[1] = (uint8_t)size;
        memcpy(out + 2, unit, size);
        return out + 2 + size;
}

/* STAP-A of both parameter sets and a filler (RFC 6184 5.7.1), as large as the other packets. */
static void write_parameter_sets(uint8_t *out, size_t size)
{
        uint8_t *at = out;
        *at++ = 3 << 5 | NAL_STAP_A;
        at = put_unit(at, SPS, sizeof SPS);
        at = put_unit(at, PPS, sizeof PPS);
        size_t left = size - (size_t)(at - out) - 2;
        at[0] = (uint8_t)(left >> 8);
        at[1] = (uint8_t)left;
        memset(at + 2, 0xff, left);
        at[2] = NAL_FILLER;
}

static void write_h264(const Burst *burst, uint8_t *out, size_t size)
{
        unsigned first = burst->key_frame ? 1 : 0; /* packet 0 of a key frame is the parameter sets */
        if (burst->packet < first) {
                write_parameter_sets(out, size);
                return;
        }
        memset(out, (int)burst->frame, size);
        out[0] = 2 << 5 | NAL_FU_A;
        out[1] = burst->key_frame ? NAL_IDR : NAL_SLICE;
        if (burst->packet == first)
                out[1] |= 0x80;
        if (burst->packet == PACKETS_PER_FRAME - 1)
                out[1] |= 0x40;
}

/* RFC 7741 4.2 with a 15-bit picture-ID; the key frame's head says 640 × 360 (RFC 6386 9.1). */
static void write_vp8(const Burst *burst, uint8_t *out, size_t size)
{
        static const uint8_t key_head[] = { 0x10, 0x00, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01 };
        memset(out, (int)burst->frame, size);
        out[0] = 0x80 | (burst->packet == 0 ? 0x10 : 0);
        out[1] = 0x80;
        out[2] = 0x80 | (burst->frame >> 8 & 0x7f);
        out[3] = (uint8_t)burst->frame;
        if (burst->packet == 0 && burst->key_frame)
                memcpy(out + 4, key_head, sizeof key_head);
        else if (burst->packet == 0)
                out[4] = 0x11;
}

static size_t next_payload(Source *source, size_t max_bytes, uint8_t *out, bool *ret_last)
{
        Burst *burst = (Burst *)source;
        if (burst->packet == PACKETS_PER_FRAME)
                return 0;
        source->codec == CODEC_H264 ? write_h264(burst, out, max_bytes) : write_vp8(burst, out, max_bytes);
        *ret_last = ++burst->packet == PACKETS_PER_FRAME;
        return max_bytes;
}

static void burst_free(Source *source)
{
        g_free(source);
}

Source *burst_source_new(Codec codec, unsigned first)
{
        Burst *burst = g_new0(Burst, 1);
        burst->frame = first - 1; /* counted up as each begins */
        burst->source = (Source){ .codec = codec,
                                  .interval_us = 1000000 / 30,
                                  .ticks = 3000,
                                  .audio_level = -1,
                                  .next_frame = next_frame,
                                  .next_payload = next_payload,
                                  .want_key_frame = want_key_frame,
                                  .free = burst_free };
        return &burst->source;
}

static size_t next_audio_payload(Source *source, size_t max_bytes, uint8_t *out, bool *ret_last)
{
        Burst *burst = (Burst *)source;
        size_t size = BURST_AUDIO_PACKET_BYTES - HEADERS_BYTES;
        if (burst->packet++ > 0)
                return 0;
        memset(out, (int)burst->frame, size);
        out[0] = 31 << 3; /* one CELT frame of 20 ms, mono (RFC 6716 3.1) */
        *ret_last = false;
        return size;
}

Source *burst_audio_source_new(void)
{
        Burst *burst = g_new0(Burst, 1);
        burst->source = (Source){ .codec = CODEC_OPUS,
                                  .interval_us = 20000,
                                  .ticks = 960,
                                  .audio_level = AUDIO_LEVEL,
                                  .next_frame = next_frame,
                                  .next_payload = next_audio_payload,
                                  .free = burst_free };
        return &burst->source;
}

void source_free(Source *source)
{
        if (source)
                source->free(source);
}
