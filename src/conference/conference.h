/* An event and what stands around its programme: days, rooms, the frame of its pages.
 *
 * Structs are copies, yours to free; functions that take a Db run in the caller's snapshot or turn.
 *
 *   g_autoptr(Event) event = conference_event(db, request_event(req));
 *   if (!event) return respond_not_found(req);
 *   Html *h = conference_page(req, event, EVENT_PROGRAMME, &(Page){ .title = talk->title }); */
#pragma once
#include "web/html.h"

typedef struct {
        int64_t id;
        char *slug, *title, *subtitle, *lead, *description, *place, *organiser, *contact;
        char *lang, *zone_name, *first_day, *last_day; /* days: YYYY-MM-DD */
        char *theme, *version, *url, *licence;
        int64_t day_change_minutes, timeslot_minutes, changed_us;
        bool published, sample;
        GTimeZone *zone;
} Event;
void event_free(Event *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Event, event_free)

/* NULL when there is none; whether the reader may see it is for the caller: request_event() has asked already. */
Event *conference_find(Db *db, const char *slug);
Event *conference_event(Db *db, int64_t id);
/* Midnight before the first day and after the last, in the event's zone. */
int64_t event_start_us(const Event *event);
int64_t event_end_us(const Event *event);
/* "28 et 29 janvier 2021" (transfer full) */
char *event_days_text(const Event *event, const Lang *lang);

/* Lists, (transfer full) of Event: published ones whose last day is not before today, soonest first; those that are
 * over, latest first; those this account organises, published or not (all of them for an owner of the server). */
GPtrArray *conference_to_come(Db *db, const char *today, int limit);
GPtrArray *conference_past(Db *db, const char *today, int limit);
GPtrArray *conference_of_account(Db *db, int64_t account, int limit);

/* NULL when the slug may be an event's address, else why not: source words for tr(). */
const char *slug_fault(const char *slug);
/* Keeps an event: inserts it when id is 0 (and sets id), else updates its texts, days and zone. False on failure. */
bool conference_save(Db *db, Event *event);
bool conference_set_published(Db *db, int64_t event, bool published);

typedef struct {
        int64_t id;
        char *slug, *name, *kind, *note;
} EventRoom;
void event_room_free(EventRoom *room);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventRoom, event_room_free)
/* In their order. (transfer full) of EventRoom */
GPtrArray *conference_rooms(Db *db, int64_t event);
EventRoom *conference_room(Db *db, int64_t event, const char *slug);

/* Which entry of the event's navigation a page belongs to. */
typedef enum {
        EVENT_POSTER,
        EVENT_PROGRAMME,
        EVENT_SPEAKERS,
        EVENT_LIVE,
        EVENT_REPLAYS,
        EVENT_REGISTER,
        EVENT_ORGANISE,
        EVENT_NOWHERE,
} EventPlace;
/* page_begin() with the event's brand, navigation and theme; page says the rest. */
Html *conference_page(Request *req, const Event *event, EventPlace place, const Page *page);

extern const Route conference_routes[];
