#include "discuss/discuss_store.h"

/* --- loading ----------------------------------------------------------------------------------------------------- */

static void read_people(Stmt *stmt, GHashTable *people)
{
        while (stmt_next(stmt))
                g_hash_table_add(people, GINT_TO_POINTER((int)stmt_int(stmt, 0)));
}

#define QUESTION_COLUMNS "q.id, q.person_id, q.nonce, q.named, q.text, q.state, q.votes, q.asked_us, q.answered_us"

static void read_question(Stmt *stmt, Question *question)
{
        question->id = stmt_int(stmt, 0);
        question->person = (int)stmt_int(stmt, 1);
        g_free(question->nonce);
        question->nonce = g_strdup(stmt_text(stmt, 2));
        question->named = stmt_int(stmt, 3) != 0;
        g_free(question->text);
        question->text = g_strdup(stmt_text(stmt, 4));
        g_free(question->state);
        question->state = g_strdup(stmt_text(stmt, 5));
        question->votes = (int)stmt_int(stmt, 6);
        question->asked_us = stmt_int(stmt, 7);
        question->answered_us = stmt_int(stmt, 8);
}

static void load_questions(Db *db, int64_t session, GPtrArray *questions)
{
        g_autoptr(Stmt) stmt = db_query(
                db, "SELECT " QUESTION_COLUMNS " FROM discuss_question q WHERE q.session_id = $1 ORDER BY q.id", "i",
                session);
        while (stmt_next(stmt)) {
                Question *question = discuss_question_new();
                read_question(stmt, question);
                g_autoptr(Stmt) voters =
                        db_query(db, "SELECT person_id FROM discuss_vote WHERE question_id = $1", "i", question->id);
                read_people(voters, question->voters);
                g_ptr_array_add(questions, question);
        }
}

static void read_poll(Db *db, Stmt *stmt, Poll *poll)
{
        poll->id = stmt_int(stmt, 0);
        g_free(poll->kind);
        poll->kind = g_strdup(stmt_text(stmt, 1));
        g_free(poll->question);
        poll->question = g_strdup(stmt_text(stmt, 2));
        g_free(poll->state);
        poll->state = g_strdup(stmt_text(stmt, 3));
        poll->answers = (int)stmt_int(stmt, 4);
        g_ptr_array_set_size(poll->choices, 0);
        g_autoptr(Stmt) choices =
                db_query(db, "SELECT text, votes FROM discuss_choice WHERE poll_id = $1 ORDER BY n", "i", poll->id);
        while (stmt_next(choices))
                discuss_poll_add_choice(poll, stmt_text(choices, 0), (int)stmt_int(choices, 1));
        g_autoptr(Stmt) who = db_query(db, "SELECT person_id FROM discuss_answered WHERE poll_id = $1", "i", poll->id);
        g_hash_table_remove_all(poll->who);
        read_people(who, poll->who);
}

#define POLL_COLUMNS "id, kind, question, state, answers"

static void load_polls(Db *db, int64_t session, GPtrArray *polls)
{
        g_autoptr(Stmt) stmt = db_query(
                db, "SELECT " POLL_COLUMNS " FROM discuss_poll WHERE session_id = $1 ORDER BY id", "i", session);
        while (stmt_next(stmt)) {
                Poll *poll = discuss_poll_new();
                read_poll(db, stmt, poll);
                g_ptr_array_add(polls, poll);
        }
}

void discuss_store_setting_of(Db *db, int64_t session, bool *ret_moderated, bool *ret_nameless)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT moderated, nameless FROM discuss_setting WHERE session_id = $1", "i", session);
        bool set = stmt_next(stmt);
        *ret_moderated = set && stmt_int(stmt, 0) != 0;
        *ret_nameless = !set || stmt_int(stmt, 1) != 0;
}

