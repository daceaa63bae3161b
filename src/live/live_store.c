#include "live/live_store.h"
#include "base/time.h"
#include "people/people.h"

#include <string.h>

static void stored_person_clear(gpointer data)
{
        g_free(((StoredPerson *)data)->name);
}

void stored_room_clear(StoredRoom *stored)
{
        g_clear_pointer(&stored->people, g_array_unref);
        g_clear_pointer(&stored->lines, g_ptr_array_unref);
        g_clear_pointer(&stored->hands, g_array_unref);
}

static int64_t event_of_room(Db *db, int64_t room_id)
{
        return live_is_team_room(room_id) ? -room_id - LIVE_TEAM_ROOMS
                                          : db_int(db, 0,
                                                   "SELECT event_id FROM room WHERE id = coalesce((SELECT room_id FROM "
                                                   "live_part WHERE id = -$1), $1)",
                                                   "i", room_id);
}

char *live_store_part(Db *db, int64_t room_id, int64_t part)
{
        g_autoptr(Stmt) row =
                db_query(db, "SELECT name FROM live_part WHERE id = $1 AND room_id = $2", "ii", part, room_id);
        return stmt_next(row) ? g_strdup(stmt_text(row, 0)) : NULL;
}

bool live_store_room_stands(Db *db, int64_t room_id)
{
        return db_int(db, 0, "SELECT count(*) FROM event WHERE id = $1", "i", event_of_room(db, room_id)) == 1;
}

bool live_store_in_team(Db *db, int64_t event_id, int64_t account)
{
        return (people_rights(db, account, event_id) & RIGHT_BIT(RIGHT_TEAM)) != 0;
}

int live_store_account_consent(Db *db, int64_t room_id, int64_t account)
{
        if (account <= 0 || live_is_team_room(room_id)) /* nothing is recorded there */
                return -1;
        Consent consent = people_consent(db, account, event_of_room(db, room_id));
        return consent.given_us == 0 ? -1 : consent.standing;
}

static void load_people(Db *db, int64_t room_id, GArray *people)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT id, key_hash, account_id, name, role, seat, removed,"
                                        " coalesce(encoder_id, 0), held, hall, outside, coalesce(rehearses, 0), "
                                        "coalesce(seat_of, 0), (SELECT given FROM live_consent c WHERE "
                                        "c.room_id = p.room_id AND c.person_id = p.id"
                                        "  ORDER BY c.id DESC LIMIT 1)"
                                        " FROM live_person p WHERE room_id = $1",
                                        "i", room_id);
        while (stmt_next(stmt)) {
                StoredPerson person = { .id = (int)stmt_int(stmt, 0),
                                        .account = stmt_int(stmt, 2),
                                        .name = g_strdup(stmt_text(stmt, 3)),
                                        .role = live_role_from_word(stmt_text(stmt, 4)),
                                        .seat = stmt_is_null(stmt, 5) ? SFU_NO_SEAT : (int)stmt_int(stmt, 5),
                                        .removed = stmt_int(stmt, 6) != 0,
                                        .encoder = stmt_int(stmt, 7),
                                        .held = stmt_int(stmt, 8) != 0,
                                        .hall = stmt_int(stmt, 9) != 0,
                                        .outside = stmt_int(stmt, 10) != 0,
                                        .rehearses = stmt_int(stmt, 11),
                                        .of_hall = stmt_int(stmt, 12),
                                        .consent = stmt_is_null(stmt, 13) ? -1 : (int)stmt_int(stmt, 13) };
                int chosen = live_store_account_consent(db, room_id, person.account);
                person.consent = chosen >= 0 ? chosen : person.consent;
                size_t size;
                const void *hash = stmt_blob(stmt, 1, &size);
                if (size == KEY_HASH_BYTES)
                        memcpy(person.key_hash, hash, size);
                g_array_append_val(people, person);
        }
}

