#include "programme/session_form.h"

#include "base/time.h"
#include "base/when.h"
#include "programme/programme_views.h"
#include "programme/schedule_time.h"

#include <string.h>

#define OPTIONS_MAX 40 /* of one list: a page has at most 298 nodes; beyond, a name is typed */
#define DAYS_MAX 20
#define DEFAULT_MINUTES "45"

static const FormField plain_fields[] = {
        { .name = "title", .label = N_("Title"), .required = true, .characters_max = 300 },
        { .name = "subtitle", .label = N_("Subtitle"), .characters_max = 300 },
        { .name = "kind", .label = N_("Kind"), .kind = FIELD_SELECT },
        { .name = "track", .label = N_("Track"), .kind = FIELD_SELECT },
        { .name = "room", .label = N_("Room"), .kind = FIELD_SELECT, .required = true },
        { .name = "day", .label = N_("Day"), .kind = FIELD_SELECT, .required = true },
        { .name = "start", .label = N_("It begins at"), .kind = FIELD_TIME, .required = true },
        { .name = "length",
          .label = N_("Length in minutes"),
          .kind = FIELD_NUMBER,
          .required = true,
          .min = 1,
          .max = SESSION_HOURS_MAX * 60 },
        { .name = "places",
          .label = N_("Places"),
          .hint = N_("For sessions that one signs up for. 0 or nothing: open to all."),
          .kind = FIELD_NUMBER,
          .min = 0,
          .max = 100000 },
        { .name = "language", .label = N_("Language"), .hint = N_("Such as fr or en."), .characters_max = 20 },
        { .name = "abstract",
          .label = N_("What it is about"),
          .hint = N_("Markdown is understood: empty lines, **bold**, lists, [links](https://…)."),
          .kind = FIELD_TEXT,
          .characters_max = 20000,
          .rows = 5 },
        { .name = "description", .label = N_("More about it"), .kind = FIELD_TEXT, .characters_max = 60000, .rows = 8 },
        { .name = "licence",
          .label = N_("Its own licence"),
          .hint = N_("Only if it is not that of the event."),
          .characters_max = 60 },
        { .name = "links",
          .label = N_("Links"),
          .hint = N_("One a line: the address, then what it is."),
          .kind = FIELD_TEXT,
          .characters_max = 10000,
          .rows = 3 },
        { .name = "no_recording", .label = N_("This session is not recorded"), .kind = FIELD_TICK },
        { 0 },
};
G_STATIC_ASSERT(G_N_ELEMENTS(plain_fields) <= SESSION_FIELDS + 1);

static FormField *field_of(SessionForm *form, const char *name)
{
        for (FormField *field = form->fields; field->name; field++)
                if (!strcmp(field->name, name))
                        return field;
        g_assert_not_reached();
}

static bool is_list(const SessionForm *form, const char *name)
{
        return field_of((SessionForm *)form, name)->kind == FIELD_SELECT;
}

static void add_option(SessionForm *form, GArray *options, const char *value, const char *label)
{
        for (guint i = 0; i < options->len; i++)
                if (!strcmp(g_array_index(options, FormOption, i).value, value))
                        return;
        FormOption option = { .value = g_string_chunk_insert(form->words, value),
                              .label = g_string_chunk_insert(form->words, label) };
        g_array_append_val(options, option);
}

static GArray *options_of_choices(SessionForm *form, const GPtrArray *choices)
{
        GArray *options = g_array_new(TRUE, TRUE, sizeof(FormOption));
        for (guint i = 0; i < choices->len; i++)
                add_option(form, options, choice_at(choices, i)->value, choice_at(choices, i)->name);
        return options;
}

static void offer(SessionForm *form, const char *name, const GArray *options, guint most)
{
        if (options->len > most)
                field_of(form, name)->kind = !strcmp(name, "day") ? FIELD_DATE : FIELD_LINE;
        else
                form_options(form->form, name, (const FormOption *)options->data);
}

