#include "sfu/pace.h"

#define RATE_BPS 300000
#define STEP_US (20 * 1000)
#define SENT_BYTES 1000

/* Sends packets whenever it may; how many bytes in so long. */
static uint64_t send_for(Pace *pace, int64_t us, int64_t *now_us, uint64_t *sent)
{
        uint64_t before = *sent;
        for (int64_t end_us = *now_us + us; *now_us < end_us; *now_us += STEP_US)
                while (pace_left(pace, RATE_BPS, *sent, *now_us) > 0)
                        *sent += SENT_BYTES;
        return *sent - before;
}

static void test_rate(void)
{
        Pace pace = { .at_us = G_USEC_PER_SEC };
        int64_t now_us = G_USEC_PER_SEC;
        uint64_t sent = 0;
        uint64_t bytes = send_for(&pace, 10 * G_USEC_PER_SEC, &now_us, &sent);
        g_assert_cmpuint(bytes * 8 / 10, >=, RATE_BPS * 98 / 100);
        g_assert_cmpuint(bytes * 8 / 10, <=, RATE_BPS * 102 / 100);
}

/* What a pause left over is no burst, and a probe or repairs that took more are waited for, but not for long. */
static void test_burst_and_debt(void)
{
        Pace pace = { .at_us = G_USEC_PER_SEC };
        int64_t now_us = 100 * G_USEC_PER_SEC;
        uint64_t sent = 0;
        g_assert_cmpint(pace_left(&pace, RATE_BPS, sent, now_us), ==, PACE_BURST_BYTES);
        sent += 1000 * 1000;
        int64_t debt_bytes = (int64_t)RATE_BPS * PACE_DEBT_US / 8 / G_USEC_PER_SEC;
        g_assert_cmpint(pace_left(&pace, RATE_BPS, sent, now_us), ==, -debt_bytes);
        g_assert_cmpint(pace_left(&pace, RATE_BPS, sent, now_us + PACE_DEBT_US / 2), <, 0);
        g_assert_cmpint(pace_left(&pace, RATE_BPS, sent, now_us + PACE_DEBT_US + 1000), >, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/pace/rate", test_rate);
        g_test_add_func("/pace/burst-and-debt", test_burst_and_debt);
        return g_test_run();
}
