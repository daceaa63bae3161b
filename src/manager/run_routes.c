/* A session's run sheet: read, printed, changed line by line. */
#include "manager/manager_pages.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

static const FormOption SCENES[] = {
        { "auto", N_("By itself: the shared screen, else who speaks"), NULL, false },
        { "speaker", N_("Who speaks"), NULL, false },
        { "both", N_("The shared screen and who speaks"), NULL, false },
        { "screen", N_("The shared screen alone"), NULL, false },
        { "gallery", N_("Everybody"), NULL, false },
        { 0 },
};

static const FormField FIELDS[] = {
        { "what", N_("What happens"), .required = true, .characters_max = RUN_TEXT_MAX_CHARS },
        { "minutes", N_("Minutes"), .kind = FIELD_NUMBER, .required = true, .min = 1, .max = RUN_MINUTES_MAX },
        { "who", N_("Who"), N_("Written as in the room, the scene below shows this person."),
          .characters_max = RUN_TEXT_MAX_CHARS },
        { "scene", N_("On air"), N_("Without a choice it stays as it is."), .kind = FIELD_SELECT, .options = SCENES },
        { "cue", N_("Cue card"), N_("What to say, what to see to."), .kind = FIELD_TEXT,
          .characters_max = RUN_CUE_MAX_CHARS, .rows = 3 },
        { "link", N_("Link"), .kind = FIELD_URL, .characters_max = RUN_TEXT_MAX_CHARS },
        { 0 },
};

static const char *scene_text(const char *word, const Lang *lang)
{
        for (const FormOption *scene = SCENES; scene->value; scene++)
                if (strcmp(scene->value, word) == 0)
                        return tr(lang, scene->label);
        return "";
}

static const char *notice_of(const char *done, const Lang *lang)
{
        static const char *const notices[][2] = {
                { "saved", N_("Saved.") },
                { "deleted", N_("The line is gone.") },
                { "draft", N_("A first draft from the programme: make it yours.") },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(notices); i++)
                if (strcmp(done, notices[i][0]) == 0)
                        return tr(lang, notices[i][1]);
        return NULL;
}

static void line_clear(gpointer data)
{
        g_free(((RunLine *)data)->time);
}

static GArray *lines_of(const GPtrArray *rows, const GArray *times, const Event *event, int64_t edited,
                        const Lang *lang)
{
        GArray *lines = g_array_new(FALSE, TRUE, sizeof(RunLine));
        g_array_set_clear_func(lines, line_clear);
        for (guint i = 0; i < rows->len; i++) {
                const RunRow *row = rows->pdata[i];
                RunLine line = { .row = row,
                                 .time = when_time(lang, event->zone, g_array_index(times, int64_t, i)),
                                 .scene = scene_text(row->scene, lang),
                                 .first = i == 0,
                                 .last = i + 1 == rows->len,
                                 .edited = row->id == edited };
                g_array_append_val(lines, line);
        }
        return lines;
}

/* (transfer full) */
static char *fits_text(const Lang *lang, int64_t left_us)
{
        int minutes = (int)(ABS(left_us) / MINUTE_US);
        if (minutes == 0)
                return g_strdup(tr(lang, "It ends with the session."));
        return left_us > 0 ? g_strdup_printf(tr_n(lang, "%d minute is left at the end.",
                                                  "%d minutes are left at the end.", (unsigned long)minutes),
                                             minutes)
                           : g_strdup_printf(tr_n(lang, "It is %d minute longer than the session.",
                                                  "It is %d minutes longer than the session.", (unsigned long)minutes),
                                             minutes);
}

static void show(Request *req, Db *db, const Event *event, const Talk *talk, RunPage *page, int status)
{
        const Lang *lang = request_lang(req);
        static const char *const styles[] = { "manager/run.css", NULL };
        g_autoptr(GPtrArray) rows = run_store_rows(db, talk->id);
        g_autoptr(GArray) times = run_times(rows, talk->start_us);
        g_autoptr(GArray) lines = lines_of(rows, times, event, page->row, lang);
        int64_t end_us = g_array_index(times, int64_t, rows->len);
        g_autofree char *day = when_day(lang, event->zone, talk->start_us);
        g_autofree char *hours = when_times(lang, event->zone, talk->start_us, talk->end_us);
        g_autofree char *when = g_strdup_printf("%s, %s, %s", day, hours, talk->room_name);
        g_autofree char *end_time = when_time(lang, event->zone, end_us);
        g_autofree char *fits = fits_text(lang, talk->end_us - end_us);
        g_autofree char *title = g_strdup_printf(tr(lang, "Run sheet: %s"), talk->title);
        page->event = event;
        page->talk = talk;
        page->notice = status == 200 ? notice_of(request_query(req, "done"), lang) : NULL;
        page->when = when;
        page->lines = lines;
        for (guint i = 0; i < lines->len; i++)
                if (g_array_index(lines, RunLine, i).edited)
                        page->edited = &g_array_index(lines, RunLine, i);
        page->end_time = end_time;
        page->fits = fits;
        page->over = end_us > talk->end_us;
        page->full = rows->len >= RUN_ROWS_MAX;
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = title, .styles = styles, .no_index = true });
        run_view(h, page);
        page_end(req, h, status);
}

