#include "stats/stats_plot.h"

int plot_x(size_t day, size_t day_count)
{
        return PLOT_LEFT + (int)((PLOT_RIGHT - PLOT_LEFT) * (day + 1) / (day_count ? day_count : 1));
}

int plot_y(int64_t value, int64_t axis)
{
        return PLOT_BOTTOM - (int)((double)(PLOT_BOTTOM - PLOT_TOP) * (double)value / (double)axis);
}

char *plot_line(const GArray *spans, size_t day_count, int64_t axis, bool closed)
{
        GString *path = g_string_new(NULL);
        g_string_printf(path, "M%d %d", PLOT_LEFT, PLOT_BOTTOM);
        for (guint i = 0; i < spans->len; i++) {
                const StatsSpan *span = &g_array_index(spans, StatsSpan, i);
                g_string_append_printf(path, "L%d %d", plot_x(span->last, day_count), plot_y(span->sum, axis));
        }
        if (closed && spans->len > 0)
                g_string_append_printf(path, "V%dz", PLOT_BOTTOM);
        return g_string_free(path, FALSE);
}

char *plot_steps(const GArray *stretches, int64_t axis, bool closed)
{
        GString *path = g_string_new(NULL);
        g_string_printf(path, "M%d %d", PLOT_LEFT, PLOT_BOTTOM);
        for (guint i = 0; i < stretches->len; i++) {
                int64_t most = g_array_index(stretches, StatsStretch, i).most;
                int y = plot_y(stats_shown(most) == STATS_SHOWN ? most : 0, axis);
                g_string_append_printf(path, "V%dH%d", y, plot_x(i, stretches->len));
        }
        if (closed && stretches->len > 0)
                g_string_append_printf(path, "V%dz", PLOT_BOTTOM);
        return g_string_free(path, FALSE);
}

char *plot_bar(int64_t value, int64_t max)
{
        int tenths = max > 0 ? (int)(1000 * value / max) : 0;
        return g_strdup_printf("M0 0h%d.%dv10H0z", tenths / 10, tenths % 10);
}