static LiveLine *read_line(Stmt *stmt)
{
        LiveLine *line = g_new0(LiveLine, 1);
        line->n = stmt_int(stmt, 0);
        line->person_id = (int)stmt_int(stmt, 1);
        line->nonce = g_strdup(stmt_text(stmt, 2));
        line->text = g_strdup(stmt_text(stmt, 3));
        line->at_us = stmt_int(stmt, 4);
        line->reply_to = stmt_int(stmt, 5);
        line->waiting = stmt_int(stmt, 6) != 0;
        return line;
}

static void load_lines(Db *db, int64_t room_id, GPtrArray *lines)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT n, person_id, nonce, text, at_us, reply_to, waiting FROM live_line"
                                        " WHERE room_id = $1 AND gone = 0 ORDER BY n DESC LIMIT $2",
                                        "ii", room_id, (int64_t)CHAT_SHOWN);
        while (stmt_next(stmt))
                g_ptr_array_insert(lines, 0, read_line(stmt));
}

static void load_hands(Db *db, int64_t room_id, GArray *hands)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT person_id FROM live_hand WHERE room_id = $1 ORDER BY id", "i", room_id);
        while (stmt_next(stmt)) {
                int id = (int)stmt_int(stmt, 0);
                g_array_append_val(hands, id);
        }
}

void live_store_load(Db *db, int64_t room_id, StoredRoom *ret_stored)
{
        stored_room_clear(ret_stored); /* of a turn that was undone */
        ret_stored->people = g_array_new(FALSE, TRUE, sizeof(StoredPerson));
        g_array_set_clear_func(ret_stored->people, stored_person_clear);
        ret_stored->lines = g_ptr_array_new_with_free_func(live_line_free);
        ret_stored->hands = g_array_new(FALSE, TRUE, sizeof(int));
        load_people(db, room_id, ret_stored->people);
        load_lines(db, room_id, ret_stored->lines);
        load_hands(db, room_id, ret_stored->hands);
        g_autoptr(Stmt) stmt = db_query(db, "SELECT slow_s, moderated FROM live_chat WHERE room_id = $1", "i", room_id);
        if (stmt_next(stmt))
                ret_stored->chat = (LiveChat){ (int)stmt_int(stmt, 0), stmt_int(stmt, 1) != 0 };
}

/* None that was cancelled. In this order: one that a host began before its hour; the talk whose time it is; one that
 * overran and was not ended; one about to begin. */
void live_store_talk_now(Db *db, int64_t room_id, int64_t now_us, LiveTalk *ret_talk)
{
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT t.id, t.code, t.title, t.start_us, t.end_us, t.no_recording, coalesce(s.recording, 0),"
                         " CASE WHEN s.called_us <= $2 AND s.ended_us IS NULL AND t.start_us > $2 THEN -1"
                         "      WHEN t.start_us <= $2 AND t.end_us > $2 THEN 0"
                         "      WHEN t.start_us <= $2 AND s.id IS NOT NULL AND s.ended_us IS NULL THEN 1"
                         "      WHEN t.start_us > $2 THEN 2 ELSE 3 END AS rank"
                         " FROM talk t LEFT JOIN live_session s ON s.room_id = $1 AND s.talk_id = t.id"
                         " WHERE t.room_id = $1 AND t.cancelled = 0 AND (t.start_us <= $2 + $3 OR s.called_us <= $2) "
                         "AND t.end_us + $4 > $2"
                         " ORDER BY rank, CASE WHEN rank = 2 THEN t.start_us ELSE -t.start_us END LIMIT 1",
                         "iiii", room_id, now_us, (int64_t)EARLY_US, (int64_t)OVERRUN_US);
        if (!stmt_next(stmt) || stmt_int(stmt, 7) == 3) /* over, and nobody holds on to it */
                return;
        *ret_talk = (LiveTalk){ .id = stmt_int(stmt, 0),
                                .code = g_strdup(stmt_text(stmt, 1)),
                                .title = g_strdup(stmt_text(stmt, 2)),
                                .start_us = stmt_int(stmt, 3),
                                .end_us = stmt_int(stmt, 4),
                                .no_recording = stmt_int(stmt, 5) != 0,
                                .recording = stmt_int(stmt, 6) != 0 };
}

