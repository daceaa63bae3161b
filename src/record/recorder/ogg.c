#include "record/recorder/ogg.h"

#include "record/little.h"

#include <string.h>

enum {
        PAGE_HEAD_BYTES = 27,
        CRC_AT = 22,
        FIRST_OF_STREAM = 2,
        FRAME_SAMPLES = 960,
        FRAMES_OF_PACKET = 6, /* 120 ms, the longest that there is */
        RATE = 48000,
};

static uint32_t checksum(const uint8_t *bytes, size_t size)
{
        uint32_t sum = 0;
        for (size_t i = 0; i < size; i++) {
                sum ^= (uint32_t)bytes[i] << 24;
                for (int bit = 0; bit < 8; bit++)
                        sum = sum & 0x80000000u ? sum << 1 ^ 0x04c11db7u : sum << 1;
        }
        return sum;
}

void ogg_init(OggStream *stream, uint32_t serial)
{
        *stream = (OggStream){ .serial = serial, .body = g_byte_array_new() };
}

void ogg_clear(OggStream *stream)
{
        g_clear_pointer(&stream->body, g_byte_array_unref);
}

void ogg_flush(OggStream *stream, GByteArray *to)
{
        if (!stream->segments)
                return;
        uint8_t head[PAGE_HEAD_BYTES] = "OggS";
        head[5] = stream->pages == 0 ? FIRST_OF_STREAM : 0;
        put_little(head + 6, (uint64_t)stream->samples, 8);
        put_little(head + 14, stream->serial, 4);
        put_little(head + 18, stream->pages++, 4);
        head[26] = (uint8_t)stream->segments;
        guint start = to->len;
        g_byte_array_append(to, head, sizeof head);
        g_byte_array_append(to, stream->lacing, stream->segments);
        g_byte_array_append(to, stream->body->data, stream->body->len);
        put_little(to->data + start + CRC_AT, checksum(to->data + start, to->len - start), 4);
        stream->segments = 0;
        g_byte_array_set_size(stream->body, 0);
}

void ogg_packet(OggStream *stream, const uint8_t *packet, size_t size, int samples, GByteArray *to)
{
        g_return_if_fail(size <= OGG_PACKET_BYTES);
        if (stream->segments + size / 255 + 1 > OGG_SEGMENTS)
                ogg_flush(stream, to);
        for (size_t rest = size; rest >= 255; rest -= 255)
                stream->lacing[stream->segments++] = 255;
        stream->lacing[stream->segments++] = (uint8_t)(size % 255);
        g_byte_array_append(stream->body, packet, (guint)size);
        stream->samples += samples;
}

void ogg_silence(OggStream *stream, int64_t samples, GByteArray *to)
{
        /* Silence as encoders write it: CELT, one channel, 20, 10, 5 or 2.5 ms (RFC 6716 3.1); several of the longest
         * in a packet of code 3. */
        static const uint8_t one[][3] = {
                { 0xf8, 0xff, 0xfe }, { 0xf0, 0xff, 0xfe }, { 0xe8, 0xff, 0xfe }, { 0xe0, 0xff, 0xfe }
        };
        static const uint8_t six[] = {
                0xfb, FRAMES_OF_PACKET, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe
        };
        for (; samples >= FRAMES_OF_PACKET * FRAME_SAMPLES; samples -= FRAMES_OF_PACKET * FRAME_SAMPLES)
                ogg_packet(stream, six, sizeof six, FRAMES_OF_PACKET * FRAME_SAMPLES, to);
        for (unsigned i = 0; i < G_N_ELEMENTS(one); i++)
                for (int frame = FRAME_SAMPLES >> i; samples >= frame; samples -= frame)
                        ogg_packet(stream, one[i], sizeof one[i], frame, to);
}

void ogg_put_head(OggStream *stream, GByteArray *to)
{
        uint8_t head[19] = "OpusHead\1\1"; /* version, channels; nothing to skip, no gain, one mono stream */
        put_little(head + 12, RATE, 4);
        ogg_packet(stream, head, sizeof head, 0, to);
        ogg_flush(stream, to);
        static const char vendor[] = "treteau";
        uint8_t tags[8 + 4 + sizeof vendor - 1 + 4] = "OpusTags";
        put_little(tags + 8, sizeof vendor - 1, 4);
        memcpy(tags + 12, vendor, sizeof vendor - 1);
        ogg_packet(stream, tags, sizeof tags, 0, to);
        ogg_flush(stream, to);
}
