/* How far a sender's clock is from the server's, from its reports: what it says its time was, and when that came.
 *
 * Of all reports the least delayed is the nearest to the truth, so the smallest difference counts. It may rise by 200
 * ppm of the time that passes, twice what clocks of computers drift: so a route that became longer is followed within
 * minutes, and a clock that loses 100 ppm at once. A leap of more than a second is a clock that was set. RFC 3550 6.4.1
 * (sender reports). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct SenderClock {
        bool known;
        int64_t offset_us; /* server's clock less sender's, the way there included */
        int64_t noted_us;  /* server's clock, of the last report */
} SenderClock;

/* A report that came at now_us says that the sender's clock showed sent_us. Both microseconds UTC. */
void sender_clock_note(SenderClock *clock, int64_t sent_us, int64_t now_us);
