#include "rtc/opus.h"

#include <string.h>

enum { FRAMES_MASK = 63, PACKET_MAX_US = 120000, VARIABLE_BIT = 0x80, LENGTH_ONE_BYTE = 252, FRAME_BYTES_MAX = 1275 };

/* RFC 6716 3.1, table 2. */
static uint32_t frame_us(unsigned configuration)
{
        static const uint32_t SILK_US[] = { 10000, 20000, 40000, 60000 }, CELT_US[] = { 2500, 5000, 10000, 20000 };
        if (configuration < 12)
                return SILK_US[configuration & 3];
        if (configuration < 16)
                return SILK_US[configuration & 1];
        return CELT_US[configuration & 3];
}

/* The size of a packet whose frames have one byte each: more than that is sound. */
static size_t silence_bytes(unsigned code, unsigned frames, bool variable)
{
        switch (code) {
        case 0:
        case 1:
                return 1 + frames;
        case 2: /* the first frame's length is there */
                return 1 + 1 + frames;
        default: /* a count, and with variable lengths all but the last */
                return 2 + frames + (variable ? frames - 1 : 0);
        }
}

Drop opus_toc_read(const uint8_t *payload, size_t size, OpusToc *ret_toc)
{
        if (size < 1)
                return DROP_CODEC_MALFORMED;
        unsigned code = payload[0] & 3, frames = code == 0 ? 1 : 2;
        bool variable = false;
        if (code == 3) {
                if (size < 2)
                        return DROP_CODEC_MALFORMED;
                frames = payload[1] & FRAMES_MASK;
                variable = payload[1] & VARIABLE_BIT;
        }
        uint32_t duration_us = frames * frame_us(payload[0] >> 3);
        if (frames == 0 || duration_us > PACKET_MAX_US)
                return DROP_CODEC_MALFORMED;
        *ret_toc = (OpusToc){
                .duration_us = duration_us,
                .frames = (uint8_t)frames,
                .stereo = payload[0] & 4,
                .dtx = size <= silence_bytes(code, frames, variable),
        };
        return DROP_NONE;
}

uint32_t opus_toc_ticks(const OpusToc *toc)
{
        return toc->duration_us / 500 * 24;
}

/* RFC 6716 3.2.1. Returns its bytes. */
static size_t write_length(uint8_t *out, size_t length)
{
        if (length < LENGTH_ONE_BYTE) {
                out[0] = (uint8_t)length;
                return 1;
        }
        out[0] = (uint8_t)(LENGTH_ONE_BYTE + (length & 3));
        out[1] = (uint8_t)((length - out[0]) >> 2);
        return 2;
}

size_t opus_join(uint8_t *out, size_t max, const OpusPart *parts, size_t n_parts)
{
        size_t all = 2;
        if (n_parts < 2 || n_parts > OPUS_JOIN_MAX)
                return 0;
        for (size_t i = 0; i < n_parts; i++) {
                const OpusPart *part = &parts[i];
                if (part->size < 1 || part->size > 1 + FRAME_BYTES_MAX || part->payload[0] & 3 ||
                    part->payload[0] != parts[0].payload[0])
                        return 0;
                all += part->size - 1 + 2;
        }
        if (all > max || n_parts * frame_us(parts[0].payload[0] >> 3) > PACKET_MAX_US)
                return 0;
        out[0] = parts[0].payload[0] | 3;
        out[1] = (uint8_t)(VARIABLE_BIT | n_parts);
        size_t size = 2;
        for (size_t i = 0; i + 1 < n_parts; i++)
                size += write_length(out + size, parts[i].size - 1);
        for (size_t i = 0; i < n_parts; i++) {
                memcpy(out + size, parts[i].payload + 1, parts[i].size - 1);
                size += parts[i].size - 1;
        }
        return size;
}
