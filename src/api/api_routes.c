/* Events, sessions, speakers, rooms and replays below /api/v1/. What one may see is decided as for the pages: the guard
 * of web/ hides the event of a path that is not published. */
#include "api/api_private.h"

#include "live/live.h"

#include <string.h>

#define JSON "application/json; charset=utf-8"

static void send_json(Request *req, json_t *object)
{
        g_autoptr(GString) text = g_string_new(NULL);
        char *dumped = json_dumps(object, JSON_COMPACT);
        g_string_append(text, dumped ? dumped : "null");
        g_string_append_c(text, '\n');
        free(dumped);
        json_decref(object);
        respond_text(req, 200, JSON, text->str);
}

static Event *event_of(Request *req, Db *db)
{
        Event *event = conference_event(db, request_event(req));
        if (!event)
                respond_not_found(req);
        return event;
}

/* items: taken. filters: "&day=…" as they are repeated in the next page's address. */
static void send_page(Request *req, const ApiPage *page, json_t *items, const char *filters)
{
        g_autofree char *next = api_next_url(request_origin(req), request_path(req), page, filters);
        send_json(req, json_pack("{s:I, s:I, s:I, s:s?, s:o}", "page", (json_int_t)page->page, "per_page",
                                 (json_int_t)page->per_page, "total", (json_int_t)page->total, "next", next, "items",
                                 items));
}

static void send_document(Request *req, Db *db)
{
        respond_text(req, 200, JSON, api_document[0].text);
}

static void send_events(Request *req, Db *db)
{
        ApiPage page;
        if (!api_page_read(req, &page))
                return;
        g_autoptr(GPtrArray) events = conference_published(db, page.per_page, page.offset, &page.total);
        json_t *items = json_array();
        for (guint i = 0; i < events->len; i++)
                json_array_append_new(items, api_event(request_origin(req), events->pdata[i]));
        send_page(req, &page, items, "");
}

static void send_event(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of(req, db);
        if (event)
                send_json(req, api_event(request_origin(req), event));
}

/* Answers by itself, with 400, when a filter is not what it can be. */
static bool read_filter(Request *req, TalkFilter *ret_filter)
{
        const Lang *lang = request_lang(req);
        *ret_filter = (TalkFilter){ .day = request_query(req, "day"),
                                    .room = request_query(req, "room"),
                                    .track = request_query(req, "track"),
                                    .kind = "",
                                    .words = "" };
        if (*ret_filter->day && !api_day_is_sound(ret_filter->day)) {
                respond_error(req, 400, tr(lang, N_("The parameter “day” is a day, written 2026-01-28.")));
                return false;
        }
        const char *names[] = { "room", "track" }, *slugs[] = { ret_filter->room, ret_filter->track };
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                if (strlen(slugs[i]) <= SLUG_BYTES_MAX)
                        continue;
                g_autofree char *sentence = g_strdup_printf(
                        tr(lang, N_("The parameter “%s” is too long: no address has more than %d characters.")),
                        names[i], SLUG_BYTES_MAX);
                respond_error(req, 400, sentence);
                return false;
        }
        return true;
}

/* (transfer full) */
static char *filter_query(const TalkFilter *filter)
{
        const char *const names[] = { "day", "room", "track" };
        const char *const values[] = { filter->day, filter->room, filter->track };
        GString *query = g_string_new(NULL);
        for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                if (!*values[i])
                        continue;
                g_string_append_printf(query, "&%s=", names[i]);
                g_string_append_uri_escaped(query, values[i], NULL, FALSE);
        }
        return g_string_free(query, FALSE);
}

