#include "stats/stats_stay.h"

#include "base/time.h"
#include "base/when.h"
#include "stats/stats_figures.h"
#include "stats/stats_plot.h"
#include "stats/stats_store.h"

#define STRETCHES_MAX 24 /* a page has at most 298 nodes */

void stay_row_free(gpointer data)
{
        StayRow *row = data;
        if (!row)
                return;
        g_free(row->code);
        g_free(row->title);
        g_free(row->came);
        g_free(row->most);
        g_free(row->mean);
        g_free(row);
}

/* Of fewer than five who came, the mean would tell how long one of them stayed. */
static char *mean_text(const StayFigure *figure, const Lang *lang)
{
        StatsShown shown = stats_shown(figure->came);
        int64_t mean_min = stats_mean_min(figure->spent_min, figure->came);
        if (shown != STATS_SHOWN)
                return stats_text(lang, STATS_HIDDEN, 0);
        return mean_min == 0 ? g_strdup(tr(lang, "under 1 min")) : when_duration(lang, mean_min * MINUTE_US);
}

static StayRow *row_of(const StayFigure *figure, const Lang *lang)
{
        StayRow *row = g_new0(StayRow, 1);
        row->code = g_strdup(figure->code);
        row->title = g_strdup(figure->title);
        row->came = stats_text(lang, stats_shown(figure->came), figure->came);
        row->most = stats_text(lang, stats_shown(figure->most), figure->most);
        row->mean = mean_text(figure, lang);
        return row;
}

GPtrArray *stay_rows(Db *db, const Event *event, const Lang *lang)
{
        g_autoptr(GPtrArray) figures = stats_store_stays(db, event->id);
        GPtrArray *rows = g_ptr_array_new_with_free_func(stay_row_free);
        for (guint i = 0; i < figures->len; i++)
                g_ptr_array_add(rows, row_of(figures->pdata[i], lang));
        return rows;
}

StayRow *stay_row(Db *db, const Event *event, const char *code, const Lang *lang)
{
        StayFigure *figure = stats_store_stay(db, event->id, code);
        StayRow *row = figure ? row_of(figure, lang) : NULL;
        stay_figure_free(figure);
        return row;
}

static void add_stretches(StayCourse *course, const GArray *stretches, int64_t step_min, const Event *event,
                          const Lang *lang)
{
        bool days = step_min * stretches->len >= DAY_US / MINUTE_US; /* the hour alone would not tell which */
        for (guint i = 0; i < stretches->len; i++) {
                const StatsStretch *stretch = &g_array_index(stretches, StatsStretch, i);
                int64_t start_us = stretch->minute * MINUTE_US, end_us = start_us + step_min * MINUTE_US;
                g_ptr_array_add(course->times, days ? when_day_time(lang, event->zone, start_us)
                                                    : when_times(lang, event->zone, start_us, end_us));
                g_ptr_array_add(course->texts, stats_text(lang, stats_shown(stretch->most), stretch->most));
                if (i == 0)
                        course->first = days ? when_day_time(lang, event->zone, start_us)
                                             : when_time(lang, event->zone, start_us);
                if (i + 1 == stretches->len)
                        course->last =
                                days ? when_day_time(lang, event->zone, end_us) : when_time(lang, event->zone, end_us);
        }
}

StayCourse *stay_course(Db *db, const Event *event, const char *code, const Lang *lang)
{
        g_autoptr(GArray) minutes = stats_store_minutes(db, event->id, code);
        int64_t most = 0, step_min;
        for (guint i = 0; i < minutes->len; i++)
                most = MAX(most, g_array_index(minutes, StatsMinute, i).people);
        if (stats_shown(most) != STATS_SHOWN)
                return NULL;
        g_autoptr(GArray) stretches =
                stats_stretches((const StatsMinute *)minutes->data, minutes->len, STRETCHES_MAX, &step_min);
        StayCourse *course = g_new0(StayCourse, 1);
        course->times = g_ptr_array_new_with_free_func(g_free);
        course->texts = g_ptr_array_new_with_free_func(g_free);
        add_stretches(course, stretches, step_min, event, lang);
        int64_t axis = stats_axis(most);
        course->area = plot_steps(stretches, axis, true);
        course->line = plot_steps(stretches, axis, false);
        for (int i = 0; i < 3; i++)
                course->axis[i] = g_strdup_printf("%" G_GINT64_FORMAT, axis * i / 2);
        return course;
}

void stay_course_free(StayCourse *course)
{
        if (!course)
                return;
        g_ptr_array_unref(course->times);
        g_ptr_array_unref(course->texts);
        g_free(course->area);
        g_free(course->line);
        for (int i = 0; i < 3; i++)
                g_free(course->axis[i]);
        g_free(course->first);
        g_free(course->last);
        g_free(course);
}
