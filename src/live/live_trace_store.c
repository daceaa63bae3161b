/* What sessions left in time, for their replays: what the features tell, and the chat. */
#include "live/live_store.h"

static void trace_free(gpointer data)
{
        LiveTrace *trace = data;
        g_free(trace->text);
        g_free(trace->name);
        g_free(trace);
}

void live_trace_add(GPtrArray *traces, const LiveTrace *trace)
{
        g_ptr_array_add(traces, g_memdup2(trace, sizeof *trace));
}

bool live_agrees(Db *db, int64_t room_id, int person)
{
        g_autoptr(Stmt) row = db_query(
                db,
                "SELECT coalesce(p.account_id, 0), coalesce((SELECT given FROM live_consent c WHERE c.room_id = "
                "p.room_id AND c.person_id = p.id ORDER BY c.id DESC LIMIT 1), 0) FROM live_person p WHERE "
                "p.room_id = $1 AND p.id = $2",
                "ii", room_id, (int64_t)person);
        if (!stmt_next(row))
                return false;
        int chosen = live_store_account_consent(db, room_id, stmt_int(row, 0));
        return (chosen >= 0 ? chosen : (int)stmt_int(row, 1)) == 1;
}

/* Lines that were said while the session lasted; those of who does not agree to be named come without a name. */
static void add_lines(Db *db, int64_t session_id, GPtrArray *into)
{
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT l.n, l.at_us, l.text, l.room_id, l.person_id, p.name FROM live_line l JOIN live_person p ON "
                "p.room_id = l.room_id AND p.id = l.person_id JOIN live_session s ON s.room_id = l.room_id "
                "WHERE s.id = $1 AND l.gone = 0 AND l.waiting = 0 AND l.at_us >= s.started_us AND "
                "(s.ended_us IS NULL OR l.at_us <= s.ended_us) ORDER BY l.n",
                "i", session_id);
        while (stmt_next(rows)) {
                bool named = live_agrees(db, stmt_int(rows, 3), (int)stmt_int(rows, 4));
                live_trace_add(into, &(LiveTrace){ .kind = LIVE_LINE,
                                                   .n = stmt_int(rows, 0),
                                                   .at_us = stmt_int(rows, 1),
                                                   .text = g_strdup(stmt_text(rows, 2)),
                                                   .name = named ? g_strdup(stmt_text(rows, 5)) : NULL });
        }
}

static int by_time(gconstpointer a, gconstpointer b)
{
        const LiveTrace *first = *(LiveTrace *const *)a, *second = *(LiveTrace *const *)b;
        if (first->at_us != second->at_us)
                return first->at_us < second->at_us ? -1 : 1;
        return first->n < second->n ? -1 : first->n > second->n;
}

GPtrArray *live_traces(Db *db, int64_t talk, LiveTraceKind kind)
{
        GPtrArray *traces = g_ptr_array_new_with_free_func(trace_free);
        g_autoptr(Stmt) sessions =
                db_query(db, "SELECT id FROM live_session WHERE talk_id = $1 ORDER BY started_us, id", "i", talk);
        while (stmt_next(sessions)) {
                int64_t session = stmt_int(sessions, 0);
                if (kind == LIVE_LINE)
                        add_lines(db, session, traces);
                for (size_t i = 0; live_features[i]; i++)
                        if (live_features[i]->trace)
                                live_features[i]->trace(db, session, kind, traces);
        }
        g_ptr_array_sort(traces, by_time);
        return traces;
}
