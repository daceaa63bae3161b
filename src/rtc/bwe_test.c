/* The estimator against a model of a line: a bottleneck with a queue, a delay, loss and jitter by seed, and other
 * traffic. The clock is virtual. Feedback is made, written and read by the real modules. */
#include "rtc/bwe.h"

#include "rtc/twcc_receiver.h"

#include <glib.h>
#include <string.h>

#define SECOND INT64_C(1000000)
#define STEP_US 1000
#define REPAIR_US 100000
#define REPAIRS_EVERY_US 40000
#define KEY_FRAME_BYTES 25000

enum {
        PACKET = 1100,
        AUDIO_PACKET = 100,
        AUDIO_BPS = AUDIO_PACKET * 8 * 50,
        FLOWS = 2,
        LAYERS = 4,
};

typedef struct Line {
        uint32_t capacity_bps;
        int64_t delay_us; /* each way */
        int64_t queue_max_us;
        double loss, feedback_loss;
        int64_t jitter_us;
        bool reorder;
        uint32_t cross_bps;
        int64_t busy_until_us;
} Line;

typedef struct Flying {
        int64_t arrives_us;
        uint16_t sequence, bytes;
} Flying;

typedef struct Answer {
        int64_t arrives_us;
        size_t size;
        uint8_t bytes[1200];
} Answer;

typedef struct Flow {
        Bwe bwe;
        TwccReceiver receiver;
        GArray *flying, *answers;
        uint32_t layers_bps[LAYERS]; /* what may be sent, rising; one alone: any rate up to it */
        int64_t starts_us;
        uint32_t rate_bps; /* of the picture now */
        int64_t last_arrival_us;
        double frame_bytes;
        GArray *repairs;                   /* when what was lost is sent again, int64_t */
        uint64_t media_bytes, probe_bytes; /* sent */
        int64_t came_bytes;
        int64_t receiver_offset_us;
} Flow;

typedef struct World {
        int64_t now_us;
        Line line;
        Flow flows[FLOWS];
        unsigned n_flows;
        bool pictures; /* what is lost is sent again, and what is larger begins with a key frame */
        GRand *random;
        int64_t queue_worst_us; /* since it was last set to 0 */
} World;

static World *world_new(Line line, unsigned n_flows, const uint32_t *layers_bps, unsigned n_layers)
{
        World *world = g_new0(World, 1);
        world->line = line;
        world->now_us = 5 * SECOND;
        world->random = g_rand_new_with_seed(42);
        world->n_flows = n_flows;
        for (unsigned i = 0; i < n_flows; i++) {
                Flow *flow = &world->flows[i];
                bwe_init(&flow->bwe, BWE_START_BPS, world->now_us);
                flow->bwe.next_sequence = 65000; /* it wraps soon */
                twcc_receiver_init(&flow->receiver);
                flow->flying = g_array_new(FALSE, FALSE, sizeof(Flying));
                flow->answers = g_array_new(FALSE, FALSE, sizeof(Answer));
                flow->repairs = g_array_new(FALSE, FALSE, sizeof(int64_t));
                memcpy(flow->layers_bps, layers_bps, n_layers * sizeof *layers_bps);
                flow->starts_us = world->now_us;
                /* The receiver's clock is another, and its reference time wraps after 20 s. */
                flow->receiver_offset_us = (INT64_C(64000) << 24) - world->now_us - 20 * SECOND;
        }
        return world;
}

