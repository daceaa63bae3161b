#include "registration/question.h"

static Question *read_question(Stmt *stmt)
{
        Question *question = g_new0(Question, 1);
        question->id = stmt_int(stmt, 0);
        question->kind = question_kind(stmt_text(stmt, 1));
        question->label = g_strdup(stmt_text(stmt, 2));
        question->help = g_strdup(stmt_text(stmt, 3));
        question->choices = choices_read(stmt_text(stmt, 4));
        question->required = stmt_int(stmt, 5) != 0;
        return question;
}

#define QUESTION_COLUMNS "SELECT id, kind, label, help, choices, required FROM registration_question "

GPtrArray *question_list(Db *db, int64_t event)
{
        GPtrArray *questions = g_ptr_array_new_with_free_func((GDestroyNotify)question_free);
        g_autoptr(Stmt) stmt = db_query(db, QUESTION_COLUMNS "WHERE event_id = $1 ORDER BY position, id", "i", event);
        while (stmt_next(stmt))
                g_ptr_array_add(questions, read_question(stmt));
        return questions;
}

int64_t questions_count(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM registration_question WHERE event_id = $1", "i", event);
}

Question *question_find(Db *db, int64_t event, int64_t id)
{
        g_autoptr(Stmt) stmt = db_query(db, QUESTION_COLUMNS "WHERE event_id = $1 AND id = $2", "ii", event, id);
        return stmt_next(stmt) ? read_question(stmt) : NULL;
}

bool question_keep(Db *db, int64_t event, const Question *question)
{
        g_autofree char *choices = g_strjoinv("\n", question->choices);
        if (question->id > 0)
                return db_run(db,
                              "UPDATE registration_question SET kind = $3, label = $4, help = $5, choices = $6, "
                              "required = $7 WHERE event_id = $1 AND id = $2",
                              "iitttti", event, question->id, question_word(question->kind), question->label,
                              question->help, choices, (int64_t)question->required);
        return db_run(db,
                      "INSERT INTO registration_question(event_id, position, kind, label, help, choices, required) "
                      "SELECT $1, coalesce(max(position), 0) + 1, $2, $3, $4, $5, $6 FROM registration_question "
                      "WHERE event_id = $1",
                      "itttti", event, question_word(question->kind), question->label, question->help, choices,
                      (int64_t)question->required);
}

bool question_delete(Db *db, int64_t event, int64_t id)
{
        return db_run(db, "DELETE FROM registration_question WHERE event_id = $1 AND id = $2", "ii", event, id);
}

bool question_move_up(Db *db, int64_t event, int64_t id)
{
        int64_t own = db_int(db, 0, "SELECT position FROM registration_question WHERE event_id = $1 AND id = $2", "ii",
                             event, id);
        int64_t before =
                db_int(db, 0, "SELECT max(position) FROM registration_question WHERE event_id = $1 AND position < $2",
                       "ii", event, own);
        return before == 0 ||
               (db_run(db, "UPDATE registration_question SET position = $3 WHERE event_id = $1 AND position = $2",
                       "iii", event, before, own) &&
                db_run(db, "UPDATE registration_question SET position = $3 WHERE event_id = $1 AND id = $2", "iii",
                       event, id, before));
}

bool answers_keep(Db *db, int64_t registration, const GPtrArray *questions, char *const *answers)
{
        bool kept = true;
        for (guint i = 0; i < questions->len && kept; i++) {
                int64_t question = ((const Question *)questions->pdata[i])->id;
                kept = answers[i] && *answers[i]
                               ? db_run(db,
                                        "INSERT INTO registration_answer(registration_id, question_id, value) "
                                        "VALUES($1, $2, $3) ON CONFLICT(registration_id, question_id) DO UPDATE SET "
                                        "value = excluded.value",
                                        "iit", registration, question, answers[i])
                               : db_run(db,
                                        "DELETE FROM registration_answer WHERE registration_id = $1 "
                                        "AND question_id = $2",
                                        "ii", registration, question);
        }
        return kept;
}

GPtrArray *answers_of(Db *db, int64_t registration, const GPtrArray *questions)
{
        GPtrArray *answers = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < questions->len; i++)
                g_ptr_array_add(answers, db_text(db,
                                                 "SELECT value FROM registration_answer WHERE registration_id = $1 "
                                                 "AND question_id = $2",
                                                 "ii", registration, ((const Question *)questions->pdata[i])->id));
        return answers;
}
