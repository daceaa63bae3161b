#include "registration/registration_rules.h"

#include "base/time.h"

static void test_ends(void)
{
        int64_t end_us = INT64_C(1769727600) * SECOND_US; /* midnight after 29 January 2026 in Paris */
        g_assert_true(registration_is_open(end_us, end_us - 1));
        g_assert_false(registration_is_open(end_us, end_us));
        g_assert_cmpint(needs_end_us(end_us), >, end_us);
        g_assert_cmpint(needs_end_us(end_us), <=, end_us + DAY_US);
        g_assert_cmpint(registration_end_us(end_us), ==, end_us + 30 * DAY_US);
}

static void test_needs(void)
{
        Needs needs = { .other = "" };
        g_assert_true(needs_are_empty(&needs));
        needs.other = "Une boucle magnétique";
        g_assert_false(needs_are_empty(&needs));
        needs = (Needs){ .other = "", .wheelchair = true };
        g_assert_false(needs_are_empty(&needs));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/registration-rules/ends", test_ends);
        g_test_add_func("/registration-rules/needs", test_needs);
        return g_test_run();
}
