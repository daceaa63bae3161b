/* The pure decisions of the groups. */
#include "workshop/workshop_private.h"
#include "base/time.h"

static uint32_t first(uint32_t below)
{
        return 0;
}

static uint32_t last(uint32_t below)
{
        return below - 1;
}

static GArray *numbers(int count)
{
        GArray *list = g_array_new(FALSE, FALSE, sizeof(int));
        for (int i = 1; i <= count; i++)
                g_array_append_val(list, i);
        return list;
}

static void test_shuffle(void)
{
        g_autoptr(GArray) list = numbers(5), same = numbers(5), none = numbers(0);
        workshop_shuffle(list, first);
        static const int turned[] = { 2, 3, 4, 5, 1 };
        g_assert_cmpmem(list->data, list->len * sizeof(int), turned, sizeof turned);
        workshop_shuffle(same, last);
        for (int i = 0; i < 5; i++)
                g_assert_cmpint(g_array_index(same, int, i), ==, i + 1);
        workshop_shuffle(none, first);
        g_assert_cmpuint(none->len, ==, 0);
}

static void test_end(void)
{
        int64_t now = 1000 * MINUTE_US;
        g_assert_cmpint(workshop_end_after(0, 0, now), ==, 0);
        g_assert_cmpint(workshop_end_after(0, 10, now), ==, now + 10 * MINUTE_US);
        g_assert_cmpint(workshop_end_after(now + MINUTE_US, 5, now), ==, now + 6 * MINUTE_US);
        /* called back, or late: five minutes are five from now */
        g_assert_cmpint(workshop_end_after(now - MINUTE_US, 5, now), ==, now + 5 * MINUTE_US);
}

static void test_lets_in(void)
{
        g_autoptr(GArray) groups = g_array_new(FALSE, TRUE, sizeof(Group));
        g_autoptr(GArray) members = g_array_new(FALSE, TRUE, sizeof(Member));
        Group one = { .part = 7 }, two = { .part = 8 };
        Member ana = { .person = 3, .part = 7 };
        g_array_append_val(groups, one);
        g_array_append_val(groups, two);
        g_array_append_val(members, ana);
        Round round = { .state = ROUND_OPEN, .groups = groups, .members = members };
        g_assert_true(workshop_lets_in(&round, 7, 3, LIVE_GUEST));
        g_assert_false(workshop_lets_in(&round, 8, 3, LIVE_SPEAKER));
        g_assert_false(workshop_lets_in(&round, 7, 4, LIVE_GUEST));
        g_assert_true(workshop_lets_in(&round, 8, 4, LIVE_HOST));
        g_assert_false(workshop_lets_in(&round, 9, 4, LIVE_HOST));
        round.state = ROUND_CLOSING;
        g_assert_true(workshop_lets_in(&round, 7, 3, LIVE_GUEST));
        round.state = ROUND_PREPARED;
        g_assert_false(workshop_lets_in(&round, 7, 3, LIVE_GUEST));
        g_assert_false(workshop_lets_in(&round, 7, 4, LIVE_HOST));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/workshop/shuffle", test_shuffle);
        g_test_add_func("/workshop/end", test_end);
        g_test_add_func("/workshop/lets-in", test_lets_in);
        return g_test_run();
}