static void world_free(World *world)
{
        for (unsigned i = 0; i < world->n_flows; i++) {
                g_array_unref(world->flows[i].flying);
                g_array_unref(world->flows[i].answers);
                g_array_unref(world->flows[i].repairs);
        }
        g_rand_free(world->random);
        g_free(world);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

static int64_t queue_now_us(const World *world)
{
        return MAX(world->line.busy_until_us - world->now_us, 0);
}

static void send_packet(World *world, Flow *flow, size_t bytes)
{
        Line *line = &world->line;
        Flying flying = { .sequence = bwe_next_sequence(&flow->bwe), .bytes = (uint16_t)bytes };
        bwe_sent(&flow->bwe, bytes, world->now_us);
        int64_t again_us = world->now_us + REPAIR_US;
        if (queue_now_us(world) > line->queue_max_us || line->capacity_bps == 0) {
                if (world->pictures && bytes != AUDIO_PACKET)
                        g_array_append_val(flow->repairs, again_us);
                return;
        }
        line->busy_until_us =
                MAX(line->busy_until_us, world->now_us) + (int64_t)bytes * 8 * SECOND / line->capacity_bps;
        if (line->loss > 0 && g_rand_double(world->random) < line->loss)
                return;
        flying.arrives_us = line->busy_until_us + line->delay_us;
        if (line->jitter_us)
                flying.arrives_us += g_rand_int_range(world->random, 0, (int32_t)line->jitter_us);
        if (!line->reorder)
                flying.arrives_us = MAX(flying.arrives_us, flow->last_arrival_us);
        flow->last_arrival_us = flying.arrives_us;
        g_array_append_val(flow->flying, flying);
}

static void deliver(World *world, Flow *flow)
{
        for (unsigned i = 0; i < flow->flying->len;) {
                Flying flying = g_array_index(flow->flying, Flying, i);
                if (flying.arrives_us > world->now_us) {
                        i++;
                        continue;
                }
                g_array_remove_index(flow->flying, i);
                twcc_receiver_note(&flow->receiver, flying.sequence, flying.bytes,
                                   world->now_us + flow->receiver_offset_us);
                flow->came_bytes += flying.bytes;
        }
}

static void answer(World *world, Flow *flow)
{
        int64_t now_us = world->now_us + flow->receiver_offset_us;
        while (twcc_receiver_due(&flow->receiver, now_us)) {
                Answer one = { .arrives_us = world->now_us + world->line.delay_us };
                RtcpWriter writer;
                rtcp_writer_init(&writer, one.bytes, sizeof one.bytes);
                g_assert_true(twcc_receiver_write(&flow->receiver, &writer, 1, 2, now_us));
                one.size = writer.size;
                if (g_rand_double(world->random) >= world->line.feedback_loss && world->line.capacity_bps)
                        g_array_append_val(flow->answers, one);
        }
}

static void read_answers(World *world, Flow *flow)
{
        static TwccFeedback feedback;
        while (flow->answers->len && g_array_index(flow->answers, Answer, 0).arrives_us <= world->now_us) {
                Answer one = g_array_index(flow->answers, Answer, 0);
                g_array_remove_index(flow->answers, 0);
                RtcpReader reader;
                RtcpPacket packet;
                g_assert_cmpint(rtcp_reader_init(&reader, one.bytes, one.size), ==, DROP_NONE);
                g_assert_true(rtcp_reader_next(&reader, &packet));
                g_assert_true(rtcp_twcc_read(&packet, &feedback));
                bwe_feedback(&flow->bwe, &feedback, world->now_us);
        }
}

/* The highest layer that fits, or any rate where there is one alone; and what would be wanted next. */
static void choose(const World *world, Flow *flow)
{
        uint32_t before_bps = flow->rate_bps;
        uint32_t budget_bps = bwe_budget_bps(&flow->bwe), wanted_bps = 0;
        budget_bps = budget_bps > AUDIO_BPS ? budget_bps - AUDIO_BPS : 0;
        flow->rate_bps = 0;
        if (flow->layers_bps[1] == 0) {
                flow->rate_bps = MIN(budget_bps, flow->layers_bps[0]);
                wanted_bps = flow->layers_bps[0];
        }
        for (unsigned i = 0; i < LAYERS && flow->layers_bps[1]; i++)
                if (flow->layers_bps[i] && flow->layers_bps[i] <= budget_bps)
                        flow->rate_bps = flow->layers_bps[i];
                else if (flow->layers_bps[i] && !wanted_bps)
                        wanted_bps = flow->layers_bps[i] * 11 / 10;
        bwe_want(&flow->bwe, wanted_bps ? wanted_bps + AUDIO_BPS : 0);
        if (world->pictures && flow->rate_bps != before_bps)
                flow->frame_bytes += KEY_FRAME_BYTES;
}

static void send_repairs(World *world, Flow *flow)
{
        if (world->now_us % REPAIRS_EVERY_US || !flow->repairs->len ||
            g_array_index(flow->repairs, int64_t, 0) > world->now_us)
                return;
        g_array_remove_index(flow->repairs, 0);
        send_packet(world, flow, PACKET);
}

static void send_media(World *world, Flow *flow)
{
        int64_t since_us = world->now_us - flow->starts_us;
        if (since_us % 20000 == 0) {
                bwe_tick(&flow->bwe, world->now_us);
                choose(world, flow);
                send_packet(world, flow, AUDIO_PACKET);
                for (size_t left = bwe_probe_bytes(&flow->bwe, world->now_us); left > 0;
                     left = left > PACKET ? left - PACKET : 0) {
                        send_packet(world, flow, PACKET);
                        flow->probe_bytes += PACKET;
                }
        }
        if (since_us % 33000 != 0)
                return;
        for (flow->frame_bytes += flow->rate_bps / 8.0 * 0.033; flow->frame_bytes >= 200;) {
                size_t bytes = (size_t)MIN(flow->frame_bytes, PACKET);
                send_packet(world, flow, bytes);
                flow->media_bytes += bytes;
                flow->frame_bytes -= (double)bytes;
        }
}

static void run(World *world, int64_t us)
{
        for (int64_t end_us = world->now_us + us; world->now_us < end_us; world->now_us += STEP_US) {
                int64_t cross_us = world->line.capacity_bps
                                           ? (int64_t)world->line.cross_bps * STEP_US / world->line.capacity_bps
                                           : 0;
                if (cross_us && queue_now_us(world) < world->line.queue_max_us)
                        world->line.busy_until_us = MAX(world->line.busy_until_us, world->now_us) + cross_us;
                for (unsigned i = 0; i < world->n_flows; i++) {
                        Flow *flow = &world->flows[i];
                        if (world->now_us < flow->starts_us)
                                continue;
                        deliver(world, flow);
                        answer(world, flow);
                        read_answers(world, flow);
                        send_repairs(world, flow);
                        send_media(world, flow);
                }
                world->queue_worst_us = MAX(world->queue_worst_us, queue_now_us(world));
        }
}

/* What came through in so long, in bit/s. */
static int64_t measure(World *world, unsigned flow, int64_t us)
{
        int64_t before = world->flows[flow].came_bytes;
        run(world, us);
        return (world->flows[flow].came_bytes - before) * 8 * SECOND / us;
}

/* Runs until the picture has at least this rate; how long that took, at most max_us. */
static int64_t until_rate(World *world, uint32_t rate_bps, int64_t max_us)
{
        int64_t from_us = world->now_us;
        while (world->flows[0].rate_bps < rate_bps && world->now_us - from_us < max_us)
                run(world, 20000);
        return world->now_us - from_us;
}

static const uint32_t simulcast[] = { 150000, 500000, 1700000 };
static const uint32_t elastic[] = { 3000000 };
static const Line good = { .capacity_bps = 3000000, .delay_us = 30000, .queue_max_us = SECOND };

#define TELL(...) g_test_message(__VA_ARGS__)

/* Where the line allows it, the best layer is there soon, and nothing is probed from then on. */
static void test_wide_line(void)
{
        g_autoptr(World) world = world_new(good, 1, simulcast, 3);
        int64_t took_us = until_rate(world, 1700000, 20 * SECOND);
        TELL("1.7 Mbit/s of 3 after %.2f s", (double)took_us / SECOND);
        g_assert_cmpint(took_us, <=, 3 * SECOND);
        uint64_t probed = world->flows[0].probe_bytes;
        world->queue_worst_us = 0;
        run(world, 60 * SECOND);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 1700000);
        g_assert_cmpuint(world->flows[0].probe_bytes, ==, probed);
        g_assert_cmpint(world->queue_worst_us, <, 100000);
}

