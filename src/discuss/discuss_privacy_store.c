/* What is kept of a person, their export, its end; and what organisers get of a session. */
#include "discuss/discuss_store.h"

bool discuss_store_keeps(Db *db, int64_t room_id, int person)
{
        return db_int(db, 0,
                      "SELECT EXISTS(SELECT 1 FROM discuss_question WHERE room_id = $1 AND person_id = $2) OR"
                      " EXISTS(SELECT 1 FROM discuss_vote WHERE room_id = $1 AND person_id = $2) OR"
                      " EXISTS(SELECT 1 FROM discuss_answered WHERE room_id = $1 AND person_id = $2)",
                      "ii", room_id, (int64_t)person) == 1;
}

static json_t *texts(Db *db, const char *sql, int64_t room_id, int person)
{
        json_t *list = json_array();
        g_autoptr(Stmt) stmt = db_query(db, sql, "ii", room_id, (int64_t)person);
        while (stmt_next(stmt))
                json_array_append_new(list, json_string(stmt_text(stmt, 0)));
        return list;
}

json_t *discuss_store_export(Db *db, int64_t room_id, int person)
{
        if (!discuss_store_keeps(db, room_id, person))
                return NULL;
        json_t *questions = json_array();
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT asked_us, text, named, state FROM discuss_question WHERE room_id = $1"
                                        " AND person_id = $2 ORDER BY id",
                                        "ii", room_id, (int64_t)person);
        while (stmt_next(stmt))
                json_array_append_new(questions,
                                      json_pack("{s:I, s:s, s:b, s:s}", "at_us", (json_int_t)stmt_int(stmt, 0), "text",
                                                stmt_text(stmt, 1), "with_name", (int)stmt_int(stmt, 2), "state",
                                                stmt_text(stmt, 3)));
        return json_pack("{s:o, s:o, s:o}", "questions", questions, "voted_for",
                         texts(db,
                               "SELECT q.text FROM discuss_vote v JOIN discuss_question q ON q.id = v.question_id"
                               " WHERE v.room_id = $1 AND v.person_id = $2 ORDER BY q.id",
                               room_id, person),
                         "answered_polls",
                         texts(db,
                               "SELECT p.question FROM discuss_answered a JOIN discuss_poll p ON p.id = a.poll_id"
                               " WHERE a.room_id = $1 AND a.person_id = $2 ORDER BY p.id",
                               room_id, person));
}

