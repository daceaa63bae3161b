#include "rtc/bwe.h"

#include <glib.h>
#include <string.h>

enum {
        SECOND = 1000 * 1000,
        WINDOW_BUCKETS = 6, /* 300 ms: the least delay of these is the queue; */
        WINDOW_PACKETS = 8, /* or of as many more as hold so many packets, */
        WINDOW_MAX = 20,    /* up to a second */
        RATE_BUCKETS = 10,  /* half a second */
        LOSS_BUCKETS = 20,  /* a second, or as much more as holds so many packets, up to all; */
        LOSS_PACKETS = 100,
        LOSS_PACKETS_MIN = 40, /* fewer say nothing about a share */
        BASE_WINDOW_US = 5 * SECOND,
        CONGESTED_QUEUE_US = 50 * 1000,
        CLEAR_QUEUE_US = 20 * 1000,
        GROWN_US = 20 * 1000,
        LOSS_CONGESTED = 65536 / 10,
        LOSS_CLEAR = 65536 / 50,
        LOSS_FLOOR_MAX = 65536 / 2,
        LOSS_CREEP_MAX = 65536 / 16, /* what it may become without a cut that showed it */
        CUT_PERCENT = 85,
        PROBE_KEPT_PERCENT = 95,
        LESS_PERCENT = 93, /* of what was sent, and came through, at a cut: that is less */
        CUT_PAUSE_US = 300 * 1000,
        JUDGE_US = SECOND, /* by then a cut has shown what it does */
        SILENT_US = 1500 * 1000,
        RISE_PERCENT = 8,      /* a second */
        RISE_NEAR_BPS = 40000, /* a second, near what congested last: so that two senders come to equal shares */
        RISE_MIN_BPS = 10000,
        RISE_STEP_US = 200 * 1000, /* a pause between two feedbacks counts for so much at most */
        PROBE_US = 400 * 1000,     /* or less, so that the queue it may make is 250 ms at most */
        PROBE_NARROW_US = 800 * 1000,
        PROBE_MIN_US = 150 * 1000,
        PROBE_QUEUED_US = 250 * 1000,
        PROBE_FIRST_US = 300 * 1000, /* after the first feedback */
        PROBE_WAIT_US = SECOND,      /* for its feedback */
        PROBE_QUEUE_US = 30 * 1000,
        PROBE_LATE_US = 50 * 1000, /* later than before it: it ends */
        PROBE_LATE_PACKETS = 5,    /* fewer do not tell a rate */
        NARROW_BPS = 150 * 1000,   /* a queue there is long in time, and a shaper's bucket large */
        TOLERANCE_MAX_US = 250 * 1000,
        PROBE_AGAIN_US = 100 * 1000,  /* after a success */
        CEILING_KEPT_US = 3 * SECOND, /* for so long nothing is tried beyond it */
        BACK_OFF_MIN_US = 2 * SECOND,
        BACK_OFF_MAX_US = 30 * SECOND,
        BACK_OFF_NARROW_US = 5 * SECOND,
};
#define REFERENCE_WRAP_US (INT64_C(64000) << 24)
#define NO_DELAY INT64_MAX

void bwe_init(Bwe *bwe, uint32_t start_bps, int64_t now_us)
{
        *bwe = (Bwe){ .estimate_bps = start_bps,
                      .raised_us = now_us,
                      .cut_us = now_us - SECOND,
                      .cut_judged = true,
                      .base_us = { NO_DELAY, NO_DELAY },
                      .probe = { .back_off_us = BACK_OFF_MIN_US } };
        for (unsigned i = 0; i < BWE_BUCKETS; i++)
                bwe->buckets[i].number = -1;
}

/* --- What came: buckets of arrivals ------------------------------------------------------------------------------- */

