/* What has been told, what is still to be told, and to whom. */
#include "registration/notice_store.h"

#include <sodium.h>

#include "base/time.h"

bool told_mark(Db *db, int64_t registration, const char *what)
{
        return db_run(db,
                      "INSERT INTO registration_told(registration_id, what, at_us) VALUES($1, $2, $3) "
                      "ON CONFLICT DO NOTHING",
                      "iti", registration, what, now_us()) &&
               db_changed(db) == 1;
}

GPtrArray *untold_list(Db *db, int64_t event, const char *what, int64_t before_us, int64_t talk, int limit)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)registration_free);
        g_autoptr(Stmt) stmt = db_query(
                db,
                "SELECT account_id FROM registration WHERE event_id = $1 AND confirmed_us IS NOT NULL "
                "AND created_us < $3 AND NOT EXISTS(SELECT 1 FROM registration_told WHERE registration_id = "
                "registration.id AND what = $2) AND ($4 = 0 OR EXISTS(SELECT 1 FROM registration_place "
                "WHERE registration_id = registration.id AND talk_id = $4 AND state = 'held')) ORDER BY id LIMIT $5",
                "itiii", event, what, before_us, talk, (int64_t)limit);
        while (stmt_next(stmt)) {
                Registration *registration = registration_of(db, event, stmt_int(stmt, 0));
                if (registration)
                        g_ptr_array_add(list, registration);
        }
        return list;
}

GArray *unconfirmed_list(Db *db, int64_t before_us, int limit)
{
        GArray *list = g_array_new(FALSE, TRUE, sizeof(Unconfirmed));
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT event_id, account_id FROM registration WHERE confirmed_us IS NULL "
                                        "AND asked_us <= $1 ORDER BY asked_us LIMIT $2",
                                        "ii", before_us, (int64_t)limit);
        while (stmt_next(stmt)) {
                Unconfirmed found = { .event = stmt_int(stmt, 0), .account = stmt_int(stmt, 1) };
                g_array_append_val(list, found);
        }
        return list;
}

static GArray *read_ids(Stmt *stmt)
{
        GArray *ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
        while (stmt_next(stmt)) {
                int64_t id = stmt_int(stmt, 0);
                g_array_append_val(ids, id);
        }
        return ids;
}

GArray *events_to_remind(Db *db)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT DISTINCT registration.event_id FROM registration "
                                        "LEFT JOIN registration_setting ON registration_setting.event_id = "
                                        "registration.event_id WHERE cancelled_us IS NULL",
                                        NULL);
        return read_ids(stmt);
}

GArray *events_cancelled(Db *db)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT event_id FROM registration_setting WHERE cancelled_us IS NOT NULL", NULL);
        return read_ids(stmt);
}

int64_t first_talk(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT id FROM talk WHERE event_id = $1 AND cancelled = 0 ORDER BY start_us, id LIMIT 1",
                      "i", event);
}

GArray *talks_to_remind(Db *db, int64_t event, int64_t at_us, int64_t within_us)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT id FROM talk WHERE event_id = $1 AND places > 0 AND cancelled = 0 "
                                        "AND start_us > $2 AND start_us <= $3 ORDER BY start_us, id",
                                        "iii", event, at_us, at_us + within_us);
        return read_ids(stmt);
}

bool news_add(Db *db, const TalkChange *change)
{
        bool added = db_run(db,
                            "INSERT INTO registration_news(account_id, event_id, change_id) "
                            "SELECT account_id, $1, $2 FROM registration JOIN registration_place ON "
                            "registration_place.registration_id = registration.id WHERE talk_id = $3 "
                            "AND confirmed_us IS NOT NULL UNION "
                            "SELECT account_id, $1, $2 FROM person JOIN talk_person ON person.id = person_id "
                            "WHERE talk_id = $3 AND account_id IS NOT NULL UNION "
                            "SELECT account_id, $1, $2 FROM role WHERE event_id = $1 AND role = 'host' "
                            "ON CONFLICT DO NOTHING",
                            "iii", change->event, change->id, change->talk);
        g_autoptr(GArray) favourites = favourite_accounts(db, change->talk);
        for (guint i = 0; i < favourites->len && added; i++)
                added = db_run(db,
                               "INSERT INTO registration_news(account_id, event_id, change_id) VALUES($1, $2, $3) "
                               "ON CONFLICT DO NOTHING",
                               "iii", g_array_index(favourites, int64_t, i), change->event, change->id);
        return added;
}

bool news_next(Db *db, int64_t *ret_account, int64_t *ret_event)
{
        g_autoptr(Stmt) stmt = db_query(db, "SELECT account_id, event_id FROM registration_news LIMIT 1", NULL);
        if (!stmt_next(stmt))
                return false;
        *ret_account = stmt_int(stmt, 0);
        *ret_event = stmt_int(stmt, 1);
        return true;
}

