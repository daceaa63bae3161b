#include "load/source.h"
#include <string.h>

#define FRAMES_PER_KEY 90
#define USUAL_PACKETS_PER_FRAME 5
#define USUAL_HEIGHT 360
#define TEMPORAL_PERIOD 4
#define AUDIO_LEVEL 30
#define HEADERS_BYTES 24 /* RTP and its extensions, as the publisher writes them */

typedef struct {
        Source source;
        BurstOptions options;
        unsigned size; /* in SIZES */
        unsigned frame, packet;
        bool key_frame, key_frame_wanted;
        unsigned since_key; /* frames: temporal layers begin anew with each key frame */
        uint8_t tl0;        /* TL0PICIDX */
} Burst;

/* What a key frame says of its size: sequence parameter sets of constrained-baseline streams (ITU-T H.264 7.3.2.1.1),
 * so that whoever looks for them finds good ones. */
static const struct {
        uint16_t width, height;
        uint8_t sps_bytes;
        uint8_t sps[12];
} SIZES[] = {
        { 320, 180, 9, { 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x05, 0x06, 0x7e, 0x74 } },
        { 640, 360, 10, { 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02, 0x80, 0xbf, 0xe5, 0x40 } },
        { 1280, 720, 9, { 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xe4 } },
};
static const uint8_t PPS[] = { 0x68, 0xc9, 0x61, 0x4b, 0x20 };

enum { NAL_SLICE = 1, NAL_IDR = 5, NAL_FILLER = 12, NAL_STAP_A = 24, NAL_FU_A = 28 };

static void next_frame(Source *source, int64_t now_us)
{
        Burst *burst = (Burst *)source;
        burst->key_frame = burst->key_frame_wanted || burst->frame % FRAMES_PER_KEY == 0;
        burst->key_frame_wanted = false;
        burst->frame++;
        burst->packet = 0;
        burst->since_key = burst->key_frame ? 0 : burst->since_key + 1;
        burst->tl0 += burst->since_key % TEMPORAL_PERIOD == 0;
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
static void write_parameter_sets(const Burst *burst, uint8_t *out, size_t size)
{
        uint8_t *at = out;
        *at++ = 3 << 5 | NAL_STAP_A;
        at = put_unit(at, SIZES[burst->size].sps, SIZES[burst->size].sps_bytes);
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
                write_parameter_sets(burst, out, size);
                return;
        }
        uint8_t type = burst->key_frame ? NAL_IDR : NAL_SLICE;
        memset(out, (int)burst->frame, size);
        out[0] = 2 << 5 | type;
        if (burst->options.packets_per_frame - first == 1) /* a fragment is not the first and the last (RFC 6184 5.8) */
                return;
        out[0] = 2 << 5 | NAL_FU_A;
        out[1] = type;
        if (burst->packet == first)
                out[1] |= 0x80;
        if (burst->packet == burst->options.packets_per_frame - 1)
                out[1] |= 0x40;
}

/* RFC 7741 4.2 with a 15-bit picture-ID. Layers 0 2 1 2; of the second and third everything leans on lower ones alone
 * (Y), and nothing on the third (N). Returns its size. */
static size_t write_descriptor(const Burst *burst, uint8_t *out)
{
        static const uint8_t layers[TEMPORAL_PERIOD] = { 0, 2, 1, 2 };
        uint8_t layer = burst->options.temporal ? layers[burst->since_key % TEMPORAL_PERIOD] : 0;
        out[0] = 0x80 | (layer == 2 ? 0x20 : 0) | (burst->packet == 0 ? 0x10 : 0);
        out[1] = burst->options.temporal ? 0xe0 : 0x80;
        out[2] = 0x80 | (burst->frame >> 8 & 0x7f);
        out[3] = (uint8_t)burst->frame;
        if (!burst->options.temporal)
                return 4;
        out[4] = burst->tl0;
        out[5] = (uint8_t)(layer << 6 | (layer > 0) << 5);
        return 6;
}

/* A key frame's head says how large it is (RFC 6386 9.1). */
static void write_vp8(const Burst *burst, uint8_t *out, size_t size)
{
        uint16_t width = SIZES[burst->size].width, height = SIZES[burst->size].height;
        const uint8_t key_head[] = { 0x10,
                                     0x00,
                                     0x00,
                                     0x9d,
                                     0x01,
                                     0x2a,
                                     (uint8_t)width,
                                     (uint8_t)(width >> 8),
                                     (uint8_t)height,
                                     (uint8_t)(height >> 8) };
        memset(out, (int)burst->frame, size);
        size_t at = write_descriptor(burst, out);
        if (burst->packet == 0 && burst->key_frame)
                memcpy(out + at, key_head, sizeof key_head);
        else if (burst->packet == 0)
                out[at] = 0x11;
}

static size_t next_payload(Source *source, size_t max_bytes, uint8_t *out, bool *ret_last)
{
        Burst *burst = (Burst *)source;
        if (burst->packet == burst->options.packets_per_frame)
                return 0;
        source->codec == CODEC_H264 ? write_h264(burst, out, max_bytes) : write_vp8(burst, out, max_bytes);
        *ret_last = ++burst->packet == burst->options.packets_per_frame;
        return max_bytes;
}

static void burst_free(Source *source)
{
        g_free(source);
}

Source *burst_source_new(const BurstOptions *options)
{
        Burst *burst = g_new0(Burst, 1);
        burst->options = *options;
        burst->frame = options->first - 1; /* counted up as each begins */
        burst->since_key = TEMPORAL_PERIOD - 1;
        if (!options->packets_per_frame)
                burst->options.packets_per_frame = USUAL_PACKETS_PER_FRAME;
        unsigned height = options->height ? options->height : USUAL_HEIGHT;
        while (burst->size < G_N_ELEMENTS(SIZES) - 1 && SIZES[burst->size].height < height)
                burst->size++;
        burst->source = (Source){ .codec = options->codec,
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
