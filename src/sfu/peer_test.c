#include "sfu/peer.h"

/* The whole table: a peer goes forward, or is lost, and never comes back. */
static void test_moves(void)
{
        static const bool allowed[PEER_N_STATES][PEER_N_STATES] = {
                [PEER_WAITING] = { [PEER_CHECKED] = true, [PEER_GONE] = true },
                [PEER_CHECKED] = { [PEER_CONNECTED] = true, [PEER_GONE] = true },
                [PEER_CONNECTED] = { [PEER_GONE] = true },
        };
        for (unsigned from = 0; from < PEER_N_STATES; from++)
                for (unsigned to = 0; to < PEER_N_STATES; to++)
                        g_assert_true(peer_may_enter(from, to) == allowed[from][to]);
}

static void test_rate(void)
{
        Rate rate = { 0 };
        unsigned taken = 0;
        for (unsigned i = 0; i < 100; i++)
                taken += rate_take(&rate, 10, 1000000);
        g_assert_cmpuint(taken, ==, 10); /* the burst of one second */
        for (unsigned i = 0; i < 100; i++)
                taken += rate_take(&rate, 10, 1500000);
        g_assert_cmpuint(taken, ==, 15);
        for (unsigned i = 0; i < 100; i++)
                taken += rate_take(&rate, 10, 1000000000);
        g_assert_cmpuint(taken, ==, 25); /* a long pause saves up no more than that */
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/peer/moves", test_moves);
        g_test_add_func("/peer/rate", test_rate);
        return g_test_run();
}
