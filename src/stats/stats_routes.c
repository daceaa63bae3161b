#include "stats/stats.h"

#include "conference/conference.h"
#include "stats/stats_plot.h"
#include "stats/stats_stay_routes.h"
#include "stats/stats_views.h"

#define SESSIONS_A_PAGE 12 /* with days and rooms: at most 298 nodes */

static void append_row(GString *csv, const char *table, const StatsRow *row)
{
        const char *const cells[] = { table, row->label, row->text, row->more ? row->more : "" };
        for (size_t i = 0; i < G_N_ELEMENTS(cells); i++) {
                if (i > 0)
                        g_string_append_c(csv, ',');
                stats_csv_cell(csv, cells[i]);
        }
        g_string_append(csv, "\r\n");
}

static void append_rows(GString *csv, const char *table, const GPtrArray *rows)
{
        for (guint i = 0; i < rows->len; i++)
                append_row(csv, table, rows->pdata[i]);
}

static void append_course(GString *csv, const StayRow *row, const StayCourse *course, const Lang *lang)
{
        g_autofree char *table = g_strdup_printf("%s: %s", tr(lang, "People over time"), row->title);
        for (guint i = 0; course && i < course->times->len; i++)
                append_row(csv, table,
                           &(StatsRow){ .label = course->times->pdata[i], .text = course->texts->pdata[i] });
}

/* Who came to each session, how many were there at most, how long they stayed; then each session over time. */
static void append_stays(GString *csv, Db *db, int64_t event_id, const Lang *lang)
{
        g_autoptr(Event) event = conference_event(db, event_id);
        if (!event)
                return;
        g_autoptr(GPtrArray) rows = stay_rows(db, event, lang);
        for (guint i = 0; i < rows->len; i++) {
                const StayRow *row = rows->pdata[i];
                append_row(csv, tr(lang, "Came"), &(StatsRow){ .label = row->title, .text = row->came });
                append_row(csv, tr(lang, "Most at once"), &(StatsRow){ .label = row->title, .text = row->most });
                append_row(csv, tr(lang, "Mean stay"), &(StatsRow){ .label = row->title, .text = row->mean });
        }
        for (guint i = 0; i < rows->len; i++) {
                const StayRow *row = rows->pdata[i];
                g_autoptr(StayCourse) course = stay_course(db, event, row->code, lang);
                append_course(csv, row, course, lang);
        }
}

char *stats_csv(Db *db, int64_t event, const Lang *lang)
{
        g_autoptr(StatsFigures) figures = stats_figures(db, event, lang);
        GString *csv = g_string_new("\xef\xbb\xbf"); /* without it a spreadsheet takes UTF-8 for something else */
        append_row(csv, tr(lang, "Table"),
                   &(StatsRow){ .label = (char *)tr(lang, "Line"),
                                .text = (char *)tr(lang, "Figure"),
                                .more = (char *)tr(lang, "In all, or waiting") });
        append_row(csv, tr(lang, "Registered"),
                   &(StatsRow){ .label = (char *)tr(lang, "In all"), .text = figures->total });
        append_rows(csv, tr(lang, "By path"), figures->paths);
        append_rows(csv, tr(lang, "Registrations over time"), figures->days);
        append_rows(csv, tr(lang, "By session"), figures->sessions);
        append_rows(csv, tr(lang, "By room"), figures->rooms);
        append_stays(csv, db, event, lang);
        return g_string_free(csv, FALSE);
}

static void draw(StatsPage *view)
{
        const GArray *spans = view->figures->spans;
        int64_t most = spans->len ? g_array_index(spans, StatsSpan, spans->len - 1).sum : 0, axis = stats_axis(most);
        view->area = plot_line(spans, view->figures->day_count, axis, true);
        view->line = plot_line(spans, view->figures->day_count, axis, false);
        for (int i = 0; i < 3; i++)
                view->axis[i] = g_strdup_printf("%" G_GINT64_FORMAT, axis * i / 2);
}

static void show_statistics(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        g_autoptr(StatsFigures) figures = stats_figures(db, event->id, request_lang(req));
        StatsPage view = { .slug = event->slug, .figures = figures };
        guint count = figures->sessions->len;
        view.page_count = (int)MAX(1, (count + SESSIONS_A_PAGE - 1) / SESSIONS_A_PAGE);
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, (guint64)view.page_count, &page, NULL);
        view.page = (int)page;
        view.first = ((guint)page - 1) * SESSIONS_A_PAGE;
        view.last = MIN(count, view.first + SESSIONS_A_PAGE);
        draw(&view);
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(request_lang(req), "Statistics"), .no_index = true });
        stats_view(h, &view);
        page_end(req, h, 200);
        g_free(view.area);
        g_free(view.line);
        for (int i = 0; i < 3; i++)
                g_free(view.axis[i]);
}

static void send_csv(Request *req, Db *db)
{
        g_autofree char *csv = stats_csv(db, request_event(req), request_lang(req));
        respond_header(req, "Content-Disposition", "attachment; filename=\"statistics.csv\"");
        respond_text(req, 200, "text/csv; charset=utf-8", csv);
}

const Route stats_routes[] = {
        { GET, "/:event/organise/statistics/", show_statistics, RIGHT_ORGANISER, 0, "Statistics", N_("Statistics"),
          N_("Registrations over time, by path and session, who came into the rooms and how long they stayed.") },
        { GET, "/:event/organise/statistics/statistics.csv", send_csv, RIGHT_ORGANISER, 0,
          "The same for a spreadsheet" },
        { GET, "/:event/organise/statistics/sessions/", stats_show_stays, RIGHT_ORGANISER, 0,
          "How long people stayed" },
        { GET, "/:event/organise/statistics/sessions/:code/", stats_show_stay, RIGHT_ORGANISER, 0,
          "How many were in a session, over time" },
        { 0 },
};
