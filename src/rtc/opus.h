/* What the first bytes of an Opus packet say (RFC 6716 3.1): how long it lasts, whether anything is in it. */
#pragma once
#include "rtc/drop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct OpusToc {
        uint32_t duration_us; /* of the whole packet, at most 120,000 */
        uint8_t frames;
        bool stereo;
        bool dtx; /* nothing but comfort noise: each frame at most one byte (RFC 6716 2.1.9) */
} OpusToc;

Drop opus_toc_read(const uint8_t *payload, size_t size, OpusToc *ret_toc);
enum { OPUS_JOIN_MAX = 3 };
typedef struct OpusPart {
        const uint8_t *payload;
        size_t size;
} OpusPart;
/* Packets that follow each other, as one that says the same (RFC 6716 3.2.5): for a line on which headers weigh more
 * than sound. Each has one frame, of the same configuration. At most `max` bytes; 0 when they cannot be joined. */
size_t opus_join(uint8_t *out, size_t max, const OpusPart *parts, size_t n_parts);
/* Length in the 48 kHz units of RTP (RFC 7587 4.1). */
uint32_t opus_toc_ticks(const OpusToc *toc);
