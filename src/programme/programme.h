/* The programme: sessions, who speaks, when and where, and what other features ask about them.
 *
 * Structs are copies, yours to free; functions that take a Db run in the caller's snapshot or turn.
 * May be included by registration, live, replay and above. */
#pragma once
#include "conference/conference.h"
#include "job/job.h"
#include <jansson.h>
#include <stdio.h>

typedef struct {
        int64_t id, event, room;
        char *code, *guid, *title, *subtitle, *kind, *language, *day;
        char *abstract, *description;                          /* Markdown or HTML as it came; NULL in lists */
        char *licence;                                         /* "" for the event's */
        char *persons;                                         /* "Ada, Bob": the names, for lists */
        char *room_slug, *room_name, *track_slug, *track_name; /* track: "" when none */
        char **kind_words; /* what an own kind is called in other languages: kind_word_in() */
        bool no_recording, has_replay, cancelled;
        int64_t start_us, end_us;
        int64_t places;            /* of those who sign up for it, 0: open to all */
        int64_t sequence, version; /* of its calendar entry; of the row */
} Talk;
void talk_free(Talk *talk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)

Talk *talk_find(Db *db, int64_t event, const char *code);
Talk *talk_by_id(Db *db, int64_t id);

/* What a list of sessions is narrowed to; "" does not. */
typedef struct {
        const char *day, *room, *track, *kind; /* YYYY-MM-DD, slugs, word */
        const char *words;                     /* what the reader searches */
} TalkFilter;

/* Sessions in order of time, or of likeness when words are given, without their texts. ret_total: of all pages.
 * (transfer full) of Talk */
GPtrArray *talk_list(Db *db, int64_t event, const TalkFilter *filter, int64_t limit, int64_t offset,
                     int64_t *ret_total);
/* Those of a person, in order of time. */
GPtrArray *talk_list_of_person(Db *db, int64_t person);
typedef struct {
        char *kind; /* "link", "attachment" … */
        char *url, *title, *type;
} TalkLink;
void talk_link_free(gpointer link);
GPtrArray *talk_links(Db *db, int64_t talk); /* (transfer full) of TalkLink */

/* The session that is on in a room at that moment, NULL when none; the next one to begin after it. */
Talk *talk_in_room(Db *db, int64_t room, int64_t at_us);
Talk *talk_next_in_room(Db *db, int64_t room, int64_t after_us);
/* The first session whose title begins so; NULL when none does. */
Talk *programme_talk_titled(Db *db, int64_t event, const char *beginning);
/* Moves every session, and the event's days with them; hours of the day change when by_us is no number of days. */
bool programme_move(Db *db, Event *event, int64_t by_us);
/* Told by replay: whether there is one. Talk.has_replay says whether it may be shown as well: nobody in it has taken
 * back that it is published, which app asks live/ about, since that stands above. */
bool talk_set_replay(Db *db, int64_t talk, bool watchable);
extern bool (*const programme_replay_withheld)(Db *db, int64_t talk);
/* Told by slides: whether everybody may read some of this session. */
extern bool (*const programme_has_slides)(Db *db, int64_t talk);

/* The import that a job of the kind "import" is about: for app's table of long work. */
bool programme_import_job(Job *job, GError **error);

typedef enum { TALK_TO_COME, TALK_LIVE, TALK_ENDED } TalkState;
TalkState talk_state(const Talk *talk, int64_t at_us);
/* It begins within the hour: lists say "to come" of these alone, since nearly every line would say it otherwise. */
bool talk_is_soon(const Talk *talk, int64_t at_us);
/* A kind's word for readers: "Workshop", "Atelier"; the source's own word when it is not one of ours. */
const char *talk_kind_text(const Talk *talk, const Lang *lang);

/* What changed in sessions of published events for those who count on them. Several changes of one session that were
 * not told yet are one: was is the oldest state, now the newest; what is back as it was is not listed. */
