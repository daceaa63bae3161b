#include "manager/manager_pages.h"

#include "base/when.h"

#define SHEETS 25 /* of a page */
#define FORM_BYTES (16 * 1024)

bool run_place(Request *req, Db *db, Event **ret_event, Talk **ret_talk)
{
        *ret_event = conference_event(db, request_event(req));
        *ret_talk = *ret_event ? talk_find(db, (*ret_event)->id, request_param(req, "code")) : NULL;
        if (!*ret_talk)
                respond_not_found(req);
        return *ret_talk != NULL;
}

int64_t turning_page(const Request *req)
{
        return CLAMP(g_ascii_strtoll(request_query(req, "page"), NULL, 10), 1, 10000);
}

Turning turning_of(int64_t page, int64_t rows_a_page, int64_t total)
{
        return (Turning){ page - 1, page * rows_a_page < total ? page + 1 : 0 };
}

static void sheet_line_clear(gpointer data)
{
        SheetLine *line = data;
        g_free(line->code);
        g_free(line->title);
        g_free(line->when);
        g_free(line->room);
}

void show_sheets(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = conference_event(db, request_event(req));
        if (!event) {
                respond_not_found(req);
                return;
        }
        int64_t page = turning_page(req), total = 0;
        TalkFilter all = { "", "", "", "", "" };
        g_autoptr(GPtrArray) talks = talk_list(db, event->id, &all, SHEETS, (page - 1) * SHEETS, &total);
        g_autoptr(GArray) lines = g_array_new(FALSE, TRUE, sizeof(SheetLine));
        g_array_set_clear_func(lines, sheet_line_clear);
        for (guint i = 0; i < talks->len; i++) {
                const Talk *talk = talks->pdata[i];
                g_autoptr(GPtrArray) rows = run_store_rows(db, talk->id);
                SheetLine line = { g_strdup(talk->code), g_strdup(talk->title),
                                   when_day_time(lang, event->zone, talk->start_us), g_strdup(talk->room_name),
                                   (int)rows->len };
                g_array_append_val(lines, line);
        }
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = tr(lang, "Run sheets"), .no_index = true });
        sheets_view(h, &(SheetsPage){ event, lines, turning_of(page, SHEETS, total) });
        page_end(req, h, 200);
}

const Route manager_routes[] = {
        { GET, "/:event/organise/run/", show_sheets, RIGHT_HOST, 0, "Run sheets", .menu = N_("Run sheets"),
          .menu_text = N_("Each session minute by minute, and what was done in it.") },
        { GET, "/:event/organise/run/:code/", show_run, RIGHT_HOST, 0, "A session's run sheet" },
        { POST, "/:event/organise/run/:code/", save_run, RIGHT_HOST, FORM_BYTES, "Keep a line of it" },
        { POST, "/:event/organise/run/:code/act/", act_on_run, RIGHT_HOST, FORM_BYTES, "Move or delete a line of it" },
        { GET, "/:event/organise/run/:code/log/", show_log, RIGHT_HOST, 0, "What hosts did in a session" },
        { GET, "/:event/organise/run/:code/log.csv", send_log, RIGHT_HOST, 0, "The same, as a table" },
        { 0 },
};