/* The bucket of an arrival; NULL when it is older than they reach. */
static BweBucket *bucket_of(Bwe *bwe, int64_t arrival_us)
{
        int64_t number = arrival_us / BWE_BUCKET_US;
        BweBucket *bucket = &bwe->buckets[number % BWE_BUCKETS];
        if (bucket->number > number)
                return NULL;
        if (bucket->number < number)
                *bucket = (BweBucket){ .number = number, .least_us = NO_DELAY };
        return bucket;
}

static int64_t base_delay(const Bwe *bwe)
{
        return MIN(bwe->base_us[0], bwe->base_us[1]);
}

/* The least delay of the last 5 to 10 s, so that clocks may drift and routes change. */
static void note_base(Bwe *bwe, int64_t delay_us, int64_t arrival_us)
{
        if (arrival_us - bwe->base_window_us > BASE_WINDOW_US) {
                bwe->base_window_us = arrival_us;
                bwe->base_us[1] = bwe->base_us[0];
                bwe->base_us[0] = delay_us;
                bwe->tolerance_us -= bwe->tolerance_us / 5;
        }
        bwe->base_us[0] = MIN(bwe->base_us[0], delay_us);
}

/* What the buckets from `back` before the newest on hold together. */
typedef struct Sum {
        uint64_t bytes;
        unsigned received, lost;
        int64_t least_us, sum_us;
} Sum;

static const BweBucket *bucket_back(const Bwe *bwe, int64_t back)
{
        int64_t number = bwe->newest_us / BWE_BUCKET_US - back;
        const BweBucket *bucket = &bwe->buckets[(number % BWE_BUCKETS + BWE_BUCKETS) % BWE_BUCKETS];
        return bucket->number == number ? bucket : NULL;
}

static void sum_add(Sum *sum, const BweBucket *bucket)
{
        if (!bucket)
                return;
        sum->bytes += bucket->bytes;
        sum->received += bucket->received;
        sum->lost += bucket->lost;
        sum->sum_us += bucket->sum_us;
        sum->least_us = MIN(sum->least_us, bucket->least_us);
}

static void measure_rate(Bwe *bwe)
{
        Sum sum = { .least_us = NO_DELAY };
        for (int64_t back = 0; back <= RATE_BUCKETS; back++)
                sum_add(&sum, bucket_back(bwe, back));
        int64_t span_us = RATE_BUCKETS * BWE_BUCKET_US + bwe->newest_us % BWE_BUCKET_US;
        bwe->acked_bps = (uint32_t)MIN(sum.bytes * 8 * SECOND / (uint64_t)span_us, UINT32_MAX);
}

/* The line's own loss follows what is lost at once downwards and slowly upwards: a few per cent that stay are no sign
 * of too much; more than that has to be shown by a cut (judge_cut). */
static void measure_loss(Bwe *bwe)
{
        Sum sum = { .least_us = NO_DELAY };
        int64_t newest = bwe->newest_us / BWE_BUCKET_US, back = 0;
        for (; back < LOSS_BUCKETS || (sum.received + sum.lost < LOSS_PACKETS && back < BWE_BUCKETS); back++)
                if (newest - back >= bwe->loss_from_bucket)
                        sum_add(&sum, bucket_back(bwe, back));
        unsigned packets = sum.received + sum.lost;
        if (packets < LOSS_PACKETS_MIN)
                return;
        bwe->loss = (unsigned)((uint64_t)sum.lost * 65536 / packets);
        if (bwe->loss < bwe->loss_floor)
                bwe->loss_floor -= (bwe->loss_floor - bwe->loss) / 16;
        else if (bwe->loss_floor < LOSS_CREEP_MAX)
                bwe->loss_floor += (MIN(bwe->loss, LOSS_CREEP_MAX) - bwe->loss_floor) / 32;
}

/* Forgets what was lost so far: it belongs to a rate that is no longer sent. */
static void loss_anew(Bwe *bwe, int64_t now_us)
{
        bwe->loss_from_bucket = INT64_MAX; /* until something sent from now on was told */
        bwe->loss_after_us = now_us;
        bwe->loss = MIN(bwe->loss, bwe->loss_floor);
}

