#include "registration/registration_store.h"

#include "base/time.h"
#include "conference/conference.h"
#include "people/people.h"
#include "registration/address_store.h"

bool registration_set_places(Db *db, int64_t event, int64_t places)
{
        return db_run(db,
                      "INSERT INTO registration_setting(event_id, onsite_places) VALUES($1, $2) "
                      "ON CONFLICT(event_id) DO UPDATE SET onsite_places = excluded.onsite_places",
                      "ii", event, places);
}

/* Held, and offered to the first in line. */
#define ONSITE_TAKEN                                                                                                   \
        "((SELECT count(*) FROM registration WHERE event_id = $1 AND path = 'onsite') + "                              \
        "(SELECT count(*) FROM registration_place WHERE event_id = $1 AND coalesce(talk_id, 0) = 0 "                   \
        "AND state = 'offered'))"

Places registration_places(Db *db, int64_t event)
{
        int64_t all = db_int(db, 0, "SELECT onsite_places FROM registration_setting WHERE event_id = $1", "i", event);
        if (all == 0)
                return (Places){ 0 };
        int64_t taken = db_int(db, 0, "SELECT " ONSITE_TAKEN, "i", event);
        return (Places){ .all = all, .taken = taken };
}

RegistrationCount registration_count(Db *db, int64_t event)
{
        RegistrationCount count = { .places = registration_places(db, event).all };
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT path, count(*) FROM registration WHERE event_id = $1 GROUP BY path", "i", event);
        while (stmt_next(stmt))
                *(g_str_equal(stmt_text(stmt, 0), "onsite") ? &count.onsite : &count.remote) = stmt_int(stmt, 1);
        return count;
}

void registration_free(Registration *registration)
{
        if (!registration)
                return;
        g_free(registration->name);
        g_free(registration->email);
        g_free(registration);
}

#define REGISTRATION_COLUMNS                                                                                           \
        "SELECT registration.id, account_id, registration.created_us, sequence, path = 'onsite', name, email, "        \
        "coalesce(confirmed_us, 0), lang, event_id "                                                                   \
        "FROM registration JOIN account ON account.id = account_id "

static Registration *read_registration(Stmt *stmt)
{
        Registration *registration = g_new0(Registration, 1);
        registration->id = stmt_int(stmt, 0);
        registration->account = stmt_int(stmt, 1);
        registration->created_us = stmt_int(stmt, 2);
        registration->sequence = (int)stmt_int(stmt, 3);
        registration->onsite = stmt_int(stmt, 4) != 0;
        registration->name = g_strdup(stmt_text(stmt, 5));
        registration->email = g_strdup(stmt_text(stmt, 6));
        registration->confirmed_us = stmt_int(stmt, 7);
        registration->lang = lang_find(stmt_text(stmt, 8));
        registration->event = stmt_int(stmt, 9);
        if (!registration->lang)
                registration->lang = lang_default();
        return registration;
}

Registration *registration_of(Db *db, int64_t event, int64_t account)
{
        g_autoptr(Stmt) stmt =
                db_query(db, REGISTRATION_COLUMNS "WHERE event_id = $1 AND account_id = $2", "ii", event, account);
        return stmt_next(stmt) ? read_registration(stmt) : NULL;
}

GPtrArray *registration_list(Db *db, int64_t event, int64_t offset, int64_t limit)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)registration_free);
        g_autoptr(Stmt) stmt = db_query(db,
                                        REGISTRATION_COLUMNS "WHERE event_id = $1 ORDER BY registration.id "
                                                             "LIMIT $3 OFFSET $2",
                                        "iii", event, offset, limit);
        while (stmt_next(stmt))
                g_ptr_array_add(list, read_registration(stmt));
        return list;
}

/* $2: words as LIKE wants them, $3 path, $4 state, $5 session. */
#define FOUND                                                                                                          \
        "registration.event_id = $1 AND ($2 = '%%' OR name LIKE $2 ESCAPE '!' OR email LIKE $2 ESCAPE '!') "           \
        "AND ($3 = '' OR path = $3) AND ($4 <> 'confirmed' OR confirmed_us IS NOT NULL) "                              \
        "AND ($4 <> 'unconfirmed' OR confirmed_us IS NULL) AND ($4 <> 'waiting' OR EXISTS(SELECT 1 FROM "              \
        "registration_place WHERE registration_id = registration.id AND state <> 'held')) "                            \
        "AND ($5 = 0 OR EXISTS(SELECT 1 FROM registration_place WHERE registration_id = registration.id "              \
        "AND talk_id = $5)) "

static char *like_pattern(const char *words)
{
        g_autoptr(GString) pattern = g_string_new("%");
        for (const char *c = words; *c; c++) {
                if (*c == '!' || *c == '%' || *c == '_')
                        g_string_append_c(pattern, '!');
                g_string_append_c(pattern, *c);
        }
        g_string_append_c(pattern, '%');
        return g_strdup(pattern->str);
}

int64_t registration_count_found(Db *db, int64_t event, const RegistrationFilter *filter)
{
        g_autofree char *pattern = like_pattern(filter->words);
        return db_int(db, 0, "SELECT count(*) FROM registration JOIN account ON account.id = account_id WHERE " FOUND,
                      "ittti", event, pattern, filter->path, filter->state, filter->talk);
}

GPtrArray *registration_find_all(Db *db, int64_t event, const RegistrationFilter *filter, int64_t offset, int64_t limit)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)registration_free);
        g_autofree char *pattern = like_pattern(filter->words);
        g_autoptr(Stmt) stmt =
                db_query(db, REGISTRATION_COLUMNS "WHERE " FOUND "ORDER BY registration.id LIMIT $7 OFFSET $6",
                         "itttiii", event, pattern, filter->path, filter->state, filter->talk, offset, limit);
        while (stmt_next(stmt))
                g_ptr_array_add(list, read_registration(stmt));
        return list;
}