void discuss_store_hall_questions(Db *db, int64_t session, int person, GArray *questions)
{
        g_autoptr(Stmt) stmt = db_query(
                db,
                "SELECT q.id, q.text, q.state, CASE WHEN q.named THEN (SELECT p.name FROM live_person p WHERE"
                " p.room_id = q.room_id AND p.id = q.person_id) END,"
                " q.votes + (SELECT count(*) FROM discuss_vote v WHERE v.question_id = q.id) AS votes,"
                " EXISTS(SELECT 1 FROM discuss_vote v WHERE v.question_id = q.id AND v.person_id = $2)"
                " FROM discuss_question q WHERE q.session_id = $1 AND (q.state IN ('open', 'answering', 'answered')"
                " OR (q.state = 'waiting' AND q.person_id = $2))"
                " ORDER BY q.state <> 'waiting', q.state <> 'answering', q.state <> 'open', votes DESC, q.id LIMIT 100",
                "ii", session, (int64_t)person);
        while (stmt_next(stmt)) {
                HallQuestion question = { .id = stmt_int(stmt, 0),
                                          .text = g_strdup(stmt_text(stmt, 1)),
                                          .state = g_strdup(stmt_text(stmt, 2)),
                                          .name = stmt_is_null(stmt, 3) ? NULL : g_strdup(stmt_text(stmt, 3)),
                                          .votes = (int)stmt_int(stmt, 4),
                                          .voted = stmt_int(stmt, 5) != 0 };
                g_array_append_val(questions, question);
        }
}

static int by_votes(gconstpointer a, gconstpointer b)
{
        return (*(Choice *const *)b)->votes - (*(Choice *const *)a)->votes;
}

void discuss_store_hall_polls(Db *db, int64_t session, GPtrArray *polls)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT " POLL_COLUMNS " FROM discuss_poll WHERE session_id = $1 AND (state ="
                                        " 'open' OR id = (SELECT max(id) FROM discuss_poll WHERE session_id = $1 AND"
                                        " state = 'closed')) ORDER BY state <> 'open', id DESC",
                                        "i", session);
        while (stmt_next(stmt)) {
                Poll *poll = discuss_poll_new();
                read_poll(db, stmt, poll);
                if (g_str_equal(poll->kind, "words"))
                        g_ptr_array_sort(poll->choices, by_votes);
                g_ptr_array_add(polls, poll);
        }
}

bool discuss_store_load(Db *db, const LiveMoment *moment, Discussion *into)
{
        if (!discuss_store_settle(db, moment->room_id, moment->session_id))
                return false;
        discuss_store_setting_of(db, moment->session_id, &into->moderated, &into->nameless);
        load_questions(db, moment->session_id, into->questions);
        load_polls(db, moment->session_id, into->polls);
        return !db_failed(db);
}

/* --- questions --------------------------------------------------------------------------------------------------- */

bool discuss_store_ask(Db *db, const LiveMoment *moment, Question *question)
{
        db_run(db,
               "INSERT INTO discuss_question(session_id, room_id, person_id, nonce, named, text, state, asked_us)"
               " SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE"
               " (SELECT count(*) FROM discuss_question WHERE session_id = $1) < $9"
               " ON CONFLICT (session_id, person_id, nonce) DO NOTHING",
               "iiitittii", moment->session_id, moment->room_id, (int64_t)question->person, question->nonce,
               (int64_t)question->named, question->text, question->state, moment->now_us, (int64_t)QUESTIONS_MAX);
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT " QUESTION_COLUMNS " FROM discuss_question q WHERE q.session_id = $1"
                                        " AND q.person_id = $2 AND q.nonce = $3",
                                        "iit", moment->session_id, (int64_t)question->person, question->nonce);
        if (!stmt_next(stmt))
                return false;
        read_question(stmt, question);
        return true;
}

