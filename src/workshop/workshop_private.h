/* For workshop/ alone. */
#pragma once
#include "workshop/workshop.h"

#define GROUPS_MIN 2
#define GROUPS_MAX 12
#define GROUP_NAME_MAX_CHARS 40
#define GROUP_MINUTES_MAX 240
#define GROUP_MORE_MAX 60
#define GROUP_SAID_MAX_CHARS 300
#define CALL_US (30 * SECOND_US) /* to end a sentence and say goodbye */

typedef enum { ROUND_NONE, ROUND_PREPARED, ROUND_OPEN, ROUND_CLOSING } RoundState;

typedef struct {
        int64_t part; /* live_part */
        char *name;
} Group;

typedef struct {
        int person;
        int64_t part;
} Member;

/* The round that a room has now. */
typedef struct {
        int64_t id;
        RoundState state;
        bool choice;
        int minutes;
        int64_t ends_us; /* 0: not said */
        char *said;
        int64_t said_us;
        GArray *groups;  /* Group, in order */
        GArray *members; /* Member */
} Round;
void round_free(gpointer round);
const Group *round_group(const Round *round, int64_t part); /* NULL: none of it */
int64_t round_part_of(const Round *round, int person);      /* 0: in none */

typedef struct {
        Round *round;
        bool stale;       /* who is where has changed: to be told */
        int64_t told_us;  /* monotonic */
        int64_t ended_us; /* monotonic: when the end was last asked for */
} Workshop;

extern const char *const workshop_room_words[];
extern const LiveMessage workshop_messages[];

/* --- workshop.c */
Workshop *workshop_of(LiveRoom *room); /* of the whole room, from any of its parts */
void workshop_tell(LiveRoom *room);
/* Takes round: the room's from now on. */
void workshop_take(LiveRoom *room, Round *round);

/* --- workshop_act.c */
void workshop_end_round(LiveRoom *room);

/* --- workshop_store.c, on the writer's thread --------------------------------------------------------------------- */
/* (transfer full) NULL: failed */
Round *workshop_store_load(Db *db, int64_t room_id);
/* Instead of what was prepared. names: of the groups; people: numbers, dealt out in turn, may be empty. */
bool workshop_store_make(Db *db, int64_t room_id, const Round *like, const GPtrArray *names, const GArray *people);
bool workshop_store_put(Db *db, int64_t room_id, int person, int64_t part); /* part 0: out */
bool workshop_store_name(Db *db, int64_t room_id, int64_t part, const char *name);
bool workshop_store_state(Db *db, int64_t room_id, RoundState state, int64_t ends_us);
bool workshop_store_say(Db *db, int64_t room_id, const char *text, int64_t now_us);
/* Somebody in a group comes back by the same key, with a name or without. */
bool workshop_store_keeps(Db *db, int64_t room_id, int person);
json_t *workshop_store_export(Db *db, int64_t room_id, int person);
bool workshop_store_erase(Db *db, int64_t room_id, int person);
bool workshop_store_expire(Db *db, int64_t room_id);

/* --- workshop_rules.c: pure --------------------------------------------------------------------------------------- */
/* Puts numbers into another order, each as likely as another; random gives a number below its argument. */
void workshop_shuffle(GArray *people, uint32_t (*random)(uint32_t below));
/* When a timer of so many minutes ends, from now or from when it would have; 0: no timer. */
int64_t workshop_end_after(int64_t ends_us, int minutes, int64_t now_us);
/* Whether this round lets somebody into a group. */
bool workshop_lets_in(const Round *round, int64_t part, int person, LiveRole role);
