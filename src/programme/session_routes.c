/* A session's form: new, changed, its speakers, its clashes; and what else one does with it. */
#include "programme/session_routes.h"

#include "base/time.h"
#include "base/when.h"
#include "programme/change.h"

#include <string.h>

#define FOUND_MAX 8
#define TELL_WITHIN_US HOUR_US /* so long a deletion waits for the mails of a cancellation */

const char *const session_styles[] = { "programme/day.css", "programme/session.css", NULL };

Talk *talk_of_request(Request *req, Db *db, const Event *event)
{
        Talk *talk = talk_find(db, event->id, request_param(req, "code"));
        if (!talk)
                respond_not_found(req);
        return talk;
}

int64_t number_sent(const Request *req, const char *field)
{
        gint64 number = 0;
        g_ascii_string_to_signed(request_field(req, field), 10, 0, G_MAXINT64, &number, NULL);
        return number;
}

char *place_of_talk(const Event *event, const Talk *talk, const Lang *lang)
{
        g_autofree char *day = when_day(lang, event->zone, talk->start_us);
        g_autofree char *times = when_times(lang, event->zone, talk->start_us, talk->end_us);
        return g_strdup_printf("%s, %s, %s", day, times, talk->room_name);
}

static const char *notice_of(const char *done, const Lang *lang)
{
        static const char *const notices[][2] = {
                { "saved", N_("Saved.") },
                { "copied", N_("This is the copy: give it its own hour.") },
                { "cancelled", N_("Cancelled. Those who count on it will hear of it.") },
                { "restored", N_("Restored: it takes place again.") },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(notices); i++)
                if (!strcmp(done, notices[i][0]))
                        return tr(lang, notices[i][1]);
        return NULL;
}

/* A session of a published event is cancelled first, and its people are told, before it may go. */
static bool may_delete(Db *db, const Event *event, const Talk *talk)
{
        if (!event->published)
                return true;
        return talk->cancelled && !change_waits(db, talk->id, now_us() - TELL_WITHIN_US);
}

static void speaker_line_clear(gpointer data)
{
        SpeakerLine *line = data;
        g_free(line->code);
        g_free(line->name);
}

typedef struct {
        Db *db;
        int64_t event;
        GArray *lines;
} LinesReading;

static bool read_line(const char *code, bool moderator, gpointer data)
{
        const LinesReading *reading = data;
        g_autoptr(Person) person = person_find(reading->db, reading->event, code);
        if (!person)
                return true; /* gone meanwhile */
        SpeakerLine line = { g_strdup(person->code), g_strdup(person->name), moderator };
        g_array_append_val(reading->lines, line);
        return true;
}

static GArray *speaker_lines(Db *db, int64_t event, const char *codes)
{
        GArray *lines = g_array_new(FALSE, TRUE, sizeof(SpeakerLine));
        g_array_set_clear_func(lines, speaker_line_clear);
        session_codes_each(codes, read_line, &(LinesReading){ db, event, lines });
        return lines;
}

static char *codes_of_lines(const GArray *lines)
{
        GString *codes = g_string_new(NULL);
        for (guint i = 0; i < lines->len; i++) {
                const SpeakerLine *line = &g_array_index(lines, SpeakerLine, i);
                g_string_append_printf(codes, "%s%s%s", i ? " " : "", line->code, line->moderator ? "!" : "");
        }
        return g_string_free(codes, FALSE);
}

/* What the page shows beside the form; codes and find as they were sent or stand in the store. */
typedef struct {
        SessionForm *form;
        const Talk *talk;
        const char *codes, *find;
        int64_t version;
        bool searched;
        const GArray *differences;
} View;

static void show_form(Request *req, Db *db, const Event *event, const View *view, int status)
{
        const Lang *lang = request_lang(req);
        const Talk *talk = view->talk;
        int64_t found_total = 0;
        g_autoptr(GArray) lines = speaker_lines(db, event->id, view->codes);
        g_autoptr(GPtrArray) found =
                view->searched ? person_list(db, event->id, view->find, FOUND_MAX, 0, &found_total) : NULL;
        g_autoptr(Placements) around = talk ? placements_around(db, event, talk->id) : NULL;
        g_autoptr(GPtrArray) clashes = talk ? clash_texts(db, event, around, talk->id, lang) : NULL;
        Html *h = conference_page(req, event, EVENT_ORGANISE,
                                  &(Page){ .title = talk ? talk->title : tr(lang, "New session"),
                                           .styles = session_styles,
                                           .no_index = true });
        session_view(h, &(SessionPage){ .event = event,
                                        .form = view->form->form,
                                        .talk = talk,
                                        .notice = status == 200 ? notice_of(request_query(req, "done"), lang) : NULL,
                                        .codes = view->codes,
                                        .find = view->find,
                                        .version = view->version,
                                        .speakers = lines,
                                        .found = found,
                                        .clashes = clashes,
                                        .differences = view->differences,
                                        .no_room = !view->form->rooms->len,
                                        .deletable = talk && may_delete(db, event, talk),
                                        .hosts = request_may(req, RIGHT_HOST) });
        page_end(req, h, status);
}