static void send_sessions(Request *req, Db *db)
{
        ApiPage page;
        TalkFilter filter;
        g_autoptr(Event) event = event_of(req, db);
        if (!event || !api_page_read(req, &page) || !read_filter(req, &filter))
                return;
        g_autoptr(GPtrArray) talks = talk_list(db, event->id, &filter, page.per_page, page.offset, &page.total);
        json_t *items = json_array();
        for (guint i = 0; i < talks->len; i++)
                json_array_append_new(items,
                                      api_session(&(ApiPlace){ request_origin(req), event }, db, talks->pdata[i]));
        g_autofree char *filters = filter_query(&filter);
        send_page(req, &page, items, filters);
}

static void send_session(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of(req, db);
        if (!event)
                return;
        g_autoptr(Talk) talk = talk_find(db, event->id, request_param(req, "code"));
        if (talk)
                send_json(req, api_session_whole(&(ApiPlace){ request_origin(req), event }, db, talk));
        else
                respond_not_found(req);
}

static void send_speakers(Request *req, Db *db)
{
        ApiPage page;
        g_autoptr(Event) event = event_of(req, db);
        if (!event || !api_page_read(req, &page))
                return;
        g_autoptr(GPtrArray) persons = person_list(db, event->id, "", page.per_page, page.offset, &page.total);
        json_t *items = json_array();
        for (guint i = 0; i < persons->len; i++)
                json_array_append_new(items, api_speaker(&(ApiPlace){ request_origin(req), event }, persons->pdata[i]));
        send_page(req, &page, items, "");
}

static void send_speaker(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of(req, db);
        if (!event)
                return;
        g_autoptr(Person) person = person_find(db, event->id, request_param(req, "code"));
        if (person)
                send_json(req, api_speaker_whole(&(ApiPlace){ request_origin(req), event }, db, person));
        else
                respond_not_found(req);
}

static void send_rooms(Request *req, Db *db)
{
        g_autoptr(Event) event = event_of(req, db);
        if (!event)
                return;
        g_autoptr(GPtrArray) rooms = conference_rooms(db, event->id);
        json_t *items = json_array();
        for (guint i = 0; i < rooms->len; i++)
                json_array_append_new(items, api_room(&(ApiPlace){ request_origin(req), event }, rooms->pdata[i]));
        send_json(req, json_pack("{s:o}", "items", items));
}

static void send_replays(Request *req, Db *db)
{
        ApiPage page;
        g_autoptr(Event) event = event_of(req, db);
        if (!event || !api_page_read(req, &page))
                return;
        g_autoptr(GPtrArray) rows = replay_list(db, event->id, page.per_page, page.offset, &page.total);
        json_t *items = json_array();
        for (guint i = 0; i < rows->len; i++) {
                const ReplayRow *row = rows->pdata[i];
                if (!live_replay_withheld(db, row->talk))
                        json_array_append_new(items, api_replay(&(ApiPlace){ request_origin(req), event }, row));
        }
        send_page(req, &page, items, "");
}

const Route api_routes[] = {
        { GET, "/api/v1/openapi.json", send_document, RIGHT_PUBLIC, 0, "The API's description, for programs" },
        { GET, "/api/v1/events/", send_events, RIGHT_PUBLIC, 0, "Events, for programs" },
        { GET, "/api/v1/events/:event/", send_event, RIGHT_PUBLIC, 0, "An event, for programs" },
        { GET, "/api/v1/events/:event/sessions/", send_sessions, RIGHT_PUBLIC, 0, "Sessions, for programs" },
        { GET, "/api/v1/events/:event/sessions/:code/", send_session, RIGHT_PUBLIC, 0, "A session, for programs" },
        { GET, "/api/v1/events/:event/speakers/", send_speakers, RIGHT_PUBLIC, 0, "Speakers, for programs" },
        { GET, "/api/v1/events/:event/speakers/:code/", send_speaker, RIGHT_PUBLIC, 0, "A speaker, for programs" },
        { GET, "/api/v1/events/:event/rooms/", send_rooms, RIGHT_PUBLIC, 0, "Rooms, for programs" },
        { GET, "/api/v1/events/:event/replays/", send_replays, RIGHT_PUBLIC, 0, "Replays, for programs" },
        { 0 },
};
