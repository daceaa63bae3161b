#include "programme/favourite.h"

#include "base/time.h"

GPtrArray *favourite_list(Db *db, int64_t event, int64_t account)
{
        GPtrArray *codes = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT t.code FROM favourite f JOIN talk t ON t.id = f.talk_id WHERE "
                                        "f.account_id = $1 AND t.event_id = $2 ORDER BY t.start_us, t.id LIMIT $3",
                                        "iii", account, event, (int64_t)FAVOURITES_MAX);
        while (stmt_next(rows))
                g_ptr_array_add(codes, g_strdup(stmt_text(rows, 0)));
        return codes;
}

bool favourite_set(Db *db, int64_t account, int64_t talk, bool kept)
{
        if (kept)
                return db_run(db,
                              "INSERT INTO favourite(account_id, talk_id, at_us) VALUES($1, $2, $3) "
                              "ON CONFLICT DO NOTHING",
                              "iii", account, talk, now_us());
        return db_run(db, "DELETE FROM favourite WHERE account_id = $1 AND talk_id = $2", "ii", account, talk);
}

GArray *favourite_accounts(Db *db, int64_t talk)
{
        GArray *accounts = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT account_id FROM favourite WHERE talk_id = $1 ORDER BY account_id", "i", talk);
        while (stmt_next(rows)) {
                int64_t account = stmt_int(rows, 0);
                g_array_append_val(accounts, account);
        }
        return accounts;
}
