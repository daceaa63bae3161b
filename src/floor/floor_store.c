#include "floor/floor_private.h"

bool floor_store_load(Db *db, int64_t session_id, Floor *ret_floor)
{
        g_autoptr(Stmt) row =
                db_query(db, "SELECT coalesce(person_id, 0), since_us, limit_s FROM live_floor WHERE session_id = $1",
                         "i", session_id);
        if (stmt_next(row))
                *ret_floor = (Floor){ (int)stmt_int(row, 0), stmt_int(row, 1), (int)stmt_int(row, 2) };
        return !db_failed(db);
}

char *floor_store_name(Db *db, int64_t session_id, int *ret_who)
{
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT p.id, p.name FROM live_floor f JOIN live_person p ON"
                                       " p.room_id = f.room_id AND p.id = f.person_id WHERE f.session_id = $1",
                                       "i", session_id);
        if (!stmt_next(row))
                return NULL;
        *ret_who = (int)stmt_int(row, 0);
        return g_strdup(stmt_text(row, 1));
}

bool floor_store_keep(Db *db, const LiveMoment *moment, const Floor *floor)
{
        if (floor->who && !db_run(db,
                                  "INSERT INTO live_floor_turn(session_id, room_id, person_id, since_us) "
                                  "VALUES($1, $2, $3, $4) ON CONFLICT(session_id, since_us) DO NOTHING",
                                  "iiii", moment->session_id, moment->room_id, (int64_t)floor->who, floor->since_us))
                return false;
        return db_run(db,
                      "INSERT INTO live_floor(session_id, room_id, person_id, since_us, limit_s) "
                      "VALUES($1, $2, nullif($3, 0), $4, $5) ON CONFLICT(session_id) DO UPDATE SET "
                      "person_id = excluded.person_id, since_us = excluded.since_us, limit_s = excluded.limit_s",
                      "iiiii", moment->session_id, moment->room_id, (int64_t)floor->who, floor->since_us,
                      (int64_t)floor->limit_s);
}

bool floor_store_erase(Db *db, int64_t room_id, int person)
{
        return db_run(db, "UPDATE live_floor SET person_id = NULL WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person) &&
               db_run(db, "DELETE FROM live_floor_turn WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person);
}

bool floor_store_expire(Db *db, int64_t room_id)
{
        return db_run(db, "DELETE FROM live_floor WHERE room_id = $1", "i", room_id) &&
               db_run(db, "DELETE FROM live_floor_turn WHERE room_id = $1", "i", room_id);
}

json_t *floor_store_export(Db *db, int64_t room_id, int person)
{
        g_autoptr(Stmt) row = db_query(
                db, "SELECT since_us FROM live_floor_turn WHERE room_id = $1 AND person_id = $2 ORDER BY since_us",
                "ii", room_id, (int64_t)person);
        json_t *list = NULL;
        while (stmt_next(row)) {
                list = list ? list : json_array();
                json_array_append_new(list, json_pack("{s:I}", "since_us", (json_int_t)stmt_int(row, 0)));
        }
        return list;
}

void floor_store_trace(Db *db, int64_t session_id, LiveTraceKind kind, GPtrArray *into)
{
        if (kind != LIVE_CHAPTER)
                return;
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT t.since_us, t.room_id, t.person_id, p.name FROM live_floor_turn t JOIN live_person p ON "
                "p.room_id = t.room_id AND p.id = t.person_id WHERE t.session_id = $1 AND p.name <> '' "
                "ORDER BY t.since_us",
                "i", session_id);
        while (stmt_next(rows))
                if (live_agrees(db, stmt_int(rows, 1), (int)stmt_int(rows, 2)))
                        live_trace_add(into, &(LiveTrace){ .kind = kind,
                                                           .chapter = LIVE_CHAPTER_FLOOR,
                                                           .at_us = stmt_int(rows, 0),
                                                           .name = g_strdup(stmt_text(rows, 3)) });
}