/* A source that takes all it gets fills a narrow line without a standing queue. */
static void check_narrow(uint32_t capacity_bps, int64_t delay_us)
{
        Line line = { .capacity_bps = capacity_bps, .delay_us = delay_us, .queue_max_us = SECOND };
        g_autoptr(World) world = world_new(line, 1, elastic, 1);
        run(world, 10 * SECOND);
        int64_t worst_first_us = world->queue_worst_us;
        world->queue_worst_us = 0;
        int64_t rate = measure(world, 0, 50 * SECOND);
        TELL("%u bit/s, %" G_GINT64_FORMAT " ms: %" G_GINT64_FORMAT " %% used, queue %" G_GINT64_FORMAT
             " ms at most, %" G_GINT64_FORMAT " ms in the first 10 s",
             capacity_bps, delay_us / 1000, rate * 100 / capacity_bps, world->queue_worst_us / 1000,
             worst_first_us / 1000);
        g_assert_cmpint(rate, >=, capacity_bps * INT64_C(70) / 100);
        g_assert_cmpint(world->queue_worst_us, <, 450000);
}

static void test_narrow_line(void)
{
        check_narrow(200000, 30000);
        check_narrow(600000, 30000);
        check_narrow(600000, 150000);
        check_narrow(2000000, 30000);
        check_narrow(2500000, 5000);
}

