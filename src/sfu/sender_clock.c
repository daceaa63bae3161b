#include "sfu/sender_clock.h"

#include <glib.h>

#define LEAP_US ((int64_t)G_USEC_PER_SEC)
enum { RISE_ONE_IN = 5000 };

void sender_clock_note(SenderClock *clock, int64_t sent_us, int64_t now_us)
{
        int64_t offset_us = now_us - sent_us, rise_us = offset_us - clock->offset_us;
        if (!clock->known || rise_us < 0 || rise_us > LEAP_US)
                clock->offset_us = offset_us;
        else
                clock->offset_us += MIN(rise_us, MAX(now_us - clock->noted_us, 0) / RISE_ONE_IN);
        clock->known = true;
        clock->noted_us = now_us;
}
