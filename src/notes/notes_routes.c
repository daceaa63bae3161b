#include "notes/notes_private.h"

#include "base/when.h"
#include "people/people.h"

#include <sodium.h>
#include <string.h>

#define TITLE_CHARS 120
#define EDIT_BYTES (1024 * 1024)
#define FORM_BYTES (2 * 1024 * 1024)
#define NONCE_BYTES 12

static const FormField fields[] = {
        { "title", N_("Title"), N_("What the meeting or the page is about, with its day."), .required = true,
          .characters_max = TITLE_CHARS },
        { 0 },
};

int64_t notes_number(const char *text)
{
        guint64 number = 0;
        g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT32, &number, NULL);
        return (int64_t)number;
}

bool notes_find(Request *req, Db *db, Event **ret_event, Note **ret_note)
{
        *ret_event = conference_event(db, request_event(req));
        *ret_note = *ret_event ? note_find(db, (*ret_event)->id, notes_number(request_param(req, "note"))) : NULL;
        if (!*ret_note)
                respond_not_found(req);
        return *ret_note != NULL;
}

/* --- the list --------------------------------------------------------------------------------------------------------
 */

static void row_clear(gpointer row)
{
        g_free(((NoteRow *)row)->when);
}

static const char *notice_text(const char *done)
{
        if (!strcmp(done, "kept"))
                return N_("Saved.");
        if (!strcmp(done, "put-away"))
                return N_("The note is put away. Nothing of it is lost.");
        if (!strcmp(done, "back"))
                return N_("The note is back among the others.");
        if (!strcmp(done, "went-back"))
                return N_("The note stands again as it did in that version. What stood here before is in the history.");
        return !strcmp(done, "deleted") ? N_("The note is deleted, with its history.") : NULL;
}

static void show_list_with(Request *req, Db *db, const Event *event, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        bool archived = !strcmp(request_query(req, "show"), "put-away");
        int64_t page = MAX(1, notes_number(request_query(req, "page")));
        g_autoptr(GPtrArray) list =
                notes_list(db, event->id, archived, NOTES_PER_PAGE + 1, (page - 1) * NOTES_PER_PAGE);
        g_autoptr(GArray) rows = g_array_new(FALSE, TRUE, sizeof(NoteRow));
        g_array_set_clear_func(rows, row_clear);
        for (guint i = 0; i < MIN(list->len, NOTES_PER_PAGE); i++) {
                const Note *note = list->pdata[i];
                NoteRow row = { note, when_day_time(lang, event->zone, note->changed_us) };
                g_array_append_val(rows, row);
        }
        const char *notice = notice_text(request_query(req, "done"));
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = tr(lang, "Notes"), .no_index = true });
        notes_view(h, &(NotesPage){ .event = event,
                                    .rows = rows,
                                    .form = request_may(req, RIGHT_HELP) ? form : NULL,
                                    .notice = notice ? tr(lang, notice) : NULL,
                                    .page = page,
                                    .archived = archived,
                                    .more = list->len > NOTES_PER_PAGE });
        page_end(req, h, status);
}

static void show_list(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = form_new(req, fields);
        if (event)
                show_list_with(req, db, event, form, 200);
        else
                respond_not_found(req);
}

static void tell_list(Request *req)
{
        notes_tell(notes_of(req), request_event(req), NULL, json_pack("{s:s}", "t", "list"));
}

static void make(Request *req, Db *db)
{
        g_autoptr(Event) event = conference_event(db, request_event(req));
        g_autoptr(Form) form = form_new(req, fields);
        if (!event) {
                respond_not_found(req);
                return;
        }
        form_check(form);
        if (notes_count(db, event->id) >= NOTES_MAX)
                form_fail(form, "",
                          tr(form_lang(form), "An event has 500 notes at most: delete some that are put away."));
        int64_t id = form_is_ok(form) ? note_make(db, event->id, request_account(req), form_value(form, "title")) : 0;
        if (!form_is_ok(form)) {
                show_list_with(req, db, event, form, 422);
        } else if (id) {
                tell_list(req); /* told again by the next edit, should this turn not be kept */
                respond_redirect(req, "/%s/organise/notes/%" G_GINT64_FORMAT "/write/", event->slug, id);
        } else {
                respond_error(req, 500, tr(form_lang(form), "This could not be saved. Try again in a moment."));
        }
}