/* 1 Mbit/s, then 300 kbit/s, then 3 Mbit/s. */
static void test_cap_comes_and_goes(void)
{
        Line line = good;
        line.capacity_bps = 1000000;
        g_autoptr(World) world = world_new(line, 1, simulcast, 3);
        run(world, 20 * SECOND);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 500000);
        world->line.capacity_bps = 300000;
        run(world, 3 * SECOND);
        TELL("3 s after the cap: picture %u, queue %" G_GINT64_FORMAT " ms, %" G_GINT64_FORMAT " at most",
             world->flows[0].rate_bps, queue_now_us(world) / 1000, world->queue_worst_us / 1000);
        g_assert_cmpint(queue_now_us(world), <, 100000);
        world->queue_worst_us = 0;
        run(world, 20 * SECOND);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 150000);
        TELL("under the cap: queue %" G_GINT64_FORMAT " ms at most", world->queue_worst_us / 1000);
        g_assert_cmpint(world->queue_worst_us, <, 400000);
        world->line.capacity_bps = 3000000;
        int64_t took_us = until_rate(world, 500000, 60 * SECOND);
        TELL("500 kbit/s %.2f s after the cap is gone", (double)took_us / SECOND);
        took_us += until_rate(world, 1700000, 60 * SECOND);
        TELL("1.7 Mbit/s %.2f s after the cap is gone", (double)took_us / SECOND);
        g_assert_cmpint(took_us, <=, 35 * SECOND);
}

/* A short queue that drops: what is sent again and the key frames of a larger picture keep it full, and that is no loss
 * of the line's own. */
static void test_short_queue(void)
{
        Line line = { .capacity_bps = 1000000, .delay_us = 20000, .queue_max_us = 200000 };
        static const uint32_t temporal[] = { 110000, 180000, 310000 };
        g_autoptr(World) world = world_new(line, 1, temporal, 3);
        world->pictures = true;
        run(world, 10 * SECOND);
        world->line.capacity_bps = 300000;
        run(world, 5 * SECOND);
        unsigned worst = 0, lossy = 0;
        for (unsigned second = 0; second < 60; second++) {
                run(world, SECOND);
                worst = MAX(worst, world->flows[0].bwe.estimate_bps);
                lossy += world->flows[0].bwe.loss > 65536 / 5;
        }
        TELL("estimate %u at most, %u of 60 s with much loss", worst, lossy);
        g_assert_cmpuint(worst, <=, 360000);
        g_assert_cmpuint(lossy, <=, 6);
}

