#include "upload/upload_private.h"

#include "base/time.h"

#include <string.h>

void film_free(gpointer data)
{
        Film *film = data;
        if (!film)
                return;
        g_free(film->key);
        g_free(film->name);
        g_free(film->code);
        g_free(film->title);
        g_free(film);
}

static const char *const STATES[] = { "receiving", "waiting", "done", "refused" };

#define SELECT                                                                                                         \
        "SELECT u.id, u.event_id, u.talk_id, u.size_bytes, u.received_bytes, u.length_us, u.made_us, u.key, "          \
        "u.file_name, t.code, t.title, u.state, u.fault, u.anew FROM upload u JOIN talk t ON t.id = u.talk_id "

static Film *read_film(Stmt *row)
{
        Film *film = g_new0(Film, 1);
        int64_t *const numbers[] = { &film->id,       &film->event,     &film->talk,   &film->size,
                                     &film->received, &film->length_us, &film->made_us };
        for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
                *numbers[i] = stmt_int(row, (int)i);
        film->key = g_strdup(stmt_text(row, 7));
        film->name = g_strdup(stmt_text(row, 8));
        film->code = g_strdup(stmt_text(row, 9));
        film->title = g_strdup(stmt_text(row, 10));
        for (size_t i = 0; i < G_N_ELEMENTS(STATES); i++)
                if (!strcmp(stmt_text(row, 11), STATES[i]))
                        film->state = (UploadState)i;
        film->fault = convert_fault_of(stmt_text(row, 12));
        film->anew = stmt_int(row, 13) != 0;
        return film;
}

Film *upload_store_by_key(Db *db, const char *key)
{
        g_autoptr(Stmt) row = db_query(db, SELECT "WHERE u.key = $1", "t", key);
        return stmt_next(row) ? read_film(row) : NULL;
}

Film *upload_store_by_id(Db *db, int64_t event, int64_t id)
{
        g_autoptr(Stmt) row = db_query(db, SELECT "WHERE u.event_id = $1 AND u.id = $2", "ii", event, id);
        return stmt_next(row) ? read_film(row) : NULL;
}

Film *upload_store_begun(Db *db, int64_t talk, const char *name, int64_t size)
{
        g_autoptr(Stmt) row = db_query(db,
                                       SELECT "WHERE u.talk_id = $1 AND u.file_name = $2 AND u.size_bytes IN (0, $3) "
                                              "AND u.state = 'receiving' ORDER BY u.id DESC LIMIT 1",
                                       "iti", talk, name, size);
        return stmt_next(row) ? read_film(row) : NULL;
}

Film *upload_store_waiting(Db *db)
{
        g_autoptr(Stmt) row = db_query(db, SELECT "WHERE u.state = 'waiting' ORDER BY u.id LIMIT 1", "");
        return stmt_next(row) ? read_film(row) : NULL;
}

GPtrArray *upload_store_list(Db *db, int64_t event)
{
        GPtrArray *films = g_ptr_array_new_with_free_func(film_free);
        g_autoptr(Stmt) rows = db_query(db, SELECT "WHERE u.event_id = $1 ORDER BY u.id DESC LIMIT $2", "ii", event,
                                        (int64_t)SHOWN_MAX);
        while (stmt_next(rows))
                g_ptr_array_add(films, read_film(rows));
        return films;
}

bool upload_store_add(Db *db, const Film *film, int64_t account)
{
        return db_run(db,
                      "INSERT INTO upload(event_id, talk_id, account_id, key, file_name, size_bytes, received_bytes, "
                      "state, created_us, touched_us) VALUES($1, $2, nullif($3, 0), $4, $5, $6, $7, $8, $9, $9)",
                      "iiittiiti", film->event, film->talk, account, film->key, film->name, film->size, film->received,
                      STATES[film->state], now_us());
}

int64_t upload_store_open(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM upload WHERE event_id = $1 AND state IN ('receiving', 'waiting')",
                      "i", event);
}

int64_t upload_store_needs(Db *db)
{
        return db_int(
                db, 0,
                "SELECT coalesce(sum(2 * size_bytes - received_bytes), 0) FROM upload WHERE state IN ('receiving', "
                "'waiting')",
                "");
}

