/* What a note was: its versions, two of them compared, and the way back. */
#include "notes/notes_private.h"

#include "base/when.h"

#include <string.h>

#define AROUND 2      /* lines shown beside what differs */
#define DIFF_ROWS 160 /* of a comparison; the rest is told as a number */

static void row_clear(gpointer row)
{
        g_free(((VersionRow *)row)->when);
        g_free(((VersionRow *)row)->url);
}

/* "jeudi 28 janvier, 14 h 30 – 15 h 15" */
static char *when_of(const Lang *lang, const Event *event, const NoteVersion *version)
{
        g_autofree char *begun = when_day_time(lang, event->zone, version->begun_us);
        g_autofree char *from = when_time(lang, event->zone, version->begun_us);
        g_autofree char *to = when_time(lang, event->zone, version->ended_us);
        return strcmp(from, to) == 0 ? g_strdup(begun) : g_strdup_printf("%s – %s", begun, to);
}

static void show_history(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        if (!notes_find(req, db, &event, &note))
                return;
        const Lang *lang = request_lang(req);
        int64_t page = MAX(1, notes_number(request_query(req, "page")));
        g_autoptr(GPtrArray) versions = note_versions(db, note, NOTES_PER_PAGE + 1, (page - 1) * NOTES_PER_PAGE);
        g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(VersionRow));
        g_array_set_clear_func(rows, row_clear);
        for (guint i = 0; i < MIN(versions->len, NOTES_PER_PAGE); i++) {
                const NoteVersion *version = versions->pdata[i];
                VersionRow row = { .version = version, .when = when_of(lang, event, version) };
                row.url = g_strdup_printf("/%s/organise/notes/%" G_GINT64_FORMAT "/history/%" G_GINT64_FORMAT "/",
                                          event->slug, note->id, version->n);
                g_array_append_val(rows, row);
        }
        g_autofree char *title = g_strdup_printf(tr(lang, "History of “%s”"), note->title);
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = title, .no_index = true });
        note_history_view(h, &(NoteHistoryPage){ .event = event,
                                                 .note = note,
                                                 .rows = rows,
                                                 .page = page,
                                                 .more = versions->len > NOTES_PER_PAGE });
        page_end(req, h, 200);
}

static void show_version(Request *req, Db *db)
{
        static const char *const styles[] = { "notes/notes.css", NULL };
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        if (!notes_find(req, db, &event, &note))
                return;
        const Lang *lang = request_lang(req);
        g_autoptr(NoteVersion) version = note_version(db, note, notes_number(request_param(req, "version")));
        if (!version) {
                respond_not_found(req);
                return;
        }
        int64_t asked = notes_number(request_query(req, "with"));
        g_autoptr(NoteVersion) with = note_version(db, note, asked ? asked : note_version_before(db, note, version->n));
        g_autoptr(GArray) diff = notes_diff_rows(with ? with->text : "", version->text, AROUND);
        g_autofree char *when = when_of(lang, event, version), *with_when = with ? when_of(lang, event, with) : NULL;
        g_autofree char *title = g_strdup_printf(tr(lang, "Version %d of “%s”"), (int)version->n, note->title);
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = title, .styles = styles, .no_index = true });
        note_version_view(h, &(NoteVersionPage){ .event = event,
                                                 .note = note,
                                                 .version = version,
                                                 .with = with,
                                                 .when = when,
                                                 .with_when = with_when,
                                                 .diff = diff,
                                                 .shown = MIN(diff->len, DIFF_ROWS),
                                                 .may_write = request_may(req, RIGHT_HELP) && !note->archived });
        page_end(req, h, 200);
}

static void go_back(Request *req, Db *unused)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        Db *db = store_read_begin(request_store(req));
        bool found = notes_find(req, db, &event, &note);
        g_autoptr(NoteVersion) version =
                found ? note_version(db, note, notes_number(request_param(req, "version"))) : NULL;
        store_read_end(request_store(req), db);
        if (!version) {
                respond_not_found(req);
                return;
        }
        int64_t rev = 0;
        NoteAsk ask = { .note = note->id, .back_to = version->n };
        NoteVerdict verdict = note_write(req, &ask, &rev, NULL);
        if (verdict == NOTE_KEPT || verdict == NOTE_KNOWN)
                respond_redirect(req, "/%s/organise/notes/%" G_GINT64_FORMAT "/?done=went-back", event->slug, note->id);
        else
                respond_error(req, note_verdict_status(verdict), tr(request_lang(req), note_verdict_text(verdict)));
}

const Route notes_history_routes[] = {
        { GET, "/:event/organise/notes/:note/history/", show_history, RIGHT_TEAM, 0, "The history of a note" },
        { GET, "/:event/organise/notes/:note/history/:version/", show_version, RIGHT_TEAM, 0,
          "A version of a note, compared" },
        { POST_ALONE, "/:event/organise/notes/:note/history/:version/", go_back, RIGHT_HELP, 4096,
          "Go back to a version of a note" },
        { 0 },
};
