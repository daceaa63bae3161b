#include "workshop/workshop_private.h"

#include <string.h>

static const char *const state_words[] = { "", "prepared", "open", "closing" };
#define NOW " (SELECT id FROM live_round WHERE room_id = $1 AND state <> 'over')"

static RoundState state_of(const char *word)
{
        for (int state = ROUND_PREPARED; state <= ROUND_CLOSING; state++)
                if (g_strcmp0(word, state_words[state]) == 0)
                        return (RoundState)state;
        return ROUND_NONE;
}

static void load_people(Db *db, Round *round)
{
        g_autoptr(Stmt) groups = db_query(db,
                                          "SELECT p.id, p.name FROM live_round_group g JOIN live_part p ON p.id = "
                                          "g.part_id WHERE g.round_id = $1 ORDER BY p.id",
                                          "i", round->id);
        while (stmt_next(groups)) {
                Group group = { stmt_int(groups, 0), g_strdup(stmt_text(groups, 1)) };
                g_array_append_val(round->groups, group);
        }
        g_autoptr(Stmt) people =
                db_query(db, "SELECT person_id, part_id FROM live_round_person WHERE round_id = $1 ORDER BY person_id",
                         "i", round->id);
        while (stmt_next(people)) {
                Member member = { (int)stmt_int(people, 0), stmt_int(people, 1) };
                g_array_append_val(round->members, member);
        }
}

Round *workshop_store_load(Db *db, int64_t room_id)
{
        Round *round = g_new0(Round, 1);
        round->groups = g_array_new(FALSE, TRUE, sizeof(Group));
        round->members = g_array_new(FALSE, TRUE, sizeof(Member));
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT id, state, choice, minutes, ends_us, said, said_us FROM live_round"
                                       " WHERE room_id = $1 AND state <> 'over'",
                                       "i", room_id);
        if (stmt_next(row)) {
                round->id = stmt_int(row, 0);
                round->state = state_of(stmt_text(row, 1));
                round->choice = stmt_int(row, 2) != 0;
                round->minutes = (int)stmt_int(row, 3);
                round->ends_us = stmt_int(row, 4);
                round->said = g_strdup(stmt_text(row, 5));
                round->said_us = stmt_int(row, 6);
                load_people(db, round);
        }
        if (!db_failed(db))
                return round;
        round_free(round);
        return NULL;
}

static int64_t add_group(Db *db, int64_t room_id, int64_t round, const char *name)
{
        int64_t part =
                db_insert(db, "INSERT INTO live_part(room_id, name) VALUES($1, $2) RETURNING id", "it", room_id, name);
        if (part && !db_run(db, "INSERT INTO live_round_group(part_id, round_id) VALUES($1, $2)", "ii", part, round))
                return 0;
        return part;
}

bool workshop_store_make(Db *db, int64_t room_id, const Round *like, const GPtrArray *names, const GArray *people)
{
        if (!workshop_store_state(db, room_id, ROUND_NONE, 0))
                return false;
        int64_t round = db_insert(db,
                                  "INSERT INTO live_round(room_id, state, choice, minutes) VALUES($1, 'prepared', $2,"
                                  " $3) RETURNING id",
                                  "iii", room_id, (int64_t)like->choice, (int64_t)like->minutes);
        g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(int64_t));
        for (guint i = 0; round && i < names->len; i++) {
                int64_t part = add_group(db, room_id, round, names->pdata[i]);
                g_array_append_val(parts, part);
        }
        for (guint i = 0; round && i < people->len; i++)
                if (!db_run(db, "INSERT INTO live_round_person(round_id, person_id, part_id) VALUES($1, $2, $3)", "iii",
                            round, (int64_t)g_array_index(people, int, i),
                            g_array_index(parts, int64_t, i % parts->len)))
                        return false;
        return round && !db_failed(db);
}

bool workshop_store_put(Db *db, int64_t room_id, int person, int64_t part)
{
        if (!part)
                return db_run(db, "DELETE FROM live_round_person WHERE person_id = $2 AND round_id =" NOW, "ii",
                              room_id, (int64_t)person);
        return db_run(
                db,
                "INSERT INTO live_round_person(round_id, person_id, part_id) SELECT g.round_id, $2, g.part_id FROM"
                " live_round_group g WHERE g.part_id = $3 AND g.round_id =" NOW
                " ON CONFLICT(round_id, person_id) DO UPDATE SET part_id = excluded.part_id",
                "iii", room_id, (int64_t)person, part);
}

bool workshop_store_name(Db *db, int64_t room_id, int64_t part, const char *name)
{
        return db_run(db, "UPDATE live_part SET name = $3 WHERE id = $2 AND room_id = $1", "iit", room_id, part, name);
}

bool workshop_store_state(Db *db, int64_t room_id, RoundState state, int64_t ends_us)
{
        return db_run(db, "UPDATE live_round SET state = $2, ends_us = $3 WHERE room_id = $1 AND state <> 'over'",
                      "iti", room_id, state == ROUND_NONE ? "over" : state_words[state], ends_us);
}

bool workshop_store_say(Db *db, int64_t room_id, const char *text, int64_t now_us)
{
        return db_run(db, "UPDATE live_round SET said = $2, said_us = $3 WHERE room_id = $1 AND state <> 'over'", "iti",
                      room_id, text, now_us);
}

bool workshop_store_keeps(Db *db, int64_t room_id, int person)
{
        return db_int(db, 0,
                      "SELECT count(*) FROM live_round_person m JOIN live_round r ON r.id = m.round_id"
                      " WHERE r.room_id = $1 AND r.state <> 'over' AND m.person_id = $2",
                      "ii", room_id, (int64_t)person) > 0;
}

json_t *workshop_store_export(Db *db, int64_t room_id, int person)
{
        json_t *list = NULL;
        g_autoptr(Stmt) row = db_query(db,
                                       "SELECT p.name FROM live_round_person m JOIN live_round r ON r.id = m.round_id"
                                       " JOIN live_part p ON p.id = m.part_id WHERE r.room_id = $1 AND m.person_id = $2"
                                       " ORDER BY r.id",
                                       "ii", room_id, (int64_t)person);
        while (stmt_next(row)) {
                list = list ? list : json_array();
                json_array_append_new(list, json_pack("{s:s}", "group", stmt_text(row, 0)));
        }
        return list;
}

bool workshop_store_erase(Db *db, int64_t room_id, int person)
{
        return db_run(db,
                      "DELETE FROM live_round_person WHERE person_id = $2 AND round_id IN (SELECT id FROM live_round"
                      " WHERE room_id = $1)",
                      "ii", room_id, (int64_t)person);
}

/* The groups go with all that was said in them: a trigger of live_part. */
bool workshop_store_expire(Db *db, int64_t room_id)
{
        return db_run(db, "DELETE FROM live_round WHERE room_id = $1", "i", room_id) &&
               db_run(db, "DELETE FROM live_part WHERE room_id = $1", "i", room_id);
}
