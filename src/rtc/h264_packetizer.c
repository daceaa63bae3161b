/* The sending side of RFC 6184: an Annex B access unit becomes RTP payloads. */
#include "rtc/bytes.h"
#include "rtc/h264.h"
#include <string.h>

enum {
        NAL_SPS = 7,
        NAL_PPS = 8,
        NAL_STAP_A = 24,
        NAL_FU_A = 28,
        TYPE_MASK = 0x1f,
        REFERENCE_MASK = 0x60,
        FU_START_BIT = 0x80,
        FU_END_BIT = 0x40,
        FU_HEAD_BYTES = 2,
        START_CODE_BYTES = 3,
};

/* The first 00 00 01 at or after `from`; `end` when there is none. */
static const uint8_t *find_start_code(const uint8_t *from, const uint8_t *end)
{
        for (; end - from >= START_CODE_BYTES; from++)
                if (from[0] == 0 && from[1] == 0 && from[2] == 1)
                        return from;
        return end;
}

/* The next NAL unit of one byte or more, without trailing zeros (B.1.1: they belong to the next start code). */
static bool peek_nal(const H264Packetizer *packetizer, const uint8_t **ret_nal, size_t *ret_size,
                     const uint8_t **ret_next)
{
        const uint8_t *at = find_start_code(packetizer->next, packetizer->end);
        while (at < packetizer->end) {
                const uint8_t *nal = at + START_CODE_BYTES, *next = find_start_code(nal, packetizer->end), *last = next;
                while (last > nal && last[-1] == 0)
                        last--;
                if (last > nal) {
                        *ret_nal = nal;
                        *ret_size = (size_t)(last - nal);
                        *ret_next = next;
                        return true;
                }
                at = next;
        }
        return false;
}

static bool is_parameter_set(const uint8_t *nal)
{
        uint8_t type = nal[0] & TYPE_MASK;
        return type == NAL_SPS || type == NAL_PPS;
}

void h264_packetizer_init(H264Packetizer *packetizer, const uint8_t *annex_b, size_t size)
{
        *packetizer = (H264Packetizer){ .next = annex_b, .end = annex_b + size };
}

/* As many parameter sets that follow each other as fit; 0 when there are not two. */
static size_t aggregate(H264Packetizer *packetizer, size_t max, uint8_t *out)
{
        H264Packetizer ahead = *packetizer;
        const uint8_t *nal, *next;
        size_t size, total = 1;
        unsigned n = 0;
        out[0] = NAL_STAP_A;
        while (peek_nal(&ahead, &nal, &size, &next) && is_parameter_set(nal) && total + 2 + size <= max) {
                out[0] |= nal[0] & REFERENCE_MASK;
                write_u16(out + total, (uint16_t)size);
                memcpy(out + total + 2, nal, size);
                total += 2 + size;
                ahead.next = next;
                n++;
        }
        if (n < 2)
                return 0;
        *packetizer = ahead;
        return total;
}

/* The next piece of the unit under way; pieces are of like size. */
static size_t fragment(H264Packetizer *packetizer, size_t max, uint8_t *out)
{
        size_t room = max - FU_HEAD_BYTES, left = packetizer->nal_left;
        size_t pieces = (left + room - 1) / room, bytes = (left + pieces - 1) / pieces;
        out[0] = (packetizer->nal_head & REFERENCE_MASK) | NAL_FU_A;
        out[1] = (packetizer->nal_head & TYPE_MASK) | (packetizer->nal_started ? 0 : FU_START_BIT) |
                 (bytes == left ? FU_END_BIT : 0);
        memcpy(out + FU_HEAD_BYTES, packetizer->nal, bytes);
        packetizer->nal_started = true;
        packetizer->nal += bytes;
        packetizer->nal_left -= bytes;
        return FU_HEAD_BYTES + bytes;
}

static size_t take_payload(H264Packetizer *packetizer, size_t max, uint8_t *out)
{
        if (packetizer->nal_left > 0)
                return fragment(packetizer, max, out);

        const uint8_t *nal, *next;
        size_t size;
        if (!peek_nal(packetizer, &nal, &size, &next))
                return 0;
        size_t aggregated = is_parameter_set(nal) ? aggregate(packetizer, max, out) : 0;
        if (aggregated > 0)
                return aggregated;
        packetizer->next = next;
        if (size <= max) {
                memcpy(out, nal, size);
                return size;
        }
        packetizer->nal_head = nal[0];
        packetizer->nal = nal + 1;
        packetizer->nal_left = size - 1;
        packetizer->nal_started = false;
        return fragment(packetizer, max, out);
}

size_t h264_packetizer_next(H264Packetizer *packetizer, size_t max, uint8_t *out, bool *ret_last)
{
        g_assert(max >= 64);
        const uint8_t *nal, *next;
        size_t left, size = take_payload(packetizer, max, out);
        *ret_last = size > 0 && packetizer->nal_left == 0 && !peek_nal(packetizer, &nal, &left, &next);
        return size;
}