/* The queue is what even the luckiest of the last 300 ms stood in. Where delays scatter, half of that scatter is taken
 * off, for few packets are never lucky; and so is the delay that no cut made less. */
static void measure_queue(Bwe *bwe)
{
        Sum sum = { .least_us = NO_DELAY };
        int64_t back = 0;
        for (; back < WINDOW_BUCKETS || (sum.received < WINDOW_PACKETS && back < WINDOW_MAX); back++)
                sum_add(&sum, bucket_back(bwe, back));
        if (sum.received == 0)
                return;
        int64_t least_us = sum.least_us - base_delay(bwe);
        bwe->mean_us = sum.sum_us / sum.received;
        int64_t scatter_us = MAX(bwe->mean_us - least_us, 0);
        bwe->queue_us = MAX(least_us - scatter_us / 2 - bwe->tolerance_us, 0);
}

/* --- Probing ------------------------------------------------------------------------------------------------------ */

static void probe_failed(Bwe *bwe, int64_t now_us)
{
        BweProbe *probe = &bwe->probe;
        probe->running = probe->waiting = false;
        /* What so little shows is cheap to ask again; a bucket that only more emptied is not. */
        bool cheap = probe->row_bps < NARROW_BPS && probe->target_bps <= 2 * probe->row_bps;
        int64_t most_us = cheap ? BACK_OFF_NARROW_US : BACK_OFF_MAX_US;
        probe->row_bps = 0;
        probe->not_before_us = now_us + probe->back_off_us;
        probe->back_off_us = probe->back_off_us > most_us ? MAX(probe->back_off_us / 2, most_us)
                                                          : MIN(2 * probe->back_off_us, most_us);
}

static uint32_t probe_rate(const BweProbe *probe)
{
        int64_t span_us = probe->last_arrival_us - probe->first_arrival_us;
        return span_us > 0 ? (uint32_t)MIN(probe->bytes * 8 * SECOND / (uint64_t)span_us, UINT32_MAX) : 0;
}

static unsigned probe_loss(const BweProbe *probe)
{
        unsigned packets = probe->received + probe->lost;
        return packets ? (unsigned)((uint64_t)probe->lost * 65536 / packets) : 0;
}

/* Of the luckiest of its newest packets. */
static int64_t probe_delay(const BweProbe *probe)
{
        return MIN(MIN(probe->newest_us[0], probe->newest_us[1]), probe->newest_us[2]);
}

/* What a probe was too much for says nothing against the media beside it, unless less than these got through. Where its
 * packets came late they came as fast as the line is; what came before may have been a shaper's bucket. */
static void give_probe_up(Bwe *bwe, int64_t now_us)
{
        const BweProbe *probe = &bwe->probe;
        int64_t span_us = probe->late_last_us - probe->late_first_us;
        bool told = probe->late && probe->late_packets >= PROBE_LATE_PACKETS && span_us >= BWE_BUCKET_US;
        uint64_t carried = told ? probe->late_bytes * 8 * SECOND / (uint64_t)span_us : bwe->acked_bps;
        carried = carried * 65536 / (65536 - bwe->loss_floor);
        if (told || bwe->queue_us > CONGESTED_QUEUE_US) {
                bwe->ceiling_bps = (uint32_t)MIN(carried, BWE_MAX_BPS);
                uint64_t kept = MIN(bwe->estimate_bps, carried * PROBE_KEPT_PERCENT / 100);
                bwe_set_estimate(bwe, told ? MAX(kept, carried * CUT_PERCENT / 100) : kept);
        } else if (probe->late) {
                bwe_set_estimate(bwe, MIN(bwe->estimate_bps, probe->row_bps));
        }
        bwe->cut_us = bwe->probe.gave_up_us = now_us;
        bwe->cut_queue_us = MAX(bwe->queue_us, probe->late ? probe_delay(probe) : 0);
        loss_anew(bwe, now_us);
        probe_failed(bwe, now_us);
}