/* One that comes later to a line that another fills gets its share. */
static void test_two_share(void)
{
        Line line = good;
        line.capacity_bps = 2000000;
        g_autoptr(World) world = world_new(line, 2, elastic, 1);
        world->flows[1].starts_us += 15 * SECOND;
        run(world, 60 * SECOND);
        int64_t before = world->flows[1].came_bytes;
        int64_t one = measure(world, 0, 60 * SECOND);
        int64_t other = (world->flows[1].came_bytes - before) * 8 / 60;
        TELL("shares of 2 Mbit/s: %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, one, other);
        g_assert_cmpint(MIN(one, other) * 100 / MAX(one, other), >=, 60);
        g_assert_cmpint(one + other, >=, 1400000);
}

/* Loss that less sending would not lose does not bring the picture down. */
static void test_random_loss(void)
{
        for (unsigned percent = 5; percent <= 20; percent += 15) {
                Line line = good;
                line.loss = percent / 100.0;
                g_autoptr(World) world = world_new(line, 1, simulcast, 3);
                int64_t took_us = until_rate(world, 1700000, 30 * SECOND);
                run(world, 30 * SECOND);
                uint64_t before = world->flows[0].media_bytes;
                run(world, 60 * SECOND);
                uint64_t mean_bps = (world->flows[0].media_bytes - before) * 8 / 60;
                TELL("%u %% loss: 1.7 Mbit/s after %.2f s, then %" G_GUINT64_FORMAT " bit/s in the mean, estimate %u",
                     percent, (double)took_us / SECOND, mean_bps, world->flows[0].bwe.estimate_bps);
                g_assert_cmpuint(mean_bps, >=, 1200000);
        }
}

/* A policer drops what is over its rate and delays nothing: that loss is no accident. */
static void test_policer(void)
{
        Line line = good;
        line.capacity_bps = 700000;
        line.queue_max_us = 40000;
        g_autoptr(World) world = world_new(line, 1, simulcast, 3);
        run(world, 20 * SECOND);
        uint64_t sent = world->flows[0].bwe.sent_bytes;
        int64_t came = world->flows[0].came_bytes;
        run(world, 60 * SECOND);
        double lost = 1 - (double)(world->flows[0].came_bytes - came) / (double)(world->flows[0].bwe.sent_bytes - sent);
        TELL("policer: %.1f %% lost, picture %u", lost * 100, world->flows[0].rate_bps);
        g_assert_cmpfloat(lost, <, 0.1);
}

static void test_jitter(void)
{
        for (unsigned reorder = 0; reorder < 2; reorder++) {
                Line line = good;
                line.jitter_us = 200000;
                line.reorder = reorder;
                g_autoptr(World) world = world_new(line, 1, simulcast, 3);
                int64_t took_us = until_rate(world, 1700000, 30 * SECOND);
                run(world, 5 * SECOND);
                uint64_t before = world->flows[0].media_bytes;
                run(world, 60 * SECOND);
                uint64_t mean_bps = (world->flows[0].media_bytes - before) * 8 / 60;
                TELL("200 ms of jitter%s: 1.7 Mbit/s after %.2f s, then %" G_GUINT64_FORMAT " bit/s in the mean",
                     reorder ? ", out of order" : "", (double)took_us / SECOND, mean_bps);
                g_assert_cmpint(took_us, <=, 15 * SECOND);
                g_assert_cmpuint(mean_bps, >=, 1500000);
        }
}

/* Other traffic takes its part and gives it back. */
static void test_cross_traffic(void)
{
        g_autoptr(World) world = world_new(good, 1, elastic, 1);
        for (unsigned round = 0; round < 3; round++) {
                world->line.cross_bps = 0;
                run(world, 25 * SECOND);
                int64_t alone = measure(world, 0, 5 * SECOND);
                world->line.cross_bps = 2000000;
                run(world, 5 * SECOND);
                int64_t beside = measure(world, 0, 5 * SECOND);
                TELL("alone %" G_GINT64_FORMAT ", beside 2 Mbit/s of 3 %" G_GINT64_FORMAT, alone, beside);
                g_assert_cmpint(alone, >=, 1800000);
                g_assert_cmpint(beside, >=, 500000);
                g_assert_cmpint(beside, <=, 1200000);
        }
}

/* Nothing for 2 s, as when a phone is carried through a lift. */
static void test_outage(void)
{
        g_autoptr(World) world = world_new(good, 1, simulcast, 3);
        run(world, 20 * SECOND);
        world->line.capacity_bps = 0;
        run(world, 2 * SECOND);
        world->line.capacity_bps = 3000000;
        int64_t took_us = until_rate(world, 500000, 30 * SECOND);
        TELL("500 kbit/s %.2f s after an outage", (double)took_us / SECOND);
        g_assert_cmpint(took_us, <=, 3 * SECOND);
        took_us += until_rate(world, 1700000, 30 * SECOND);
        TELL("1.7 Mbit/s %.2f s after it", (double)took_us / SECOND);
        g_assert_cmpint(took_us, <=, 10 * SECOND);
}

static void test_feedback_lost(void)
{
        Line line = good;
        line.feedback_loss = 0.2;
        g_autoptr(World) world = world_new(line, 1, simulcast, 3);
        g_assert_cmpint(until_rate(world, 1700000, 20 * SECOND), <=, 6 * SECOND);
        run(world, 60 * SECOND);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 1700000);
}

