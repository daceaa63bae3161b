#include "load/source.h"
#include "rtc/h264.h"
#include "rtc/vp8.h"
#include <string.h>

#define IVF_HEAD_BYTES 32
#define IVF_FRAME_HEAD_BYTES 12
#define FRAMES_MAX 10000

typedef struct {
        const uint8_t *bytes;
        size_t size;
        bool key_frame;
} Frame;

typedef struct {
        Source source;
        GArray *frames;
        guint next;
        const Frame *frame; /* being sent */
        uint16_t picture_id;
        size_t offset;
        H264Packetizer packetizer;
} Looped;

/* The next start code (00 00 01) at or after `at`; `end` when there is none. */
static const uint8_t *find_start(const uint8_t *at, const uint8_t *end)
{
        const uint8_t *found = at < end ? memmem(at, (size_t)(end - at), "\0\0\1", 3) : NULL;
        return found ? found : end;
}

/* One slice a frame: an access unit ends with its slice. What is neither parameter set nor slice stays out. */
static void read_annex_b(GArray *frames, const uint8_t *bytes, size_t size)
{
        const uint8_t *end = bytes + size, *first = NULL;
        for (const uint8_t *at = find_start(bytes, end), *next; at < end && frames->len < FRAMES_MAX; at = next) {
                next = find_start(at + 3, end);
                uint8_t type = at + 3 < end ? at[3] & 31 : 0;
                if (type != 1 && type != 5 && type != 7 && type != 8)
                        continue;
                if (!first)
                        first = at;
                if (type != 1 && type != 5)
                        continue;
                size_t frame_size = (size_t)(next - first);
                while (first[frame_size - 1] == 0) /* belongs to a start code of four bytes */
                        frame_size--;
                Frame frame = { first, frame_size, type == 5 };
                g_array_append_val(frames, frame);
                first = NULL;
        }
}

static uint32_t read_little_endian(const uint8_t *at)
{
        return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void read_ivf(GArray *frames, const uint8_t *bytes, size_t size)
{
        if (size < IVF_HEAD_BYTES || memcmp(bytes, "DKIF", 4) != 0)
                return;
        for (size_t at = IVF_HEAD_BYTES; at + IVF_FRAME_HEAD_BYTES < size && frames->len < FRAMES_MAX;) {
                size_t frame_size = read_little_endian(bytes + at);
                at += IVF_FRAME_HEAD_BYTES;
                if (frame_size == 0 || frame_size > size - at)
                        return;
                Frame frame = { bytes + at, frame_size, !(bytes[at] & 1) }; /* RFC 6386 9.1 */
                g_array_append_val(frames, frame);
                at += frame_size;
        }
}

static void next_frame(Source *source, int64_t now_us)
{
        Looped *looped = (Looped *)source;
        looped->frame = &g_array_index(looped->frames, Frame, looped->next);
        looped->next = (looped->next + 1) % looped->frames->len;
        looped->offset = 0;
        looped->picture_id = (looped->picture_id + 1) & 0x7fff;
        if (source->codec == CODEC_H264)
                h264_packetizer_init(&looped->packetizer, looped->frame->bytes, looped->frame->size);
}

static size_t next_payload(Source *source, size_t max_bytes, uint8_t *out, bool *ret_last)
{
        Looped *looped = (Looped *)source;
        if (source->codec == CODEC_H264)
                return h264_packetizer_next(&looped->packetizer, max_bytes, out, ret_last);
        size_t size = vp8_packetize(looped->frame->bytes, looped->frame->size, looped->picture_id, &looped->offset,
                                    max_bytes, out);
        *ret_last = looped->offset == looped->frame->size;
        return size;
}

/* Jumps on to the next key frame: a cut in the picture, but at once. */
static void want_key_frame(Source *source)
{
        Looped *looped = (Looped *)source;
        while (!g_array_index(looped->frames, Frame, looped->next).key_frame)
                looped->next = (looped->next + 1) % looped->frames->len;
}

static void looped_free(Source *source)
{
        g_array_unref(((Looped *)source)->frames);
        g_free(source);
}

Source *loop_source_new(Codec codec, const uint8_t *bytes, size_t size, unsigned frames_per_second)
{
        Looped *looped = g_new0(Looped, 1);
        looped->frames = g_array_new(FALSE, FALSE, sizeof(Frame));
        looped->source = (Source){ .codec = codec,
                                   .interval_us = 1000000 / frames_per_second,
                                   .ticks = 90000 / frames_per_second,
                                   .audio_level = -1,
                                   .next_frame = next_frame,
                                   .next_payload = next_payload,
                                   .want_key_frame = want_key_frame,
                                   .free = looped_free };
        codec == CODEC_H264 ? read_annex_b(looped->frames, bytes, size) : read_ivf(looped->frames, bytes, size);
        if (looped->frames->len > 0 && g_array_index(looped->frames, Frame, 0).key_frame)
                return &looped->source;
        looped_free(&looped->source);
        return NULL;
}
