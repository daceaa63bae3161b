/* For floor/ alone. */
#pragma once
#include "floor/floor.h"

#define FLOOR_LIMIT_MAX_S 3600

/* What a room holds of it, in its session. */
typedef struct {
        int who; /* person; 0: nobody */
        int64_t since_us;
        int limit_s; /* 0: none; of everybody who gets the floor */
} Floor;

extern const char *const floor_room_words[];

/* On the hall's light page. */
typedef struct {
        const char *name; /* NULL: nobody has it */
        bool mine;
} FloorHall;
void floor_hall_view(Html *h, const FloorHall *v);

/* --- floor_store.c, on the writer's thread ------------------------------------------------------------------------ */
bool floor_store_load(Db *db, int64_t session_id, Floor *ret_floor);
/* Of who has it now, also on a reader; NULL: nobody. (transfer full) */
char *floor_store_name(Db *db, int64_t session_id, int *ret_who);
bool floor_store_keep(Db *db, const LiveMoment *moment, const Floor *floor);
bool floor_store_erase(Db *db, int64_t room_id, int person);
bool floor_store_expire(Db *db, int64_t room_id);
/* Each turn, as a chapter of the session's replay; of those who agree to be named alone. */
void floor_store_trace(Db *db, int64_t session_id, LiveTraceKind kind, GPtrArray *into);
/* NULL: nothing. (transfer full) */
json_t *floor_store_export(Db *db, int64_t room_id, int person);