/* A route that is longer by 120 ms from now on is no queue. */
static void test_longer_route(void)
{
        g_autoptr(World) world = world_new(good, 1, simulcast, 3);
        run(world, 20 * SECOND);
        world->line.delay_us += 120000;
        run(world, 15 * SECOND);
        TELL("a route longer by 120 ms: picture %u, estimate %u", world->flows[0].rate_bps,
             world->flows[0].bwe.estimate_bps);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 1700000);
}

/* Nothing is probed for what nobody wants. */
static void test_wants_little(void)
{
        static const uint32_t small[] = { 100000, 150000 };
        g_autoptr(World) world = world_new(good, 1, small, 2);
        run(world, 30 * SECOND);
        g_assert_cmpuint(world->flows[0].probe_bytes, ==, 0);
        g_assert_cmpuint(world->flows[0].bwe.estimate_bps, >=, 500000);
}

/* Where it cannot work, probing becomes rare. */
static void test_backs_off(void)
{
        Line line = good;
        line.capacity_bps = 700000;
        g_autoptr(World) world = world_new(line, 1, simulcast, 3);
        run(world, 60 * SECOND);
        uint64_t before = world->flows[0].probe_bytes;
        world->queue_worst_us = 0;
        run(world, 120 * SECOND);
        uint64_t mean_bps = (world->flows[0].probe_bytes - before) * 8 / 120;
        TELL("probes of %" G_GUINT64_FORMAT " bit/s in the mean, queue %" G_GINT64_FORMAT " ms at most", mean_bps,
             world->queue_worst_us / 1000);
        g_assert_cmpuint(mean_bps, <, 20000);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 500000);
}

/* --- Without transport-wide feedback ------------------------------------------------------------------------------ */

