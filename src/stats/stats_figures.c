#include "stats/stats_figures.h"

#include "base/when.h"
#include "registration/registration.h"
#include "stats/stats_plot.h"
#include "stats/stats_store.h"

#include <string.h>

#define SPANS_MAX 16 /* a page has at most 298 nodes */

static void row_free(gpointer data)
{
        StatsRow *row = data;
        g_free(row->label);
        g_free(row->text);
        g_free(row->more);
        g_free(row->bar);
        g_free(row);
}

char *stats_text(const Lang *lang, StatsShown shown, int64_t count)
{
        switch (shown) {
        case STATS_SHOWN:
                return g_strdup_printf("%" G_GINT64_FORMAT, count);
        case STATS_UNDER:
                return g_strdup(tr(lang, "under 5"));
        default:
                return g_strdup(tr(lang, "not shown"));
        }
}

static StatsRow *add_row(GPtrArray *rows, const Lang *lang, const char *label, StatsShown shown, int64_t count,
                         int64_t max)
{
        StatsRow *row = g_new0(StatsRow, 1);
        row->label = g_strdup(label);
        row->text = stats_text(lang, shown, count);
        row->bar = plot_bar(shown == STATS_SHOWN ? count : 0, max);
        g_ptr_array_add(rows, row);
        return row;
}

/* "2026-01-28" as people say it. (transfer full) */
static char *day_text(const Lang *lang, const char *day)
{
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        int64_t at_us;
        return when_parse(utc, day, &at_us) ? when_date(lang, utc, at_us) : g_strdup(day);
}

static void add_days(StatsFigures *figures, Db *db, int64_t event, const Lang *lang)
{
        g_autoptr(GPtrArray) days = registration_by_day(db, event);
        g_autofree int64_t *counts = g_new0(int64_t, days->len + 1);
        for (guint i = 0; i < days->len; i++)
                counts[i] = ((const RegistrationFigure *)days->pdata[i])->count;
        figures->spans = stats_spans(counts, days->len, SPANS_MAX);
        figures->day_count = days->len;
        for (guint i = 0; i < figures->spans->len; i++) {
                const StatsSpan *span = &g_array_index(figures->spans, StatsSpan, i);
                const RegistrationFigure *first = days->pdata[span->first], *last = days->pdata[span->last];
                g_autofree char *from = day_text(lang, first->label), *to = day_text(lang, last->label);
                g_autofree char *label =
                        span->first == span->last ? g_strdup(from) : g_strdup_printf("%s – %s", from, to);
                StatsRow *row = add_row(figures->days, lang, label, STATS_SHOWN, span->count, span->count);
                row->more = g_strdup_printf("%" G_GINT64_FORMAT, span->sum);
        }
        if (figures->spans->len > 0) {
                figures->first_day = day_text(lang, ((const RegistrationFigure *)days->pdata[0])->label);
                figures->last_day = day_text(lang, ((const RegistrationFigure *)days->pdata[days->len - 1])->label);
        }
}

static const char *path_label(const Lang *lang, const char *path)
{
        return strcmp(path, "onsite") == 0 ? tr(lang, "On site") : tr(lang, "At a distance");
}

static void add_paths(StatsFigures *figures, Db *db, int64_t event, const Lang *lang)
{
        g_autoptr(GPtrArray) paths = registration_by_path(db, event);
        g_autofree int64_t *counts = g_new0(int64_t, paths->len + 1);
        g_autofree StatsShown *shown = g_new0(StatsShown, paths->len + 1);
        int64_t total = 0, max = 1;
        for (guint i = 0; i < paths->len; i++) {
                counts[i] = ((const RegistrationFigure *)paths->pdata[i])->count;
                total += counts[i];
                max = MAX(max, counts[i]);
        }
        stats_hide_parts(counts, paths->len, shown);
        for (guint i = 0; i < paths->len; i++)
                add_row(figures->paths, lang, path_label(lang, ((const RegistrationFigure *)paths->pdata[i])->label),
                        shown[i], counts[i], max);
        figures->total = stats_text(lang, stats_shown(total), total);
}

/* Not parts of a total: one person signs up for several. */
static void add_sessions(StatsFigures *figures, Db *db, int64_t event, const Lang *lang)
{
        g_autoptr(GPtrArray) sessions = registration_by_session(db, event);
        int64_t max = 1;
        for (guint i = 0; i < sessions->len; i++)
                max = MAX(max, ((const RegistrationFigure *)sessions->pdata[i])->count);
        for (guint i = 0; i < sessions->len; i++) {
                const RegistrationFigure *session = sessions->pdata[i];
                StatsRow *row = add_row(figures->sessions, lang, session->label, stats_shown(session->count),
                                        session->count, max);
                if (session->waiting > 0)
                        row->more = stats_text(lang, stats_shown(session->waiting), session->waiting);
        }
}

static void add_rooms(StatsFigures *figures, Db *db, int64_t event, const Lang *lang)
{
        g_autoptr(GPtrArray) rooms = stats_store_rooms(db, event);
        for (guint i = 0; i < rooms->len; i++) {
                const RoomFigure *room = rooms->pdata[i];
                add_row(figures->rooms, lang, room->room, stats_shown(room->count), room->count, room->count);
        }
}

StatsFigures *stats_figures(Db *db, int64_t event, const Lang *lang)
{
        StatsFigures *figures = g_new0(StatsFigures, 1);
        figures->days = g_ptr_array_new_with_free_func(row_free);
        figures->paths = g_ptr_array_new_with_free_func(row_free);
        figures->sessions = g_ptr_array_new_with_free_func(row_free);
        figures->rooms = g_ptr_array_new_with_free_func(row_free);
        add_days(figures, db, event, lang);
        add_paths(figures, db, event, lang);
        add_sessions(figures, db, event, lang);
        add_rooms(figures, db, event, lang);
        return figures;
}

void stats_figures_free(StatsFigures *figures)
{
        if (!figures)
                return;
        g_ptr_array_unref(figures->days);
        g_ptr_array_unref(figures->paths);
        g_ptr_array_unref(figures->sessions);
        g_ptr_array_unref(figures->rooms);
        g_array_unref(figures->spans);
        g_free(figures->total);
        g_free(figures->first_day);
        g_free(figures->last_day);
        g_free(figures);
}
