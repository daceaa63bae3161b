/* A token bucket: what one peer may cause per second, with a burst of one second's worth. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Rate {
        int64_t tokens; /* ×1,000,000 */
        int64_t at_us;
} Rate;

static inline bool rate_take(Rate *rate, unsigned per_second, int64_t now_us)
{
        int64_t full = (int64_t)per_second * 1000000;
        int64_t since_us = rate->at_us ? now_us - rate->at_us : 1000000;
        rate->tokens += (since_us < 1000000 ? since_us : 1000000) * per_second;
        rate->tokens = rate->tokens < full ? rate->tokens : full;
        rate->at_us = now_us;
        if (rate->tokens < 1000000)
                return false;
        rate->tokens -= 1000000;
        return true;
}
