/* Run sheets, as they are prepared. */
#include "manager/manager_store.h"

#define COLUMNS "id, version, minutes, what, who, cue, link, scene"

static RunRow *read_row(Stmt *stmt)
{
        RunRow *row = g_new0(RunRow, 1);
        row->id = stmt_int(stmt, 0);
        row->version = stmt_int(stmt, 1);
        row->minutes = (int)stmt_int(stmt, 2);
        row->what = g_strdup(stmt_text(stmt, 3));
        row->who = g_strdup(stmt_text(stmt, 4));
        row->cue = g_strdup(stmt_text(stmt, 5));
        row->link = g_strdup(stmt_text(stmt, 6));
        row->scene = g_strdup(stmt_text(stmt, 7));
        return row;
}

GPtrArray *run_store_rows(Db *db, int64_t talk)
{
        GPtrArray *rows = g_ptr_array_new_with_free_func(run_row_free);
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT " COLUMNS " FROM run_row WHERE talk_id = $1 ORDER BY place, id", "i", talk);
        while (stmt_next(stmt))
                g_ptr_array_add(rows, read_row(stmt));
        return rows;
}

RunRow *run_store_row(Db *db, int64_t talk, int64_t id)
{
        g_autoptr(Stmt) stmt =
                db_query(db, "SELECT " COLUMNS " FROM run_row WHERE talk_id = $1 AND id = $2", "ii", talk, id);
        return stmt_next(stmt) ? read_row(stmt) : NULL;
}

static RunKept add_row(Db *db, int64_t talk, RunRow *row)
{
        row->id = db_insert(db,
                            "INSERT INTO run_row(talk_id, place, minutes, what, who, cue, link, scene)"
                            " SELECT $1, coalesce(max(place), 0) + 1, $2, $3, $4, $5, $6, $7 FROM run_row"
                            " WHERE talk_id = $1 HAVING count(*) < $8 RETURNING id",
                            "iittttti", talk, (int64_t)row->minutes, row->what, row->who, row->cue, row->link,
                            row->scene, (int64_t)RUN_ROWS_MAX);
        return row->id ? RUN_KEPT : db_failed(db) ? RUN_FAILED : RUN_FULL;
}

RunKept run_store_keep(Db *db, int64_t talk, RunRow *row)
{
        if (!row->id)
                return add_row(db, talk, row);
        if (!db_run(db,
                    "UPDATE run_row SET version = version + 1, minutes = $4, what = $5, who = $6, cue = $7, link = $8,"
                    " scene = $9 WHERE talk_id = $1 AND id = $2 AND version = $3",
                    "iiiittttt", talk, row->id, row->version, (int64_t)row->minutes, row->what, row->who, row->cue,
                    row->link, row->scene))
                return RUN_FAILED;
        return db_changed(db) == 1 ? RUN_KEPT : RUN_STALE;
}

bool run_store_delete(Db *db, int64_t talk, int64_t id)
{
        return db_run(db, "DELETE FROM run_row WHERE talk_id = $1 AND id = $2", "ii", talk, id);
}

bool run_store_move(Db *db, int64_t talk, int64_t id, bool up)
{
        int64_t place = db_int(db, 0, "SELECT place FROM run_row WHERE talk_id = $1 AND id = $2", "ii", talk, id);
        int64_t other =
                db_int(db, 0,
                       up ? "SELECT id FROM run_row WHERE talk_id = $1 AND place < $2 ORDER BY place DESC, id "
                            "DESC LIMIT 1"
                          : "SELECT id FROM run_row WHERE talk_id = $1 AND place > $2 ORDER BY place, id LIMIT 1",
                       "ii", talk, place);
        if (!place || !other)
                return !db_failed(db);
        return db_run(db,
                      "UPDATE run_row SET place = (SELECT sum(place) FROM run_row WHERE id IN ($1, $2)) - place"
                      " WHERE id IN ($1, $2)",
                      "ii", id, other);
}
