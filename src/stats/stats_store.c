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

/* A session that was moved to another room was held in both: their minutes go together. $2: its code, "" for all. */
#define STAYS                                                                                                          \
        "WITH held AS (SELECT s.id, s.talk_id FROM talk t JOIN live_session s ON s.talk_id = t.id"                     \
        " WHERE t.event_id = $1 AND ($2 = '' OR t.code = $2)),"                                                        \
        " minutes AS (SELECT h.talk_id, a.minute, sum(a.people) AS people FROM held h"                                 \
        " JOIN live_audience a ON a.session_id = h.id GROUP BY h.talk_id, a.minute),"                                  \
        " stays AS (SELECT talk_id, max(people) AS most, sum(people) AS spent FROM minutes GROUP BY talk_id),"         \
        " came AS (SELECT h.talk_id, sum(c.people) AS people FROM held h JOIN live_came c ON c.session_id = h.id"      \
        " GROUP BY h.talk_id)"                                                                                         \
        " SELECT t.code, t.title, coalesce(c.people, 0), coalesce(s.most, 0), coalesce(s.spent, 0) FROM talk t"        \
        " LEFT JOIN came c ON c.talk_id = t.id LEFT JOIN stays s ON s.talk_id = t.id WHERE t.event_id = $1"

void stay_figure_free(gpointer data)
{
        StayFigure *figure = data;
        if (!figure)
                return;
        g_free(figure->code);
        g_free(figure->title);
        g_free(figure);
}

static StayFigure *read_stay(Stmt *row)
{
        StayFigure *figure = g_new0(StayFigure, 1);
        figure->code = g_strdup(stmt_text(row, 0));
        figure->title = g_strdup(stmt_text(row, 1));
        figure->came = stmt_int(row, 2);
        figure->most = stmt_int(row, 3);
        figure->spent_min = stmt_int(row, 4);
        return figure;
}

GPtrArray *stats_store_stays(Db *db, int64_t event)
{
        g_autoptr(Stmt) rows =
                db_query(db, STAYS " AND (c.people > 0 OR s.most > 0) ORDER BY t.start_us, t.id", "it", event, "");
        GPtrArray *figures = g_ptr_array_new_with_free_func(stay_figure_free);
        while (stmt_next(rows))
                g_ptr_array_add(figures, read_stay(rows));
        return figures;
}

StayFigure *stats_store_stay(Db *db, int64_t event, const char *code)
{
        g_autoptr(Stmt) row = db_query(db, STAYS " AND t.code = $2", "it", event, code);
        return stmt_next(row) ? read_stay(row) : NULL;
}

GArray *stats_store_minutes(Db *db, int64_t event, const char *code)
{
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT a.minute, sum(a.people) FROM talk t"
                                        " JOIN live_session s ON s.talk_id = t.id"
                                        " JOIN live_audience a ON a.session_id = s.id"
                                        " WHERE t.event_id = $1 AND t.code = $2 GROUP BY a.minute ORDER BY a.minute",
                                        "it", event, code);
        GArray *minutes = g_array_new(FALSE, FALSE, sizeof(StatsMinute));
        while (stmt_next(rows)) {
                StatsMinute minute = { stmt_int(rows, 0), stmt_int(rows, 1) };
                g_array_append_val(minutes, minute);
        }
        return minutes;
}
