/* How fast a watcher's line may be filled: a narrow one not by a whole key frame at once, which its queue would drop.
 * All that goes out counts, by the connection's own sum of bytes; only pictures wait. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
        PACE_BURST_BYTES = 1500, /* a packet may always go on an idle line */
        PACE_DEBT_US = 250 * 1000,
        PACE_REPAIRS_US = 100 * 1000, /* repairs go before pictures, by so much */
};

typedef struct Pace {
        bool on;
        unsigned line; /* that sent last: each has its turn */
        int64_t at_us, left_bytes;
        uint64_t sent_bytes; /* that were counted */
} Pace;

/* What may go out now, in bytes; 0 or less: nothing. */
static inline int64_t pace_left(Pace *pace, uint32_t rate_bps, uint64_t sent_bytes, int64_t now_us)
{
        int64_t elapsed_us = MIN(now_us - pace->at_us, PACE_DEBT_US);
        int64_t debt_bytes = (int64_t)rate_bps * PACE_DEBT_US / 8 / G_USEC_PER_SEC;
        int64_t left = pace->left_bytes + (int64_t)rate_bps * elapsed_us / 8 / G_USEC_PER_SEC -
                       (int64_t)(sent_bytes - pace->sent_bytes);
        pace->left_bytes = CLAMP(left, -debt_bytes, PACE_BURST_BYTES);
        pace->at_us = now_us;
        pace->sent_bytes = sent_bytes;
        return pace->left_bytes;
}
