/* The estimator against a model of a line. */
#include "rtc/test_line.h"

static const uint32_t simulcast[] = { 150000, 500000, 1700000 };
static const uint32_t elastic[] = { 3000000 };
static const Line good = { .capacity_bps = 3000000, .delay_us = 30000, .queue_max_us = SECOND };

/* Where the line allows it, the best layer is there soon, and nothing is probed from then on. */
static void test_wide_line(void)
{
        g_autoptr(World) world = world_new(good, 1, simulcast, 3);
        int64_t took_us = world_until_rate(world, 1700000, 20 * SECOND);
        TELL("1.7 Mbit/s of 3 after %.2f s", (double)took_us / SECOND);
        g_assert_cmpint(took_us, <=, 3 * SECOND);
        uint64_t probed = world->flows[0].probe_bytes;
        world->queue_worst_us = 0;
        world_run(world, 60 * SECOND);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 1700000);
        g_assert_cmpuint(world->flows[0].probe_bytes, ==, probed);
        g_assert_cmpint(world->queue_worst_us, <, 100000);
}

/* A source that takes all it gets fills a narrow line without a standing queue. */
static void check_narrow(uint32_t capacity_bps, int64_t delay_us)
{
        Line line = { .capacity_bps = capacity_bps, .delay_us = delay_us, .queue_max_us = SECOND };
        g_autoptr(World) world = world_new(line, 1, elastic, 1);
        world_run(world, 10 * SECOND);
        int64_t worst_first_us = world->queue_worst_us;
        world->queue_worst_us = 0;
        int64_t rate = world_measure(world, 0, 50 * SECOND);
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
        world_run(world, 20 * SECOND);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 500000);
        world->line.capacity_bps = 300000;
        world_run(world, 3 * SECOND);
        TELL("3 s after the cap: picture %u, queue %" G_GINT64_FORMAT " ms, %" G_GINT64_FORMAT " at most",
             world->flows[0].rate_bps, world_queue_us(world) / 1000, world->queue_worst_us / 1000);
        g_assert_cmpint(world_queue_us(world), <, 100000);
        world->queue_worst_us = 0;
        world_run(world, 20 * SECOND);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 150000);
        TELL("under the cap: queue %" G_GINT64_FORMAT " ms at most", world->queue_worst_us / 1000);
        g_assert_cmpint(world->queue_worst_us, <, 400000);
        world->line.capacity_bps = 3000000;
        int64_t took_us = world_until_rate(world, 500000, 60 * SECOND);
        TELL("500 kbit/s %.2f s after the cap is gone", (double)took_us / SECOND);
        took_us += world_until_rate(world, 1700000, 60 * SECOND);
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
        world_run(world, 10 * SECOND);
        world->line.capacity_bps = 300000;
        world_run(world, 5 * SECOND);
        unsigned worst = 0, lossy = 0;
        for (unsigned second = 0; second < 60; second++) {
                world_run(world, SECOND);
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
        world_run(world, 60 * SECOND);
        int64_t before = world->flows[1].came_bytes;
        int64_t one = world_measure(world, 0, 60 * SECOND);
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
                int64_t took_us = world_until_rate(world, 1700000, 30 * SECOND);
                world_run(world, 30 * SECOND);
                uint64_t before = world->flows[0].media_bytes;
                world_run(world, 60 * SECOND);
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
        world_run(world, 20 * SECOND);
        uint64_t sent = world->flows[0].bwe.sent_bytes;
        int64_t came = world->flows[0].came_bytes;
        world_run(world, 60 * SECOND);
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
                int64_t took_us = world_until_rate(world, 1700000, 30 * SECOND);
                world_run(world, 5 * SECOND);
                uint64_t before = world->flows[0].media_bytes;
                world_run(world, 60 * SECOND);
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
                world_run(world, 25 * SECOND);
                int64_t alone = world_measure(world, 0, 5 * SECOND);
                world->line.cross_bps = 2000000;
                world_run(world, 5 * SECOND);
                int64_t beside = world_measure(world, 0, 5 * SECOND);
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
        world_run(world, 20 * SECOND);
        world->line.capacity_bps = 0;
        world_run(world, 2 * SECOND);
        world->line.capacity_bps = 3000000;
        int64_t took_us = world_until_rate(world, 500000, 30 * SECOND);
        TELL("500 kbit/s %.2f s after an outage", (double)took_us / SECOND);
        g_assert_cmpint(took_us, <=, 3 * SECOND);
        took_us += world_until_rate(world, 1700000, 30 * SECOND);
        TELL("1.7 Mbit/s %.2f s after it", (double)took_us / SECOND);
        g_assert_cmpint(took_us, <=, 10 * SECOND);
}

static void test_feedback_lost(void)
{
        Line line = good;
        line.feedback_loss = 0.2;
        g_autoptr(World) world = world_new(line, 1, simulcast, 3);
        g_assert_cmpint(world_until_rate(world, 1700000, 20 * SECOND), <=, 6 * SECOND);
        world_run(world, 60 * SECOND);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 1700000);
}

/* A route that is longer by 120 ms from now on is no queue. */
static void test_longer_route(void)
{
        g_autoptr(World) world = world_new(good, 1, simulcast, 3);
        world_run(world, 20 * SECOND);
        world->line.delay_us += 120000;
        world_run(world, 15 * SECOND);
        TELL("a route longer by 120 ms: picture %u, estimate %u", world->flows[0].rate_bps,
             world->flows[0].bwe.estimate_bps);
        g_assert_cmpuint(world->flows[0].rate_bps, ==, 1700000);
}

/* Nothing is probed for what nobody wants. */
static void test_wants_little(void)
{
        static const uint32_t small[] = { 100000, 150000 };
        g_autoptr(World) world = world_new(good, 1, small, 2);
        world_run(world, 30 * SECOND);
        g_assert_cmpuint(world->flows[0].probe_bytes, ==, 0);
        g_assert_cmpuint(world->flows[0].bwe.estimate_bps, >=, 500000);
}

/* Where it cannot work, probing becomes rare. */
static void test_backs_off(void)
{
        Line line = good;
        line.capacity_bps = 700000;
        g_autoptr(World) world = world_new(line, 1, simulcast, 3);
        world_run(world, 60 * SECOND);
        uint64_t before = world->flows[0].probe_bytes;
        world->queue_worst_us = 0;
        world_run(world, 120 * SECOND);
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