static json_t *list_json(Db *db, int64_t event)
{
        json_t *list = json_array();
        g_autoptr(GPtrArray) notes = notes_list(db, event, false, NOTES_MAX, 0);
        for (guint i = 0; i < notes->len; i++) {
                const Note *note = notes->pdata[i];
                json_array_append_new(list, json_pack("{s:I, s:s}", "id", (json_int_t)note->id, "title", note->title));
        }
        return list;
}

/* Takes json. */
static void respond_json(Request *req, int status, json_t *json)
{
        char *text = json_dumps(json, JSON_COMPACT);
        respond_header(req, "Cache-Control", "no-store");
        respond_text(req, status, "application/json", text);
        free(text);
        json_decref(json);
}

static void send_list(Request *req, Db *db)
{
        respond_json(req, 200,
                     json_pack("{s:o, s:b, s:s}", "notes", list_json(db, request_event(req)), "writes",
                               (int)request_may(req, RIGHT_HELP), "csrf", request_csrf(req)));
}

/* --- one note
 * --------------------------------------------------------------------------------------------------------- */

static void show_note_with(Request *req, const Event *event, const Note *note, const Form *form, int status)
{
        const Lang *lang = request_lang(req);
        g_autofree char *when = when_day_time(lang, event->zone, note->changed_us);
        const char *notice = notice_text(request_query(req, "done"));
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = note->title, .no_index = true });
        note_view(h, &(NotePage){ .event = event,
                                  .note = note,
                                  .form = request_may(req, RIGHT_HELP) ? form : NULL,
                                  .when = when,
                                  .notice = notice ? tr(lang, notice) : NULL,
                                  .deletes = note->archived && request_may(req, RIGHT_ORGANISER) });
        page_end(req, h, status);
}

static void show_note(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        if (!notes_find(req, db, &event, &note))
                return;
        g_autoptr(Form) form = form_new(req, fields);
        form_set(form, "title", note->title);
        show_note_with(req, event, note, form, 200);
}

static void respond_done(Request *req, const Event *event, const Note *note, const char *done)
{
        tell_list(req);
        respond_redirect(req, "/%s/organise/notes/%" G_GINT64_FORMAT "/?done=%s", event->slug, note->id, done);
}

static void delete_note(Request *req, Db *db, const Event *event, const Note *note)
{
        const Lang *lang = request_lang(req);
        if (!note->archived)
                respond_error(req, 409, tr(lang, "Put the note away first; then it may be deleted."));
        else if (!request_may(req, RIGHT_ORGANISER))
                respond_error(req, 409, tr(lang, "Only an organiser deletes a note."));
        else if (note_delete(db, note->id)) {
                tell_list(req);
                respond_redirect(req, "/%s/organise/notes/?done=deleted", event->slug);
        }
}

static void rename_note(Request *req, Db *db, const Event *event, const Note *note)
{
        g_autoptr(Form) form = form_new(req, fields);
        if (!form_check(form))
                show_note_with(req, event, note, form, 422);
        else if (note_rename(db, note->id, form_value(form, "title")))
                respond_done(req, event, note, "kept");
}

static void act_on_note(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        if (!notes_find(req, db, &event, &note))
                return;
        const char *act = request_field(req, "act");
        if (!strcmp(act, "delete"))
                delete_note(req, db, event, note);
        else if (!strcmp(act, "put-away") || !strcmp(act, "back")) {
                if (note_archive(db, note->id, *act == 'p'))
                        respond_done(req, event, note, act);
        } else {
                rename_note(req, db, event, note);
        }
}

static void send_markdown(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        if (!notes_find(req, db, &event, &note))
                return;
        g_autofree char *text = g_strdup_printf("# %s\n\n%s\n", note->title, note->text);
        g_autofree char *disposition =
                g_strdup_printf("attachment; filename=\"%s-note-%" G_GINT64_FORMAT ".md\"", event->slug, note->id);
        respond_header(req, "Content-Disposition", disposition);
        respond_text(req, 200, "text/markdown; charset=utf-8", text);
}

