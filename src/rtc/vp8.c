#include "rtc/vp8.h"
#include "rtc/bytes.h"
#include <string.h>

enum {
        EXTENDED_BIT = 0x80, /* X */
        NON_REFERENCE_BIT = 0x20,
        START_BIT = 0x10,
        PARTITION_MASK = 0x07,
        PICTURE_ID_BIT = 0x80, /* I, L, T and K of the extension byte */
        TL0_BIT = 0x40,
        TID_BIT = 0x20,
        KEY_INDEX_BIT = 0x10,
        LONG_ID_BIT = 0x80, /* M */
        KEY_FRAME_HEAD_BYTES = 10,
        WRITTEN_BYTES = 4, /* the descriptor written by vp8_packetize */
};

/* The optional fields behind the extension byte; false when the payload ends in them. */
static bool read_extension(const uint8_t *payload, size_t size, Vp8Descriptor *descriptor)
{
        uint8_t flags = payload[1];
        size_t at = 2;
        if (flags & PICTURE_ID_BIT) {
                if (at >= size)
                        return false;
                descriptor->has_picture_id = true;
                descriptor->picture_id_offset = (uint8_t)at;
                descriptor->long_picture_id = payload[at] & LONG_ID_BIT;
                if (descriptor->long_picture_id && at + 1 >= size)
                        return false;
                descriptor->picture_id = descriptor->long_picture_id ? read_u16(payload + at) & 0x7fff : payload[at];
                at += descriptor->long_picture_id ? 2 : 1;
        }
        if (flags & TL0_BIT) {
                if (at >= size)
                        return false;
                descriptor->has_tl0 = true;
                descriptor->tl0_offset = (uint8_t)at;
                descriptor->tl0 = payload[at++];
        }
        if (flags & (TID_BIT | KEY_INDEX_BIT)) {
                if (at >= size)
                        return false;
                descriptor->has_tid = flags & TID_BIT;
                descriptor->tid = descriptor->has_tid ? payload[at] >> 6 : 0;
                descriptor->layer_sync = descriptor->has_tid && payload[at] & 0x20;
                at++;
        }
        descriptor->bytes = (uint8_t)at;
        return true;
}

/* RFC 6386 9.1: the inverse key frame bit, then for key frames a start code and the size. */
static void read_frame_head(const uint8_t *frame, size_t size, Vp8Descriptor *descriptor)
{
        descriptor->key_frame = !(frame[0] & 1);
        if (!descriptor->key_frame || size < KEY_FRAME_HEAD_BYTES || read_u24(frame + 3) != 0x9d012a)
                return;
        descriptor->width = (uint16_t)(frame[6] | (frame[7] & 0x3f) << 8);
        descriptor->height = (uint16_t)(frame[8] | (frame[9] & 0x3f) << 8);
}

Drop vp8_parse(const uint8_t *payload, size_t size, Vp8Descriptor *ret_descriptor)
{
        if (size < 2)
                return DROP_CODEC_MALFORMED;
        uint8_t first = payload[0];
        Vp8Descriptor descriptor = {
                .bytes = 1,
                .start = first & START_BIT && !(first & PARTITION_MASK),
                .non_reference = first & NON_REFERENCE_BIT,
        };
        if (first & EXTENDED_BIT && !read_extension(payload, size, &descriptor))
                return DROP_CODEC_MALFORMED;
        if (descriptor.bytes >= size)
                return DROP_CODEC_MALFORMED;
        if (descriptor.start)
                read_frame_head(payload + descriptor.bytes, size - descriptor.bytes, &descriptor);
        *ret_descriptor = descriptor;
        return DROP_NONE;
}

void vp8_rewrite(uint8_t *payload, const Vp8Descriptor *descriptor, uint16_t picture_id, uint8_t tl0)
{
        if (descriptor->has_picture_id && descriptor->long_picture_id)
                write_u16(payload + descriptor->picture_id_offset, LONG_ID_BIT << 8 | (picture_id & 0x7fff));
        else if (descriptor->has_picture_id)
                payload[descriptor->picture_id_offset] = picture_id & 0x7f;
        if (descriptor->has_tl0)
                payload[descriptor->tl0_offset] = tl0;
}

size_t vp8_packetize(const uint8_t *frame, size_t frame_size, uint16_t picture_id, size_t *offset, size_t max,
                     uint8_t *out)
{
        if (*offset >= frame_size || max <= WRITTEN_BYTES)
                return 0;
        /* pieces of like size, so that no last one is tiny and runs of packets can be sent together */
        size_t left = frame_size - *offset, room = max - WRITTEN_BYTES;
        size_t pieces = (left + room - 1) / room, bytes = (left + pieces - 1) / pieces;
        out[0] = EXTENDED_BIT | (*offset == 0 ? START_BIT : 0);
        out[1] = PICTURE_ID_BIT;
        write_u16(out + 2, LONG_ID_BIT << 8 | (picture_id & 0x7fff));
        memcpy(out + WRITTEN_BYTES, frame + *offset, bytes);
        *offset += bytes;
        return WRITTEN_BYTES + bytes;
}

/* --- Joining ------------------------------------------------------------------------------------------------------ */

struct Vp8Depacketizer {
        GByteArray *frame;
        uint32_t timestamp;
        bool under_way; /* frame holds the beginning of the picture with this timestamp, and nothing is missing */
        bool key_frame;
};

Vp8Depacketizer *vp8_depacketizer_new(void)
{
        Vp8Depacketizer *depacketizer = g_new0(Vp8Depacketizer, 1);
        depacketizer->frame = g_byte_array_new();
        return depacketizer;
}

void vp8_depacketizer_free(Vp8Depacketizer *depacketizer)
{
        if (!depacketizer)
                return;
        g_byte_array_unref(depacketizer->frame);
        g_free(depacketizer);
}

Drop vp8_depacketizer_push(Vp8Depacketizer *depacketizer, const uint8_t *payload, size_t size, uint32_t timestamp,
                           bool marker, bool lost, const uint8_t **ret_frame, size_t *ret_size, bool *ret_key_frame)
{
        Vp8Descriptor descriptor;
        *ret_frame = NULL;
        Drop drop = vp8_parse(payload, size, &descriptor);
        if (drop || lost || timestamp != depacketizer->timestamp)
                depacketizer->under_way = false;
        if (drop)
                return drop;
        if (descriptor.start) {
                g_byte_array_set_size(depacketizer->frame, 0);
                depacketizer->under_way = true;
                depacketizer->timestamp = timestamp;
                depacketizer->key_frame = descriptor.key_frame;
        }
        size_t bytes = size - descriptor.bytes;
        if (depacketizer->frame->len + bytes > VP8_FRAME_MAX_BYTES)
                depacketizer->under_way = false;
        if (!depacketizer->under_way)
                return DROP_CODEC_MALFORMED;
        g_byte_array_append(depacketizer->frame, payload + descriptor.bytes, (guint)bytes);
        if (!marker)
                return DROP_NONE;
        depacketizer->under_way = false;
        *ret_frame = depacketizer->frame->data;
        *ret_size = depacketizer->frame->len;
        *ret_key_frame = depacketizer->key_frame;
        return DROP_NONE;
}
