#include "rtc/red.h"

#include <stdbool.h>
#include <string.h>

enum { HEADER_BYTES = 4, LAST_HEADER_BYTES = 1, FOLLOWED = 0x80 };

static bool fits(const RedBlock *block)
{
        return block->size > 0 && block->size <= RED_BLOCK_BYTES_MAX && block->ticks > 0 &&
               block->ticks <= RED_TICKS_MAX;
}

/* RFC 2198, 3: F, payload type, 14 bits of age, 10 bits of length. */
static void write_header(uint8_t *out, uint8_t payload_type, const RedBlock *block)
{
        uint32_t rest = block->ticks << 10 | (uint32_t)block->size;
        out[0] = FOLLOWED | payload_type;
        out[1] = (uint8_t)(rest >> 16);
        out[2] = (uint8_t)(rest >> 8);
        out[3] = (uint8_t)rest;
}

size_t red_write(uint8_t *out, size_t max, uint8_t payload_type, const RedBlock *blocks, size_t n_blocks)
{
        const RedBlock *present = &blocks[n_blocks - 1];
        size_t headers = LAST_HEADER_BYTES, total = present->size;
        for (const RedBlock *block = blocks; block < present; block++)
                if (fits(block)) {
                        headers += HEADER_BYTES;
                        total += block->size;
                }
        if (headers == LAST_HEADER_BYTES || headers + total > max)
                return 0;
        uint8_t *header = out, *payload = out + headers;
        for (const RedBlock *block = blocks; block < present; block++) {
                if (!fits(block))
                        continue;
                write_header(header, payload_type, block);
                header += HEADER_BYTES;
                memcpy(payload, block->payload, block->size);
                payload += block->size;
        }
        *header = payload_type;
        memcpy(payload, present->payload, present->size);
        return headers + total;
}

const uint8_t *red_read(const uint8_t *payload, size_t size, size_t *ret_size, unsigned *ret_earlier)
{
        size_t headers = 0, earlier = 0;
        *ret_earlier = 0;
        while (headers < size && payload[headers] & FOLLOWED) {
                if (size - headers < HEADER_BYTES)
                        return NULL;
                earlier += (size_t)(payload[headers + 2] & 3) << 8 | payload[headers + 3];
                headers += HEADER_BYTES;
                ++*ret_earlier;
        }
        if (headers + LAST_HEADER_BYTES + earlier > size)
                return NULL;
        *ret_size = size - headers - LAST_HEADER_BYTES - earlier;
        return payload + size - *ret_size;
}
