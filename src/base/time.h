/* Clocks. Time is int64 microseconds: UTC since 1970 for what is stored and shown, monotonic for what is measured. */
#pragma once
#include <stdint.h>

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

/* Wall clock, UTC. Tests shift it with clock_shift(). */
int64_t now_us(void);
/* Never goes back, unaffected by clock changes: for time-outs. */
int64_t monotonic_us(void);
/* Adds to now_us(); called once at start, before threads (the demo reads TRETEAU_CLOCK_OFFSET_S). */
void clock_shift(int64_t offset_us);
