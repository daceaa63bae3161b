#include "load/figures.h"
#include <stdio.h>
#include <stdlib.h>

Times *times_new(void)
{
        return g_array_new(FALSE, FALSE, sizeof(int64_t));
}

void times_add(Times *times, int64_t time_us)
{
        if (time_us >= 0)
                g_array_append_val(times, time_us);
}

static int compare_times(gconstpointer a, gconstpointer b)
{
        int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
        return x < y ? -1 : x > y;
}

double times_percentile_ms(Times *times, double share)
{
        if (times->len == 0)
                return -1;
        g_array_sort(times, compare_times);
        guint at = MIN((guint)((double)times->len * share), times->len - 1);
        return (double)g_array_index(times, int64_t, at) / 1000;
}

void figures_put(json_t *figures, const char *name, uint64_t value)
{
        json_object_set_new(figures, name, json_integer((json_int_t)value));
}

void figures_put_signed(json_t *figures, const char *name, int64_t value)
{
        json_object_set_new(figures, name, json_integer(value));
}

void figures_put_real(json_t *figures, const char *name, double value)
{
        json_object_set_new(figures, name, json_real(value));
}

void figures_put_times(json_t *figures, const char *what, Times *times)
{
        const struct {
                const char *name;
                double share;
        } marks[] = { { "median", 0.5 }, { "p95", 0.95 }, { "max", 1 } };
        for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
                g_autofree char *name = g_strdup_printf("%s_ms_%s", what, marks[i].name);
                figures_put_real(figures, name, times_percentile_ms(times, marks[i].share));
        }
}

bool figures_within(const json_t *figures, const char *name, double bound)
{
        double value = json_number_value(json_object_get(figures, name));
        if (bound < 0 || value <= bound)
                return true;
        fprintf(stderr, "treteau-load: %s is %.3f, more than %.3f\n", name, value, bound);
        return false;
}

void figures_print(const json_t *figures, bool json)
{
        if (json) {
                char *text = json_dumps(figures, JSON_COMPACT | JSON_REAL_PRECISION(6));
                puts(text);
                free(text);
                return;
        }
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)figures, name, value)
        {
                if (json_is_string(value))
                        printf("%-24s %s\n", name, json_string_value(value));
                else if (json_is_integer(value))
                        printf("%-24s %lld\n", name, (long long)json_integer_value(value));
                else
                        printf("%-24s %.3f\n", name, json_real_value(value));
        }
}
