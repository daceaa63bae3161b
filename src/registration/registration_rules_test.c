#include "registration/registration_rules.h"

#include "base/time.h"

static void test_days(void)
{
        g_assert_cmpint(day_end_us("2026-01-29"), ==, INT64_C(1769731200) * SECOND_US);
        g_assert_cmpint(needs_end_us("2026-01-29"), ==, INT64_C(1769731200) * SECOND_US + 12 * HOUR_US);
        g_assert_cmpint(registration_end_us("2026-01-29"), ==, day_end_us("2026-02-28") + 12 * HOUR_US);
        const char *bad[] = { "", "x", "2026-13-01", "2026-02-30" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_cmpint(day_end_us(bad[i]), ==, 0);
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
        g_test_add_func("/registration-rules/days", test_days);
        g_test_add_func("/registration-rules/needs", test_needs);
        return g_test_run();
}
