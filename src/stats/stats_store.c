#include "stats/stats_store.h"

static void room_figure_free(gpointer data)
{
        RoomFigure *figure = data;
        g_free(figure->room);
        g_free(figure);
}

GPtrArray *stats_store_rooms(Db *db, int64_t event)
{
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT r.name, count(DISTINCT coalesce(-p.account_id, p.id)) FROM room r JOIN live_person p ON "
                "p.room_id = r.id WHERE r.event_id = $1 GROUP BY r.id ORDER BY r.position, r.id",
                "i", event);
        GPtrArray *figures = g_ptr_array_new_with_free_func(room_figure_free);
        while (stmt_next(rows)) {
                RoomFigure *figure = g_new0(RoomFigure, 1);
                figure->room = g_strdup(stmt_text(rows, 0));
                figure->count = stmt_int(rows, 1);
                g_ptr_array_add(figures, figure);
        }
        return figures;
}