bool live_store_session(Db *db, int64_t room_id, int64_t now_us, StoredSession *ret_session)
{
        live_talk_clear(&ret_session->talk); /* of a turn that was undone */
        live_store_doorway(db, room_id, &ret_session->doorway);
        live_store_talk_now(db, room_id, now_us, &ret_session->talk);
        db_run(db,
               "INSERT INTO live_session(room_id, talk_id, started_us) VALUES($1, $2, $3)"
               " ON CONFLICT (room_id, talk_id) DO NOTHING",
               "iii", room_id, ret_session->talk.id, now_us);
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT id, started_us, ended_us, recording, recorded, pinned, scene FROM live_session"
                         " WHERE room_id = $1 AND talk_id = $2",
                         "ii", room_id, ret_session->talk.id);
        if (!stmt_next(stmt))
                return false;
        ret_session->session_id = stmt_int(stmt, 0);
        ret_session->started_us = stmt_int(stmt, 1);
        ret_session->ended = !stmt_is_null(stmt, 2);
        ret_session->recording = stmt_int(stmt, 3) != 0;
        ret_session->recorded = stmt_int(stmt, 4) != 0;
        ret_session->pinned = (int)stmt_int(stmt, 5);
        live_scene_from_word(stmt_text(stmt, 6), &ret_session->scene);
        return true;
}

int64_t live_store_session_known(Db *db, int64_t room_id, int64_t talk_id, bool *ret_ended)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT id, ended_us IS NOT NULL FROM live_session WHERE room_id = $1 AND talk_id = $2",
                         "ii", room_id, talk_id);
        bool known = stmt_next(stmt);
        *ret_ended = known && stmt_int(stmt, 1) != 0;
        return known ? stmt_int(stmt, 0) : 0;
}

bool live_store_session_flags(Db *db, int64_t session_id, bool recording, int pinned, LiveScene scene)
{
        return db_run(db,
                      "UPDATE live_session SET recording = $2, recorded = max(recorded, $2), pinned = $3, scene = $4"
                      " WHERE id = $1",
                      "iiit", session_id, (int64_t)recording, (int64_t)pinned, live_scene_word(scene));
}

/* Who leads stays on stage; the others' session is over. */
static bool end_for_the_next(Db *db, int64_t session_id, int64_t room_id, int64_t now_us)
{
        return db_run(db, "UPDATE live_session SET ended_us = $2, recording = 0 WHERE id = $1 AND ended_us IS NULL",
                      "ii", session_id, now_us) &&
               db_run(db,
                      "UPDATE live_person SET seat = CASE WHEN role = 'host' THEN seat END, removed = 0, held = 0"
                      " WHERE room_id = $1",
                      "i", room_id) &&
               db_run(db, "DELETE FROM live_hand WHERE room_id = $1", "i", room_id);
}

bool live_store_session_next(Db *db, int64_t session_id, int64_t room_id, int64_t start_us, int64_t now_us,
                             bool *ret_found)
{
        int64_t talk = db_int(db, 0,
                              "SELECT t.id FROM talk t LEFT JOIN live_session s ON s.room_id = $1 AND s.talk_id = t.id"
                              " WHERE t.room_id = $1 AND t.cancelled = 0 AND s.ended_us IS NULL AND t.start_us > $2"
                              " AND t.end_us > $3 AND t.start_us <= $3 + $4 ORDER BY t.start_us, t.id LIMIT 1",
                              "iiii", room_id, start_us, now_us, (int64_t)NEXT_WITHIN_US);
        *ret_found = talk != 0;
        return !talk ||
               (end_for_the_next(db, session_id, room_id, now_us) &&
                db_run(db,
                       "INSERT INTO live_session(room_id, talk_id, started_us, called_us) VALUES($1, $2, $3, $3)"
                       " ON CONFLICT (room_id, talk_id) DO UPDATE SET called_us = excluded.called_us",
                       "iii", room_id, talk, now_us));
}

