/* A session as its editors write it. Private to programme/.
 *
 * Every writing names the version it was made from: of two editors the second is told, never the first overwritten. */
#pragma once
#include "programme/programme_store.h"

#define SESSION_PERSONS_MAX 30
#define SESSION_LINKS_MAX 30
#define SESSION_HOURS_MAX 24

typedef struct {
        int64_t id; /* of the person */
        bool moderator;
} SessionPerson;

typedef struct {
        int64_t id, event, version; /* id 0: new */
        int64_t room, track;        /* track 0: none */
        char *code, *title, *subtitle, *kind, *language, *day, *abstract, *description, *licence;
        bool no_recording;
        int64_t places, start_us, end_us;
        GArray *persons;  /* of SessionPerson, in their order */
        GPtrArray *links; /* of TalkLink: those of kind "link"; others stay as they are */
} TalkDraft;
TalkDraft *talk_draft_new(int64_t event);
void talk_draft_free(TalkDraft *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TalkDraft, talk_draft_free)

TalkDraft *session_find(Db *db, int64_t event, const char *code);
/* In a turn: keeps it (a new one gets its id and code). SESSION_STALE: someone wrote it since; nothing is kept. */
typedef enum { SESSION_KEPT, SESSION_STALE, SESSION_FAILED } SessionKept;
SessionKept session_keep(Db *db, TalkDraft *session);
/* Another place, its length kept. */
SessionKept session_move(Db *db, const Talk *talk, int64_t version, int64_t room, const char *day, int64_t start_us);
/* Its persons' names again, "Ada, Bob": what lists show. */
void session_keep_names(Db *db, int64_t talk);
bool session_set_cancelled(Db *db, int64_t talk, bool cancelled);
/* Also forgets what nobody was told of it. */
bool session_delete(Db *db, int64_t talk);

/* A room or track of the event by slug or name; 0 when there is none. And back: "" when there is none. */
int64_t place_named(Db *db, int64_t event, bool room, const char *word);
char *place_text(Db *db, bool room, int64_t id, bool slug);
/* A person's id by code, 0 when the event has none. */
int64_t person_id(Db *db, int64_t event, const char *code);
char *person_code(Db *db, int64_t person);
/* A new person of this name. (transfer full): its code; NULL on failure */
char *person_add(Db *db, int64_t event, const char *name);
/* Codes and guids nobody has yet. ret_code holds 7. (transfer full): the guid */
char *session_identity(Db *db, int64_t event, const char *table, char *ret_code);

/* Rules, pure. */

/* The start of "HH:MM" on a day of the programme: before the hour at which days change, it is the morning after. */
bool hour_on_day(const Event *event, const char *day, const char *time, int64_t *ret_start_us);
/* "ADA123! BOB456": codes in order, ! for who moderates. Calls back for each; false when it is no such list. */
typedef bool (*PersonCodeFunc)(const char *code, bool moderator, gpointer data);
bool session_codes_each(const char *codes, PersonCodeFunc found, gpointer data);
/* One link a line: an address, then its words. False, with the line's number, when one is no address. (transfer full)
 * of TalkLink */
bool session_links_read(const char *text, GPtrArray **ret_links, int *ret_line);
char *session_links_text(const GPtrArray *links);
/* Not one of the event's days. */
bool session_day_outside(const Event *event, const char *day);

/* Where a session stands, for what clashes with it. */
typedef struct {
        int64_t talk, room, start_us, end_us;
        guint first_person, person_count; /* in ids */
        bool off, outside;                /* cancelled; not within the event's days */
        char *title, *code, *room_name;
} Placement;
typedef struct {
        GArray *places;  /* of Placement, by start */
        GArray *persons; /* int64_t */
} Placements;
Placements *placements_new(void);
void placements_free(Placements *placements);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Placements, placements_free)
/* Of a day, in order of start; and a session with those that run while it does. */
Placements *placements_of_day(Db *db, const Event *event, const char *day);
Placements *placements_around(Db *db, const Event *event, int64_t talk);

typedef enum { CLASH_ROOM, CLASH_PERSON, CLASH_OUTSIDE } ClashKind;
typedef struct {
        ClashKind kind;
        guint one, other; /* places; other is one's own for CLASH_OUTSIDE */
        int64_t person;
} Clash;
/* (transfer full) of Clash */
GArray *clashes_of(const Placements *placements);
/* "Ada is also at “Title”, 14:00." (transfer full) of char *: what one session clashes with. */
GPtrArray *clash_texts(Db *db, const Event *event, const Placements *placements, int64_t talk, const Lang *lang);
/* The same of a whole day, each clash once, as "“One”: …". (transfer full) of char * */
GPtrArray *day_clash_texts(Db *db, const Event *event, const Placements *placements, const GArray *clashes,
                           const Lang *lang);