void show_run(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = NULL;
        if (!run_place(req, db, &event, &talk))
                return;
        g_autoptr(Form) form = form_new(req, FIELDS);
        g_autoptr(RunRow) row = run_store_row(db, talk->id, g_ascii_strtoll(request_query(req, "row"), NULL, 10));
        if (row) {
                g_autofree char *minutes = g_strdup_printf("%d", row->minutes);
                const char *const values[][2] = {
                        { "what", row->what }, { "minutes", minutes }, { "who", row->who },
                        { "cue", row->cue },   { "link", row->link },  { "scene", row->scene }
                };
                for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
                        form_set(form, values[i][0], values[i][1]);
        }
        show(req, db, event, talk,
             &(RunPage){ .form = form, .row = row ? row->id : 0, .version = row ? row->version : 0 }, 200);
}

static int64_t number(const Request *req, const char *field)
{
        return MAX(g_ascii_strtoll(request_field(req, field), NULL, 10), 0);
}

/* The room that is open learns it. */
static void tell_room(Request *req, const Talk *talk)
{
        live_in_room(live_of(req), talk->room, manager_reload);
}

static void keep(Request *req, Db *db, const Event *event, const Talk *talk, Form *form)
{
        g_autoptr(RunRow) row = g_new0(RunRow, 1);
        row->id = number(req, "row");
        row->version = number(req, "version");
        row->minutes = (int)form_number(form, "minutes", 1);
        row->what = g_strdup(form_value(form, "what"));
        row->who = g_strdup(form_value(form, "who"));
        row->cue = g_strdup(form_value(form, "cue"));
        row->link = g_strdup(form_value(form, "link"));
        row->scene = g_strdup(form_value(form, "scene"));
        switch (run_store_keep(db, talk->id, row)) {
        case RUN_KEPT:
                tell_room(req, talk);
                respond_redirect(req, "/%s/organise/run/%s/?done=saved", event->slug, talk->code);
                return;
        case RUN_FULL:
                form_fail(form, "", tr(request_lang(req), "A run sheet has sixty lines at most."));
                show(req, db, event, talk, &(RunPage){ .form = form }, 422);
                return;
        case RUN_STALE: {
                g_autoptr(RunRow) there = run_store_row(db, talk->id, row->id);
                show(req, db, event, talk,
                     &(RunPage){ .form = form,
                                 .row = there ? there->id : 0,
                                 .version = there ? there->version : 0,
                                 .stale = true },
                     409);
                return;
        }
        case RUN_FAILED:
                respond_error(req, 500, tr(request_lang(req), "The store refused it. Nothing was changed."));
        }
}

void save_run(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = NULL;
        if (!run_place(req, db, &event, &talk))
                return;
        g_autoptr(Form) form = form_new(req, FIELDS);
        if (form_check(form))
                keep(req, db, event, talk, form);
        else
                show(req, db, event, talk,
                     &(RunPage){ .form = form, .row = number(req, "row"), .version = number(req, "version") }, 422);
}

/* Only where nothing is written yet. */
static bool write_draft(Request *req, Db *db, const Talk *talk)
{
        g_autoptr(GPtrArray) there = run_store_rows(db, talk->id);
        g_autoptr(GPtrArray) persons = talk_persons(db, talk->id);
        g_autoptr(GPtrArray) names = g_ptr_array_new();
        for (guint i = 0; i < persons->len; i++)
                g_ptr_array_add(names, ((Person *)persons->pdata[i])->name);
        g_ptr_array_add(names, NULL);
        g_autoptr(GPtrArray) rows = run_draft(request_lang(req), (int)((talk->end_us - talk->start_us) / MINUTE_US),
                                              (const char *const *)names->pdata);
        for (guint i = 0; there->len == 0 && i < rows->len; i++)
                if (run_store_keep(db, talk->id, rows->pdata[i]) != RUN_KEPT)
                        return false;
        return true;
}

void act_on_run(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Talk) talk = NULL;
        if (!run_place(req, db, &event, &talk))
                return;
        const char *act = request_field(req, "act"), *colon = strchr(act, ':');
        int64_t row = colon ? g_ascii_strtoll(colon + 1, NULL, 10) : 0;
        g_autofree char *then = NULL;
        bool kept;
        if (g_str_has_prefix(act, "up:") || g_str_has_prefix(act, "down:")) {
                kept = run_store_move(db, talk->id, row, *act == 'u');
                then = g_strdup_printf("?row=%" G_GINT64_FORMAT, row);
        } else if (g_str_has_prefix(act, "drop:")) {
                kept = run_store_delete(db, talk->id, row);
                then = g_strdup("?done=deleted");
        } else if (strcmp(act, "draft") == 0) {
                kept = write_draft(req, db, talk);
                then = g_strdup("?done=draft");
        } else {
                respond_error(req, 400, tr(request_lang(req), "There is no such button."));
                return;
        }
        if (!kept) {
                respond_error(req, 500, tr(request_lang(req), "The store refused it. Nothing was changed."));
                return;
        }
        tell_room(req, talk);
        respond_redirect(req, "/%s/organise/run/%s/%s", event->slug, talk->code, then);
}