/* All of it is told, or long overdue. */
static void probe_judge(Bwe *bwe, int64_t now_us)
{
        BweProbe *probe = &bwe->probe;
        uint64_t rate = (uint64_t)probe_rate(probe) * 65536 / (65536 - bwe->loss_floor);
        bool lost = probe_loss(probe) > bwe->loss_floor + LOSS_CONGESTED;
        bool queued = bwe->queue_us > PROBE_QUEUE_US;
        /* A bucket that was empty in the end: the next one would make a queue from the first moment on. */
        probe->late |= bwe->estimate_bps < NARROW_BPS && probe_delay(probe) > probe->usual_us + PROBE_QUEUE_US;
        if (probe->late) {
                give_probe_up(bwe, now_us);
                return;
        }
        rate = MIN(rate, (uint64_t)probe->target_bps * 11 / 10); /* a queue that emptied meanwhile is no capacity */
        if (!lost && !queued && probe->received > 0) {
                probe->running = probe->waiting = false;
                if (rate > bwe->estimate_bps)
                        bwe_set_estimate(bwe, rate);
                bool reached = rate >= (uint64_t)probe->target_bps * 85 / 100;
                probe->not_before_us = now_us + (reached ? PROBE_AGAIN_US : BACK_OFF_MIN_US);
                if (reached && bwe->estimate_bps >= MIN(bwe->wanted_bps, 2 * NARROW_BPS))
                        probe->back_off_us = BACK_OFF_MIN_US;
                if (!reached)
                        probe->row_bps = 0;
                return;
        }
        /* More than before went through, if less than was tried. */
        uint64_t through = rate * CUT_PERCENT / 100;
        if (rate > 0 && through > bwe->estimate_bps)
                bwe_set_estimate(bwe, through);
        if (rate > 0)
                bwe->ceiling_bps = (uint32_t)rate;
        loss_anew(bwe, now_us);
        probe_failed(bwe, now_us);
}

static bool probe_holds(const BweProbe *probe, uint16_t sequence)
{
        if (!probe->running && !probe->waiting)
                return false;
        uint16_t at = (uint16_t)(sequence - probe->first);
        return at < 0x8000 && (probe->running || at <= (uint16_t)(probe->last - probe->first));
}

static void probe_note_late(BweProbe *probe, size_t bytes, int64_t arrival_us)
{
        if (probe->late_packets++ == 0)
                probe->late_first_us = arrival_us;
        else
                probe->late_bytes += bytes;
        probe->late_last_us = MAX(probe->late_last_us, arrival_us);
}

/* `delay_us`: over the base. */
static void probe_note(BweProbe *probe, size_t bytes, int64_t arrival_us, int64_t delay_us)
{
        probe->newest_us[probe->received % G_N_ELEMENTS(probe->newest_us)] = delay_us;
        if (delay_us > probe->usual_us + PROBE_LATE_US)
                probe_note_late(probe, bytes, arrival_us);
        if (probe->received++ == 0) {
                probe->first_arrival_us = probe->last_arrival_us = arrival_us;
                return;
        }
        probe->bytes += bytes;
        probe->last_arrival_us = MAX(probe->last_arrival_us, arrival_us);
}

/* After a cut what comes of it is awaited first, and longer before more is tried than was too much just now. */
static bool probe_may_start(const Bwe *bwe, int64_t now_us)
{
        int64_t pause_us = bwe->ceiling_bps && bwe->wanted_bps > bwe->ceiling_bps ? CEILING_KEPT_US : SECOND;
        return bwe->state == BWE_CLEAR && bwe->wanted_bps > bwe->estimate_bps && bwe->remb_bps == 0 &&
               now_us - bwe->first_feedback_us >= PROBE_FIRST_US && now_us >= bwe->probe.not_before_us &&
               now_us - bwe->cut_us >= pause_us;
}

