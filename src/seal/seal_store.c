#include "seal/seal_private.h"

char *seal_store_load(Db *db, int64_t room_id)
{
        g_autoptr(Stmt) row = db_query(db, "SELECT check_text FROM live_seal WHERE room_id = $1", "i", room_id);
        g_autofree char *check = g_strdup(stmt_next(row) ? stmt_text(row, 0) : "");
        return db_failed(db) ? NULL : g_steal_pointer(&check);
}

bool seal_store_keep(Db *db, const LiveMoment *moment, const char *check)
{
        return db_run(db,
                      "INSERT INTO live_seal(room_id, check_text, made_us) VALUES($1, $2, $3) ON CONFLICT(room_id) DO"
                      " UPDATE SET check_text = excluded.check_text, made_us = excluded.made_us",
                      "iti", moment->room_id, check, moment->now_us);
}