/* --- writing
 * ------------------------------------------------------------------------------------------------------------ */

static char *words_json(const Lang *lang)
{
        json_t *words = json_object();
        for (const char *const *word = notes_room_words; *word; word++)
                json_object_set_new(words, *word, json_string(tr(lang, *word)));
        char *text = json_dumps(words, JSON_COMPACT), *copy = g_strdup(text);
        free(text);
        json_decref(words);
        return copy;
}

static void show_write_with(Request *req, const Event *event, const Note *note, const char *text, const char *fault,
                            int status)
{
        static const char *const styles[] = { "notes/notes.css", NULL }, *const scripts[] = { "notes/page.js", NULL };
        unsigned char bytes[NONCE_BYTES];
        char nonce[2 * NONCE_BYTES + 1];
        randombytes_buf(bytes, sizeof bytes);
        sodium_bin2hex(nonce, sizeof nonce, bytes, sizeof bytes);
        g_autofree char *words = words_json(request_lang(req));
        Html *h = conference_page(
                req, event, EVENT_ORGANISE,
                &(Page){ .title = note->title, .styles = styles, .scripts = scripts, .no_index = true });
        note_write_view(
                h,
                &(NoteWritePage){
                        .event = event, .note = note, .text = text, .nonce = nonce, .fault = fault, .words = words });
        page_end(req, h, status);
}

static void show_write(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        if (notes_find(req, db, &event, &note))
                show_write_with(req, event, note, note->text, NULL, 200);
}

static const char *nonce_of(const Request *req)
{
        const char *nonce = request_field(req, "nonce");
        return live_is_token(nonce, 36) ? nonce : NULL;
}

/* The form comes back with what was typed. */
static void refuse_form(Request *req, const Event *event, const Note *note, const char *text, NoteVerdict verdict)
{
        show_write_with(req, event, note, text, tr(request_lang(req), note_verdict_text(verdict)),
                        note_verdict_status(verdict));
}

static void answer_form(Request *req, const Event *event, const Note *note, const GArray *clashes)
{
        if (!clashes) {
                respond_redirect(req, "/%s/organise/notes/%" G_GINT64_FORMAT "/?done=kept", event->slug, note->id);
                return;
        }
        Html *h = conference_page(req, event, EVENT_ORGANISE, &(Page){ .title = note->title, .no_index = true });
        note_clash_view(h, &(NoteClashPage){ .event = event, .note = note, .clashes = clashes });
        page_end(req, h, 200);
}

static void save_form(Request *req, Db *unused)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        Db *db = store_read_begin(request_store(req));
        bool found = notes_find(req, db, &event, &note);
        store_read_end(request_store(req), db);
        if (!found)
                return;
        g_autofree char *old = note_text_clean(request_field(req, "old"));
        g_autofree char *text = note_text_clean(request_field(req, "text"));
        if (!nonce_of(req) || !old || !text) {
                refuse_form(req, event, note, text && *text ? text : note->text, NOTE_BAD);
                return;
        }
        g_autoptr(GArray) clashes = NULL;
        int64_t rev = 0;
        NoteAsk ask = { .note = note->id, .nonce = nonce_of(req), .old = old, .text = text };
        NoteVerdict verdict =
                MAX(strlen(old), strlen(text)) > NOTE_BYTES_MAX ? NOTE_LONG : note_write(req, &ask, &rev, &clashes);
        if (verdict == NOTE_KEPT || verdict == NOTE_KNOWN)
                answer_form(req, event, note, clashes);
        else
                refuse_form(req, event, note, text, verdict);
}

/* --- for the script
 * ----------------------------------------------------------------------------------------------------- */

static json_t *changes_json(const GPtrArray *changes)
{
        json_t *list = json_array();
        for (guint i = 0; i < changes->len; i++) {
                const NoteChange *change = changes->pdata[i];
                json_array_append_new(list, json_pack("{s:I, s:o?, s:s?, s:s}", "rev", (json_int_t)change->rev, "edit",
                                                      json_loads(change->edit, 0, NULL), "nonce", change->nonce, "by",
                                                      change->by));
        }
        return list;
}