static int64_t us_of_iso(const char *text)
{
        g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);
        return time ? g_date_time_to_unix(time) * SECOND_US : 0;
}

/* Of a session that moved, `was` and `now` hold "START/END" in ISO 8601 (programme/). */
static void read_times(TalkChange *change)
{
        g_auto(GStrv) was = g_strsplit(change->was, "/", 2), now = g_strsplit(change->now, "/", 2);
        change->was_start_us = us_of_iso(was[0] ? was[0] : "");
        change->now_start_us = us_of_iso(now[0] ? now[0] : "");
}

static TalkChangeKind kind_of(const char *word)
{
        static const char *const words[] = { "added", "moved", "room", "title", "persons", "cancelled", "restored" };
        for (guint i = 0; i < G_N_ELEMENTS(words); i++)
                if (g_str_equal(words[i], word))
                        return (TalkChangeKind)i;
        return TALK_ADDED;
}

#define STANDS_IN_IT                                                                                                   \
        "EXISTS(SELECT 1 FROM registration_place JOIN registration ON registration.id = registration_id "              \
        "WHERE registration_place.talk_id = talk_change.talk_id AND account_id = $1)"

GPtrArray *news_of(Db *db, int64_t account, int64_t event, bool places_only)
{
        GPtrArray *changes = g_ptr_array_new_with_free_func((GDestroyNotify)talk_change_free);
        g_autoptr(Stmt) stmt =
                db_query(db,
                         "SELECT talk_change.id, coalesce(talk_id, 0), kind, title, was, now, at_us FROM "
                         "registration_news JOIN talk_change ON talk_change.id = change_id "
                         "WHERE account_id = $1 AND registration_news.event_id = $2 AND ($3 = 0 OR "
                         "(kind IN ('cancelled', 'restored') AND " STANDS_IN_IT ")) ORDER BY " STANDS_IN_IT
                         " DESC, at_us, talk_change.id LIMIT $4",
                         "iiii", account, event, (int64_t)places_only, (int64_t)NEWS_MAX);
        while (stmt_next(stmt)) {
                TalkChange *change = g_new0(TalkChange, 1);
                change->id = stmt_int(stmt, 0);
                change->event = event;
                change->talk = stmt_int(stmt, 1);
                change->kind = kind_of(stmt_text(stmt, 2));
                change->title = g_strdup(stmt_text(stmt, 3));
                change->was = g_strdup(stmt_text(stmt, 4));
                change->now = g_strdup(stmt_text(stmt, 5));
                change->at_us = stmt_int(stmt, 6);
                if (change->kind == TALK_MOVED)
                        read_times(change);
                g_ptr_array_add(changes, change);
        }
        return changes;
}

bool news_clear(Db *db, int64_t account, int64_t event)
{
        return db_run(db, "DELETE FROM registration_news WHERE account_id = $1 AND event_id = $2", "ii", account,
                      event);
}

char *quiet_key(Db *db, int64_t account, int64_t event)
{
        unsigned char bytes[16];
        char key[2 * sizeof bytes + 1];
        randombytes_buf(bytes, sizeof bytes);
        sodium_bin2hex(key, sizeof key, bytes, sizeof bytes);
        return db_text(db,
                       "INSERT INTO registration_quiet(account_id, event_id, key) VALUES($1, $2, $3) "
                       "ON CONFLICT(account_id, event_id) DO UPDATE SET key = registration_quiet.key RETURNING key",
                       "iit", account, event, key);
}

bool is_quiet(Db *db, int64_t account, int64_t event)
{
        return db_int(db, 0,
                      "SELECT count(*) FROM registration_quiet WHERE account_id = $1 AND event_id = $2 "
                      "AND quiet_us IS NOT NULL",
                      "ii", account, event) > 0;
}

bool quiet_known(Db *db, int64_t event, const char *key)
{
        return db_int(db, 0, "SELECT count(*) FROM registration_quiet WHERE event_id = $1 AND key = $2", "it", event,
                      key) > 0;
}

bool quiet_set(Db *db, int64_t event, const char *key, bool quiet)
{
        return db_run(db,
                      "UPDATE registration_quiet SET quiet_us = CASE WHEN $3 = 1 THEN coalesce(quiet_us, $4) END "
                      "WHERE event_id = $1 AND key = $2",
                      "itii", event, key, (int64_t)quiet, now_us());
}

bool quiet_is_set(Db *db, int64_t event, const char *key)
{
        return db_int(db, 0,
                      "SELECT count(*) FROM registration_quiet WHERE event_id = $1 AND key = $2 AND quiet_us IS NOT "
                      "NULL",
                      "it", event, key) > 0;
}