/* In a line's first seconds and far below what is wanted it may treble, else double; with care where it is narrow. */
static void probe_start(Bwe *bwe, int64_t now_us)
{
        BweProbe *probe = &bwe->probe;
        bool narrow = bwe->ceiling_bps && bwe->estimate_bps < NARROW_BPS;
        uint32_t row_bps = probe->row_bps ? probe->row_bps : bwe->estimate_bps;
        uint64_t most = (uint64_t)bwe->estimate_bps * (bwe->ceiling_bps ? 2 : 3);
        if (narrow)
                most = most * 3 / 4;
        if (narrow && bwe->estimate_bps < row_bps * UINT64_C(17) / 10)
                most = MIN(most, row_bps * UINT64_C(9) / 5); /* until a bucket is empty */
        uint64_t target = MIN((uint64_t)bwe->wanted_bps * 21 / 20, most);
        uint64_t length_us = (uint64_t)PROBE_QUEUED_US * bwe->estimate_bps / (target - bwe->estimate_bps);
        *probe = (BweProbe){ .running = true,
                             .target_bps = (uint32_t)target,
                             .length_us = (int64_t)CLAMP(length_us, PROBE_MIN_US, narrow ? PROBE_NARROW_US : PROBE_US),
                             .began_us = now_us,
                             .sent_before = bwe->sent_bytes,
                             .first = bwe->next_sequence,
                             .usual_us = probe->row_bps ? probe->usual_us : bwe->mean_us,
                             .row_bps = row_bps,
                             .gave_up_us = probe->gave_up_us,
                             .back_off_us = probe->back_off_us };
}

static void probe_end(Bwe *bwe, int64_t now_us)
{
        BweProbe *probe = &bwe->probe;
        probe->running = false;
        probe->waiting = true;
        probe->ended_us = now_us;
        probe->last = (uint16_t)(bwe->next_sequence - 1);
}

/* On a narrow line it ends where even the luckiest of its newest packets was late. */
static void probe_look(Bwe *bwe, int64_t now_us)
{
        BweProbe *probe = &bwe->probe;
        if (bwe->estimate_bps >= NARROW_BPS || probe->received < G_N_ELEMENTS(probe->newest_us) ||
            probe_delay(probe) <= probe->usual_us + PROBE_LATE_US)
                return;
        probe->late |= probe->running || probe->waiting;
        if (probe->running)
                probe_end(bwe, now_us);
}

static void probe_tick(Bwe *bwe, int64_t now_us)
{
        BweProbe *probe = &bwe->probe;
        if (probe->running && now_us - probe->began_us >= probe->length_us)
                probe_end(bwe, now_us);
        if (probe->waiting && now_us - probe->ended_us > PROBE_WAIT_US)
                probe_judge(bwe, now_us);
        if (!probe->running && !probe->waiting && probe_may_start(bwe, now_us))
                probe_start(bwe, now_us);
}

size_t bwe_probe_bytes(const Bwe *bwe, int64_t now_us)
{
        const BweProbe *probe = &bwe->probe;
        if (!probe->running)
                return 0;
        uint64_t aim = (uint64_t)probe->target_bps * (uint64_t)(now_us - probe->began_us) / 8 / SECOND;
        uint64_t done = bwe->sent_bytes - probe->sent_before;
        return aim > done ? (size_t)(aim - done) : 0;
}

/* --- The estimate ------------------------------------------------------------------------------------------------- */

/* To a share of what went through, with what the line loses of itself. Media seldom use all there is: what went through
 * in such a moment, or while the other side did not get to run, says little. So loss alone takes half of what was lost
 * away, as in Google's congestion control (draft-ietf-rmcat-gcc-02, 6), and a queue half of the estimate at most. */
