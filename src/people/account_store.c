/* What an account sees of itself: its events and roles, where it is signed in; and an event's consents. */
#include "people/people_store.h"

#include "base/time.h"

#define ROWS_MAX 30 /* of a page */

void my_role_free(MyRole *mine)
{
        if (!mine)
                return;
        g_free(mine->slug);
        g_free(mine->title);
        g_free(mine);
}

GTimeZone *account_zone(Db *db, int64_t account)
{
        g_autofree char *name = db_text(db,
                                        "SELECT zone FROM role JOIN event ON event.id = event_id WHERE account_id = $1 "
                                        "ORDER BY last_day DESC, event.id DESC LIMIT 1",
                                        "i", account);
        GTimeZone *zone = name ? g_time_zone_new_identifier(name) : NULL;
        return zone ? zone : g_time_zone_new_local();
}

GPtrArray *my_roles(Db *db, int64_t account)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)my_role_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT slug, title, role FROM role JOIN event ON event.id = event_id "
                                        "WHERE account_id = $1 ORDER BY last_day DESC, slug, role LIMIT $2",
                                        "ii", account, (int64_t)ROWS_MAX);
        while (stmt_next(rows)) {
                MyRole *mine = g_new0(MyRole, 1);
                mine->slug = g_strdup(stmt_text(rows, 0));
                mine->title = g_strdup(stmt_text(rows, 1));
                mine->role = role_by_name(stmt_text(rows, 2));
                g_ptr_array_add(list, mine);
        }
        return list;
}

void my_session_free(MySession *session)
{
        if (!session)
                return;
        g_free(session->key);
        g_free(session);
}

GPtrArray *my_sessions(Db *db, int64_t account)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)my_session_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT lower(hex(hash)), created_us, expires_us FROM session "
                                        "WHERE account_id = $1 AND expires_us > $2 ORDER BY created_us DESC LIMIT $3",
                                        "iii", account, now_us(), (int64_t)ROWS_MAX);
        while (stmt_next(rows)) {
                MySession *session = g_new0(MySession, 1);
                session->key = g_strdup(stmt_text(rows, 0));
                session->created_us = stmt_int(rows, 1);
                session->expires_us = stmt_int(rows, 2);
                g_ptr_array_add(list, session);
        }
        return list;
}

bool my_session_end(Db *db, int64_t account, const char *key)
{
        return db_run(db, "DELETE FROM session WHERE account_id = $1 AND lower(hex(hash)) = $2", "it", account, key);
}

bool my_sessions_end_others(Db *db, int64_t account, const char *key)
{
        return db_run(db, "DELETE FROM session WHERE account_id = $1 AND lower(hex(hash)) <> $2", "it", account, key);
}

void consent_choice_free(ConsentChoice *choice)
{
        if (!choice)
                return;
        g_free(choice->name);
        g_free(choice);
}

int64_t people_consent_count(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(DISTINCT account_id) FROM consent WHERE event_id = $1", "i", event);
}

GPtrArray *people_consents(Db *db, int64_t event, int64_t offset, int64_t limit)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)consent_choice_free);
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT CASE name WHEN '' THEN email ELSE name END, given_us, coalesce(withdrawn_us, 0) "
                         "FROM consent JOIN account ON account.id = consent.account_id WHERE event_id = $1 AND "
                         "consent.id = (SELECT max(id) FROM consent last WHERE last.account_id = consent.account_id "
                         "AND last.event_id = $1) ORDER BY 1, consent.id LIMIT $3 OFFSET $2",
                         "iii", event, offset, limit);
        while (stmt_next(rows)) {
                ConsentChoice *choice = g_new0(ConsentChoice, 1);
                choice->name = g_strdup(stmt_text(rows, 0));
                choice->consent = (Consent){ .standing = stmt_int(rows, 2) == 0,
                                             .given_us = stmt_int(rows, 1),
                                             .withdrawn_us = stmt_int(rows, 2) };
                g_ptr_array_add(list, choice);
        }
        return list;
}
