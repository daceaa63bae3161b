#include "interpret/interpret_private.h"

#include <sodium.h>

static bool load_channels(Db *db, int64_t room_id, Interpret *interpret)
{
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT channel, code, key, coalesce(person_id, 0), since_us, coalesce(next_id, 0), next_us "
                         "FROM interpret_language WHERE room_id = $1",
                         "i", room_id);
        while (stmt_next(rows)) {
                InterpretChannel *channel = &interpret->channels[stmt_int(rows, 0) % SFU_CHANNELS];
                *channel = (InterpretChannel){ .who = (int)stmt_int(rows, 3),
                                               .since_us = stmt_int(rows, 4),
                                               .next = (int)stmt_int(rows, 5),
                                               .next_us = stmt_int(rows, 6) };
                g_strlcpy(channel->code, stmt_text(rows, 1), sizeof channel->code);
                g_strlcpy(channel->key, stmt_text(rows, 2), sizeof channel->key);
        }
        return !db_failed(db);
}

bool interpret_store_load(Db *db, int64_t room_id, Interpret *interpret)
{
        if (!load_channels(db, room_id, interpret))
                return false;
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT person_id, code FROM interpret_person WHERE room_id = $1", "i", room_id);
        while (stmt_next(rows)) {
                int channel = interpret_channel(interpret, stmt_text(rows, 1));
                if (channel != SFU_NO_CHANNEL)
                        interpret_appoint(interpret, (int)stmt_int(rows, 0), channel, true);
        }
        return !db_failed(db);
}

bool interpret_store_turn(Db *db, int64_t room_id, const Turn *turn)
{
        int64_t channel = turn->channel, person = turn->person;
        if (turn->kind == TURN_RELAY)
                return db_run(db,
                              "UPDATE interpret_language SET next_id = $3, next_us = $4 "
                              "WHERE room_id = $1 AND channel = $2",
                              "iiii", room_id, channel, person, turn->at_us);
        if (turn->kind == TURN_DROP)
                return db_run(db,
                              "UPDATE interpret_language SET person_id = nullif(person_id, $3), "
                              "next_id = nullif(next_id, $3) WHERE room_id = $1 AND channel = $2",
                              "iii", room_id, channel, person);
        return db_run(db, "UPDATE interpret_language SET person_id = NULL WHERE room_id = $1 AND person_id = $2", "ii",
                      room_id, person) &&
               db_run(db,
                      "UPDATE interpret_language SET person_id = $3, since_us = $4, next_id = NULL "
                      "WHERE room_id = $1 AND channel = $2",
                      "iiii", room_id, channel, person, turn->at_us);
}

bool interpret_store_appoint(Db *db, int64_t room_id, int person, const char *code, bool on)
{
        return db_run(db,
                      on ? "INSERT OR IGNORE INTO interpret_person(room_id, person_id, code) VALUES($1, $2, $3)"
                         : "DELETE FROM interpret_person WHERE room_id = $1 AND person_id = $2 AND code = $3",
                      "iit", room_id, (int64_t)person, code);
}

/* --- languages ---------------------------------------------------------------------------------------------------- */

static char *new_key(void)
{
        unsigned char bytes[INTERPRET_KEY_BYTES];
        char text[2 * INTERPRET_KEY_BYTES + 1];
        randombytes_buf(bytes, sizeof bytes);
        return g_strdup(sodium_bin2hex(text, sizeof text, bytes, sizeof bytes));
}

static bool add_language(Db *db, int64_t room_id, int64_t channel, const char *code)
{
        g_autofree char *key = new_key();
        return db_run(db, "INSERT INTO interpret_language(room_id, channel, code, key) VALUES($1, $2, $3, $4)", "iitt",
                      room_id, channel, code, key);
}

static bool remove_language(Db *db, int64_t room_id, const char *code)
{
        return db_run(db, "DELETE FROM interpret_language WHERE room_id = $1 AND code = $2", "it", room_id, code) &&
               db_run(db, "DELETE FROM interpret_person WHERE room_id = $1 AND code = $2", "it", room_id, code);
}

bool interpret_store_languages(Db *db, int64_t room_id, char **codes)
{
        g_autoptr(Interpret) now = interpret_new();
        if (!load_channels(db, room_id, now))
                return false;
        for (int i = 0; i < SFU_CHANNELS; i++) {
                InterpretChannel *channel = &now->channels[i];
                if (!*channel->code || g_strv_contains((const char *const *)codes, channel->code))
                        continue;
                if (!remove_language(db, room_id, channel->code))
                        return false;
                *channel->code = '\0';
        }
        int64_t place = 0;
        for (char **code = codes; *code; code++) {
                if (interpret_channel(now, *code) != SFU_NO_CHANNEL)
                        continue;
                while (place < SFU_CHANNELS && *now->channels[place].code)
                        place++;
                if (place == SFU_CHANNELS || !add_language(db, room_id, place++, *code))
                        return false;
        }
        return true;
}

bool interpret_store_new_key(Db *db, int64_t room_id, const char *code)
{
        g_autofree char *key = new_key();
        return db_run(db, "UPDATE interpret_language SET key = $3 WHERE room_id = $1 AND code = $2", "itt", room_id,
                      code, key);
}

/* --- a person's data ---------------------------------------------------------------------------------------------- */

bool interpret_store_keeps(Db *db, int64_t room_id, int person)
{
        return db_int(db, 0, "SELECT 1 FROM interpret_person WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person) != 0;
}

json_t *interpret_store_export(Db *db, int64_t room_id, int person)
{
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT code FROM interpret_person WHERE room_id = $1 AND person_id = $2 ORDER BY code",
                         "ii", room_id, (int64_t)person);
        json_t *list = NULL;
        while (stmt_next(rows)) {
                list = list ? list : json_array();
                json_array_append_new(list, json_string(stmt_text(rows, 0)));
        }
        return list;
}

bool interpret_store_erase(Db *db, int64_t room_id, int person)
{
        return db_run(db, "DELETE FROM interpret_person WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person) &&
               db_run(db,
                      "UPDATE interpret_language SET person_id = nullif(person_id, $2), next_id = nullif(next_id, $2) "
                      "WHERE room_id = $1",
                      "ii", room_id, (int64_t)person);
}

bool interpret_store_expire(Db *db, int64_t room_id)
{
        return db_run(db, "DELETE FROM interpret_person WHERE room_id = $1", "i", room_id) &&
               db_run(db, "UPDATE interpret_language SET person_id = NULL, next_id = NULL WHERE room_id = $1", "i",
                      room_id);
}