/* Those that the event offers, and those that its sessions have. */
static void offer_kinds(SessionForm *form, Db *db, const Event *event, const Lang *lang)
{
        g_autoptr(GPtrArray) offered = conference_kinds(db, event->id);
        g_autoptr(GPtrArray) used = choice_head(db, event->id, CHOICE_KIND, OPTIONS_MAX / 2);
        form->kinds = g_array_new(TRUE, TRUE, sizeof(FormOption));
        for (guint i = 0; i < offered->len && i < OPTIONS_MAX / 2; i++) {
                g_autofree char *name = event_kind_text(db, event->id, offered->pdata[i], lang);
                add_option(form, form->kinds, offered->pdata[i], name);
        }
        for (guint i = 0; i < used->len; i++) {
                g_autofree char *name = event_kind_text(db, event->id, choice_at(used, i)->value, lang);
                add_option(form, form->kinds, choice_at(used, i)->value, name);
        }
        offer(form, "kind", form->kinds, OPTIONS_MAX);
}

static void add_day(SessionForm *form, const Event *event, const char *day, const Lang *lang)
{
        int64_t at_us = 0;
        when_parse(event->zone, day, &at_us);
        g_autofree char *name = when_capital(when_day(lang, event->zone, at_us));
        add_option(form, form->days, day, name);
}

static void offer_days(SessionForm *form, const Event *event, const Lang *lang)
{
        char day[11];
        form->days = g_array_new(TRUE, TRUE, sizeof(FormOption));
        g_strlcpy(day, event->first_day, sizeof day);
        for (int n = 0; n <= DAYS_MAX && strcmp(day, event->last_day) <= 0; n++) {
                add_day(form, event, day, lang);
                date_add(day, 1, day);
        }
        offer(form, "day", form->days, DAYS_MAX);
}

SessionForm *session_form_new(Request *req, Db *db, const Event *event)
{
        SessionForm *form = g_new0(SessionForm, 1);
        const Lang *lang = request_lang(req);
        memcpy(form->fields, plain_fields, sizeof plain_fields);
        form->words = g_string_chunk_new(1024);
        form->form = form_new(req, form->fields);
        g_autoptr(GPtrArray) rooms = choice_head(db, event->id, CHOICE_ROOM, OPTIONS_MAX + 1);
        g_autoptr(GPtrArray) tracks = choice_head(db, event->id, CHOICE_TRACK, OPTIONS_MAX + 1);
        form->rooms = options_of_choices(form, rooms);
        form->tracks = options_of_choices(form, tracks);
        offer(form, "room", form->rooms, OPTIONS_MAX);
        offer(form, "track", form->tracks, OPTIONS_MAX);
        offer_kinds(form, db, event, lang);
        offer_days(form, event, lang);
        form_set(form->form, "length", DEFAULT_MINUTES);
        form_set(form->form, "day", event->first_day);
        form_set(form->form, "language", event->lang);
        if (form->rooms->len == 1)
                form_set(form->form, "room", g_array_index(form->rooms, FormOption, 0).value);
        return form;
}

void session_form_free(SessionForm *form)
{
        if (!form)
                return;
        form_free(form->form);
        g_array_unref(form->rooms);
        g_array_unref(form->tracks);
        g_array_unref(form->kinds);
        g_array_unref(form->days);
        g_string_chunk_free(form->words);
        g_free(form);
}

static char *number(int64_t value)
{
        return value ? g_strdup_printf("%" G_GINT64_FORMAT, value) : g_strdup("");
}

char *session_field(Db *db, const Event *event, const SessionForm *form, const TalkDraft *session, const char *name)
{
        const struct {
                const char *name, *text;
        } texts[] = { { "title", session->title },       { "subtitle", session->subtitle },
                      { "kind", session->kind },         { "day", session->day },
                      { "language", session->language }, { "abstract", session->abstract },
                      { "licence", session->licence },   { "description", session->description } };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
                if (!strcmp(name, texts[i].name))
                        return g_strdup(texts[i].text);
        if (!strcmp(name, "room"))
                return place_text(db, true, session->room, is_list(form, name));
        if (!strcmp(name, "track"))
                return place_text(db, false, session->track, is_list(form, name));
        if (!strcmp(name, "length"))
                return number((session->end_us - session->start_us) / MINUTE_US);
        if (!strcmp(name, "places"))
                return number(session->places);
        if (!strcmp(name, "links"))
                return session_links_text(session->links);
        if (!strcmp(name, "no_recording"))
                return g_strdup(session->no_recording ? "1" : "");
        g_autofree char *start = when_field(event->zone, session->start_us);
        return g_strdup(strlen(start) == 16 ? start + 11 : "");
}