static uint64_t rate_after_cut(const Bwe *bwe, uint64_t carried)
{
        uint64_t estimate = bwe->estimate_bps, after = carried * CUT_PERCENT / 100;
        unsigned excess = bwe->loss - MIN(bwe->loss, bwe->loss_floor);
        bool queued = bwe->queue_us > CONGESTED_QUEUE_US;
        return MAX(after, queued ? estimate / 2 : estimate * (65536 - excess / 2) / 65536);
}

/* Of the last second, or of as much of it as is still known. */
static uint32_t sent_rate(const Bwe *bwe, int64_t now_us)
{
        uint64_t bytes = 0;
        uint32_t age_us = 0;
        for (uint16_t back = 1; back < BWE_SENT; back++) {
                const BweSent *sent = &bwe->sent[(uint16_t)(bwe->next_sequence - back) & (BWE_SENT - 1)];
                uint32_t this_age_us = (uint32_t)now_us - sent->at_us;
                if (sent->bytes == 0 || this_age_us > JUDGE_US)
                        return (uint32_t)MIN(bytes * 8 * SECOND / JUDGE_US, UINT32_MAX);
                age_us = MAX(age_us, this_age_us);
                bytes += sent->bytes;
        }
        return (uint32_t)MIN(bytes * 8 * SECOND / MAX(age_us, 1), UINT32_MAX);
}

static void cut(Bwe *bwe, int64_t now_us)
{
        uint64_t carried = (uint64_t)bwe->acked_bps * 65536 / (65536 - bwe->loss_floor);
        bwe->cut_from_bps = bwe->cut_judged ? bwe->estimate_bps : MAX(bwe->cut_from_bps, bwe->estimate_bps);
        bwe->cut_us = now_us;
        bwe->cut_queue_us = bwe->queue_us;
        bwe->cut_loss = bwe->loss;
        bwe->cut_acked_bps = bwe->acked_bps;
        bwe->cut_sent_bps = sent_rate(bwe, now_us);
        bwe->cut_judged = false;
        bwe->ceiling_bps = (uint32_t)MIN(carried, BWE_MAX_BPS);
        bwe_set_estimate(bwe, MIN(bwe->estimate_bps, rate_after_cut(bwe, carried)));
        loss_anew(bwe, now_us);
}

static bool sends_less(const Bwe *bwe, int64_t now_us)
{
        return sent_rate(bwe, now_us) <= (uint64_t)bwe->cut_sent_bps * LESS_PERCENT / 100 &&
               bwe->acked_bps <= (uint64_t)bwe->cut_acked_bps * LESS_PERCENT / 100;
}

/* A second after a cut: loss that did not shrink is the line's own, and so is a delay that did not. A cut that let as
 * much be sent as before, of repairs or a key frame, shows neither. */
static void judge_cut(Bwe *bwe, int64_t now_us)
{
        if (bwe->cut_judged || now_us - bwe->cut_us < JUDGE_US || bwe->newest_sent_us - bwe->cut_us < JUDGE_US / 2)
                return;
        bwe->cut_judged = true;
        if (!sends_less(bwe, now_us))
                return;
        if (bwe->cut_loss > bwe->loss_floor + LOSS_CONGESTED && bwe->loss > bwe->cut_loss / 2) {
                bwe->loss_floor = MIN(bwe->loss, LOSS_FLOOR_MAX);
                if (bwe->queue_us < CONGESTED_QUEUE_US)
                        bwe_set_estimate(bwe, MAX(bwe->estimate_bps, bwe->cut_from_bps));
        }
        if (bwe->cut_queue_us > CONGESTED_QUEUE_US && bwe->queue_us > bwe->cut_queue_us * 2 / 3) {
                bwe->tolerance_us = MIN(bwe->tolerance_us + bwe->queue_us, TOLERANCE_MAX_US);
                bwe->queue_us = 0;
        }
}

