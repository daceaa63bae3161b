#include "web/request_private.h"

int64_t event_by_slug(Db *db, const char *slug, bool *ret_public, char **ret_moved_to)
{
        g_autoptr(Stmt) now = db_query(db, "SELECT id, published FROM event WHERE slug = $1", "t", slug);
        if (stmt_next(now)) {
                *ret_public = stmt_int(now, 1) != 0;
                return stmt_int(now, 0);
        }
        g_autoptr(Stmt) before = db_query(db,
                                          "SELECT event.id, published, event.slug FROM event_address JOIN event ON "
                                          "event.id = event_id WHERE event_address.slug = $1",
                                          "t", slug);
        if (!stmt_next(before))
                return 0;
        *ret_public = stmt_int(before, 1) != 0;
        *ret_moved_to = g_strdup(stmt_text(before, 2));
        return stmt_int(before, 0);
}
