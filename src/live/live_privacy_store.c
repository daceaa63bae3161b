/* What a room keeps of a person, how long, and whether it may be shown. */
#include "live/live_store.h"
#include "base/time.h"

#include <sodium.h>

#define KEEP_US (30 * DAY_US) /* after the event, as registration keeps its own */

bool live_store_recorded(Db *db, int64_t session_id, int64_t room_id, int id, int64_t account, int64_t now_us)
{
        return db_run(db,
                      "INSERT INTO live_recorded(session_id, room_id, person_id, account_id, at_us)"
                      " VALUES($1, $2, $3, nullif($4, 0), $5) ON CONFLICT (session_id, person_id) DO NOTHING",
                      "iiiii", session_id, room_id, (int64_t)id, account, now_us);
}

/* The account's choice counts where there is one, also when it was made elsewhere; else what was said in the room. */
bool live_store_consents(Db *db, int64_t room_id, int64_t account, int64_t said)
{
        int chosen = live_store_account_consent(db, room_id, account);
        return (chosen >= 0 ? chosen : (int)said) == 1;
}

/* Nobody comes in by a key of which nothing but this is known. */
static bool end_key(Db *db, int64_t room_id, int64_t id)
{
        unsigned char hash[KEY_HASH_BYTES];
        randombytes_buf(hash, sizeof hash);
        return db_run(db,
                      "UPDATE live_person SET name = '', key_hash = $3, came_session = NULL"
                      " WHERE room_id = $1 AND id = $2",
                      "iib", room_id, id, hash, sizeof hash);
}

/* Those who are in a recording stay as a number, with the account that their consent hangs on. */
static bool expire_people(Db *db, int64_t room_id)
{
        static const char *const in_recording =
                "SELECT p.id FROM live_person p WHERE p.room_id = $1 AND p.name <> '' AND"
                " EXISTS(SELECT 1 FROM live_recorded r WHERE r.room_id = p.room_id AND r.person_id = p.id)";
        g_autoptr(GArray) ids = g_array_new(FALSE, TRUE, sizeof(int64_t));
        g_autoptr(Stmt) stmt = db_query(db, in_recording, "i", room_id);
        while (stmt_next(stmt)) {
                int64_t id = stmt_int(stmt, 0);
                g_array_append_val(ids, id);
        }
        for (guint i = 0; i < ids->len; i++)
                if (!end_key(db, room_id, g_array_index(ids, int64_t, i)))
                        return false;
        return live_features_expire(db, room_id) &&
               db_run(db, "DELETE FROM live_line WHERE room_id = $1", "i", room_id) &&
               db_run(db, "DELETE FROM live_hand WHERE room_id = $1", "i", room_id) &&
               db_run(db,
                      "DELETE FROM live_person WHERE room_id = $1 AND NOT EXISTS(SELECT 1 FROM live_recorded r"
                      " WHERE r.room_id = live_person.room_id AND r.person_id = live_person.id)",
                      "i", room_id);
}

bool live_expire(Db *db)
{
        g_autoptr(GArray) rooms = g_array_new(FALSE, TRUE, sizeof(int64_t));
        g_autoptr(GDateTime) since = g_date_time_new_from_unix_utc((now_us() - KEEP_US) / SECOND_US);
        g_autofree char *day = g_date_time_format(since, "%Y-%m-%d");
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT m.id FROM event e JOIN (SELECT id, event_id FROM room UNION ALL"
                                        " SELECT -id, id FROM event) m ON m.event_id = e.id WHERE e.last_day < $1 AND"
                                        " EXISTS(SELECT 1 FROM live_person p WHERE p.room_id = m.id)",
                                        "t", day);
        while (stmt_next(stmt)) {
                int64_t room = stmt_int(stmt, 0);
                g_array_append_val(rooms, room);
        }
        for (guint i = 0; i < rooms->len; i++)
                if (!expire_people(db, g_array_index(rooms, int64_t, i)))
                        return false;
        return !db_failed(db);
}

static json_t *lines_of(Db *db, int64_t room_id, int64_t id)
{
        json_t *lines = json_array();
        g_autoptr(Stmt) stmt = db_query(
                db, "SELECT at_us, text FROM live_line WHERE room_id = $1 AND person_id = $2 AND gone = 0 ORDER BY n",
                "ii", room_id, id);
        while (stmt_next(stmt))
                json_array_append_new(lines, json_pack("{s:I, s:s}", "at_us", (json_int_t)stmt_int(stmt, 0), "text",
                                                       stmt_text(stmt, 1)));
        return lines;
}

