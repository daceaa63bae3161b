#include "job/job_store.h"

#include "base/time.h"
#include "job/job.h"

void job_row_free(JobRow *row)
{
        if (!row)
                return;
        g_free(row->kind);
        g_free(row->lang);
        g_free(row->mark);
        g_free(row->message);
        g_free(row->result);
        g_free(row->result_name);
        g_free(row->result_type);
        g_free(row->page);
        g_free(row);
}

GTimeZone *job_store_zone(Db *db, int64_t event)
{
        /* A rented machine counts in UTC; those who work on it live where their events are. */
        g_autofree char *name = db_text(
                db, "SELECT zone FROM event ORDER BY id = $1 DESC, first_day DESC, id DESC LIMIT 1", "i", event);
        GTimeZone *zone = name ? g_time_zone_new_identifier(name) : NULL;
        return zone ? zone : g_time_zone_new_local();
}

#define COLUMNS                                                                                                        \
        "id, coalesce(event_id, 0), coalesce(account_id, 0), kind, lang, mark, message, result, result_name, "         \
        "result_type, state, attempts, done, total, created_us, started_us, ended_us, cancel, spared, page"

static JobRow *read_row(Stmt *stmt)
{
        JobRow *row = g_new0(JobRow, 1);
        row->id = stmt_int(stmt, 0);
        row->event = stmt_int(stmt, 1);
        row->account = stmt_int(stmt, 2);
        row->kind = g_strdup(stmt_text(stmt, 3));
        row->lang = g_strdup(stmt_text(stmt, 4));
        row->mark = g_strdup(stmt_text(stmt, 5));
        row->message = g_strdup(stmt_text(stmt, 6));
        row->result = g_strdup(stmt_text(stmt, 7));
        row->result_name = g_strdup(stmt_text(stmt, 8));
        row->result_type = g_strdup(stmt_text(stmt, 9));
        row->state = job_state_read(stmt_text(stmt, 10));
        row->attempts = stmt_int(stmt, 11);
        row->done = stmt_int(stmt, 12);
        row->total = stmt_int(stmt, 13);
        row->created_us = stmt_int(stmt, 14);
        row->started_us = stmt_int(stmt, 15);
        row->ended_us = stmt_int(stmt, 16);
        row->cancel = stmt_int(stmt, 17) != 0;
        row->spared = stmt_int(stmt, 18);
        row->page = g_strdup(stmt_text(stmt, 19));
        return row;
}

static GPtrArray *read_rows(Stmt *stmt)
{
        GPtrArray *rows = g_ptr_array_new_with_free_func((GDestroyNotify)job_row_free);
        while (stmt_next(stmt))
                g_ptr_array_add(rows, read_row(stmt));
        return rows;
}

int64_t job_add_alone(Db *db, const char *kind, int64_t event, int64_t account, const char *lang)
{
        return db_insert(db,
                         "INSERT INTO job(kind, event_id, account_id, lang, created_us) VALUES($1, nullif($2, 0), "
                         "nullif($3, 0), $4, $5) ON CONFLICT DO NOTHING RETURNING id",
                         "tiiti", kind, event, account, lang, now_us());
}

int64_t job_add(Db *db, const char *kind, int64_t event, int64_t account, const char *lang)
{
        int64_t id = job_add_alone(db, kind, event, account, lang);
        if (id)
                return id;
        return db_int(db, 0,
                      "SELECT id FROM job WHERE kind = $1 AND coalesce(event_id, 0) = $2 AND state IN ('waiting', "
                      "'running')",
                      "ti", kind, event);
}

JobRow *job_store_find(Db *db, int64_t event, int64_t id)
{
        g_autoptr(Stmt) stmt = db_query(db, "SELECT " COLUMNS " FROM job WHERE id = $1 AND coalesce(event_id, 0) = $2",
                                        "ii", id, event);
        return stmt_next(stmt) ? read_row(stmt) : NULL;
}

GPtrArray *job_store_list(Db *db, int64_t event, int64_t limit)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT " COLUMNS " FROM job WHERE event_id IS nullif($1, 0) ORDER BY id DESC LIMIT $2",
                         "ii", event, limit);
        return read_rows(stmt);
}

GPtrArray *job_store_open(Db *db)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT " COLUMNS " FROM job WHERE state IN ('waiting', 'running') ORDER BY id", NULL);
        return read_rows(stmt);
}

bool job_store_start(Db *db, int64_t id, int64_t now_us)
{
        return db_run(db,
                      "UPDATE job SET state = 'running', attempts = attempts + 1, started_us = $2, spared = done "
                      "WHERE id = $1 AND state = 'waiting'",
                      "ii", id, now_us) &&
               db_changed(db) == 1;
}

bool job_store_progress(Db *db, const JobRow *row)
{
        return db_run(db, "UPDATE job SET done = $2, total = $3, spared = $4 WHERE id = $1", "iiii", row->id, row->done,
                      row->total, row->spared);
}

bool job_store_mark(Db *db, int64_t id, const char *mark)
{
        return db_run(db, "UPDATE job SET mark = $2 WHERE id = $1", "it", id, mark);
}

bool job_store_end(Db *db, const JobRow *row, int64_t now_us)
{
        return db_run(db,
                      "UPDATE job SET state = $2, message = $3, result = $4, result_name = $5, result_type = $6, "
                      "done = $7, total = $8, ended_us = $9, page = $10 WHERE id = $1",
                      "itttttiiit", row->id, job_state_name(row->state), row->message, row->result, row->result_name,
                      row->result_type, row->done, row->total, now_us, row->page);
}

bool job_store_wait(Db *db, int64_t id, bool counted)
{
        return db_run(db, "UPDATE job SET state = 'waiting', attempts = attempts - $2 WHERE id = $1", "ii", id,
                      (int64_t)(counted ? 0 : 1));
}

bool job_store_cancel(Db *db, int64_t event, int64_t id, int64_t now_us)
{
        return db_run(db,
                      "UPDATE job SET cancel = 1, ended_us = CASE state WHEN 'waiting' THEN $3 ELSE ended_us END, "
                      "state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END "
                      "WHERE id = $1 AND coalesce(event_id, 0) = $2 AND state IN ('waiting', 'running')",
                      "iii", id, event, now_us);
}

bool job_store_cancelled(Db *db, int64_t id)
{
        return db_int(db, 1, "SELECT cancel FROM job WHERE id = $1", "i", id) != 0; /* gone with its event: too */
}

GPtrArray *job_store_ended_before(Db *db, int64_t before_us)
{
        g_autoptr(Stmt) stmt = db_query(
                db, "SELECT " COLUMNS " FROM job WHERE ended_us > 0 AND ended_us < $1 ORDER BY id", "i", before_us);
        return read_rows(stmt);
}

bool job_store_forget_result(Db *db, int64_t id)
{
        return db_run(db, "UPDATE job SET result = '' WHERE id = $1", "i", id);
}

bool job_store_delete(Db *db, int64_t id)
{
        return db_run(db, "DELETE FROM job WHERE id = $1", "i", id);
}
