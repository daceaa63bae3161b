#include "record/recorder/slip.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MEAN_OVER = 256, QUIET = 48, SAMPLES_A_SLIP = 960, EDGE = 2 };

/* Packets in between were lost when what is missing is a whole number of them, give or take 1 ms: times come from RTP
 * time stamps, which are exact but where a sender's report moves them. */
static bool is_loss(int64_t missing, int n)
{
        int64_t rest = (missing + n / 2) % n - n / 2;
        return missing > n / 2 && missing <= SLIP_CONCEAL_MOST && llabs(rest) <= 48;
}

static void begin_at(Slip *slip, int64_t position)
{
        slip->next = slip->due = position;
        slip->off = 0;
}

SlipStep slip_step(Slip *slip, int64_t position, int n)
{
        SlipStep step = { 0 };
        if (slip->next < 0)
                begin_at(slip, position);
        int64_t missing = position - slip->due;
        if (is_loss(missing, n))
                step.lost = (int)((missing + n / 2) / n) * n;
        if (llabs(position - slip->next - step.lost) > SLIP_TOLERANCE) {
                begin_at(slip, position);
                step.lost = 0;
        }
        slip->due = position + n;
        slip->off += ((double)(position - slip->next - step.lost) - slip->off) / MEAN_OVER;
        if (fabs(slip->off) > QUIET && n >= 2 * EDGE + 4)
                step.stretch = MAX(n / SAMPLES_A_SLIP, 1) * (slip->off > 0 ? 1 : -1);
        slip->off -= step.stretch;
        return step;
}

void slip_stretch(const float *pcm, int n, float *ret_pcm, int m)
{
        memcpy(ret_pcm, pcm, EDGE * sizeof(*pcm));
        memcpy(ret_pcm + m - EDGE, pcm + n - EDGE, EDGE * sizeof(*pcm));
        for (int i = EDGE; i < m - EDGE; i++) {
                double at = 1 + (double)(i - 1) * (n - 3) / (m - 3);
                int k = (int)at;
                float t = (float)(at - k), a = pcm[k - 1], b = pcm[k], c = pcm[k + 1], d = pcm[k + 2];
                ret_pcm[i] = b + t / 2 * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
        }
}
