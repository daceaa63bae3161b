/* The log of a session, for its hosts: a page, and a table to take away. */
#include "manager/manager_pages.h"

#include "base/csv.h"
#include "base/time.h"
#include "base/when.h"

#define LINES 50 /* of a page */

/* As the room shows it: the name, else the number. (transfer full) */
static char *shown_name(const Lang *lang, const char *name, int number)
{
        if (*name)
                return g_strdup(name);
        return number ? g_strdup_printf(tr(lang, "Guest %d"), number) : g_strdup(tr(lang, "somebody"));
}

static char *line_text(const Lang *lang, const LogLine *line)
{
        g_autofree char *who = shown_name(lang, line->who, line->deed.who);
        g_autofree char *whom = shown_name(lang, line->whom, line->deed.whom);
        return deed_text(lang, &line->deed, who, whom);
}

static void log_row_clear(gpointer data)
{
        LogRow *row = data;
        g_free(row->time);
        g_free(row->iso);
        g_free(row->text);
}

void show_log(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = NULL;
        if (!run_place(req, db, &event, &talk))
                return;
        int64_t page = turning_page(req), total = 0;
        g_autoptr(GPtrArray) lines = manager_store_log(db, talk->id, LINES, (page - 1) * LINES, &total);
        g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(LogRow));
        g_array_set_clear_func(rows, log_row_clear);
        for (guint i = 0; i < lines->len; i++) {
                const LogLine *line = lines->pdata[i];
                LogRow row = { when_time(lang, event->zone, line->deed.at_us), when_iso(event->zone, line->deed.at_us),
                               line_text(lang, line) };
                g_array_append_val(rows, row);
        }
        g_autofree char *title = g_strdup_printf(tr(lang, "Log: %s"), talk->title);
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = title, .no_index = true });
        log_view(h, &(LogPage){ event, talk, rows, turning_of(page, LINES, total) });
        page_end(req, h, 200);
}

static void put_line(GString *csv, const Lang *lang, const LogLine *line)
{
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(line->deed.at_us / SECOND_US);
        g_autofree char *iso = g_date_time_format_iso8601(time), *text = line_text(lang, line);
        const char *const cells[] = { iso, line->who, line->deed.what, line->whom, line->deed.detail, text };
        for (size_t i = 0; i < G_N_ELEMENTS(cells); i++)
                csv_put(csv, cells[i], i == 0, ',');
        csv_end_row(csv);
}

void send_log(Request *req, Db *db)
{
        static const char *const columns[] = { "at", "who", "what", "whom", "detail", "text" };
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = NULL;
        if (!run_place(req, db, &event, &talk))
                return;
        g_autoptr(GPtrArray) lines = manager_store_log(db, talk->id, DEEDS_MAX, 0, NULL);
        g_autoptr(GString) csv = g_string_new("\xEF\xBB\xBF"); /* spreadsheets take it for UTF-8 by this mark */
        for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
                csv_put(csv, columns[i], i == 0, ',');
        csv_end_row(csv);
        for (guint i = 0; i < lines->len; i++)
                put_line(csv, request_lang(req), lines->pdata[i]);
        g_autofree char *named = g_strdup_printf("attachment; filename=\"log-%s.csv\"", talk->code);
        respond_header(req, "Content-Disposition", named);
        respond_header(req, "Cache-Control", "no-store");
        respond_text(req, 200, "text/csv; charset=utf-8", csv->str);
}
