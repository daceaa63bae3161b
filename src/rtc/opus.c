#include "rtc/opus.h"

enum { FRAMES_MASK = 63, PACKET_MAX_US = 120000, VARIABLE_BIT = 0x80 };

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
