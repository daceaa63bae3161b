/* Receivers without transport-wide feedback: receiver reports and REMB. */
#include "rtc/bwe.h"

enum {
        SECOND = 1000 * 1000,
        REPORT_US = 500 * 1000,          /* reports of several streams come together: one of them is enough */
        REPORT_ALWAYS_BPS = 2000 * 1000, /* it may rise to that whatever is sent: a picture may begin again */
        REPORT_LOSS_LOW = 5,             /* of 256: 2 % */
        REPORT_LOSS_HIGH = 26,           /* 10 % */
};

/* Galène's rule: 5 % more below 2 % of loss, half of the loss less above 10 %. Nothing probes here, so it may rise to
 * four times what is sent: a layer more. */
void bwe_report(Bwe *bwe, uint8_t fraction_lost, uint64_t sent_bytes, int64_t now_us)
{
        int64_t elapsed_us = now_us - bwe->report_us;
        if (bwe->has_feedback || (bwe->report_us && elapsed_us < REPORT_US))
                return;
        uint64_t sent_bps =
                bwe->report_us ? (sent_bytes - bwe->report_sent_bytes) * 8 * SECOND / (uint64_t)elapsed_us : 0;
        bwe->report_us = now_us;
        bwe->report_sent_bytes = sent_bytes;
        uint64_t estimate = bwe->estimate_bps;
        if (fraction_lost >= REPORT_LOSS_HIGH) {
                if (sent_bps > 0)
                        estimate = MIN(estimate, sent_bps * 5 / 4); /* what was never used is not known */
                bwe_set_estimate(bwe, estimate - estimate * fraction_lost / 512);
        } else if (fraction_lost < REPORT_LOSS_LOW && estimate < MAX(4 * sent_bps, REPORT_ALWAYS_BPS)) {
                bwe_set_estimate(bwe, estimate * 21 / 20);
        }
}

void bwe_remb(Bwe *bwe, uint64_t bitrate_bps)
{
        if (!bwe->has_feedback)
                bwe->remb_bps = (uint32_t)CLAMP(bitrate_bps, BWE_MIN_BPS, BWE_MAX_BPS);
}
