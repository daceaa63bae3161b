/* The estimator on a line that carries sound alone. */
#include "rtc/test_line.h"

static const uint32_t simulcast[] = { 150000, 500000, 1700000 };

/* Sound alone on a line that became too narrow for pictures; what these left in its queue is gone. */
static World *thin_world(uint32_t bucket_bytes)
{
        Line line = { .capacity_bps = 53000, .delay_us = 20000, .queue_max_us = SECOND };
        line.bucket_us = (int64_t)bucket_bytes * 8 * SECOND / line.capacity_bps;
        World *world = world_new(line, 1, simulcast, 3);
        world_run(world, 10 * SECOND);
        world->awaited_bps = 200000;
        world_run(world, 5 * SECOND);
        world->queue_worst_us = 0;
        return world;
}

/* What looks for more there neither delays sound by much nor takes a shaper's bucket for a wide line. */
static void check_no_harm(uint32_t bucket_bytes, int64_t queue_most_us, uint32_t probes_most_bps)
{
        g_autoptr(World) world = thin_world(bucket_bytes);
        uint64_t before = world->flows[0].probe_bytes;
        uint32_t believed_bps = 0;
        for (unsigned second = 0; second < 120; second++) {
                world_run(world, SECOND);
                believed_bps = MAX(believed_bps, world->flows[0].bwe.estimate_bps);
        }
        uint64_t mean_bps = (world->flows[0].probe_bytes - before) * 8 / 120;
        TELL("bucket of %u: queue %" G_GINT64_FORMAT " ms at most, estimate %u at most, probes of %" G_GUINT64_FORMAT
             " bit/s in the mean",
             bucket_bytes, world->queue_worst_us / 1000, believed_bps, mean_bps);
        g_assert_cmpint(world->queue_worst_us, <=, queue_most_us);
        g_assert_cmpuint(believed_bps, <, world->awaited_bps);
        g_assert_cmpuint(mean_bps, <, probes_most_bps);
}

/* A large bucket is empty only when more than twice of what the line carries is tried: a second then, but rarely. */
static void test_no_harm(void)
{
        check_no_harm(0, 300000, 4000);
        check_no_harm(1600, 300000, 12000);
        check_no_harm(4096, 300000, 12000);
        check_no_harm(16384, 1200000, 12000);
}

/* A line that becomes wider at any moment between two probes is soon known. */
static void check_no_more(uint32_t bucket_bytes)
{
        int64_t worst_us = 0;
        for (unsigned round = 0; round < 12; round++) {
                g_autoptr(World) world = thin_world(bucket_bytes);
                world_run(world, 40 * SECOND + round * 777000);
                world->line.capacity_bps = 1000000;
                int64_t from_us = world->now_us;
                while (world->flows[0].bwe.estimate_bps < world->awaited_bps && world->now_us - from_us < 60 * SECOND)
                        world_run(world, 20000);
                worst_us = MAX(worst_us, world->now_us - from_us);
        }
        TELL("bucket of %u: 1 Mbit/s is known after %.2f s at most", bucket_bytes, (double)worst_us / SECOND);
        g_assert_cmpint(worst_us, <=, 10 * SECOND);
}

static void test_no_more(void)
{
        check_no_more(0);
        check_no_more(4096);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/bwe-thin/no-harm", test_no_harm);
        g_test_add_func("/bwe-thin/no-more", test_no_more);
        return g_test_run();
}