/* All since a rev, or the whole text where not all is kept (with whether it holds what `nonce` sent). */
static void send_changes(Request *req, Db *db)
{
        g_autoptr(Event) event = NULL;
        g_autoptr(Note) note = NULL;
        if (!notes_find(req, db, &event, &note))
                return;
        const char *since = request_query(req, "since"), *nonce = request_query(req, "nonce");
        g_autoptr(GPtrArray) changes = *since ? note_changes(db, note, notes_number(since)) : NULL;
        json_t *answer = json_pack("{s:I, s:s, s:I, s:b, s:b, s:s}", "id", (json_int_t)note->id, "title", note->title,
                                   "rev", (json_int_t)note->rev, "archived", (int)note->archived, "writes",
                                   (int)(request_may(req, RIGHT_HELP) && !note->archived), "csrf", request_csrf(req));
        if (changes) {
                json_object_set_new(answer, "edits", changes_json(changes));
        } else {
                json_object_set_new(answer, "text", json_string(note->text));
                json_object_set_new(answer, "known", json_boolean(*nonce && note_nonce_rev(db, note->id, nonce)));
        }
        respond_json(req, 200, answer);
}

static void take_edit(Request *req, Db *unused)
{
        guint64 base = 0;
        bool has_base = g_ascii_string_to_unsigned(request_field(req, "base"), 10, 0, G_MAXINT32, &base, NULL);
        NoteAsk ask = { .note = notes_number(request_param(req, "note")),
                        .nonce = nonce_of(req),
                        .edit = request_field(req, "edit"),
                        .base = (int64_t)base };
        int64_t rev = 0;
        NoteVerdict verdict = NOTE_BAD;
        if (has_base && ask.nonce) {
                verdict = note_write(req, &ask, &rev, NULL);
        } else { /* still no word of a note of another event */
                Db *db = store_read_begin(request_store(req));
                g_autoptr(Note) note = note_find(db, request_event(req), ask.note);
                store_read_end(request_store(req), db);
                verdict = note ? NOTE_BAD : NOTE_GONE;
        }
        if (verdict == NOTE_FAST)
                respond_header(req, "Retry-After", "3");
        respond_json(req, note_verdict_status(verdict),
                     json_pack("{s:I, s:s}", "rev", (json_int_t)rev, "text",
                               tr(request_lang(req), note_verdict_text(verdict))));
}

static void open_socket(Request *req, Db *db)
{
        g_autoptr(Account) account = people_account(db, request_account(req));
        NotesOpening *opening = g_new(NotesOpening, 1);
        *opening = (NotesOpening){ notes_of(req), request_event(req), request_account(req),
                                   g_strdup(account ? account->name : "") };
        respond_websocket(req, &notes_socket_handler, opening, notes_opening_free);
}

const Route notes_routes[] = {
        { GET, "/:event/organise/notes/", show_list, RIGHT_TEAM, 0, "Notes of the team", .menu = N_("Notes"),
          .menu_text = N_("Minutes of meetings, written together.") },
        { POST, "/:event/organise/notes/", make, RIGHT_HELP, 4096, "Begin a note" },
        { GET, "/:event/organise/notes/list", send_list, RIGHT_TEAM, 0, "Notes of the team, as JSON" },
        { WEBSOCKET, "/:event/organise/notes/socket", open_socket, RIGHT_TEAM, 0, "What is written in notes" },
        { GET, "/:event/organise/notes/:note/", show_note, RIGHT_TEAM, 0, "A note" },
        { POST, "/:event/organise/notes/:note/", act_on_note, RIGHT_HELP, 4096, "Rename a note or put it away" },
        { GET, "/:event/organise/notes/:note/note.md", send_markdown, RIGHT_TEAM, 0, "A note, as Markdown" },
        { GET, "/:event/organise/notes/:note/write/", show_write, RIGHT_HELP, 0, "Write in a note" },
        { POST_ALONE, "/:event/organise/notes/:note/write/", save_form, RIGHT_HELP, FORM_BYTES, "Save a note" },
        { GET, "/:event/organise/notes/:note/edits", send_changes, RIGHT_TEAM, 0, "A note's latest edits, as JSON" },
        { POST_ALONE, "/:event/organise/notes/:note/edits", take_edit, RIGHT_HELP, EDIT_BYTES, "Edit a note" },
        { 0 },
};