bool discuss_store_vote(Db *db, const LiveMoment *moment, int64_t question, int person, bool on)
{
        if (!on)
                return db_run(db, "DELETE FROM discuss_vote WHERE question_id = $1 AND person_id = $2", "ii", question,
                              (int64_t)person);
        return db_run(db,
                      "INSERT INTO discuss_vote(question_id, room_id, person_id)"
                      " SELECT id, room_id, $2 FROM discuss_question WHERE id = $1 AND session_id = $3"
                      " AND state IN ('open', 'answering') ON CONFLICT (question_id, person_id) DO NOTHING",
                      "iii", question, (int64_t)person, moment->session_id) &&
               db_int(db, 0, "SELECT 1 FROM discuss_vote WHERE question_id = $1 AND person_id = $2", "ii", question,
                      (int64_t)person) == 1;
}

bool discuss_store_withdraw(Db *db, const LiveMoment *moment, int64_t question, int person)
{
        return db_run(db, "DELETE FROM discuss_question WHERE id = $1 AND session_id = $2 AND person_id = $3", "iii",
                      question, moment->session_id, (int64_t)person) &&
               db_changed(db) == 1;
}

bool discuss_store_state(Db *db, const LiveMoment *moment, int64_t question, const char *state)
{
        return db_run(db,
                      "UPDATE discuss_question SET state = 'answered' WHERE session_id = $1 AND state = 'answering'"
                      " AND id <> $2 AND $3 = 'answering'",
                      "iit", moment->session_id, question, state) &&
               db_run(db,
                      "UPDATE discuss_question SET state = $3,"
                      " answered_us = CASE WHEN $3 IN ('answering', 'answered') THEN coalesce(answered_us, $4) END"
                      " WHERE session_id = $1 AND id = $2",
                      "iiti", moment->session_id, question, state, moment->now_us) &&
               db_changed(db) == 1;
}

bool discuss_store_setting(Db *db, const LiveMoment *moment, bool moderated, bool nameless)
{
        return db_run(db,
                      "INSERT INTO discuss_setting(session_id, moderated, nameless) VALUES($1, $2, $3)"
                      " ON CONFLICT (session_id) DO UPDATE SET moderated = $2, nameless = $3",
                      "iii", moment->session_id, (int64_t)moderated, (int64_t)nameless);
}

bool discuss_store_settle(Db *db, int64_t room_id, int64_t except)
{
        return db_run(db,
                      "UPDATE discuss_question SET votes = votes +"
                      " (SELECT count(*) FROM discuss_vote v WHERE v.question_id = discuss_question.id)"
                      " WHERE room_id = $1 AND session_id <> $2 AND"
                      " EXISTS(SELECT 1 FROM discuss_vote v WHERE v.question_id = discuss_question.id)",
                      "ii", room_id, except) &&
               db_run(db,
                      "DELETE FROM discuss_vote WHERE room_id = $1 AND question_id IN"
                      " (SELECT id FROM discuss_question WHERE room_id = $1 AND session_id <> $2)",
                      "ii", room_id, except) &&
               db_run(db,
                      "DELETE FROM discuss_answered WHERE room_id = $1 AND poll_id IN"
                      " (SELECT id FROM discuss_poll WHERE room_id = $1 AND session_id <> $2)",
                      "ii", room_id, except) &&
               db_run(db,
                      "UPDATE discuss_poll SET state = 'closed' WHERE room_id = $1 AND session_id <> $2 AND"
                      " state = 'open'",
                      "ii", room_id, except);
}

/* --- polls ------------------------------------------------------------------------------------------------------- */

static bool add_choices(Db *db, int64_t poll, const GPtrArray *choices)
{
        for (guint i = 0; i < choices->len; i++) {
                const Choice *choice = g_ptr_array_index(choices, i);
                if (!db_run(db, "INSERT INTO discuss_choice(poll_id, n, text) VALUES($1, $2, $3)", "iit", poll,
                            (int64_t)i, choice->text))
                        return false;
        }
        return true;
}

