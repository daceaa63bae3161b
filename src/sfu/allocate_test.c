#include "sfu/allocate.h"

#include <string.h>

#define SECOND INT64_C(1000000)
#define KBPS 1000u

/* q, h and f of a camera with three temporal layers. */
static AllocateLine camera(AllocateRole role)
{
        return (AllocateLine){ .role = role,
                               .max_layer = 2,
                               .bps = { { 90 * KBPS, 120 * KBPS, 150 * KBPS },
                                        { 300 * KBPS, 400 * KBPS, 500 * KBPS },
                                        { 1000 * KBPS, 1300 * KBPS, 1700 * KBPS } } };
}

/* A source without simulcast or temporal layers. */
static AllocateLine plain(AllocateRole role, uint32_t bps)
{
        return (AllocateLine){ .role = role, .max_layer = 2, .bps = { { bps, bps, bps } } };
}

static void check(AllocateTarget target, int layer, unsigned temporal)
{
        g_assert_cmpint(target.layer, ==, layer);
        if (layer >= 0)
                g_assert_cmpuint(target.temporal, ==, temporal);
}

static void test_one(void)
{
        static const struct {
                uint32_t kbps;
                int layer;
                unsigned temporal;
        } cases[] = {
                { 50, SLOT_NO_LAYER, 0 }, { 90, 0, 0 },   { 125, 0, 1 },  { 300, 0, 2 }, { 400, 1, 1 }, { 600, 1, 2 },
                { 1000, 1, 2 },           { 1699, 2, 1 }, { 1700, 2, 2 }, { 9000, 2, 2 }
        };
        AllocateLine line = camera(ALLOCATE_OTHER);
        for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
                AllocateTarget target;
                uint32_t took = allocate(&line, 1, ALLOCATE_ALL, cases[i].kbps * KBPS, &target);
                check(target, cases[i].layer, cases[i].temporal);
                g_assert_cmpuint(took, <=, cases[i].kbps * KBPS);
        }
        AllocateTarget target;
        line.max_layer = 1; /* small on the page */
        allocate(&line, 1, ALLOCATE_ALL, 9000 * KBPS, &target);
        check(target, 1, 2);
        line.max_layer = SLOT_NO_LAYER;
        g_assert_cmpuint(allocate(&line, 1, ALLOCATE_ALL, 9000 * KBPS, &target), ==, 0);
        check(target, SLOT_NO_LAYER, 0);
}

/* A layer that costs no more than a smaller one is better than that; gaps in the layers are fine. */
static void test_odd_rates(void)
{
        AllocateTarget target;
        AllocateLine line = plain(ALLOCATE_OTHER, 400 * KBPS);
        allocate(&line, 1, ALLOCATE_ALL, 400 * KBPS, &target);
        check(target, 0, 2);
        line = camera(ALLOCATE_OTHER);
        memset(line.bps[0], 0, sizeof line.bps[0]);
        for (unsigned t = 0; t < TEMPORAL_LAYERS; t++)
                line.bps[2][t] = 450 * KBPS; /* a still scene */
        allocate(&line, 1, ALLOCATE_ALL, 450 * KBPS, &target);
        check(target, 2, 2);
        allocate(&line, 1, ALLOCATE_ALL, 299 * KBPS, &target);
        check(target, SLOT_NO_LAYER, 0);
}

/* The screen, then who leads, then the rest, in turns; nobody is left without the least while another is raised. */
static void test_order(void)
{
        AllocateLine lines[] = { camera(ALLOCATE_OTHER), camera(ALLOCATE_LEADER), plain(ALLOCATE_SCREEN, 800 * KBPS),
                                 camera(ALLOCATE_OTHER) };
        AllocateTarget targets[4];
        allocate(lines, 4, ALLOCATE_ALL, 800 * KBPS, targets);
        check(targets[2], 0, 2);
        check(targets[1], SLOT_NO_LAYER, 0);
        allocate(lines, 4, ALLOCATE_ALL, 900 * KBPS, targets);
        check(targets[2], 0, 2);
        check(targets[1], 0, 0);
        check(targets[0], SLOT_NO_LAYER, 0);
        allocate(lines, 4, ALLOCATE_ALL, 1100 * KBPS, targets);
        for (unsigned i = 0; i < 4; i++)
                g_assert_cmpint(targets[i].layer, ==, 0);
        allocate(lines, 4, ALLOCATE_ALL, 2300 * KBPS, targets);
        check(targets[1], 2, 1);
        check(targets[0], 0, 0);
        check(targets[3], 0, 0);
        allocate(lines, 4, ALLOCATE_ALL, 3900 * KBPS, targets);
        check(targets[1], 2, 2);
        check(targets[0], 1, 2);
        check(targets[3], 1, 2);
}

static void test_modes(void)
{
        AllocateLine lines[] = { camera(ALLOCATE_LEADER), camera(ALLOCATE_OTHER) };
        AllocateTarget targets[2];
        allocate(lines, 2, ALLOCATE_LOW, 9000 * KBPS, targets);
        check(targets[0], 0, 0);
        check(targets[1], 0, 0);
        g_assert_cmpuint(allocate(lines, 2, ALLOCATE_AUDIO, 9000 * KBPS, targets), ==, 0);
        check(targets[0], SLOT_NO_LAYER, 0);
}

