#include "load/wave.h"

static void test_a_wave_is_done_when_each_has_an_answer_and_all_know(void)
{
        Wave *wave = wave_new(WAVE_RAISE);
        g_assert_true(wave_done(wave)); /* nothing is waited for */
        wave_begin(wave, 2, 3, 5, 1000);
        g_assert_false(wave_done(wave));
        wave_answered(wave, 3000);
        wave_answered(wave, 4000);
        g_assert_false(wave_whole(wave, 6));
        g_assert_true(wave_whole(wave, 7));
        for (int64_t at_us = 5000; at_us <= 7000; at_us += 1000) {
                g_assert_false(wave_done(wave));
                wave_reached(wave, at_us);
        }
        g_assert_true(wave_done(wave));
        json_t *figures = json_object();
        wave_put(wave, figures);
        g_assert_cmpfloat(json_number_value(json_object_get(figures, "raise_own_ms_max")), ==, 3);
        g_assert_cmpfloat(json_number_value(json_object_get(figures, "raise_all_ms_max")), ==, 6);
        json_decref(figures);
        wave_free(wave);
}

static void test_what_goes_down_is_whole_from_above(void)
{
        Wave *wave = wave_new(WAVE_LOWER);
        wave_begin(wave, 2, 1, 7, 1000);
        g_assert_false(wave_whole(wave, 6));
        g_assert_true(wave_whole(wave, 5));
        wave_free(wave);
}

static void test_a_reaction_has_no_answer_of_its_own(void)
{
        Wave *wave = wave_new(WAVE_REACT);
        wave_begin(wave, 2, 1, 0, 1000);
        g_assert_false(wave_done(wave));
        wave_reached(wave, 2000);
        g_assert_true(wave_done(wave));
        json_t *figures = json_object();
        wave_put(wave, figures);
        g_assert_null(json_object_get(figures, "react_own_ms_max"));
        g_assert_nonnull(json_object_get(figures, "react_all_ms_max"));
        json_decref(figures);
        wave_free(wave);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/load/wave/done", test_a_wave_is_done_when_each_has_an_answer_and_all_know);
        g_test_add_func("/load/wave/lower", test_what_goes_down_is_whole_from_above);
        g_test_add_func("/load/wave/react", test_a_reaction_has_no_answer_of_its_own);
        return g_test_run();
}