bool live_store_session_end(Db *db, int64_t session_id, int64_t room_id, int64_t now_us)
{
        return db_run(db, "UPDATE live_session SET ended_us = $2, recording = 0 WHERE id = $1 AND ended_us IS NULL",
                      "ii", session_id, now_us) &&
               db_run(db, "UPDATE live_person SET seat = NULL, removed = 0, held = 0 WHERE room_id = $1", "i",
                      room_id) &&
               db_run(db, "DELETE FROM live_hand WHERE room_id = $1", "i", room_id);
}

bool live_store_person_add(Db *db, int64_t room_id, const StoredPerson *person, int64_t now_us)
{
        bool added = db_run(
                db,
                "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES($1, $2, $3, $4, $5, $6)",
                "iibtti", room_id, (int64_t)person->id, person->key_hash, (size_t)KEY_HASH_BYTES, person->name,
                live_role_word(person->role), now_us);
        if (added && person->account)
                db_run(db, "UPDATE live_person SET account_id = $3 WHERE room_id = $1 AND id = $2", "iii", room_id,
                       (int64_t)person->id, person->account);
        return added;
}

bool live_store_person_seat(Db *db, int64_t room_id, int id, int seat)
{
        return db_run(
                db,
                "UPDATE live_person SET seat = CASE WHEN $3 < 0 THEN NULL ELSE $3 END WHERE room_id = $1 AND id = $2",
                "iii", room_id, (int64_t)id, (int64_t)seat);
}

bool live_store_person_update(Db *db, int64_t room_id, int id, const char *name, LiveRole role, int64_t account,
                              int64_t now_us)
{
        return db_run(db,
                      "UPDATE live_person SET name = $3, role = $4, seen_us = $5,"
                      " account_id = CASE WHEN $6 > 0 THEN $6 ELSE account_id END WHERE room_id = $1 AND id = $2",
                      "iittii", room_id, (int64_t)id, name, live_role_word(role), now_us, account);
}

bool live_store_person_key(Db *db, int64_t room_id, int id, const unsigned char *key_hash)
{
        return db_run(db, "UPDATE live_person SET key_hash = $3 WHERE room_id = $1 AND id = $2", "iib", room_id,
                      (int64_t)id, key_hash, (size_t)KEY_HASH_BYTES);
}

bool live_store_person_forget(Db *db, int64_t room_id, int id)
{
        return db_run(db,
                      "DELETE FROM live_person WHERE room_id = $1 AND id = $2 AND name = '' AND account_id IS NULL AND "
                      "NOT EXISTS(SELECT 1 FROM live_line l WHERE l.room_id = $1 AND l.person_id = $2) AND "
                      "NOT EXISTS(SELECT 1 FROM live_consent c WHERE c.room_id = $1 AND c.person_id = $2)",
                      "ii", room_id, (int64_t)id);
}

bool live_store_person_remove(Db *db, int64_t room_id, int id)
{
        return db_run(db, "UPDATE live_person SET seat = NULL, removed = 1 WHERE room_id = $1 AND id = $2", "ii",
                      room_id, (int64_t)id) &&
               db_run(db, "DELETE FROM live_hand WHERE room_id = $1 AND person_id = $2", "ii", room_id, (int64_t)id);
}

bool live_store_consent(Db *db, int64_t room_id, int id, bool given, int64_t now_us)
{
        int64_t account = db_int(db, 0, "SELECT account_id FROM live_person WHERE room_id = $1 AND id = $2", "ii",
                                 room_id, (int64_t)id);
        if (account > 0)
                (given ? people_consent_give : people_consent_withdraw)(db, account, event_of_room(db, room_id));
        return db_run(db, "INSERT INTO live_consent(room_id, person_id, given, at_us) VALUES($1, $2, $3, $4)", "iiii",
                      room_id, (int64_t)id, (int64_t)given, now_us);
}

