/* Redundant audio (RFC 2198): what was sent before rides along with what is sent now, so that a lost packet is still
 * heard, without asking for it again. Pure. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
        RED_BLOCKS_MAX = 3,
        RED_BLOCK_BYTES_MAX = (1 << 10) - 1,
        RED_TICKS_MAX = (1 << 14) - 1,
        RED_BYTES_MAX = 4 * (RED_BLOCKS_MAX - 1) + 1 + RED_BLOCKS_MAX * RED_BLOCK_BYTES_MAX,
};

typedef struct RedBlock {
        const uint8_t *payload;
        size_t size;    /* in bytes */
        uint32_t ticks; /* of RTP's clock, by which it is older than the last block */
} RedBlock;

/* Writes blocks of one payload type, the oldest first; the last is the present one. Those before it that are too old or
 * too large for the format are left out. At most `max` bytes; 0 when it does not fit, or when no earlier one is left.
 */
size_t red_write(uint8_t *out, size_t max, uint8_t payload_type, const RedBlock *blocks, size_t n_blocks);
/* The present payload of a packet, and how many earlier ones come with it; NULL when it is malformed. */
const uint8_t *red_read(const uint8_t *payload, size_t size, size_t *ret_size, unsigned *ret_earlier);