static bool may_cut(const Bwe *bwe, int64_t now_us)
{
        if (now_us - bwe->cut_us < CUT_PAUSE_US || bwe->newest_sent_us < bwe->cut_us)
                return false; /* its effect is not seen yet */
        return bwe->cut_judged ? bwe->queue_us < CONGESTED_QUEUE_US || now_us - bwe->cut_us > JUDGE_US ||
                                         bwe->queue_us > bwe->cut_queue_us + GROWN_US
                               : bwe->queue_us > bwe->cut_queue_us + GROWN_US;
}

static void rise(Bwe *bwe, int64_t now_us)
{
        int64_t elapsed_us = MIN(now_us - bwe->raised_us, RISE_STEP_US);
        uint64_t estimate = bwe->estimate_bps, ceiling = bwe->ceiling_bps;
        uint64_t used = (uint64_t)bwe->acked_bps * 65536 / (65536 - bwe->loss_floor);
        if (used < estimate * 3 / 4 || bwe->probe.running)
                return;
        uint64_t rise_bps = MAX(estimate * RISE_PERCENT / 100, RISE_MIN_BPS);
        if (estimate > ceiling * 3 / 4 && estimate < ceiling * 5 / 4)
                rise_bps = MIN(rise_bps, RISE_NEAR_BPS);
        estimate += rise_bps * (uint64_t)elapsed_us / SECOND;
        /* More than it came through at once is proof, but not while a queue that we made runs out. */
        bwe_set_estimate(bwe, now_us - bwe->cut_us < 2 * SECOND ? estimate : MAX(estimate, used));
}

static void decide(Bwe *bwe, int64_t now_us)
{
        judge_cut(bwe, now_us);
        unsigned excess = bwe->loss - MIN(bwe->loss, bwe->loss_floor);
        bool judging = !bwe->cut_judged;
        if (bwe->queue_us > CONGESTED_QUEUE_US || (excess > LOSS_CONGESTED && !judging)) {
                bwe->state = BWE_CONGESTED;
                bool late = bwe->probe.waiting && bwe->probe.late; /* judged when all of it is told */
                if (!late && (bwe->probe.running || bwe->probe.waiting))
                        give_probe_up(bwe, now_us);
                else if (!late && may_cut(bwe, now_us))
                        cut(bwe, now_us);
        } else if (bwe->queue_us < CLEAR_QUEUE_US && excess < LOSS_CLEAR) {
                bwe->state = BWE_CLEAR;
                rise(bwe, now_us);
        } else {
                bwe->state = BWE_HOLD;
        }
        bwe->raised_us = now_us;
}

/* --- Feedback ----------------------------------------------------------------------------------------------------- */

static int64_t unwrap_reference(const Bwe *bwe, int64_t reference_us)
{
        if (!bwe->has_feedback)
                return reference_us + REFERENCE_WRAP_US; /* one that comes late is not below zero */
        int64_t ahead_us = (reference_us - bwe->reference_us) % REFERENCE_WRAP_US;
        if (ahead_us < -REFERENCE_WRAP_US / 2)
                ahead_us += REFERENCE_WRAP_US;
        if (ahead_us > REFERENCE_WRAP_US / 2)
                ahead_us -= REFERENCE_WRAP_US;
        return bwe->reference_us + ahead_us;
}

static BweSent *find_sent(Bwe *bwe, uint16_t sequence)
{
        BweSent *sent = &bwe->sent[sequence & (BWE_SENT - 1)];
        return sent->bytes > 0 && sent->sequence == sequence ? sent : NULL;
}

