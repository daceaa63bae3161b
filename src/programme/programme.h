/* The programme: sessions, who speaks, when and where, and what other features ask about them.
 *
 * Structs are copies, yours to free; functions that take a Db run in the caller's snapshot or turn.
 * May be included by registration, live, replay and above. */
#pragma once
#include "conference/conference.h"
#include <stdio.h>

typedef struct {
        int64_t id, event, room;
        char *code, *guid, *title, *subtitle, *kind, *language, *day;
        char *abstract, *description;                          /* Markdown or HTML as it came; NULL in lists */
        char *licence;                                         /* "" for the event's */
        char *persons;                                         /* "Ada, Bob": the names, for lists */
        char *room_slug, *room_name, *track_slug, *track_name; /* track: "" when none */
        bool no_recording, has_replay;
        int64_t start_us, end_us;
} Talk;
void talk_free(Talk *talk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Talk, talk_free)

Talk *talk_find(Db *db, int64_t event, const char *code);
Talk *talk_by_id(Db *db, int64_t id);
/* The session that is on in a room at that moment, NULL when none; the next one to begin after it. */
Talk *talk_in_room(Db *db, int64_t room, int64_t at_us);
Talk *talk_next_in_room(Db *db, int64_t room, int64_t after_us);
/* The first session whose title begins so; NULL when none does. */
Talk *programme_talk_titled(Db *db, int64_t event, const char *beginning);
/* Moves every session, and the event's days with them; hours of the day change when by_us is no number of days. */
bool programme_move(Db *db, Event *event, int64_t by_us);
/* Told by replay: whether the session's replay can be watched. */
bool talk_set_replay(Db *db, int64_t talk, bool watchable);

typedef enum { TALK_TO_COME, TALK_LIVE, TALK_ENDED } TalkState;
TalkState talk_state(const Talk *talk, int64_t at_us);
/* A kind's word for readers: "Workshop", "Atelier"; the source's own word when it is not one of ours. */
const char *talk_kind_text(const Talk *talk, const Lang *lang);

typedef struct {
        int64_t id, account; /* account: 0 when none is known */
        char *code, *name, *biography;
} Person;
void person_free(Person *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Person, person_free)
/* Those of a session, in its order. (transfer full) of Person */
GPtrArray *talk_persons(Db *db, int64_t talk);
Person *person_find(Db *db, int64_t event, const char *code);
/* Says which account speaks for a person. */
bool person_set_account(Db *db, int64_t person, int64_t account);

/* `treteau import FILE --event SLUG [--publish]`: reads, says what it found and what it could not keep on out, writes
 * whole or not at all. zone: of hours whose zone the file does not say, NULL for the event's or Europe/Paris. Returns
 * the exit status. */
int programme_import_command(Store *store, const char *path, const char *slug, const char *zone, bool publish,
                             const Lang *lang, FILE *out);

extern const Route programme_routes[];
