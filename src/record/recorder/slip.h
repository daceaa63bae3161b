/* Where a microphone's packets go on the server's time line, when the sender's clock runs a little faster or slower
 * than the server's. Only counts; no sound, no clock.
 *
 * A packet within 40 ms of where the last one ended follows it without a seam. What its time says over a while (a mean
 * over 256 packets, since times jitter) is then reached by making packets longer or shorter, by at most one sample in
 * 960: at 1,000 ppm a voice changes by 1.7 cents, and clocks of computers differ by 100 ppm at most.
 * One further off is placed where it says: a pause, or a clock that was set.
 *
 *     SlipStep step = slip_step(&slip, position, n);
 *     … conceal step.lost samples; write the packet as n + step.stretch samples at slip.next; both move slip.next */
#pragma once

#include <glib.h>
#include <stdint.h>

enum {
        SLIP_TOLERANCE = 48000 * 40 / 1000, /* samples; further off is a jump */
        SLIP_CONCEAL_MOST = 48000 * 120 / 1000,
        SLIP_STRETCH_MOST = 6,
};

typedef struct Slip {
        int64_t next; /* position after what was written last; -1: nothing yet */
        int64_t due;  /* … and what the time of the next packet says if none is lost */
        double off;   /* mean, in samples, of what the packets' times say, less next */
} Slip;

typedef struct SlipStep {
        int lost;    /* samples that lie between, of lost packets; a multiple of n */
        int stretch; /* -1, 0, 1, and more for packets of more than 960 samples */
} SlipStep;

static inline Slip slip_new(void)
{
        return (Slip){ .next = -1 };
}
/* A packet of n samples (48 kHz) whose time is this position. Sets slip->next where it begins, or where what was lost
 * before it does. */
SlipStep slip_step(Slip *slip, int64_t position, int n);
/* n samples as m of them, where |n - m| is small: both ends stay as they are, what lies between is interpolated (cubic,
 * Catmull and Rom 1974). n and m are 8 at least. */
void slip_stretch(const float *pcm, int n, float *ret_pcm, int m);
