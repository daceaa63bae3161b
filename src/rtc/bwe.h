/* What a line to one receiver can carry, judged by the sender (send-side bandwidth estimation). Fed with what is sent
 * and with the receiver's transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01); for a receiver
 * without it, with receiver reports and REMB.
 *
 * Three states, by the delay that stands in a queue and by loss:
 *
 *      congested  more than 50 ms stood for 300 ms, or over 10 % is lost that less sending would not lose: 0.85 × acked
 *      clear      below 20 ms and nothing lost: rises by 8 % a second while three quarters of it are used
 *      hold       between
 *
 * The delay is the least of the last 300 ms over the least of the last 10 s, so that jitter is no queue. Loss and delay
 * that stay when less is sent are the line's own and cost nothing further; that less is sent shows by less that comes
 * through, since of what is too much for a line the same comes through as before. Higher rates are found by probing
 * (RTX copies or padding), only when bwe_want() says that they would be used; after a failure it waits 2, 4, 8 … 30 s.
 *
 * Below 150 kbit/s a queue is long in time, and a shaper that lets some kilobytes through at once looks wide. So a
 * probe there tries 1.5, 1.8, 2.7 … of what was known, and ends as soon as its packets come 50 ms later than those
 * before it: little stands in the queue by then, and a bucket is empty before it could hide much. What it shows by no
 * more than 1.8 is cheap, and asked again after 5 s at most.
 *
 * A plain value of under 16 KiB, no allocation; time is an argument (any steady clock). One thread.
 *
 *      bwe_sent(&bwe, bwe_next_sequence(&bwe), size, now_us);          for each packet, with that transport sequence
 *      bwe_feedback(&bwe, &feedback, now_us);
 *      bwe_want(&bwe, bps); bwe_tick(&bwe, now_us);                    every 20 ms or so
 *      for (size_t left = bwe_probe_bytes(&bwe, now_us); left > 0;) …  send that much beside the media
 *      share out bwe_budget_bps(&bwe) */
#pragma once

#include "rtc/rtcp.h"

#include <glib.h>

enum {
        BWE_SENT = 1024,  /* packets that may be on their way, a power of two */
        BWE_BUCKETS = 40, /* of arrivals */
        BWE_BUCKET_US = 50 * 1000,
        BWE_START_BPS = 1000 * 1000,
        BWE_MIN_BPS = 50 * 1000,
        BWE_MAX_BPS = 50 * 1000 * 1000,
};

typedef enum BweState {
        BWE_HOLD,
        BWE_CLEAR,
        BWE_CONGESTED,
} BweState;

typedef enum BweFate {
        BWE_ON_ITS_WAY,
        BWE_LOST, /* so the last feedback says: one that was overtaken may still be told as received */
        BWE_RECEIVED,
} BweFate;

typedef struct BweSent {
        uint32_t at_us; /* low bits */
        uint16_t sequence;
        uint16_t bytes : 14; /* 0: nothing was sent here */
        uint16_t fate : 2;
} BweSent;

/* What came within 50 ms of the receiver's clock. */
typedef struct BweBucket {
        int64_t number; /* arrival time / BWE_BUCKET_US; another number: empty */
        uint32_t bytes;
        uint16_t received, lost;
        int64_t least_us; /* one-way delay, between two clocks that differ by anything */
        int64_t sum_us;   /* of delays over the base at that time */
} BweBucket;

typedef struct BweProbe {
        bool running, waiting; /* waiting: all is sent, its feedback is not complete */
        uint32_t target_bps;
        int64_t began_us, length_us, ended_us; /* sending */
        uint64_t sent_before;                  /* total bytes when it began */
        uint16_t first, last;                  /* sequences; last when waiting */
        int64_t first_arrival_us, last_arrival_us;
        uint64_t bytes; /* came, without the first */
        unsigned received, lost;
        /* That it is too much shows by delay while it runs: it ends there. */
        bool late;
        int64_t usual_us, newest_us[3];      /* delay before it, and of the newest of its packets */
        int64_t late_first_us, late_last_us; /* arrivals of those that were late, which came as fast as the line is */
        uint64_t late_bytes;                 /* without the first */
        unsigned late_packets;
        uint32_t row_bps; /* the estimate before the first of a row of probes that each succeeded */
        int64_t not_before_us, back_off_us;
        int64_t gave_up_us; /* the last that was too much; 0: none */
} BweProbe;