bool live_store_encoder(Db *db, int64_t room_id, int id, int64_t encoder, bool consents, int seat, int64_t now_us)
{
        return db_run(db,
                      "UPDATE live_person SET encoder_id = $3, seat = $4, trouble = NULL, seen_us = $5"
                      " WHERE room_id = $1 AND id = $2",
                      "iiiii", room_id, (int64_t)id, encoder, (int64_t)seat, now_us) &&
               (!consents || live_store_consent(db, room_id, id, true, now_us));
}

bool live_store_encoder_held(Db *db, int64_t room_id, int id, bool held)
{
        return db_run(db, "UPDATE live_person SET held = $3 WHERE room_id = $1 AND id = $2", "iii", room_id,
                      (int64_t)id, (int64_t)held);
}

bool live_store_encoder_trouble(Db *db, int64_t room_id, int id, const char *trouble)
{
        return db_run(db, "UPDATE live_person SET trouble = nullif($3, '') WHERE room_id = $1 AND id = $2", "iit",
                      room_id, (int64_t)id, trouble ? trouble : "");
}

bool live_store_line(Db *db, int64_t room_id, LiveLine *line, bool *ret_new)
{
        db_run(db,
               "INSERT INTO live_line(room_id, n, person_id, nonce, text, at_us, reply_to, waiting)"
               " SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5,"
               " (SELECT n FROM live_line WHERE room_id = $1 AND n = $6 AND waiting = 0 AND gone = 0), $7"
               " FROM live_line WHERE room_id = $1 ON CONFLICT (room_id, person_id, nonce) DO NOTHING",
               "iittiii", room_id, (int64_t)line->person_id, line->nonce, line->text, line->at_us, line->reply_to,
               (int64_t)line->waiting);
        *ret_new = db_changed(db) == 1;
        g_autoptr(Stmt) stmt = db_query(
                db,
                "SELECT n, text, at_us, reply_to, waiting FROM live_line WHERE room_id = $1 AND person_id = $2 AND"
                " nonce = $3",
                "iit", room_id, (int64_t)line->person_id, line->nonce);
        if (!stmt_next(stmt))
                return false;
        line->n = stmt_int(stmt, 0);
        g_free(line->text);
        line->text = g_strdup(stmt_text(stmt, 1));
        line->at_us = stmt_int(stmt, 2);
        line->reply_to = stmt_int(stmt, 3);
        line->waiting = stmt_int(stmt, 4) != 0;
        return true;
}

int live_store_line_author(Db *db, int64_t room_id, int64_t n)
{
        return (int)db_int(db, 0, "SELECT person_id FROM live_line WHERE room_id = $1 AND n = $2 AND gone = 0", "ii",
                           room_id, n);
}

bool live_store_unsay(Db *db, int64_t room_id, int64_t n)
{
        return db_run(db, "UPDATE live_line SET text = '', gone = 1, waiting = 0 WHERE room_id = $1 AND n = $2", "ii",
                      room_id, n);
}

bool live_store_show(Db *db, int64_t room_id, int64_t n)
{
        return db_run(db, "UPDATE live_line SET waiting = 0 WHERE room_id = $1 AND n = $2", "ii", room_id, n);
}

bool live_store_chat(Db *db, int64_t room_id, const LiveChat *chat)
{
        return db_run(db,
                      "INSERT INTO live_chat(room_id, slow_s, moderated) VALUES($1, $2, $3)"
                      " ON CONFLICT (room_id) DO UPDATE SET slow_s = $2, moderated = $3",
                      "iii", room_id, (int64_t)chat->slow_s, (int64_t)chat->moderated);
}