static void test_reports_alone(void)
{
        Bwe bwe;
        bwe_init(&bwe, BWE_START_BPS, 0);
        uint64_t sent = 0;
        for (unsigned s = 1; s <= 60; s++)
                bwe_report(&bwe, 0, sent += 500000 / 8, s * SECOND);
        g_assert_cmpuint(bwe_budget_bps(&bwe), >=, 1900000); /* four times what is sent, a layer more */
        g_assert_cmpuint(bwe_budget_bps(&bwe), <=, 2200000);
        for (unsigned s = 61; s <= 70; s++)
                bwe_report(&bwe, 52, sent += 500000 / 8, s * SECOND); /* 20 % */
        g_assert_cmpuint(bwe_budget_bps(&bwe), <, 800000);
        bwe_remb(&bwe, 100000);
        g_assert_cmpuint(bwe_budget_bps(&bwe), ==, 100000);
        bwe_remb(&bwe, 0);
        g_assert_cmpuint(bwe_budget_bps(&bwe), ==, BWE_MIN_BPS);
}

/* Feedback about anything at any time keeps it within its bounds. */
static void test_nonsense(void)
{
        static TwccFeedback feedback;
        Bwe *bwe = g_new(Bwe, 1);
        bwe_init(bwe, BWE_START_BPS, 0);
        int64_t now_us = 0;
        for (unsigned i = 0; i < 3000; i++) {
                now_us += g_test_rand_int_range(0, 100000);
                for (int n = g_test_rand_int_range(0, 30); n > 0; n--)
                        bwe_sent(bwe, (size_t)g_test_rand_int_range(1, 1500), now_us);
                feedback.n_packets = (unsigned)g_test_rand_int_range(1, TWCC_MAX_PACKETS);
                feedback.reference_us = g_test_rand_int_range(0, 1 << 24) * INT64_C(64000);
                for (unsigned k = 0; k < feedback.n_packets; k++)
                        feedback.packets[k] =
                                (TwccStatus){ .sequence = (uint16_t)(bwe->next_sequence - feedback.n_packets + k),
                                              .received = g_test_rand_bit(),
                                              .arrival_us = g_test_rand_int_range(-9000000, 9000000) };
                bwe_feedback(bwe, &feedback, now_us);
                bwe_want(bwe, (uint32_t)g_test_rand_int());
                bwe_tick(bwe, now_us);
                g_assert_cmpuint(bwe->estimate_bps, >=, BWE_MIN_BPS);
                g_assert_cmpuint(bwe->estimate_bps, <=, BWE_MAX_BPS);
                g_assert_cmpuint(bwe_budget_bps(bwe), <=, bwe->estimate_bps);
                g_assert_cmpuint(bwe_probe_bytes(bwe, now_us), <, 4 * 1024 * 1024);
        }
        g_free(bwe);
}

static void test_size(void)
{
        g_assert_cmpuint(sizeof(Bwe), <=, 16 * 1024);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/bwe/wide-line", test_wide_line);
        g_test_add_func("/bwe/narrow-line", test_narrow_line);
        g_test_add_func("/bwe/cap-comes-and-goes", test_cap_comes_and_goes);
        g_test_add_func("/bwe/short-queue", test_short_queue);
        g_test_add_func("/bwe/two-share", test_two_share);
        g_test_add_func("/bwe/random-loss", test_random_loss);
        g_test_add_func("/bwe/policer", test_policer);
        g_test_add_func("/bwe/jitter", test_jitter);
        g_test_add_func("/bwe/cross-traffic", test_cross_traffic);
        g_test_add_func("/bwe/outage", test_outage);
        g_test_add_func("/bwe/feedback-lost", test_feedback_lost);
        g_test_add_func("/bwe/longer-route", test_longer_route);
        g_test_add_func("/bwe/wants-little", test_wants_little);
        g_test_add_func("/bwe/backs-off", test_backs_off);
        g_test_add_func("/bwe/reports-alone", test_reports_alone);
        g_test_add_func("/bwe/nonsense", test_nonsense);
        g_test_add_func("/bwe/size", test_size);
        return g_test_run();
}
