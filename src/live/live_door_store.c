#include "live/live_store.h"

static const char *const door_words[] = { "open", "lobby", "locked", "rehearsal" };

const char *live_door_word(LiveDoor door)
{
        return door_words[door];
}

int live_door_from_word(const char *word)
{
        for (int door = DOOR_OPEN; door <= DOOR_REHEARSAL; door++)
                if (g_strcmp0(word, door_words[door]) == 0)
                        return door;
        return -1;
}

void live_store_doorway(Db *db, int64_t room_id, LiveDoorway *ret_doorway)
{
        *ret_doorway = (LiveDoorway){ 0 };
        g_autoptr(Stmt) row =
                db_query(db,
                         "SELECT r.kind = 'workshop', r.lobby, coalesce(d.door, ''), coalesce(d.since_us, 0),"
                         " r.kind = 'workshop' AND r.sealed, r.voices"
                         " FROM room r LEFT JOIN live_door d ON d.room_id = r.id WHERE r.id = $1",
                         "i", room_id);
        if (!stmt_next(row)) { /* a part */
                ret_doorway->workshop = true;
                ret_doorway->sealed = db_int(db, 0,
                                             "SELECT r.sealed FROM live_part p JOIN room r ON r.id = p.room_id"
                                             " WHERE p.id = $1 AND r.kind = 'workshop'",
                                             "i", -room_id) != 0;
                return;
        }
        ret_doorway->workshop = stmt_int(row, 0) != 0;
        ret_doorway->usual = stmt_int(row, 1) ? DOOR_LOBBY : DOOR_OPEN;
        int set = live_door_from_word(stmt_text(row, 2));
        ret_doorway->door = set < 0 ? ret_doorway->usual : (LiveDoor)set;
        ret_doorway->since_us = stmt_int(row, 3);
        ret_doorway->sealed = stmt_int(row, 4) != 0;
        ret_doorway->voices = stmt_int(row, 5) != 0 && !ret_doorway->sealed;
}

bool live_store_door(Db *db, int64_t room_id, LiveDoor door, int64_t now_us)
{
        LiveDoorway before;
        live_store_doorway(db, room_id, &before);
        if (before.door == DOOR_REHEARSAL && door != DOOR_REHEARSAL &&
            !db_run(db, "UPDATE live_line SET text = '', gone = 1, waiting = 0 WHERE room_id = $1 AND at_us >= $2",
                    "ii", room_id, before.since_us))
                return false;
        if (door == before.usual)
                return db_run(db, "DELETE FROM live_door WHERE room_id = $1", "i", room_id);
        return db_run(db,
                      "INSERT INTO live_door(room_id, door, since_us) VALUES($1, $2, $3) ON CONFLICT(room_id) DO UPDATE"
                      " SET since_us = CASE WHEN door = excluded.door THEN since_us ELSE excluded.since_us END,"
                      " door = excluded.door",
                      "iti", room_id, live_door_word(door), now_us);
}

bool live_store_outside(Db *db, int64_t room_id, int id, bool outside)
{
        return db_run(db, "UPDATE live_person SET outside = $3 WHERE room_id = $1 AND id = $2", "iii", room_id,
                      (int64_t)id, (int64_t)outside);
}

bool live_store_rehearses(Db *db, int64_t room_id, int id, int64_t session_id)
{
        return db_run(db, "UPDATE live_person SET rehearses = $3 WHERE room_id = $1 AND id = $2", "iii", room_id,
                      (int64_t)id, session_id);
}