Registration *registration_by_id(Db *db, int64_t event, int64_t id)
{
        g_autoptr(Stmt) stmt =
                db_query(db, REGISTRATION_COLUMNS "WHERE event_id = $1 AND registration.id = $2", "ii", event, id);
        return stmt_next(stmt) ? read_registration(stmt) : NULL;
}

/* The count and the row are one statement, in the writer's turn: two last places cannot be one. Nobody passes those who
 * stand in line. */
#define PLACE_IS_LEFT                                                                                                  \
        "(" ONSITE_TAKEN " < coalesce((SELECT onsite_places FROM registration_setting WHERE event_id = $1), 0) "       \
        "AND NOT EXISTS(SELECT 1 FROM registration_place WHERE event_id = $1 AND coalesce(talk_id, 0) = 0 "            \
        "AND state = 'waiting'))"

bool registration_has_place(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT " PLACE_IS_LEFT, "i", event) == 1;
}

int64_t registration_insert(Db *db, int64_t event, int64_t account, bool onsite)
{
        return db_insert(db,
                         "INSERT INTO registration(event_id, account_id, path, mailed_us, created_us, asked_us) "
                         "SELECT $1, $2, $3, 0, $4, $4 WHERE $3 = 'remote' OR " PLACE_IS_LEFT
                         " ON CONFLICT(event_id, account_id) DO NOTHING RETURNING id",
                         "iiti", event, account, onsite ? "onsite" : "remote", now_us());
}

bool registration_change_path(Db *db, int64_t registration, int64_t event, bool onsite)
{
        return db_run(db,
                      "UPDATE registration SET path = $3, sequence = sequence + 1 WHERE id = $2 AND event_id = $1 "
                      "AND (path = $3 OR $3 = 'remote' OR " PLACE_IS_LEFT ")",
                      "iit", event, registration, onsite ? "onsite" : "remote") &&
               db_changed(db) == 1;
}

bool registration_mark_mailed(Db *db, int64_t event, int64_t account, int64_t since_us, int64_t at_us)
{
        return db_run(db,
                      "UPDATE registration SET mailed_us = $3, asked_us = CASE mailed_us WHEN 0 THEN $3 ELSE asked_us "
                      "END WHERE event_id = $1 AND account_id = $2 AND mailed_us <= $4",
                      "iiii", event, account, at_us, since_us) &&
               db_changed(db) == 1;
}

bool registration_touch(Db *db, int64_t registration)
{
        return db_run(db, "UPDATE registration SET sequence = sequence + 1 WHERE id = $1", "i", registration);
}

bool registration_confirm(Db *db, int64_t event, int64_t account)
{
        return db_run(db,
                      "UPDATE registration SET confirmed_us = $3 WHERE event_id = $1 AND account_id = $2 "
                      "AND confirmed_us IS NULL",
                      "iii", event, account, now_us()) &&
               db_changed(db) == 1;
}

bool registration_end(Db *db, int64_t event, int64_t account)
{
        return db_run(db, "DELETE FROM registration_quiet WHERE event_id = $1 AND account_id = $2", "ii", event,
                      account) &&
               db_run(db, "DELETE FROM registration_news WHERE event_id = $1 AND account_id = $2", "ii", event,
                      account) &&
               db_run(db, "DELETE FROM registration_address WHERE event_id = $1 AND account_id = $2", "ii", event,
                      account) &&
               db_run(db, "DELETE FROM registration WHERE event_id = $1 AND account_id = $2", "ii", event, account) &&
               people_revoke_personal_links(db, account, event) && people_withdraw(db, account, event, ROLE_ATTENDEE) &&
               (db_int(db, 1, "SELECT count(*) FROM registration WHERE account_id = $1", "i", account) > 0 ||
                people_forget_if_unused(db, account));
}

typedef struct {
        int64_t event;
        bool all; /* registrations too, not the needs alone */
} Ended;

static GArray *ended_events(Db *db)
{
        GArray *ended = g_array_new(FALSE, FALSE, sizeof(Ended));
        g_autoptr(Stmt) stmt = db_query(db, "SELECT DISTINCT event_id FROM registration", NULL);
        while (stmt_next(stmt)) {
                g_autoptr(Event) event = conference_event(db, stmt_int(stmt, 0));
                int64_t end_us = event ? event_end_us(event) : 0;
                Ended found = { .event = stmt_int(stmt, 0), .all = registration_end_us(end_us) < now_us() };
                if (end_us > 0 && needs_end_us(end_us) < now_us())
                        g_array_append_val(ended, found);
        }
        return ended;
}

static bool erase_all(Db *db, int64_t event)
{
        g_autoptr(GPtrArray) registrations = registration_list(db, event, 0, 1000);
        bool erased = true;
        for (guint i = 0; i < registrations->len && erased; i++)
                erased = registration_end(db, event, ((Registration *)registrations->pdata[i])->account);
        return erased;
}

bool registration_expire(Db *db)
{
        g_autoptr(GArray) ended = ended_events(db);
        bool erased = address_expire(db);
        for (guint i = 0; i < ended->len && erased; i++) {
                const Ended *event = &g_array_index(ended, Ended, i);
                erased = db_run(db,
                                "DELETE FROM registration_need WHERE registration_id IN "
                                "(SELECT id FROM registration WHERE event_id = $1)",
                                "i", event->event) &&
                         (!event->all || erase_all(db, event->event));
        }
        return erased;
}
