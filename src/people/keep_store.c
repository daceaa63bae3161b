/* What is kept of an account, for how long, and its end. */
#include "people/people_store.h"

#include "base/time.h"

#define LINK_KEEP_US (90 * DAY_US) /* a dead link is known as dead for so long, then as unknown */
#define INVITATION_KEEP_US (90 * DAY_US)
#define ROLE_KEEP_US (365 * DAY_US)
#define ORGANISER_KEEP_US (1095 * DAY_US)

/* Rows as objects: names[i] is the column's, 't' text or 'i' integer by its type. NULL when there are no rows. */
static json_t *rows_json(Stmt *rows, const char *types, const char *const *names)
{
        json_t *list = NULL;
        while (stmt_next(rows)) {
                json_t *row = json_object();
                for (int i = 0; types[i]; i++)
                        json_object_set_new(row, names[i],
                                            stmt_is_null(rows, i) ? json_null()
                                            : types[i] == 't'     ? json_string(stmt_text(rows, i))
                                                                  : json_integer((json_int_t)stmt_int(rows, i)));
                if (!list)
                        list = json_array();
                json_array_append_new(list, row);
        }
        return list;
}

static void add_rows(json_t *data, const char *key, Db *db, const char *sql, int64_t account, const char *types,
                     const char *const *names)
{
        g_autoptr(Stmt) rows = db_query(db, sql, "i", account);
        json_t *list = rows_json(rows, types, names);
        if (list)
                json_object_set_new(data, key, list);
}

json_t *people_export(Db *db, int64_t account_id)
{
        g_autoptr(Account) account = people_account(db, account_id);
        if (!account)
                return NULL;
        json_t *data =
                json_pack("{s:s, s:s, s:s}", "email", account->email, "name", account->name, "language", account->lang);
        add_rows(data, "roles", db,
                 "SELECT slug, role FROM role JOIN event ON event.id = event_id WHERE account_id = $1 ORDER BY slug, "
                 "role",
                 account_id, "tt", (const char *const[]){ "event", "role" });
        add_rows(data, "invitations", db,
                 "SELECT slug, role, invitation.created_us, accepted_us, withdrawn_us FROM invitation "
                 "JOIN event ON event.id = event_id WHERE account_id = $1 ORDER BY invitation.id",
                 account_id, "ttiii",
                 (const char *const[]){ "event", "role", "sent_us", "accepted_us", "withdrawn_us" });
        add_rows(data, "consents", db,
                 "SELECT slug, given_us, withdrawn_us FROM consent JOIN event ON event.id = event_id "
                 "WHERE account_id = $1 ORDER BY consent.id",
                 account_id, "tii", (const char *const[]){ "event", "given_us", "withdrawn_us" });
        add_rows(data, "sessions", db,
                 "SELECT created_us, expires_us FROM session WHERE account_id = $1 ORDER BY created_us", account_id,
                 "ii", (const char *const[]){ "since_us", "until_us" });
        add_rows(data, "links", db,
                 "SELECT purpose, created_us, expires_us, used_us FROM link WHERE account_id = $1 ORDER BY id",
                 account_id, "tiii", (const char *const[]){ "purpose", "sent_us", "until_us", "used_us" });
        return data;
}

bool people_erase(Db *db, int64_t account)
{
        return db_run(db, "DELETE FROM link WHERE account_id = $1", "i", account) &&
               account_end_sessions(db, account) &&
               db_run(db, "DELETE FROM role WHERE account_id = $1", "i", account) &&
               db_run(db, "DELETE FROM invitation WHERE account_id = $1", "i", account) &&
               db_run(db, "UPDATE consent SET withdrawn_us = $2 WHERE account_id = $1 AND withdrawn_us IS NULL", "ii",
                      account, now_us()) &&
               db_run(db, "UPDATE account SET email = 'erased-' || id, name = '' WHERE id = $1", "i", account);
}

/* "2021-01-28" as the store has days. */
static char *day_of(int64_t at_us)
{
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at_us / SECOND_US);
        return g_date_time_format(time, "%Y-%m-%d");
}

bool people_expire(Db *db)
{
        int64_t at_us = now_us();
        g_autofree char *ended_before = day_of(at_us - ROLE_KEEP_US);
        g_autofree char *ended_long_before = day_of(at_us - ORGANISER_KEEP_US);
        return db_run(db, "DELETE FROM link WHERE expires_us < $1", "i", at_us - LINK_KEEP_US) &&
               db_run(db, "DELETE FROM throttle WHERE last_us < $1", "i", at_us - DAY_US) &&
               db_run(db, "DELETE FROM session WHERE expires_us < $1", "i", at_us) &&
               db_run(db, "DELETE FROM invitation WHERE created_us < $1", "i", at_us - INVITATION_KEEP_US) &&
               db_run(db,
                      "DELETE FROM role WHERE role IN ('programme', 'stage-manager', 'captioner', 'check-in', "
                      "'read-only', 'host', 'speaker') AND event_id IN (SELECT id FROM event WHERE last_day < $1)",
                      "t", ended_before) &&
               /* who brings in an event of long ago works on it now */
               db_run(db,
                      "DELETE FROM role WHERE role IN ('organiser', 'event-owner') AND event_id IN "
                      "(SELECT id FROM event WHERE last_day < $1 AND created_us < $2)",
                      "ti", ended_long_before, at_us - ORGANISER_KEEP_US);
}
