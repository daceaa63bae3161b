#include "load/deliveries.h"

static void test_each_line_is_due_to_everybody_once(void)
{
        Deliveries *deliveries = deliveries_new();
        unsigned first = deliveries_say(deliveries, 2, 1000), second = deliveries_say(deliveries, 3, 2000);
        g_assert_cmpuint(first, ==, 0);
        g_assert_cmpuint(second, ==, 1);
        deliveries_hear(deliveries, second, 5000);
        deliveries_hear(deliveries, first, 6000);
        deliveries_hear(deliveries, first, 9000);
        g_assert_false(deliveries_done(deliveries));
        deliveries_hear(deliveries, second, 9000);
        deliveries_hear(deliveries, second, 9000);
        g_assert_true(deliveries_done(deliveries));
        DeliveryCounts counts = deliveries_counts(deliveries);
        g_assert_cmpuint(counts.said, ==, 2);
        g_assert_cmpuint(counts.due, ==, 5);
        g_assert_cmpuint(counts.came, ==, 5);
        g_assert_cmpuint(counts.twice, ==, 0);
        Times *times = deliveries_times(deliveries);
        g_assert_cmpfloat(times_percentile_ms(times, 0), ==, 3);
        g_assert_cmpfloat(times_percentile_ms(times, 1), ==, 8);
        deliveries_free(deliveries);
}

static void test_what_comes_too_often_is_no_delivery(void)
{
        Deliveries *deliveries = deliveries_new();
        deliveries_hear(deliveries, 0, 1);
        unsigned line = deliveries_say(deliveries, 1, 1);
        deliveries_hear(deliveries, line, 2);
        deliveries_hear(deliveries, line, 3);
        g_assert_cmpuint(deliveries_counts(deliveries).twice, ==, 2);
        g_assert_cmpuint(deliveries_counts(deliveries).came, ==, 1);
        deliveries_free(deliveries);
}

static void test_percentiles_of_none_and_of_many(void)
{
        Times *times = times_new();
        g_assert_cmpfloat(times_percentile_ms(times, 0.5), ==, -1);
        for (int64_t i = 100; i > 0; i--)
                times_add(times, i * 1000);
        times_add(times, -1); /* not yet: left out */
        g_assert_cmpuint(times->len, ==, 100);
        g_assert_cmpfloat(times_percentile_ms(times, 0.5), ==, 51);
        g_assert_cmpfloat(times_percentile_ms(times, 0.95), ==, 96);
        g_assert_cmpfloat(times_percentile_ms(times, 1), ==, 100);
        g_array_unref(times);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/load/deliveries/once", test_each_line_is_due_to_everybody_once);
        g_test_add_func("/load/deliveries/twice", test_what_comes_too_often_is_no_delivery);
        g_test_add_func("/load/figures/percentiles", test_percentiles_of_none_and_of_many);
        return g_test_run();
}