static json_t *choices_of(Db *db, int64_t room_id, int64_t id)
{
        json_t *choices = json_array();
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT at_us, given FROM live_consent WHERE room_id = $1 AND person_id = $2 ORDER BY id",
                         "ii", room_id, id);
        while (stmt_next(stmt))
                json_array_append_new(choices, json_pack("{s:I, s:b}", "at_us", (json_int_t)stmt_int(stmt, 0),
                                                         "recording_allowed", (int)stmt_int(stmt, 1)));
        return choices;
}

json_t *live_export(Db *db, int64_t account)
{
        json_t *rooms = json_array();
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT p.room_id, p.id, e.slug, coalesce(m.slug, 'team'), p.name, p.role, p.seen_us,"
                         " EXISTS(SELECT 1 FROM live_recorded r WHERE r.room_id = p.room_id AND"
                         " r.person_id = p.id), (SELECT t.code FROM live_session s JOIN talk t"
                         " ON t.id = s.talk_id WHERE s.id = p.came_session),"
                         " (SELECT g.name FROM live_part g WHERE g.id = -p.room_id)"
                         " FROM live_person p LEFT JOIN room m ON m.id = coalesce((SELECT g.room_id FROM live_part g"
                         " WHERE g.id = -p.room_id), p.room_id)"
                         " JOIN event e ON e.id = coalesce(m.event_id, -p.room_id - $2)"
                         " WHERE p.account_id = $1"
                         " ORDER BY p.room_id, p.id",
                         "ii", account, LIVE_TEAM_ROOMS);
        while (stmt_next(stmt)) {
                int64_t room_id = stmt_int(stmt, 0), id = stmt_int(stmt, 1);
                json_t *room = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s?, s:b, s:o, s:o}", "event", stmt_text(stmt, 2),
                                         "room", stmt_text(stmt, 3), "name", stmt_text(stmt, 4), "role",
                                         stmt_text(stmt, 5), "last_seen_us", (json_int_t)stmt_int(stmt, 6),
                                         "last_session", stmt_is_null(stmt, 8) ? NULL : stmt_text(stmt, 8),
                                         "in_a_recording", (int)stmt_int(stmt, 7), "consent",
                                         choices_of(db, room_id, id), "lines", lines_of(db, room_id, id));
                if (!stmt_is_null(stmt, 9))
                        json_object_set_new(room, "group", json_string(stmt_text(stmt, 9)));
                live_features_export(db, room_id, (int)id, room);
                json_array_append_new(rooms, room);
        }
        return rooms;
}

bool live_store_forgotten(Db *db, int64_t room_id, int id, bool *ret_forgotten)
{
        bool forgotten = db_int(db, 0,
                                "SELECT count(*) FROM live_person WHERE room_id = $1 AND id = $2 AND "
                                "account_id IS NULL AND name = ''",
                                "ii", room_id, (int64_t)id) == 1;
        if (forgotten &&
            !db_run(db, "DELETE FROM live_line WHERE room_id = $1 AND person_id = $2", "ii", room_id, (int64_t)id))
                return false;
        *ret_forgotten = forgotten;
        return !db_failed(db);
}

bool live_erase(Db *db, int64_t account)
{
        g_autoptr(GArray) people = g_array_new(FALSE, TRUE, sizeof(int64_t));
        g_autoptr(Stmt) stmt = db_query(db, "SELECT room_id, id FROM live_person WHERE account_id = $1", "i", account);
        while (stmt_next(stmt)) {
                int64_t pair[] = { stmt_int(stmt, 0), stmt_int(stmt, 1) };
                g_array_append_vals(people, pair, 2);
        }
        for (guint i = 0; i < people->len; i += 2) {
                int64_t room = g_array_index(people, int64_t, i), id = g_array_index(people, int64_t, i + 1);
                if (!end_key(db, room, id) || !live_features_erase(db, room, (int)id) ||
                    !db_run(db, "DELETE FROM live_line WHERE room_id = $1 AND person_id = $2", "ii", room, id) ||
                    !db_run(db, "DELETE FROM live_hand WHERE room_id = $1 AND person_id = $2", "ii", room, id) ||
                    !db_run(db, "INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES($1, $2, 0, $3)",
                            "iii", room, id, now_us()))
                        return false;
        }
        return db_run(db, "UPDATE live_person SET account_id = NULL WHERE account_id = $1", "i", account) &&
               db_run(db, "UPDATE live_recorded SET account_id = NULL WHERE account_id = $1", "i", account);
}
