#include "sfu/sender_clock.h"

#include <glib.h>
#include <math.h>

#define SECOND INT64_C(1000000)
#define BEGIN_US (INT64_C(1767225600) * SECOND)
#define WAY_US INT64_C(20000) /* the least that a packet is under way */

typedef struct Walk {
        double worst_us; /* by which a moment is told wrong, the way not counted */
        double step_us;  /* the most by which it changes from one report to the next */
} Walk;

/* Eight hours of reports every five seconds, from a clock that is an hour ahead and wrong by so many ppm; each is up to
 * 30 ms later than need be. */
static Walk eight_hours(double ppm)
{
        g_autoptr(GRand) random = g_rand_new_with_seed(11);
        SenderClock clock = { 0 };
        Walk walk = { 0 };
        double before_us = 0;
        for (int64_t at_us = 0; at_us < 8 * 3600 * SECOND; at_us += 5 * SECOND) {
                int64_t ahead_us = 3600 * SECOND + (int64_t)((double)at_us * ppm / 1e6);
                int64_t late_us = g_rand_int_range(random, 0, 30000);
                sender_clock_note(&clock, BEGIN_US + at_us + ahead_us, BEGIN_US + at_us + WAY_US + late_us);
                double wrong_us = (double)(clock.offset_us + ahead_us - WAY_US);
                if (at_us >= 120 * SECOND) {
                        walk.worst_us = MAX(walk.worst_us, fabs(wrong_us));
                        walk.step_us = MAX(walk.step_us, fabs(wrong_us - before_us));
                }
                before_us = wrong_us;
        }
        return walk;
}

static void test_eight_hours(void)
{
        static const double clocks[] = { -100, -30, 0, 30, 100 };
        for (size_t i = 0; i < G_N_ELEMENTS(clocks); i++) {
                Walk walk = eight_hours(clocks[i]);
                g_test_message("%+.0f ppm: %.1f ms at worst, %.1f ms at once", clocks[i], walk.worst_us / 1000,
                               walk.step_us / 1000);
                g_assert_cmpfloat(walk.worst_us, <, 25000);
                g_assert_cmpfloat(walk.step_us, <, 25000);
        }
}

/* A way that became 50 ms longer is followed, slowly; one that became shorter, and a clock that was set, at once. */
static void test_changes(void)
{
        enum { AFTER_S = 50, LATER_S = 300 };
        SenderClock clock = { 0 };
        int64_t now_us = BEGIN_US;
        sender_clock_note(&clock, now_us, now_us + 20000);
        g_assert_cmpint(clock.offset_us, ==, 20000);
        int64_t longer_us = now_us;
        for (; now_us < longer_us + AFTER_S * SECOND; now_us += SECOND)
                sender_clock_note(&clock, now_us + SECOND, now_us + SECOND + 70000);
        g_assert_cmpint(clock.offset_us, >, 25000);
        g_assert_cmpint(clock.offset_us, <, 35000);
        for (; now_us < longer_us + LATER_S * SECOND; now_us += SECOND)
                sender_clock_note(&clock, now_us + SECOND, now_us + SECOND + 70000);
        g_assert_cmpint(clock.offset_us, ==, 70000);
        sender_clock_note(&clock, now_us + SECOND, now_us + SECOND + 15000);
        g_assert_cmpint(clock.offset_us, ==, 15000);
        sender_clock_note(&clock, now_us - 3600 * SECOND, now_us);
        g_assert_cmpint(clock.offset_us, ==, 3600 * SECOND);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/sender-clock/eight-hours", test_eight_hours);
        g_test_add_func("/sender-clock/changes", test_changes);
        return g_test_run();
}