static void note_received(Bwe *bwe, BweSent *sent, int64_t arrival_us, int64_t now_us)
{
        int64_t sent_us = now_us - (int64_t)(uint32_t)((uint32_t)now_us - sent->at_us);
        int64_t delay_us = arrival_us - sent_us;
        note_base(bwe, delay_us, arrival_us);
        bwe->newest_us = MAX(bwe->newest_us, arrival_us);
        bwe->newest_sent_us = MAX(bwe->newest_sent_us, sent_us);
        if (bwe->loss_from_bucket == INT64_MAX && sent_us > bwe->loss_after_us)
                bwe->loss_from_bucket = arrival_us / BWE_BUCKET_US + 1;
        BweBucket *bucket = bucket_of(bwe, arrival_us);
        bool was_lost = sent->fate == BWE_LOST;
        sent->fate = BWE_RECEIVED;
        if (probe_holds(&bwe->probe, sent->sequence)) {
                probe_note(&bwe->probe, sent->bytes, arrival_us, delay_us - base_delay(bwe));
                bwe->probe.lost -= was_lost && bwe->probe.lost > 0;
        }
        if (!bucket)
                return;
        bucket->bytes += sent->bytes;
        bucket->received++;
        if (was_lost && bucket->lost > 0)
                bucket->lost--;
        bucket->least_us = MIN(bucket->least_us, delay_us);
        bucket->sum_us += delay_us - base_delay(bwe);
}

static void note_lost(Bwe *bwe, BweSent *sent, int64_t near_us)
{
        if (sent->fate == BWE_LOST)
                return;
        sent->fate = BWE_LOST;
        if (probe_holds(&bwe->probe, sent->sequence))
                bwe->probe.lost++;
        BweBucket *bucket = bucket_of(bwe, near_us);
        if (bucket)
                bucket->lost++;
}

void bwe_feedback(Bwe *bwe, const TwccFeedback *feedback, int64_t now_us)
{
        int64_t reference_us = unwrap_reference(bwe, feedback->reference_us), arrival_us = reference_us;
        if (reference_us < 0)
                return; /* of a clock that went back by days */
        if (!bwe->has_feedback)
                bwe->first_feedback_us = now_us;
        bwe->has_feedback = true;
        bwe->reference_us = reference_us;
        bwe->feedback_us = now_us;
        for (unsigned i = 0; i < feedback->n_packets; i++) {
                const TwccStatus *status = &feedback->packets[i];
                BweSent *sent = find_sent(bwe, status->sequence);
                if (status->received)
                        arrival_us = MAX(reference_us + status->arrival_us, 0);
                if (!sent || sent->fate == BWE_RECEIVED)
                        continue;
                if (status->received)
                        note_received(bwe, sent, arrival_us, now_us);
                else
                        note_lost(bwe, sent, arrival_us);
        }
        measure_rate(bwe);
        measure_loss(bwe);
        measure_queue(bwe);
        probe_look(bwe, now_us);
        decide(bwe, now_us);
        const BweProbe *probe = &bwe->probe;
        uint16_t newest = feedback->packets[feedback->n_packets - 1].sequence;
        if (probe->waiting && (uint16_t)(newest - probe->last) < 0x8000)
                probe_judge(bwe, now_us);
}

void bwe_tick(Bwe *bwe, int64_t now_us)
{
        /* The line, or its way back, is gone while we send: what comes after is begun carefully. */
        if (bwe->has_feedback && now_us - MAX(bwe->feedback_us, bwe->cut_us) > SILENT_US &&
            (uint32_t)now_us - bwe->sent[(uint16_t)(bwe->next_sequence - 1) & (BWE_SENT - 1)].at_us < SECOND) {
                bwe->cut_us = now_us;
                bwe_set_estimate(bwe, bwe->estimate_bps / 2);
                probe_failed(bwe, now_us);
        }
        probe_tick(bwe, now_us);
}

uint32_t bwe_budget_bps(const Bwe *bwe)
{
        uint64_t budget = bwe->estimate_bps;
        if (bwe->remb_bps)
                budget = MIN(budget, bwe->remb_bps);
        /* Gone within a second; of itself, where a probe made it. */
        if (bwe->queue_us > CONGESTED_QUEUE_US &&
            (!bwe->probe.gave_up_us || bwe->feedback_us - bwe->probe.gave_up_us > SECOND))
                budget = budget * (uint64_t)(SECOND - MIN(bwe->queue_us, SECOND)) / SECOND;
        return (uint32_t)budget;
}
