#include "rtc/rtp.h"
#include "rtc/bytes.h"
#include <string.h>

enum {
        VERSION = 2,
        EXTENSION_BIT = 0x10,
        PADDING_BIT = 0x20,
        MARKER_BIT = 0x80,
        ONE_BYTE_ID_MAX = 14,
        ONE_BYTE_SIZE_MAX = 16,
        ONE_BYTE_STOP = 15,
};
#define PROFILE_ONE_BYTE 0xbede
#define PROFILE_TWO_BYTE 0x1000 /* lowest 4 bits: appbits */

bool rtp_is(const uint8_t *data, size_t size)
{
        return size >= RTP_HEADER_BYTES && data[0] >> 6 == VERSION && !rtcp_is(data, size);
}

bool rtcp_is(const uint8_t *data, size_t size)
{
        return size >= 8 && data[0] >> 6 == VERSION && data[1] >= 192 && data[1] <= 223;
}

size_t rtp_header_bytes(const uint8_t *packet, size_t size)
{
        if (size < RTP_HEADER_BYTES || packet[0] >> 6 != VERSION)
                return 0;
        size_t bytes = RTP_HEADER_BYTES + 4 * (size_t)(packet[0] & 15);
        if (packet[0] & EXTENSION_BIT) {
                if (bytes + 4 > size)
                        return 0;
                bytes += 4 + 4 * (size_t)read_u16(packet + bytes + 2);
        }
        return bytes <= size ? bytes : 0;
}

Drop rtp_parse(const uint8_t *packet, size_t size, RtpHeader *ret_header)
{
        size_t header_bytes = rtp_header_bytes(packet, size);
        if (header_bytes == 0 || size > UINT16_MAX)
                return DROP_RTP_MALFORMED;

        uint8_t padding_bytes = packet[0] & PADDING_BIT ? packet[size - 1] : 0;
        bool padded = packet[0] & PADDING_BIT;
        if (padded && (padding_bytes == 0 || header_bytes + padding_bytes > size))
                return DROP_RTP_MALFORMED;

        RtpHeader header = {
                .marker = packet[1] & MARKER_BIT,
                .payload_type = packet[1] & ~MARKER_BIT,
                .sequence = read_u16(packet + 2),
                .timestamp = read_u32(packet + 4),
                .ssrc = read_u32(packet + 8),
                .csrc_count = packet[0] & 15,
                .padding_bytes = padding_bytes,
                .header_bytes = (uint16_t)header_bytes,
                .payload_bytes = (uint16_t)(size - header_bytes - padding_bytes),
        };
        if (packet[0] & EXTENSION_BIT) {
                size_t at = RTP_HEADER_BYTES + 4 * (size_t)header.csrc_count;
                header.extension_profile = read_u16(packet + at);
                header.extension_offset = (uint16_t)(at + 4);
                header.extension_bytes = (uint16_t)(header_bytes - at - 4);
        }
        *ret_header = header;
        return DROP_NONE;
}

void rtp_write(uint8_t *out, const RtpHeader *header, bool has_extension)
{
        out[0] = VERSION << 6 | (header->padding_bytes ? PADDING_BIT : 0) | (has_extension ? EXTENSION_BIT : 0);
        out[1] = (header->marker ? MARKER_BIT : 0) | header->payload_type;
        write_u16(out + 2, header->sequence);
        write_u32(out + 4, header->timestamp);
        write_u32(out + 8, header->ssrc);
}

static const char *const URIS[RTP_EXTENSION_COUNT] = {
#define X(symbol, uri) [symbol] = uri,
        RTP_EXTENSION_TABLE(X)
#undef X
};

const char *rtp_extension_uri(RtpExtension extension)
{
        return URIS[extension];
}

RtpExtension rtp_extension_find(const char *uri)
{
        unsigned extension = 0;
        while (extension < RTP_EXTENSION_COUNT && strcmp(URIS[extension], uri) != 0)
                extension++;
        return extension;
}

static bool take_text(char text[17], const uint8_t *data, size_t size)
{
        if (size == 0 || size > 16 || memchr(data, 0, size))
                return false;
        memcpy(text, data, size);
        text[size] = '\0';
        return true;
}

static bool take(RtpExtensions *extensions, RtpExtension extension, const uint8_t *data, size_t size, size_t offset)
{
        switch (extension) {
        case RTP_EXTENSION_MID:
                return take_text(extensions->mid, data, size);
        case RTP_EXTENSION_RID:
                return take_text(extensions->rid, data, size);
        case RTP_EXTENSION_REPAIRED_RID:
                return take_text(extensions->repaired_rid, data, size);
        case RTP_EXTENSION_AUDIO_LEVEL:
                if (size < 1)
                        return false;
                extensions->voice = data[0] & 0x80;
                extensions->audio_level = data[0] & 0x7f;
                return true;
        case RTP_EXTENSION_ABS_SEND_TIME:
                if (size != 3)
                        return false;
                extensions->abs_send_time = read_u24(data);
                return true;
        case RTP_EXTENSION_TRANSPORT_CC:
                if (size < 2) /* version 2 appends a feedback request */
                        return false;
                extensions->transport_sequence = read_u16(data);
                extensions->transport_sequence_offset = (uint16_t)offset;
                return true;
        case RTP_EXTENSION_PLAYOUT_DELAY: /* two numbers of 12 bits, in 10 ms */
                if (size != 3)
                        return false;
                extensions->playout_min_ms = (uint16_t)((read_u24(data) >> 12) * 10);
                extensions->playout_max_ms = (uint16_t)((read_u24(data) & 0xfff) * 10);
                return true;
        case RTP_EXTENSION_COUNT:
                break;
        }
        return false;
}