typedef enum {
        TALK_ADDED,
        TALK_MOVED, /* another start or end */
        TALK_ROOM,
        TALK_TITLE,
        TALK_PERSONS, /* who speaks */
        TALK_CANCELLED,
        TALK_RESTORED,
} TalkChangeKind;
#define TALK_CHANGE_KINDS (TALK_RESTORED + 1)
typedef struct {
        int64_t id, event, talk; /* talk: 0 once it is gone */
        TalkChangeKind kind;
        char *title;                                                /* the session's at that time */
        char *was, *now;                                            /* rooms, titles or names; "" for the other kinds */
        int64_t was_start_us, was_end_us, now_start_us, now_end_us; /* TALK_MOVED */
        int64_t at_us, told_us;                                     /* told_us 0: not yet */
} TalkChange;
void talk_change_free(TalkChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TalkChange, talk_change_free)
/* What is to be told of an event (0: of all), session by session. Sessions changed after settled_us are left for later:
 * their editor may not be done. Of a cancelled session the cancellation alone is listed; moves and the like of it wait
 * until it is restored. (transfer full) of TalkChange */
GPtrArray *programme_changes_untold(Db *db, int64_t event, int64_t settled_us, int64_t limit);
/* In the turn that puts the mails into the outbox. */
bool programme_changes_mark_told(Db *db, const GPtrArray *changes, int64_t told_us);
/* The accounts that have a session among their favourites. (transfer full) of int64_t */
GArray *favourite_accounts(Db *db, int64_t talk);

typedef struct {
        int64_t id, account; /* account: 0 when none is known */
        char *code, *name, *biography;
        int64_t version, photo;            /* photo: its picture, 0 for none */
        char *photo_url, *small_photo_url; /* "" for none */
} Person;
void person_free(Person *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Person, person_free)
/* Those of a session, in its order. (transfer full) of Person */
GPtrArray *talk_persons(Db *db, int64_t talk);
/* By name, without their texts; words narrows to names that hold them, "" does not. (transfer full) of Person */
GPtrArray *person_list(Db *db, int64_t event, const char *words, int64_t limit, int64_t offset, int64_t *ret_total);
Person *person_find(Db *db, int64_t event, const char *code);
/* NULL when this account speaks for nobody of the event. (transfer full) */
Person *person_of_account(Db *db, int64_t event, int64_t account);
/* Says which account speaks for a person. */
bool person_set_account(Db *db, int64_t person, int64_t account);
/* The persons that an account speaks for and its favourites, empty when there are none. (transfer full) */
json_t *programme_export(Db *db, int64_t account);
/* Forgets the favourites; the account no longer speaks for anybody. Name and biography stay in the programme: they are
 * its organisers' to publish or take out, and the page that erases says so. */
bool programme_erase(Db *db, int64_t account);

/* `treteau import FILE --event SLUG [--publish] [--invite]`: reads, says what it found and what it could not keep on
 * out, writes whole or not at all. Returns the exit status. */
typedef struct {
        const char *path, *slug;
        const char *zone; /* of hours whose zone the file does not say, NULL for the event's or Europe/Paris */
        bool publish;
        const char *invite_from; /* the server's address, for the links of invitations; NULL: nobody is invited */
} ImportCommand;
int programme_import_command(Store *store, const ImportCommand *command, const Lang *lang, FILE *out);
/* `treteau export --event SLUG [--format xml]`: "xml", "json", "ics", "csv" or "people.csv" on out. Returns the exit
 * status. */
int programme_export_command(Store *store, const char *slug, const char *format_name, const char *origin, FILE *out,
                             FILE *errors);

/* Takes into the index of searches what a stop left out of it, and erases files whose preview is a day old: daily and
 * at start, by app. */
bool programme_tidy(Db *db);

extern const Route programme_routes[], programme_export_routes[], sitemap_routes[];
extern const Route session_routes[], speaker_routes[]; /* of those who make the programme, and of speakers */
