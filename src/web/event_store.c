#include "web/request_private.h"

int64_t event_by_slug(Db *db, const char *slug, bool *ret_public)
{
        g_autoptr(Stmt) stmt = db_query(db, "SELECT id, published FROM event WHERE slug = $1", "t", slug);
        if (!stmt_next(stmt))
                return 0;
        *ret_public = stmt_int(stmt, 1) != 0;
        return stmt_int(stmt, 0);
}