typedef struct Bwe {
        BweState state;
        uint32_t estimate_bps;
        uint32_t wanted_bps;
        uint32_t remb_bps; /* 0: none */
        uint16_t next_sequence;
        uint64_t sent_bytes;

        bool has_feedback;
        int64_t first_feedback_us;
        int64_t reference_us;               /* of the last feedback, unwrapped */
        int64_t feedback_us;                /* when it came */
        int64_t newest_us;                  /* latest arrival told, receiver's clock */
        int64_t newest_sent_us;             /* when the latest of those told was sent */
        int64_t base_us[2], base_window_us; /* least delay of this 5 s and those before */
        int64_t tolerance_us;               /* delay that less sending did not end; forgotten by and by */
        int64_t mean_us;                    /* of the delays over the base in that time, and */
        int64_t queue_us;                   /* what stands in the queue now, by the rule above */

        uint32_t acked_bps;        /* over the last half second */
        uint32_t ceiling_bps;      /* what was acked at the last congestion; 0: none yet */
        unsigned loss, loss_floor; /* of 65,536, over the last second; the line's own */
        int64_t raised_us;
        /* The last cut: whether it helped is seen a second later. */
        int64_t cut_us, cut_queue_us;
        uint32_t cut_from_bps, cut_sent_bps, cut_acked_bps;
        unsigned cut_loss;
        bool cut_judged;
        int64_t loss_after_us, loss_from_bucket; /* loss is counted for what was sent then, from this bucket on */

        /* Receivers without feedback */
        int64_t report_us;
        uint64_t report_sent_bytes;

        BweProbe probe;
        BweBucket buckets[BWE_BUCKETS];
        BweSent sent[BWE_SENT];
} Bwe;

void bwe_init(Bwe *bwe, uint32_t start_bps, int64_t now_us);
/* Of the estimator's own parts. */
static inline void bwe_set_estimate(Bwe *bwe, uint64_t bps)
{
        bwe->estimate_bps = (uint32_t)CLAMP(bps, BWE_MIN_BPS, BWE_MAX_BPS);
}

/* The transport sequence of the next packet. */
static inline uint16_t bwe_next_sequence(const Bwe *bwe)
{
        return bwe->next_sequence;
}
/* A packet of so many bytes went out with bwe_next_sequence(). */
static inline void bwe_sent(Bwe *bwe, size_t bytes, int64_t now_us)
{
        uint16_t sequence = bwe->next_sequence++;
        bwe->sent[sequence & (BWE_SENT - 1)] =
                (BweSent){ (uint32_t)now_us, sequence, (uint16_t)(bytes & 0x3fff), BWE_ON_ITS_WAY };
        bwe->sent_bytes += bytes;
}

void bwe_feedback(Bwe *bwe, const TwccFeedback *feedback, int64_t now_us);
/* For receivers that give no transport-wide feedback; ignored once there is some. `sent_bytes`: all that went out. */
void bwe_report(Bwe *bwe, uint8_t fraction_lost, uint64_t sent_bytes, int64_t now_us);
void bwe_remb(Bwe *bwe, uint64_t bitrate_bps);

/* What would be used if the line had it, in all; not above the estimate: nothing more is looked for. */
static inline void bwe_want(Bwe *bwe, uint32_t bps)
{
        bwe->wanted_bps = bps;
}
void bwe_tick(Bwe *bwe, int64_t now_us);
/* How much to send beside the media now, as copies or padding; 0 most of the time. */
size_t bwe_probe_bytes(const Bwe *bwe, int64_t now_us);

/* What media may use in the next moment: the estimate, less while a queue has to drain. */
uint32_t bwe_budget_bps(const Bwe *bwe);
