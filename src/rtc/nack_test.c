#include "rtc/nack.h"
#include <glib.h>

static NackList list;
static uint16_t due[NACK_PENDING_MAX];

static void receive_run(uint16_t first, unsigned n, int64_t now_us)
{
        for (unsigned i = 0; i < n; i++)
                g_assert_false(nack_list_receive(&list, (uint16_t)(first + i), now_us, NULL));
}

static void test_in_order(void)
{
        nack_list_init(&list);
        receive_run(65000, 2000, 0);
        g_assert_cmpuint(nack_list_due(&list, 0, 0, due, G_N_ELEMENTS(due)), ==, 0);
        g_assert_cmpint(nack_list_next_us(&list), ==, INT64_MAX);
}

static void test_gap_over_the_wrap(void)
{
        nack_list_init(&list);
        receive_run(65533, 1, 0);
        receive_run(2, 1, 7);
        g_assert_cmpint(nack_list_next_us(&list), ==, 7);
        g_assert_cmpuint(nack_list_due(&list, 7, 0, due, G_N_ELEMENTS(due)), ==, 4);
        g_assert_cmpmem(due, 8, ((uint16_t[]){ 65534, 65535, 0, 1 }), 8);

        g_assert_true(nack_list_has(&list, 65535));
        g_assert_true(nack_list_receive(&list, 65535, 8, NULL)); /* late or from RTX */
        g_assert_false(nack_list_has(&list, 65535));
        g_assert_false(nack_list_receive(&list, 65535, 8, NULL));
        g_assert_cmpuint(list.recovered, ==, 1);
        g_assert_cmpint(list.answer_us, ==, 1);
        g_assert_cmpuint(nack_list_due(&list, 7 + NACK_RETRY_MIN_US - 1, 0, due, G_N_ELEMENTS(due)), ==, 0);
        g_assert_cmpuint(nack_list_due(&list, 7 + NACK_RETRY_MIN_US, 0, due, G_N_ELEMENTS(due)), ==, 3);
        g_assert_cmpuint(due[1], ==, 0);
        g_assert_true(nack_list_receive(&list, 0, 9 + NACK_RETRY_MIN_US, NULL)); /* which of the two asked for it? */
        g_assert_cmpint(list.answer_us, ==, 0);
}

static void test_retries(void)
{
        nack_list_init(&list);
        receive_run(1, 1, 0);
        receive_run(3, 1, 0);
        int64_t round_trip_us = 150000, now_us = 0;
        unsigned asked = 0;
        for (; nack_list_next_us(&list) != INT64_MAX;
             asked += (unsigned)nack_list_due(&list, now_us, round_trip_us, due, 1))
                now_us = nack_list_next_us(&list);
        g_assert_cmpuint(asked, ==, NACK_TRIES_MAX);
        g_assert_cmpint(now_us, ==, NACK_TRIES_MAX * round_trip_us);
        g_assert_cmpuint(list.given_up, ==, 1);
        g_assert_false(nack_list_receive(&list, 2, now_us, NULL));
}

static void test_max_leaves_the_rest_due(void)
{
        nack_list_init(&list);
        receive_run(0, 1, 0);
        receive_run(10, 1, 0);
        g_assert_cmpuint(nack_list_due(&list, 0, 0, due, 4), ==, 4);
        g_assert_cmpuint(nack_list_due(&list, 0, 0, due, 100), ==, 5);
        g_assert_cmpuint(due[0], ==, 5);
}

static void test_too_much(void)
{
        bool key_frame = false;
        nack_list_init(&list);
        receive_run(0, 1, 0);
        nack_list_receive(&list, NACK_PENDING_MAX + 1, 0, &key_frame);
        g_assert_false(key_frame);
        g_assert_cmpuint(list.n_pending, ==, NACK_PENDING_MAX);
        nack_list_receive(&list, NACK_PENDING_MAX + 3, 0, &key_frame);
        g_assert_true(key_frame);
        g_assert_cmpuint(list.n_pending, ==, 0);
        nack_list_receive(&list, 20000, 0, &key_frame);
        g_assert_true(key_frame);
        nack_list_receive(&list, 20001, 0, &key_frame);
        g_assert_false(key_frame);
        g_assert_cmpuint(nack_list_due(&list, 0, 0, due, G_N_ELEMENTS(due)), ==, 0);
}

static void test_forget(void)
{
        nack_list_init(&list);
        receive_run(65530, 1, 0);
        receive_run(5, 1, 0);
        nack_list_forget_before(&list, 2);
        g_assert_cmpuint(nack_list_due(&list, 0, 0, due, G_N_ELEMENTS(due)), ==, 3);
        g_assert_cmpuint(due[0], ==, 2);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/nack/in-order", test_in_order);
        g_test_add_func("/nack/gap-over-the-wrap", test_gap_over_the_wrap);
        g_test_add_func("/nack/retries", test_retries);
        g_test_add_func("/nack/max-leaves-the-rest-due", test_max_leaves_the_rest_due);
        g_test_add_func("/nack/too-much", test_too_much);
        g_test_add_func("/nack/forget", test_forget);
        return g_test_run();
}