bool discuss_store_poll(Db *db, const LiveMoment *moment, const Poll *poll, int64_t *ret_id)
{
        *ret_id = poll->id;
        if (poll->id) {
                if (!db_run(db,
                            "UPDATE discuss_poll SET kind = $3, question = $4 WHERE id = $1 AND session_id = $2 AND"
                            " state = 'draft'",
                            "iitt", poll->id, moment->session_id, poll->kind, poll->question) ||
                    db_changed(db) != 1 || !db_run(db, "DELETE FROM discuss_choice WHERE poll_id = $1", "i", poll->id))
                        return false;
                return add_choices(db, poll->id, poll->choices);
        }
        *ret_id = db_insert(db,
                            "INSERT INTO discuss_poll(session_id, room_id, kind, question, state, made_us)"
                            " SELECT $1, $2, $3, $4, 'draft', $5 WHERE"
                            " (SELECT count(*) FROM discuss_poll WHERE session_id = $1) < $6 RETURNING id",
                            "iittii", moment->session_id, moment->room_id, poll->kind, poll->question, moment->now_us,
                            (int64_t)POLLS_MAX);
        return *ret_id && add_choices(db, *ret_id, poll->choices);
}

bool discuss_store_poll_state(Db *db, const LiveMoment *moment, int64_t poll, const char *state)
{
        if (g_str_equal(state, "none"))
                return db_run(db, "DELETE FROM discuss_poll WHERE id = $1 AND session_id = $2", "ii", poll,
                              moment->session_id) &&
                       db_changed(db) == 1;
        return db_run(db,
                      "UPDATE discuss_poll SET state = $3 WHERE id = $1 AND session_id = $2 AND"
                      " state = CASE $3 WHEN 'open' THEN 'draft' ELSE 'open' END",
                      "iit", poll, moment->session_id, state) &&
               db_changed(db) == 1 &&
               db_run(db, "DELETE FROM discuss_answered WHERE poll_id = $1 AND $2 = 'closed'", "it", poll, state);
}

static bool count_words(Db *db, int64_t poll, char *const *words)
{
        for (; *words; words++)
                if (!db_run(db,
                            "INSERT INTO discuss_choice(poll_id, n, text, votes)"
                            " SELECT $1, coalesce(max(n), -1) + 1, $2, 1 FROM discuss_choice WHERE poll_id = $1"
                            " HAVING count(*) < $3 OR EXISTS(SELECT 1 FROM discuss_choice WHERE poll_id = $1 AND"
                            " text = $2) ON CONFLICT (poll_id, text) DO UPDATE SET votes = votes + 1",
                            "iti", poll, *words, (int64_t)WORDS_MAX))
                        return false;
        return true;
}

static bool count_picks(Db *db, int64_t poll, const GArray *picks)
{
        for (guint i = 0; i < picks->len; i++)
                if (!db_run(db, "UPDATE discuss_choice SET votes = votes + 1 WHERE poll_id = $1 AND n = $2", "ii", poll,
                            (int64_t)g_array_index(picks, int, i)) ||
                    db_changed(db) != 1)
                        return false;
        return true;
}

bool discuss_store_answer(Db *db, const LiveMoment *moment, Poll *poll, int person, const GArray *picks,
                          char *const *words, bool *ret_counted)
{
        if (!db_run(db,
                    "INSERT INTO discuss_answered(poll_id, room_id, person_id)"
                    " SELECT id, room_id, $2 FROM discuss_poll WHERE id = $1 AND session_id = $3 AND state = 'open'"
                    " ON CONFLICT (poll_id, person_id) DO NOTHING",
                    "iii", poll->id, (int64_t)person, moment->session_id))
                return false;
        *ret_counted = db_changed(db) == 1;
        if (*ret_counted && (!(words ? count_words(db, poll->id, words) : count_picks(db, poll->id, picks)) ||
                             !db_run(db, "UPDATE discuss_poll SET answers = answers + 1 WHERE id = $1", "i", poll->id)))
                return false;
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT " POLL_COLUMNS " FROM discuss_poll WHERE id = $1 AND session_id = $2", "ii",
                         poll->id, moment->session_id);
        if (!stmt_next(stmt))
                return false;
        read_poll(db, stmt, poll);
        return g_hash_table_contains(poll->who, GINT_TO_POINTER(person));
}