bool upload_store_size(Db *db, int64_t id, int64_t size, const char *name)
{
        return db_run(db,
                      "UPDATE upload SET size_bytes = $2, file_name = coalesce(nullif($3, ''), file_name), "
                      "touched_us = $4 WHERE id = $1 AND size_bytes = 0",
                      "iiti", id, size, name ? name : "", now_us());
}

bool upload_store_received(Db *db, int64_t id, int64_t before, int64_t now)
{
        return db_run(db,
                      "UPDATE upload SET received_bytes = $3, touched_us = $4, state = CASE WHEN $3 = size_bytes THEN "
                      "'waiting' ELSE state END WHERE id = $1 AND received_bytes = $2 AND state = 'receiving'",
                      "iiii", id, before, now, now_us()) &&
               db_int(db, -1, "SELECT received_bytes FROM upload WHERE id = $1", "i", id) == now;
}

bool upload_store_progress(Db *db, int64_t id, int64_t made_us, int64_t length_us, bool anew)
{
        return db_run(db, "UPDATE upload SET made_us = $2, length_us = $3, anew = $4, fault = '' WHERE id = $1", "iiii",
                      id, made_us, length_us, (int64_t)anew);
}

bool upload_store_settle(Db *db, int64_t id, ConvertFault fault)
{
        bool waits = fault == CONVERT_FAULT_DISK || fault == CONVERT_FAULT_PROGRAM;
        return db_run(db, "UPDATE upload SET state = $2, fault = $3, touched_us = $4 WHERE id = $1", "itti", id,
                      waits   ? "waiting"
                      : fault ? "refused"
                              : "done",
                      convert_fault_word(fault), now_us());
}

bool upload_store_remove(Db *db, int64_t id)
{
        return db_run(db, "DELETE FROM upload WHERE id = $1 AND state <> 'done'", "i", id);
}

bool upload_store_has(Db *db, const char *key)
{
        /* Of one that is done nothing is needed any more. */
        return db_int(db, 0, "SELECT count(*) FROM upload WHERE key = $1 AND state IN ('receiving', 'waiting')", "t",
                      key) > 0;
}

GPtrArray *upload_store_talks(Db *db, int64_t event)
{
        GPtrArray *talks = g_ptr_array_new_with_free_func((GDestroyNotify)talk_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT id, code, title, start_us FROM talk WHERE event_id = $1 AND "
                                        "no_recording = 0 AND start_us <= $2 ORDER BY start_us, id LIMIT 2000",
                                        "ii", event, now_us());
        while (stmt_next(rows)) {
                Talk *talk = g_new0(Talk, 1);
                talk->id = stmt_int(rows, 0);
                talk->code = g_strdup(stmt_text(rows, 1));
                talk->title = g_strdup(stmt_text(rows, 2));
                talk->start_us = stmt_int(rows, 3);
                g_ptr_array_add(talks, talk);
        }
        return talks;
}

bool upload_expire(Db *db)
{
        return db_run(db, "DELETE FROM upload WHERE state IN ('receiving', 'refused') AND touched_us < $1", "i",
                      now_us() - UPLOAD_DAYS * DAY_US);
}

json_t *upload_export(Db *db, int64_t account)
{
        json_t *list = json_array();
        g_autoptr(Stmt) row =
                db_query(db,
                         "SELECT e.slug, u.file_name, u.size_bytes, u.created_us FROM upload u JOIN event e "
                         "ON e.id = u.event_id WHERE u.account_id = $1 ORDER BY u.id",
                         "i", account);
        while (stmt_next(row))
                json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I}", "event", stmt_text(row, 0), "file",
                                                      stmt_text(row, 1), "bytes", (json_int_t)stmt_int(row, 2),
                                                      "sent_us", (json_int_t)stmt_int(row, 3)));
        return list;
}

bool upload_erase(Db *db, int64_t account)
{
        return db_run(db, "UPDATE upload SET account_id = NULL WHERE account_id = $1", "i", account);
}