void show_new_session(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autoptr(SessionForm) form = session_form_new(req, db, event);
        static const char *const from_grid[] = { "day", "start", "room" };
        for (size_t i = 0; i < G_N_ELEMENTS(from_grid); i++)
                if (*request_query(req, from_grid[i]))
                        form_set(form->form, from_grid[i], request_query(req, from_grid[i]));
        show_form(req, db, event, &(View){ .form = form, .codes = "", .find = "" }, 200);
}

void show_session(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Talk) talk = event ? talk_of_request(req, db, event) : NULL;
        if (!talk)
                return;
        g_autoptr(TalkDraft) session = session_find(db, event->id, talk->code);
        g_autoptr(SessionForm) form = session_form_new(req, db, event);
        session_form_fill(form, db, event, session);
        g_autofree char *codes = session_codes(db, session);
        show_form(req, db, event,
                  &(View){ .form = form, .talk = talk, .codes = codes, .find = "", .version = talk->version }, 200);
}

static int line_place(const GArray *lines, const char *code)
{
        for (guint i = 0; i < lines->len; i++)
                if (!strcmp(g_array_index(lines, SpeakerLine, i).code, code))
                        return (int)i;
        return -1;
}

static void add_line(Db *db, int64_t event, GArray *lines, const char *code)
{
        if (line_place(lines, code) < 0 && lines->len < SESSION_PERSONS_MAX)
                read_line(code, false, &(LinesReading){ db, event, lines });
}

/* One button of the list of speakers. */
static void change_lines(Db *db, int64_t event, GArray *lines, const char *act, const char *find)
{
        const char *colon = strchr(act, ':'), *code = colon ? colon + 1 : "";
        int place = line_place(lines, code);
        if (g_str_has_prefix(act, "add:")) {
                add_line(db, event, lines, code);
        } else if (!strcmp(act, "new") && *find) {
                g_autofree char *made = person_add(db, event, find);
                if (made)
                        add_line(db, event, lines, made);
        } else if (place >= 0 && g_str_has_prefix(act, "drop:")) {
                g_array_remove_index(lines, (guint)place);
        } else if (place >= 0 && g_str_has_prefix(act, "lead:")) {
                SpeakerLine *line = &g_array_index(lines, SpeakerLine, place);
                line->moderator = !line->moderator;
        } else if (place > 0 && g_str_has_prefix(act, "up:")) {
                SpeakerLine *line = &g_array_index(lines, SpeakerLine, place), above = line[-1];
                line[-1] = line[0];
                line[0] = above;
        }
}

/* The form again, with another list of speakers; nothing is kept yet. */
static void show_with_speakers(Request *req, Db *db, const Event *event, View *view)
{
        const char *act = request_field(req, "act");
        g_autofree char *find = g_strstrip(g_strndup(request_field(req, "find"), 240));
        if (!g_utf8_validate(find, -1, NULL))
                *find = '\0';
        g_autoptr(GArray) lines = speaker_lines(db, event->id, view->codes);
        change_lines(db, event->id, lines, act, find);
        g_autofree char *codes = codes_of_lines(lines);
        bool added = g_str_has_prefix(act, "add:") || !strcmp(act, "new");
        view->codes = codes;
        view->find = added ? "" : find;
        view->searched = *find && (!strcmp(act, "find") || !strcmp(act, "save"));
        show_form(req, db, event, view, 200);
}

/* Enter in the field of names searches: the form's first button is meant by it, but no name would be lost. */
static bool is_about_speakers(const Request *req)
{
        const char *act = request_field(req, "act");
        return strcmp(act, "save") != 0 || *request_field(req, "find");
}

static void difference_clear(gpointer data)
{
        Difference *difference = data;
        g_free(difference->theirs);
        g_free(difference->yours);
}

static const char *shown(const SessionForm *form, const char *name, const char *value)
{
        const struct {
                const char *name;
                const GArray *options;
        } lists[] = {
                { "room", form->rooms }, { "track", form->tracks }, { "kind", form->kinds }, { "day", form->days }
        };
        for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
                for (guint n = 0; !strcmp(name, lists[i].name) && n < lists[i].options->len; n++)
                        if (!strcmp(g_array_index(lists[i].options, FormOption, n).value, value))
                                return g_array_index(lists[i].options, FormOption, n).label;
        return value;
}

static char *names_of_codes(Db *db, int64_t event, const char *codes)
{
        g_autoptr(GArray) lines = speaker_lines(db, event, codes);
        GString *names = g_string_new(NULL);
        for (guint i = 0; i < lines->len; i++)
                g_string_append_printf(names, "%s%s", i ? ", " : "", g_array_index(lines, SpeakerLine, i).name);
        return g_string_free(names, FALSE);
}

