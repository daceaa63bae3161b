#include "base/time.h"

#include <time.h>

static int64_t offset_us_; /* written before threads start, read-only afterwards */

static int64_t read_clock(clockid_t clock)
{
        struct timespec t;
        clock_gettime(clock, &t);
        return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

int64_t now_us(void)
{
        return read_clock(CLOCK_REALTIME) + offset_us_;
}

int64_t monotonic_us(void)
{
        return read_clock(CLOCK_MONOTONIC);
}

void clock_shift(int64_t offset_us)
{
        offset_us_ = offset_us;
}
