/* One person's data in registration/: given out, erased. */
#include "registration/registration_store.h"

#include <string.h>

#include "base/time.h"
#include "people/people.h"

static json_t *text_json(const char *text)
{
        return text ? json_string(text) : json_null();
}

static json_t *time_json(int64_t at_us)
{
        g_autoptr(GDateTime) time = at_us > 0 ? g_date_time_new_from_unix_utc(at_us / SECOND_US) : NULL;
        g_autofree char *text = time ? g_date_time_format_iso8601(time) : NULL;
        return text_json(text);
}

static json_t *answers_json(Db *db, int64_t registration)
{
        json_t *answers = json_object();
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT label, value FROM registration_answer JOIN registration_question ON "
                                        "registration_question.id = question_id WHERE registration_id = $1 "
                                        "ORDER BY position",
                                        "i", registration);
        while (stmt_next(stmt))
                json_object_set_new(answers, stmt_text(stmt, 0), json_string(stmt_text(stmt, 1)));
        return answers;
}

static json_t *sessions_json(Db *db, int64_t registration)
{
        json_t *sessions = json_array();
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT coalesce(title, ''), state, registration_place.created_us FROM "
                                        "registration_place LEFT JOIN talk ON talk.id = talk_id "
                                        "WHERE registration_id = $1 ORDER BY registration_place.id",
                                        "i", registration);
        while (stmt_next(stmt)) {
                json_t *session = json_pack("{s:s, s:s}", "title", stmt_text(stmt, 0), "state", stmt_text(stmt, 1));
                json_object_set_new(session, "since", time_json(stmt_int(stmt, 2)));
                json_array_append_new(sessions, session);
        }
        return sessions;
}

static json_t *told_json(Db *db, int64_t registration)
{
        json_t *told = json_object();
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT what, at_us FROM registration_told WHERE registration_id = $1 ORDER BY at_us", "i",
                         registration);
        while (stmt_next(stmt))
                json_object_set_new(told, stmt_text(stmt, 0), time_json(stmt_int(stmt, 1)));
        return told;
}

json_t *registration_json(Db *db, const Registration *registration)
{
        json_t *data = json_object();
        json_object_set_new(data, "path", json_string(registration->onsite ? "onsite" : "remote"));
        json_object_set_new(data, "registered", time_json(registration->created_us));
        json_object_set_new(data, "confirmed", time_json(registration->confirmed_us));
        g_autofree char *needs = needs_text(db, registration->id);
        json_object_set_new(data, "needs", text_json(needs));
        json_object_set_new(data, "needs_agreed", time_json(needs_agreed_us(db, registration->id)));
        json_object_set_new(data, "answers", answers_json(db, registration->id));
        json_object_set_new(data, "sessions", sessions_json(db, registration->id));
        json_object_set_new(data, "reminded", told_json(db, registration->id));
        return data;
}

json_t *registration_export(Db *db, int64_t account)
{
        json_t *all = json_array();
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT event.id, event.slug, event.title FROM registration JOIN event ON "
                                        "event.id = event_id WHERE account_id = $1 ORDER BY event.id",
                                        "i", account);
        while (stmt_next(stmt)) {
                g_autoptr(Registration) registration = registration_of(db, stmt_int(stmt, 0), account);
                json_t *data = registration_json(db, registration);
                json_object_set_new(data, "event", json_string(stmt_text(stmt, 2)));
                json_object_set_new(data, "slug", json_string(stmt_text(stmt, 1)));
                json_array_append_new(all, data);
        }
        return all;
}

bool registration_erase(Db *db, int64_t account)
{
        g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT event_id FROM registration WHERE account_id = $1 UNION "
                                        "SELECT event_id FROM registration_quiet WHERE account_id = $1 UNION "
                                        "SELECT event_id FROM registration_news WHERE account_id = $1 UNION "
                                        "SELECT event_id FROM registration_address WHERE account_id = $1",
                                        "i", account);
        while (stmt_next(stmt)) {
                int64_t event = stmt_int(stmt, 0);
                g_array_append_val(events, event);
        }
        bool erased = !db_failed(db);
        for (guint i = 0; i < events->len && erased; i++)
                erased = registration_end(db, g_array_index(events, int64_t, i), account);
        return erased;
}