static void test_down_at_once_up_later(void)
{
        AllocateLine line = camera(ALLOCATE_LEADER);
        Allocation allocation = { 0 };
        int64_t now_us = SECOND;
        g_assert_true(allocation_update(&allocation, &line, 1, ALLOCATE_ALL, 600 * KBPS, now_us));
        check(allocation.targets[0], 1, 2); /* at once: nothing was shown before */
        g_assert_cmpuint(allocation.next_bps, ==, 1300 * KBPS);
        g_assert_cmpuint(allocation.full_bps, ==, 1700 * KBPS);
        allocation_update(&allocation, &line, 1, ALLOCATE_ALL, 5000 * KBPS, now_us += SECOND / 5);
        check(allocation.targets[0], 1, 2);
        allocation_update(&allocation, &line, 1, ALLOCATE_ALL, 5000 * KBPS, now_us += 2 * SECOND - 1);
        check(allocation.targets[0], 1, 2);
        allocation_update(&allocation, &line, 1, ALLOCATE_ALL, 5000 * KBPS, now_us += 1);
        check(allocation.targets[0], 2, 2);
        g_assert_cmpuint(allocation.next_bps, ==, 0);
        g_assert_true(allocation_update(&allocation, &line, 1, ALLOCATE_ALL, 150 * KBPS, now_us += SECOND / 5));
        check(allocation.targets[0], 0, 2);
        /* 410 carries h without its upper layer, but not with 15 % to spare: it stays. */
        for (unsigned i = 0; i < 50; i++)
                allocation_update(&allocation, &line, 1, ALLOCATE_ALL, 410 * KBPS, now_us += SECOND / 5);
        check(allocation.targets[0], 0, 2);
        /* A moment of plenty is not stable. */
        for (unsigned i = 0; i < 50; i++)
                allocation_update(&allocation, &line, 1, ALLOCATE_ALL, i % 5 ? 5000 * KBPS : 200 * KBPS,
                                  now_us += SECOND / 5);
        check(allocation.targets[0], 0, 2);
}

/* When another leads they change places at once, for the whole takes no more. */
static void test_leader_changes(void)
{
        AllocateLine lines[] = { camera(ALLOCATE_LEADER), camera(ALLOCATE_OTHER) };
        Allocation allocation = { 0 };
        allocation_update(&allocation, lines, 2, ALLOCATE_ALL, 1500 * KBPS, SECOND);
        check(allocation.targets[0], 2, 1);
        check(allocation.targets[1], 0, 2);
        lines[0].role = ALLOCATE_OTHER;
        lines[1].role = ALLOCATE_LEADER;
        allocation_update(&allocation, lines, 2, ALLOCATE_ALL, 1500 * KBPS, SECOND + 1);
        check(allocation.targets[1], 2, 1);
        check(allocation.targets[0], 0, 2);
}

static void test_reduced(void)
{
        AllocateLine lines[] = { camera(ALLOCATE_LEADER), camera(ALLOCATE_OTHER) };
        Allocation allocation = { 0 };
        bool none;
        allocation_update(&allocation, lines, 2, ALLOCATE_ALL, 9000 * KBPS, SECOND);
        g_assert_false(allocation_is_reduced(&allocation, lines, 2, &none));
        g_assert_false(none);
        allocation_update(&allocation, lines, 2, ALLOCATE_ALL, 2000 * KBPS, SECOND);
        g_assert_true(allocation_is_reduced(&allocation, lines, 2, &none));
        g_assert_false(none);
        allocation_update(&allocation, lines, 2, ALLOCATE_ALL, 50 * KBPS, SECOND);
        g_assert_true(allocation_is_reduced(&allocation, lines, 2, &none));
        g_assert_true(none);
        lines[0].max_layer = lines[1].max_layer = SLOT_NO_LAYER;
        g_assert_false(allocation_is_reduced(&allocation, lines, 2, &none));
        g_assert_false(none);
}

/* Whatever the rates: never over the budget, and what is wanted next is more than what is given. */
static void test_any(void)
{
        for (unsigned round = 0; round < 20000; round++) {
                AllocateLine lines[ALLOCATE_LINES] = { 0 };
                unsigned n = (unsigned)g_test_rand_int_range(0, ALLOCATE_LINES + 1);
                for (unsigned i = 0; i < n; i++) {
                        lines[i].role = (AllocateRole)g_test_rand_int_range(0, 3);
                        lines[i].max_layer = g_test_rand_int_range(-1, TRACK_LAYERS);
                        for (unsigned layer = 0; layer < TRACK_LAYERS; layer++)
                                for (unsigned t = 0; t < TEMPORAL_LAYERS; t++)
                                        lines[i].bps[layer][t] = (uint32_t)g_test_rand_int_range(1, 2000000);
                }
                uint32_t budget = (uint32_t)g_test_rand_int_range(0, 10000000);
                Allocation allocation = { 0 };
                AllocateTarget targets[ALLOCATE_LINES];
                g_assert_cmpuint(allocate(lines, n, ALLOCATE_ALL, budget, targets), <=, budget);
                allocation_update(&allocation, lines, n, ALLOCATE_ALL, budget, SECOND);
                g_assert_cmpuint(allocation.total_bps, <=, budget);
                for (unsigned i = 0; i < n; i++)
                        g_assert_cmpint(allocation.targets[i].layer, <=, lines[i].max_layer);
                g_assert_true(allocation.next_bps == 0 || allocation.next_bps > allocation.total_bps);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/allocate/one", test_one);
        g_test_add_func("/allocate/odd-rates", test_odd_rates);
        g_test_add_func("/allocate/order", test_order);
        g_test_add_func("/allocate/modes", test_modes);
        g_test_add_func("/allocate/down-at-once-up-later", test_down_at_once_up_later);
        g_test_add_func("/allocate/leader-changes", test_leader_changes);
        g_test_add_func("/allocate/reduced", test_reduced);
        g_test_add_func("/allocate/any", test_any);
        return g_test_run();
}
