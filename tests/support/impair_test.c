#include "support/impair.h"

static void test_clean_link_passes_at_once(void)
{
        Impairment link;
        impairment_init(&link, 1);
        for (int64_t now_us = 0; now_us < 1000; now_us++)
                g_assert_cmpint(impairment_pass(&link, now_us, 1200), ==, now_us);
        g_assert_cmpuint(link.passed, ==, 1000);
        impairment_clear(&link);
}

static int count_lost(uint32_t seed, double percent)
{
        Impairment link;
        impairment_init(&link, seed);
        g_assert_true(impairment_set(&link, "loss", percent));
        int lost = 0;
        for (int i = 0; i < 20000; i++)
                lost += impairment_pass(&link, i, 100) == IMPAIRMENT_LOST;
        g_assert_cmpint(lost, ==, link.lost);
        impairment_clear(&link);
        return lost;
}

static void test_loss_is_the_share_asked_and_repeats_with_its_seed(void)
{
        int lost = count_lost(7, 5);
        g_assert_cmpint(lost, >, 800);
        g_assert_cmpint(lost, <, 1200);
        g_assert_cmpint(count_lost(7, 5), ==, lost);
        g_assert_cmpint(count_lost(8, 5), !=, lost);
        g_assert_cmpint(count_lost(7, 100), ==, 20000);
        g_assert_cmpint(count_lost(7, 0), ==, 0);
}

static void test_delay_and_jitter_keep_the_order(void)
{
        Impairment link;
        impairment_init(&link, 3);
        impairment_set(&link, "delay", 40);
        impairment_set(&link, "jitter", 30);
        int64_t before_us = 0;
        for (int64_t now_us = 0; now_us < 1000000; now_us += 1000) {
                int64_t at_us = impairment_pass(&link, now_us, 1200);
                g_assert_cmpint(at_us, >=, now_us + 40000);
                g_assert_cmpint(at_us, <=, now_us + 70000);
                g_assert_cmpint(at_us, >=, before_us);
                before_us = at_us;
        }
        impairment_clear(&link);
}

static void test_reorder_lets_later_ones_pass(void)
{
        Impairment link;
        impairment_init(&link, 4);
        impairment_set(&link, "reorder", 10);
        int late = 0;
        int64_t newest_us = 0;
        for (int64_t now_us = 0; now_us < 1000000; now_us += 1000) {
                int64_t at_us = impairment_pass(&link, now_us, 1200);
                late += at_us > now_us;
                newest_us = MAX(newest_us, at_us);
        }
        g_assert_cmpint(late, >, 60);
        g_assert_cmpint(late, <, 140);
        impairment_clear(&link);
}

static void test_rate_spaces_packets_and_drops_beyond_the_queue(void)
{
        Impairment link;
        impairment_init(&link, 5);
        impairment_set(&link, "rate", 1000); /* 1,000 bits take a millisecond */
        impairment_set(&link, "queue", 10);
        g_assert_cmpint(impairment_pass(&link, 0, 125), ==, 1000);
        g_assert_cmpint(impairment_pass(&link, 0, 125), ==, 2000);
        int lost = 0;
        for (int i = 0; i < 100; i++)
                lost += impairment_pass(&link, 0, 125) == IMPAIRMENT_LOST;
        g_assert_cmpint(lost, ==, 91); /* ten milliseconds of queue, one on the wire */
        g_assert_cmpint(lost, ==, link.overflowed);
        g_assert_cmpint(impairment_pass(&link, 1000000, 125), ==, 1001000); /* an idle link is free again */
        impairment_clear(&link);
}

static void test_absurd_settings_are_refused(void)
{
        Impairment link;
        impairment_init(&link, 6);
        g_assert_false(impairment_set(&link, "loss", 101));
        g_assert_false(impairment_set(&link, "loss", -1));
        g_assert_false(impairment_set(&link, "delay", 1e9));
        g_assert_false(impairment_set(&link, "delay", 0.0 / 0.0));
        g_assert_false(impairment_set(&link, "colour", 1));
        g_assert_cmpfloat(link.loss_percent, ==, 0);
        impairment_clear(&link);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/impair/clean", test_clean_link_passes_at_once);
        g_test_add_func("/impair/loss", test_loss_is_the_share_asked_and_repeats_with_its_seed);
        g_test_add_func("/impair/jitter", test_delay_and_jitter_keep_the_order);
        g_test_add_func("/impair/reorder", test_reorder_lets_later_ones_pass);
        g_test_add_func("/impair/rate", test_rate_spaces_packets_and_drops_beyond_the_queue);
        g_test_add_func("/impair/absurd", test_absurd_settings_are_refused);
        return g_test_run();
}
