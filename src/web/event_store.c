#include "web/event_look.h"
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

EventLook *event_look(Db *db, int64_t event)
{
        g_autoptr(Stmt) row = db_query(db, "SELECT slug, title, theme, accent FROM event WHERE id = $1", "i", event);
        if (!stmt_next(row))
                return NULL;
        const char *slug = stmt_text(row, 0), *theme = stmt_text(row, 2), *accent = stmt_text(row, 3);
        EventLook *look = g_new0(EventLook, 1);
        look->title = g_strdup(stmt_text(row, 1));
        look->home = g_strdup_printf("/%s/", slug);
        look->theme_class = event_theme_class(event, theme, accent);
        look->theme_sheet = event_theme_sheet(slug, accent);
        look->accent = colour_of_event(theme, accent);
        return look;
}