static void add_difference(GArray *differences, const char *label, const char *theirs, const char *yours)
{
        if (!strcmp(theirs, yours))
                return;
        Difference difference = { label, g_strdup(theirs), g_strdup(yours) };
        g_array_append_val(differences, difference);
}

/* Both texts of every field in which the store and the sent form differ. */
static GArray *differences_of(Db *db, const Event *event, const SessionForm *form, const TalkDraft *there,
                              const char *codes)
{
        const Lang *lang = form_lang(form->form);
        GArray *differences = g_array_new(FALSE, TRUE, sizeof(Difference));
        g_array_set_clear_func(differences, difference_clear);
        for (const FormField *field = form->fields; field->name; field++) {
                g_autofree char *theirs = session_field(db, event, form, there, field->name);
                add_difference(differences, tr(lang, field->label), shown(form, field->name, theirs),
                               shown(form, field->name, form_value(form->form, field->name)));
        }
        g_autofree char *their_codes = session_codes(db, there);
        g_autofree char *their_names = names_of_codes(db, event->id, their_codes);
        g_autofree char *your_names = names_of_codes(db, event->id, codes);
        add_difference(differences, tr(lang, "Who speaks"), their_names, your_names);
        return differences;
}

static void show_stale(Request *req, Db *db, const Event *event, View *view)
{
        g_autoptr(TalkDraft) there = session_find(db, event->id, view->talk->code);
        g_autoptr(GArray) differences = differences_of(db, event, view->form, there, view->codes);
        view->differences = differences;
        view->version = view->talk->version;
        show_form(req, db, event, view, 409);
}

static void save(Request *req, Db *db, const Event *event, const Talk *talk)
{
        g_autoptr(SessionForm) form = session_form_new(req, db, event);
        View view = { .form = form,
                      .talk = talk,
                      .codes = request_field(req, "persons"),
                      .find = request_field(req, "find"),
                      .version = number_sent(req, "version") };
        if (is_about_speakers(req)) {
                show_with_speakers(req, db, event, &view);
                return;
        }
        g_autoptr(TalkDraft) session = talk ? session_find(db, event->id, talk->code) : talk_draft_new(event->id);
        session->version = view.version;
        if (!session_form_read(form, db, event, view.codes, session)) {
                show_form(req, db, event, &view, 422);
                return;
        }
        SessionKept kept = session_keep(db, session);
        if (kept == SESSION_STALE)
                show_stale(req, db, event, &view);
        else if (kept == SESSION_KEPT)
                respond_redirect(req, "/%s/organise/session/%s/?done=saved", event->slug, session->code);
        else
                respond_error(req, 500, tr(request_lang(req), "The store refused it. Nothing was changed."));
}

void save_new_session(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        if (event)
                save(req, db, event, NULL);
}

void save_session(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Talk) talk = event ? talk_of_request(req, db, event) : NULL;
        if (talk)
                save(req, db, event, talk);
}

static void copy_session(Request *req, Db *db, const Event *event, const Talk *talk)
{
        g_autoptr(TalkDraft) copy = session_find(db, event->id, talk->code);
        g_autofree char *title = g_strdup_printf(tr(request_lang(req), "%s (copy)"), copy->title);
        copy->id = 0;
        g_free(copy->title);
        copy->title = g_steal_pointer(&title);
        if (session_keep(db, copy) == SESSION_KEPT)
                respond_redirect(req, "/%s/organise/session/%s/?done=copied", event->slug, copy->code);
        else
                respond_error(req, 500, tr(request_lang(req), "The store refused it. Nothing was changed."));
}

static void delete_session(Request *req, Db *db, const Event *event, const Talk *talk)
{
        const Lang *lang = request_lang(req);
        if (!may_delete(db, event, talk))
                respond_error(req, 409,
                              talk->cancelled ? tr(lang, "Those who count on it are just being told that it is "
                                                         "cancelled. Delete it in an hour.")
                                              : tr(lang, "Cancel it first, so that those who count on it hear of it."));
        else if (session_delete(db, talk->id))
                respond_redirect(req, "/%s/organise/sessions/?done=deleted", event->slug);
        else
                respond_error(req, 500, tr(lang, "The store refused it. Nothing was changed."));
}

void act_on_session(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of_request(req, db);
        g_autoptr(Talk) talk = event ? talk_of_request(req, db, event) : NULL;
        if (!talk)
                return;
        const char *act = request_field(req, "act");
        bool cancel = !strcmp(act, "cancel");
        if (!strcmp(act, "copy")) {
                copy_session(req, db, event, talk);
        } else if (!strcmp(act, "delete")) {
                delete_session(req, db, event, talk);
        } else if (cancel || !strcmp(act, "restore")) {
                if (cancel != talk->cancelled)
                        session_set_cancelled(db, talk->id, cancel);
                respond_redirect(req, "/%s/organise/session/%s/?done=%s", event->slug, talk->code,
                                 cancel ? "cancelled" : "restored");
        } else {
                respond_error(req, 400, tr(request_lang(req), "There is no such button."));
        }
}
