/* Lists of sessions and persons for the pages. Private to programme/. */
#pragma once
#include "programme/programme.h"

/* The starts of a day's sessions in the list's order, for the names of its pages. (transfer full) of int64_t */
GArray *talk_starts(Db *db, int64_t event, const char *day);
/* When a day's first session begins, 0 when there is none. */
int64_t talk_first_start(Db *db, int64_t event, const char *day);
/* What else runs while this one does. */
GPtrArray *talk_list_beside(Db *db, const Talk *talk, int64_t limit);
/* The first sessions of the event that are not breaks, for its poster. */
GPtrArray *talk_list_teaser(Db *db, int64_t event, int64_t limit);
/* Sessions of published events with a replay, latest first; event titles in Talk.track_name, slugs in track_slug. */
GPtrArray *talk_list_replays(Db *db, int64_t limit);

/* What one may narrow to: days, rooms, tracks or kinds with a session. */
typedef struct {
        char *value, *name;
        int64_t count;
} Choice;
typedef enum { CHOICE_DAY, CHOICE_ROOM, CHOICE_TRACK, CHOICE_KIND } ChoiceKind;
/* All rooms or tracks with their sessions counted. (transfer full) of Choice */
GPtrArray *choice_list(Db *db, int64_t event, ChoiceKind kind);
/* The first so many days, rooms, tracks or kinds, not counted: its cost does not grow with the programme. */
GPtrArray *choice_head(Db *db, int64_t event, ChoiceKind kind, int64_t limit);
/* The name of a room or track; the value itself when there is none. (transfer full) */
char *choice_name(Db *db, int64_t event, ChoiceKind kind, const char *value);

int64_t person_count(Db *db, int64_t event);
int64_t talk_count(Db *db, int64_t event);
/* Its class in the grid: "plenary", "workshop", "table", "pause" or "". */
const char *talk_look(const Talk *talk);
const char *kind_text(const char *kind, const Lang *lang);
/* The same for a kind of the event's own too. (transfer full) */
char *event_kind_text(Db *db, int64_t event, const char *kind, const Lang *lang);
/* An FTS5 query that asks for all these words, the last as a beginning; "" when there is none. (transfer full) */
char *search_query(const char *words);
