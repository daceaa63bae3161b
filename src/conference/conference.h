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
        char *first_slug; /* its address when it was made: identifiers are made from this one, which stays */
        char *lang, *zone_name, *first_day, *last_day; /* days: YYYY-MM-DD */
        char *theme, *version, *url, *licence;
        char *langs;       /* spoken besides lang: "en de" */
        char *accent;      /* "#rrggbb" of its own; "": the theme's */
        char *theme_class; /* what its pages carry: "theme-nec", "theme-e12" */
        char *theme_link;  /* mark-up for Page.head_links: the sheet of its own colours; NULL: none needed */
        int64_t logo;      /* a picture; 0: none */
        int64_t day_change_minutes, timeslot_minutes, changed_us;
        bool published, sample;
        GTimeZone *zone;
} Event;
void event_free(Event *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Event, event_free)

/* By its address or an earlier one. NULL when there is none; whether the reader may see it is for the caller:
 * request_event() has asked already. */
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
/* Published ones, the latest first; ret_total: of all pages. (transfer full) of Event */
GPtrArray *conference_published(Db *db, int64_t limit, int64_t offset, int64_t *ret_total);
GPtrArray *conference_of_account(Db *db, int64_t account, int limit);

/* NULL when the slug may be an event's address, else why not: source words for tr(). */
const char *slug_fault(const char *slug);
/* Keeps an event: inserts it when id is 0 (and sets id), else updates its texts, days and zone. False on failure. */
bool conference_save(Db *db, Event *event);
bool conference_set_published(Db *db, int64_t event, bool published);
/* Its colours and its logo; accent "": the theme's. */
bool conference_set_look(Db *db, int64_t event, const char *theme, const char *accent, int64_t logo);

typedef struct {
        int64_t id;
        char *slug, *name, *kind, *note; /* kind: stage, workshop, on-site */
        int64_t capacity;                /* seats on site, 0: not said */
        bool lobby;                      /* who comes waits until a host lets them in */
        bool sealed;                     /* a workshop whose media is encrypted end to end */
        bool voices;                     /* its recordings keep each speaker's voice as a file of its own, too */
} EventRoom;
void event_room_free(EventRoom *room);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventRoom, event_room_free)
/* In their order. (transfer full) of EventRoom */
GPtrArray *conference_rooms(Db *db, int64_t event);
bool event_room_is_online(const EventRoom *room); /* not on site alone */
/* The online ones of these rooms, as the options of a field; ends with { 0 }. (transfer full) of FormOption */
GArray *conference_online_options(GPtrArray *rooms);
EventRoom *conference_room(Db *db, int64_t event, const char *slug);

typedef struct {
        int64_t id;
        char *slug, *name, *colour; /* colour: "#rrggbb" or "" */
} EventTrack;
void event_track_free(EventTrack *track);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventTrack, event_track_free)
/* In their order. (transfer full) of EventTrack */
GPtrArray *conference_tracks(Db *db, int64_t event);

/* The words of the kinds of sessions that the event offers, in their order: plenary, round-table, workshop, keynote,
 * break, visit, or its own. Never empty. (transfer full) of char * */
GPtrArray *conference_kinds(Db *db, int64_t event);

/* What a kind is called in other languages, as { "en", "Walk", "fr", …, NULL }; NULL: nothing is said. (transfer full)
 */
char **conference_kind_words(Db *db, int64_t event, const char *word);
char **kind_words_read(const char *stored);
/* Of those the one in this language; NULL when there is none. */
const char *kind_word_in(char *const *words, const Lang *lang);

/* Who carries the event. */
typedef struct {
        int64_t id, picture;
        char *name, *level, *url; /* level: organises, labels, funds, hosts, supports */
        char *logo_url;           /* of its small logo; "" */
        int64_t logo_width, logo_height;
} Partner;
void partner_free(Partner *partner);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Partner, partner_free)
/* By level, then in their order. (transfer full) of Partner */
GPtrArray *conference_partners(Db *db, int64_t event);
/* "Organised by", "Funded by" … : source words */
const char *partner_level_text(const char *level);
/* Keeps one: inserts it when id is 0 (and sets id). */
bool conference_keep_partner(Db *db, int64_t event, Partner *partner);

/* What is missing before an event is published, or worth doing next: never a reason against it. */
typedef struct {
        const char *text; /* source words */
        char *url;        /* where it is mended */
} EventGap;
/* (transfer full) of EventGap */
GArray *conference_gaps(Db *db, const Event *event);

/* How many are registered: a figure for the pages of features that stand below registration/. */
int64_t conference_registrations(Db *db, int64_t event);

/* Given by app: what removes the files of rows that are gone (pictures, recordings); run after an event was deleted.
 * Ends with NULL. */
extern void (*const conference_tidiers[])(Store *store);

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
