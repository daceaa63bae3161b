#include "stats/stats_plot.h"

static void assert_shown(const char *expected, const int64_t *counts, size_t count)
{
        StatsShown shown[8];
        char text[9] = "";
        stats_hide_parts(counts, count, shown);
        for (size_t i = 0; i < count; i++)
                text[i] = shown[i] == STATS_SHOWN ? 's' : shown[i] == STATS_UNDER ? 'u' : 'h';
        text[count] = '\0';
        g_assert_cmpstr(text, ==, expected);
}
#define ASSERT_SHOWN(expected, ...)                                                                                    \
        assert_shown(expected, (const int64_t[]){ __VA_ARGS__ },                                                       \
                     sizeof((const int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t))

static void test_parts(void)
{
        ASSERT_SHOWN("ss", 5, 60);
        ASSERT_SHOWN("uh", 4, 60); /* 64 − 60 would tell */
        ASSERT_SHOWN("uh", 0, 60);
        ASSERT_SHOWN("uu", 4, 4); /* 8 together: which is which stays open */
        ASSERT_SHOWN("uhs", 1, 7, 60);
        ASSERT_SHOWN("uus", 2, 3, 60);
        ASSERT_SHOWN("uuhs", 1, 3, 20, 60); /* four together are still fewer than five */
        ASSERT_SHOWN("u", 3);
        ASSERT_SHOWN("uu", 1, 1);
}

/* Whatever the counts: nobody who knows the total and all that is shown can find a figure under five. */
static void test_subtraction(void)
{
        GRand *rand = g_rand_new_with_seed(1);
        for (int round = 0; round < 20000; round++) {
                int64_t counts[6], hidden = 0;
                size_t count = (size_t)g_rand_int_range(rand, 1, 7), hidden_count = 0;
                StatsShown shown[6];
                bool any_shown = false;
                for (size_t i = 0; i < count; i++)
                        counts[i] = g_rand_int_range(rand, 0, 12);
                stats_hide_parts(counts, count, shown);
                for (size_t i = 0; i < count; i++) {
                        any_shown = any_shown || shown[i] == STATS_SHOWN;
                        g_assert_true(shown[i] != STATS_SHOWN || counts[i] >= STATS_LEAST);
                        hidden_count += shown[i] != STATS_SHOWN;
                        hidden += shown[i] != STATS_SHOWN ? counts[i] : 0;
                }
                if (any_shown && hidden_count > 0) {
                        g_assert_cmpuint(hidden_count, >=, 2);
                        g_assert_cmpint(hidden, >=, STATS_LEAST);
                }
        }
        g_rand_free(rand);
}

static void test_spans(void)
{
        const int64_t days[] = { 1, 2, 3, 10, 4, 1, 2, 2, 1 };
        g_autoptr(GArray) spans = stats_spans(days, G_N_ELEMENTS(days), 16);
        const StatsSpan wanted[] = { { 0, 2, 6, 6 }, { 3, 3, 10, 16 }, { 4, 5, 5, 21 }, { 6, 8, 5, 26 } };
        g_assert_cmpmem(spans->data, spans->len * sizeof(StatsSpan), wanted, sizeof wanted);
        g_autoptr(GArray) fewer = stats_spans(days, G_N_ELEMENTS(days), 2);
        g_assert_cmpuint(fewer->len, ==, 2);
        g_assert_cmpint(g_array_index(fewer, StatsSpan, 1).sum, ==, 26);
        g_assert_cmpuint(g_array_index(fewer, StatsSpan, 1).last, ==, 8);
        const int64_t last[] = { 6, 1, 1 };
        g_autoptr(GArray) joined = stats_spans(last, 3, 16);
        g_assert_cmpuint(joined->len, ==, 1);
        g_assert_cmpint(g_array_index(joined, StatsSpan, 0).count, ==, 8);
        const int64_t few[] = { 2, 2 };
        g_autoptr(GArray) none = stats_spans(few, 2, 16), nothing = stats_spans(few, 0, 16);
        g_assert_cmpuint(none->len + nothing->len, ==, 0);
}

static void test_plot(void)
{
        g_assert_cmpint(stats_axis(0), ==, 10);
        g_assert_cmpint(stats_axis(10), ==, 10);
        g_assert_cmpint(stats_axis(402), ==, 500);
        g_assert_cmpint(stats_axis(1001), ==, 2000);
        const int64_t days[] = { 5, 5 };
        g_autoptr(GArray) spans = stats_spans(days, 2, 16);
        g_autofree char *line = plot_line(spans, 2, 10, false), *area = plot_line(spans, 2, 10, true);
        g_assert_cmpstr(line, ==, "M60 210L575 120L1090 30");
        g_assert_cmpstr(area, ==, "M60 210L575 120L1090 30V210z");
        g_autofree char *bar = plot_bar(241, 287), *none = plot_bar(3, 0);
        g_assert_cmpstr(bar, ==, "M0 0h83.9v10H0z");
        g_assert_cmpstr(none, ==, "M0 0h0.0v10H0z");
}

static void assert_stretch(const GArray *stretches, guint at, int64_t minute, int64_t most)
{
        const StatsStretch *stretch = &g_array_index(stretches, StatsStretch, at);
        g_assert_cmpint(stretch->minute, ==, minute);
        g_assert_cmpint(stretch->most, ==, most);
}

static void test_stretches(void)
{
        int64_t step;
        const StatsMinute minutes[] = { { 1003, 3 }, { 1004, 8 }, { 1005, 9 }, { 1016, 6 } };
        g_autoptr(GArray) stretches = stats_stretches(minutes, 4, 24, &step);
        g_assert_cmpint(step, ==, 5);
        g_assert_cmpuint(stretches->len, ==, 4);
        assert_stretch(stretches, 0, 1000, 8);
        assert_stretch(stretches, 1, 1005, 9);
        assert_stretch(stretches, 2, 1010, 0); /* nobody was there */
        assert_stretch(stretches, 3, 1015, 6);
        g_autofree char *line = plot_steps(stretches, 10, false), *area = plot_steps(stretches, 10, true);
        g_assert_cmpstr(line, ==, "M60 210V66H317V48H575V210H832V102H1090");
        g_assert_cmpstr(area, ==, "M60 210V66H317V48H575V210H832V102H1090V210z");
        g_autoptr(GArray) few = stats_stretches(minutes, 1, 24, &step);
        g_autofree char *ground = plot_steps(few, 10, false);
        g_assert_cmpstr(ground, ==, "M60 210V210H1090"); /* three are drawn as nobody */
        g_autoptr(GArray) none = stats_stretches(minutes, 0, 24, &step);
        g_assert_cmpuint(none->len, ==, 0);
}

/* However long it lasts: at most so many, none shorter than five minutes, each minute in its own. */
static void test_stretches_of_any_length(void)
{
        for (int64_t length = 1; length < 600 * 24 * 60; length += 1 + length / 7) {
                const StatsMinute ends[] = { { 29000003, 5 }, { 29000003 + length, 7 } };
                int64_t step;
                g_autoptr(GArray) stretches = stats_stretches(ends, 2, 24, &step);
                g_assert_cmpint(step, >=, STRETCH_LEAST_MIN);
                g_assert_cmpuint(stretches->len, <=, 24);
                const StatsStretch *first = &g_array_index(stretches, StatsStretch, 0);
                const StatsStretch *last = &g_array_index(stretches, StatsStretch, stretches->len - 1);
                g_assert_cmpint(first->minute, <=, ends[0].minute);
                g_assert_cmpint(first->minute + step, >, ends[0].minute);
                g_assert_cmpint(last->minute, <=, ends[1].minute);
                g_assert_cmpint(last->minute + step, >, ends[1].minute);
                g_assert_cmpint(last->most, ==, 7);
        }
}

static void test_mean(void)
{
        g_assert_cmpint(stats_mean_min(0, 0), ==, 0);
        g_assert_cmpint(stats_mean_min(24, 8), ==, 3);
        g_assert_cmpint(stats_mean_min(23, 10), ==, 2);
        g_assert_cmpint(stats_mean_min(25, 10), ==, 3);
}

static void test_csv(void)
{
        g_autoptr(GString) csv = g_string_new(NULL);
        stats_csv_cell(csv, "=cmd()");
        stats_csv_cell(csv, "a \"b\"\nc");
        g_assert_cmpstr(csv->str, ==, "\"'=cmd()\"\"a \"\"b\"\" c\"");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/stats/parts", test_parts);
        g_test_add_func("/stats/subtraction", test_subtraction);
        g_test_add_func("/stats/spans", test_spans);
        g_test_add_func("/stats/plot", test_plot);
        g_test_add_func("/stats/stretches", test_stretches);
        g_test_add_func("/stats/stretches-of-any-length", test_stretches_of_any_length);
        g_test_add_func("/stats/mean", test_mean);
        g_test_add_func("/stats/csv", test_csv);
        return g_test_run();
}