static void take_by_id(const RtpExtensionIds *ids, uint8_t id, const uint8_t *packet, size_t at, size_t size,
                       RtpExtensions *extensions)
{
        for (unsigned i = 0; i < RTP_EXTENSION_COUNT; i++)
                if (ids->id[i] == id) {
                        if (take(extensions, i, packet + at, size, at))
                                extensions->has[i] = true;
                        return;
                }
}

void rtp_extensions_read(const uint8_t *packet, const RtpHeader *header, const RtpExtensionIds *ids,
                         RtpExtensions *ret_extensions)
{
        *ret_extensions = (RtpExtensions){ 0 };
        bool one_byte = header->extension_profile == PROFILE_ONE_BYTE;
        if (!one_byte && (header->extension_profile & 0xfff0) != PROFILE_TWO_BYTE)
                return;

        size_t at = header->extension_offset, end = at + header->extension_bytes;
        while (at < end) {
                uint8_t first = packet[at++];
                uint8_t id = one_byte ? first >> 4 : first;
                if (first == 0) /* padding */
                        continue;
                if (one_byte && id == ONE_BYTE_STOP) /* RFC 8285 4.2 */
                        return;
                if (!one_byte && at == end)
                        return;
                size_t size = one_byte ? (size_t)(first & 15) + 1 : packet[at++];
                if (at + size > end)
                        return;
                if (id > 0)
                        take_by_id(ids, id, packet, at, size, ret_extensions);
                at += size;
        }
}

/* The bytes of one extension; its size. */
static size_t put(uint8_t *out, const RtpExtensions *extensions, RtpExtension extension)
{
        const char *text = NULL;
        switch (extension) {
        case RTP_EXTENSION_MID:
                text = extensions->mid;
                break;
        case RTP_EXTENSION_RID:
                text = extensions->rid;
                break;
        case RTP_EXTENSION_REPAIRED_RID:
                text = extensions->repaired_rid;
                break;
        case RTP_EXTENSION_AUDIO_LEVEL:
                out[0] = (extensions->voice ? 0x80 : 0) | (extensions->audio_level & 0x7f);
                return 1;
        case RTP_EXTENSION_ABS_SEND_TIME:
                write_u24(out, extensions->abs_send_time);
                return 3;
        case RTP_EXTENSION_TRANSPORT_CC:
                write_u16(out, extensions->transport_sequence);
                return 2;
        case RTP_EXTENSION_PLAYOUT_DELAY:
                write_u24(out, (uint32_t)(extensions->playout_min_ms / 10 & 0xfff) << 12 |
                                       (extensions->playout_max_ms / 10 & 0xfff));
                return 3;
        case RTP_EXTENSION_COUNT:
                return 0;
        }
        size_t size = strnlen(text, 16);
        memcpy(out, text, size);
        return size;
}

/* Two-byte form when an id does not fit the other, or a text is empty (which one byte cannot say). */
static bool needs_two_bytes(const RtpExtensionIds *ids, const RtpExtensions *extensions)
{
        uint8_t scratch[16];
        for (unsigned i = 0; i < RTP_EXTENSION_COUNT; i++)
                if (extensions->has[i] &&
                    (ids->id[i] > ONE_BYTE_ID_MAX || (ids->id[i] && put(scratch, extensions, i) == 0)))
                        return true;
        return false;
}

size_t rtp_extensions_write(uint8_t *out, const RtpExtensionIds *ids, RtpExtensions *extensions)
{
        bool two_bytes = needs_two_bytes(ids, extensions);
        size_t head_bytes = two_bytes ? 2 : 1, at = 4;
        for (unsigned i = 0; i < RTP_EXTENSION_COUNT; i++) {
                if (!extensions->has[i] || ids->id[i] == 0)
                        continue;
                size_t size = put(out + at + head_bytes, extensions, i);
                if (two_bytes) {
                        out[at] = ids->id[i];
                        out[at + 1] = (uint8_t)size;
                } else {
                        out[at] = (uint8_t)(ids->id[i] << 4 | (size - 1));
                }
                if (i == RTP_EXTENSION_TRANSPORT_CC)
                        extensions->transport_sequence_offset = (uint16_t)(at + head_bytes);
                at += head_bytes + size;
        }
        if (at == 4)
                return 0;
        while (at % 4)
                out[at++] = 0;
        write_u16(out, two_bytes ? PROFILE_TWO_BYTE : PROFILE_ONE_BYTE);
        write_u16(out + 2, (uint16_t)((at - 4) / 4));
        return at;
}

uint32_t rtp_abs_send_time(int64_t time_us)
{
        uint64_t seconds = (uint64_t)time_us / 1000000, rest_us = (uint64_t)time_us % 1000000;
        return (uint32_t)(seconds << 18 | (rest_us << 18) / 1000000) & 0xffffff;
}

int64_t rtp_unwrap_sequence(int64_t last, uint16_t sequence)
{
        return last + (int16_t)(uint16_t)(sequence - (uint16_t)last);
}

int64_t rtp_unwrap_timestamp(int64_t last, uint32_t timestamp)
{
        return last + (int32_t)(timestamp - (uint32_t)last);
}