bool live_store_hand(Db *db, int64_t room_id, int id, bool up, int64_t now_us, GArray *ret_hands)
{
        if (up)
                db_run(db,
                       "INSERT INTO live_hand(room_id, person_id, at_us) VALUES($1, $2, $3)"
                       " ON CONFLICT (room_id, person_id) DO NOTHING",
                       "iii", room_id, (int64_t)id, now_us);
        else
                db_run(db, "DELETE FROM live_hand WHERE room_id = $1 AND person_id = $2", "ii", room_id, (int64_t)id);
        g_array_set_size(ret_hands, 0); /* of a turn that was undone */
        load_hands(db, room_id, ret_hands);
        return !db_failed(db);
}

int live_store_sample_speaker(Db *db, int64_t room_id, const char *name, const unsigned char *key_hash, int64_t now_us)
{
        int64_t id = db_int(db, 0,
                            "SELECT id FROM live_person WHERE room_id = $1 AND name = $2 AND account_id IS NULL AND "
                            "role = 'speaker'",
                            "it", room_id, name);
        if (id) {
                db_run(db,
                       "UPDATE live_person SET key_hash = $3, removed = 0, seat = NULL WHERE room_id = $1 AND id = $2",
                       "iib", room_id, id, key_hash, (size_t)KEY_HASH_BYTES);
                return (int)id;
        }
        StoredPerson person = { .id = (int)db_int(db, 1, "SELECT max(id) + 1 FROM live_person WHERE room_id = $1", "i",
                                                  room_id),
                                .name = (char *)name,
                                .role = LIVE_SPEAKER };
        memcpy(person.key_hash, key_hash, KEY_HASH_BYTES);
        return live_store_person_add(db, room_id, &person, now_us) ? person.id : 0;
}

bool live_store_seat_of(Db *db, int64_t room_id, int id, int64_t hall)
{
        return db_run(db, "UPDATE live_person SET seat_of = $3 WHERE room_id = $1 AND id = $2", "iii", room_id,
                      (int64_t)id, hall);
}

bool live_store_in_hall(Db *db, int64_t room_id, int id)
{
        return db_run(db, "UPDATE live_person SET hall = 1 WHERE room_id = $1 AND id = $2", "ii", room_id, (int64_t)id);
}

void live_store_hall_seat(Db *db, int64_t room_id, const unsigned char *key_hash, HallSeat *ret_seat)
{
        g_autoptr(Stmt) stmt = db_query(
                db,
                "SELECT p.id, p.name, coalesce((SELECT count(*) FROM live_hand o WHERE o.room_id = $1 AND o.id <= "
                "h.id), 0) FROM live_person p LEFT JOIN live_hand h ON h.room_id = p.room_id AND h.person_id = "
                "p.id WHERE p.key_hash = $2 AND p.room_id = $1 AND p.hall = 1",
                "ib", room_id, key_hash, (size_t)KEY_HASH_BYTES);
        if (stmt_next(stmt)) {
                ret_seat->person = (int)stmt_int(stmt, 0);
                ret_seat->name = g_strdup(stmt_text(stmt, 1));
                ret_seat->place = (int)stmt_int(stmt, 2);
        }
        ret_seat->hands = (int)db_int(db, 0, "SELECT count(*) FROM live_hand WHERE room_id = $1", "i", room_id);
}

bool live_store_hand_place(Db *db, int64_t room_id, int id, int place, GArray *ret_hands)
{
        g_array_set_size(ret_hands, 0); /* of a turn that was undone */
        load_hands(db, room_id, ret_hands);
        for (guint i = 0; i < ret_hands->len; i++) {
                if (g_array_index(ret_hands, int, i) != id)
                        continue;
                g_array_remove_index(ret_hands, i);
                g_array_insert_val(ret_hands, MIN((guint)place, ret_hands->len), id);
                break;
        }
        /* the order is that of their numbers: each gets a new one */
        for (guint i = 0; i < ret_hands->len; i++)
                db_run(db,
                       "UPDATE live_hand SET id = (SELECT max(id) + 1 FROM live_hand)"
                       " WHERE room_id = $1 AND person_id = $2",
                       "ii", room_id, (int64_t)g_array_index(ret_hands, int, i));
        return !db_failed(db);
}