void session_form_fill(SessionForm *form, Db *db, const Event *event, const TalkDraft *session)
{
        if (is_list(form, "day"))
                add_day(form, event, session->day, form_lang(form->form));
        form_options(form->form, "day", (const FormOption *)form->days->data);
        for (const FormField *field = form->fields; field->name; field++) {
                g_autofree char *value = session_field(db, event, form, session, field->name);
                form_set(form->form, field->name, value);
        }
}

static void read_places(SessionForm *form, Db *db, const Event *event, TalkDraft *session)
{
        const Lang *lang = form_lang(form->form);
        const char *room = form_value(form->form, "room"), *track = form_value(form->form, "track");
        session->room = place_named(db, event->id, true, room);
        session->track = *track ? place_named(db, event->id, false, track) : 0;
        if (*room && !session->room)
                form_fail(form->form, "room", tr(lang, "The event has no such room."));
        if (*track && !session->track)
                form_fail(form->form, "track", tr(lang, "The event has no such track."));
}

static void read_times(SessionForm *form, const Event *event, TalkDraft *session)
{
        session->end_us = 0;
        if (!hour_on_day(event, session->day, form_value(form->form, "start"), &session->start_us)) {
                form_fail(form->form, "start", tr(form_lang(form->form), "This is no hour; an example is 09:30."));
                return;
        }
        session->end_us = session->start_us + form_number(form->form, "length", 0) * MINUTE_US;
}

typedef struct {
        Db *db;
        TalkDraft *session;
} Reading;

static bool read_person(const char *code, bool moderator, gpointer data)
{
        const Reading *reading = data;
        SessionPerson person = { person_id(reading->db, reading->session->event, code), moderator };
        if (!person.id || reading->session->persons->len >= SESSION_PERSONS_MAX)
                return false;
        g_array_append_val(reading->session->persons, person);
        return true;
}

static void read_texts(const SessionForm *form, TalkDraft *session)
{
        const struct {
                const char *name;
                char **text;
        } texts[] = { { "title", &session->title },       { "subtitle", &session->subtitle },
                      { "kind", &session->kind },         { "day", &session->day },
                      { "language", &session->language }, { "abstract", &session->abstract },
                      { "licence", &session->licence },   { "description", &session->description } };
        for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
                g_free(*texts[i].text);
                *texts[i].text = g_strdup(form_value(form->form, texts[i].name));
        }
}

bool session_form_read(SessionForm *form, Db *db, const Event *event, const char *codes, TalkDraft *session)
{
        const Lang *lang = form_lang(form->form);
        bool right = form_check(form->form);
        read_texts(form, session);
        read_places(form, db, event, session);
        if (right)
                read_times(form, event, session);
        session->places = form_number(form->form, "places", 0);
        session->no_recording = form_ticked(form->form, "no_recording");
        g_array_set_size(session->persons, 0);
        if (!session_codes_each(codes, read_person, &(Reading){ db, session }))
                form_fail(form->form, "", tr(lang, "One of the speakers is not of this event, or there are over 30."));
        GPtrArray *links = NULL;
        int line = 0;
        if (session_links_read(form_value(form->form, "links"), &links, &line)) {
                g_ptr_array_unref(session->links);
                session->links = links;
        } else {
                g_autofree char *text = g_strdup_printf(
                        tr(lang, "Line %d is no address that begins with https:// (or there are over 30)."), line);
                form_fail(form->form, "links", text);
        }
        return form_is_ok(form->form);
}

char *session_codes(Db *db, const TalkDraft *session)
{
        GString *codes = g_string_new(NULL);
        for (guint i = 0; i < session->persons->len; i++) {
                const SessionPerson *person = &g_array_index(session->persons, SessionPerson, i);
                g_autofree char *code = person_code(db, person->id);
                g_string_append_printf(codes, "%s%s%s", i ? " " : "", code, person->moderator ? "!" : "");
        }
        return g_string_free(codes, FALSE);
}