bool discuss_store_erase(Db *db, int64_t room_id, int person)
{
        return db_run(db, "DELETE FROM discuss_question WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person) &&
               db_run(db, "DELETE FROM discuss_vote WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person) &&
               db_run(db, "DELETE FROM discuss_answered WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person);
}

bool discuss_store_expire(Db *db, int64_t room_id)
{
        return db_run(db, "DELETE FROM discuss_question WHERE room_id = $1", "i", room_id) &&
               db_run(db, "DELETE FROM discuss_poll WHERE room_id = $1", "i", room_id);
}

/* --- for organisers ---------------------------------------------------------------------------------------------- */

static json_t *questions_of(Db *db, int64_t session)
{
        json_t *list = json_array();
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT q.asked_us, q.text, q.state, q.answered_us,"
                         " q.votes + (SELECT count(*) FROM discuss_vote v WHERE v.question_id = q.id) AS total,"
                         " CASE WHEN q.named THEN p.name END FROM discuss_question q"
                         " JOIN live_person p ON p.room_id = q.room_id AND p.id = q.person_id"
                         " WHERE q.session_id = $1 ORDER BY total DESC, q.id",
                         "i", session);
        while (stmt_next(stmt))
                json_array_append_new(
                        list, json_pack("{s:I, s:s?, s:s, s:i, s:s, s:o}", "at_us", (json_int_t)stmt_int(stmt, 0),
                                        "name", stmt_text(stmt, 5), "text", stmt_text(stmt, 1), "votes",
                                        (int)stmt_int(stmt, 4), "state", stmt_text(stmt, 2), "answered_us",
                                        stmt_is_null(stmt, 3) ? json_null() : json_integer(stmt_int(stmt, 3))));
        return list;
}

static json_t *choices_of(Db *db, int64_t poll)
{
        json_t *list = json_array();
        g_autoptr(Stmt) stmt = db_query(
                db, "SELECT text, votes FROM discuss_choice WHERE poll_id = $1 ORDER BY votes DESC, n", "i", poll);
        while (stmt_next(stmt))
                json_array_append_new(
                        list, json_pack("{s:s, s:i}", "text", stmt_text(stmt, 0), "votes", (int)stmt_int(stmt, 1)));
        return list;
}

static json_t *polls_of(Db *db, int64_t session)
{
        json_t *list = json_array();
        g_autoptr(Stmt) stmt = db_query(
                db, "SELECT id, kind, question, state, answers FROM discuss_poll WHERE session_id = $1 ORDER BY id",
                "i", session);
        while (stmt_next(stmt))
                json_array_append_new(list,
                                      json_pack("{s:s, s:s, s:s, s:i, s:o}", "kind", stmt_text(stmt, 1), "question",
                                                stmt_text(stmt, 2), "state", stmt_text(stmt, 3), "answers",
                                                (int)stmt_int(stmt, 4), "choices", choices_of(db, stmt_int(stmt, 0))));
        return list;
}

static json_t *lines_of(Db *db, int64_t session)
{
        json_t *list = json_array();
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT l.at_us, l.text, p.name FROM live_session s JOIN live_line l ON l.room_id = s.room_id"
                         " JOIN live_person p ON p.room_id = l.room_id AND p.id = l.person_id"
                         " LEFT JOIN talk t ON t.id = s.talk_id WHERE s.id = $1 AND"
                         " l.at_us >= s.started_us AND l.at_us < coalesce(s.ended_us, t.end_us)"
                         " AND l.gone = 0 AND l.waiting = 0 ORDER BY l.n",
                         "i", session);
        while (stmt_next(stmt))
                json_array_append_new(list, json_pack("{s:I, s:s, s:s}", "at_us", (json_int_t)stmt_int(stmt, 0), "name",
                                                      stmt_text(stmt, 2), "text", stmt_text(stmt, 1)));
        return list;
}

void discuss_store_trace(Db *db, int64_t session, LiveTraceKind kind, GPtrArray *into)
{
        if (kind != LIVE_CHAPTER && kind != LIVE_QUESTION)
                return;
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT id, text, votes, coalesce(answered_us, 0), named, room_id, person_id, (SELECT name FROM "
                "live_person p WHERE p.room_id = q.room_id AND p.id = q.person_id) FROM discuss_question q "
                "WHERE session_id = $1 AND state IN ('open', 'answering', 'answered') ORDER BY id",
                "i", session);
        while (stmt_next(rows)) {
                int64_t answered_us = stmt_int(rows, 3);
                if (kind == LIVE_CHAPTER && answered_us == 0)
                        continue;
                bool named = stmt_int(rows, 4) && live_agrees(db, stmt_int(rows, 5), (int)stmt_int(rows, 6));
                live_trace_add(into, &(LiveTrace){ .kind = kind,
                                                   .chapter = LIVE_CHAPTER_QUESTION,
                                                   .n = stmt_int(rows, 0),
                                                   .text = g_strdup(stmt_text(rows, 1)),
                                                   .votes = (int)stmt_int(rows, 2),
                                                   .at_us = answered_us,
                                                   .name = named ? g_strdup(stmt_text(rows, 7)) : NULL });
        }
}

json_t *discuss_store_talk(Db *db, int64_t talk_id)
{
        json_t *questions = json_array(), *polls = json_array(), *lines = json_array();
        g_autoptr(Stmt) stmt = db_query(db, "SELECT id FROM live_session WHERE talk_id = $1 ORDER BY id", "i", talk_id);
        while (stmt_next(stmt)) {
                json_t *parts[] = { questions_of(db, stmt_int(stmt, 0)), polls_of(db, stmt_int(stmt, 0)),
                                    lines_of(db, stmt_int(stmt, 0)) };
                json_array_extend(questions, parts[0]);
                json_array_extend(polls, parts[1]);
                json_array_extend(lines, parts[2]);
                for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
                        json_decref(parts[i]);
        }
        return json_pack("{s:o, s:o, s:o}", "questions", questions, "polls", polls, "lines", lines);
}
