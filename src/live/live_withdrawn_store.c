/* Who is in a recording and does not agree, or not any more: what is to be taken off, and whether it was. */
#include "live/live_store.h"

#include "base/time.h"

#define BEFORE_US SECOND_US /* what of somebody may have been heard around the moments that were noted */
#define AFTER_US (2 * SECOND_US)

bool live_store_span(Db *db, int64_t session_id, int id, bool on, int64_t from_us, int64_t now_us)
{
        if (on)
                return db_run(db,
                              "INSERT INTO live_recorded_span(session_id, person_id, from_us) VALUES($1, $2, $3) "
                              "ON CONFLICT DO NOTHING",
                              "iii", session_id, (int64_t)id, from_us);
        return db_run(
                db,
                "UPDATE live_recorded_span SET to_us = $4 WHERE session_id = $1 AND person_id = $2 AND from_us = $3",
                "iiii", session_id, (int64_t)id, from_us, now_us);
}

/* Somebody in the recordings of a talk. */
typedef struct {
        int64_t session, person, spans;
        bool agrees, settled;
} Held;

static GArray *held_of(Db *db, int64_t talk)
{
        GArray *all = g_array_new(FALSE, FALSE, sizeof(Held));
        g_autoptr(Stmt) stmt = db_query(
                db,
                /* Settled is who was on stage no more since: a part that came later is not taken off yet. */
                "SELECT r.room_id, coalesce(r.account_id, p.account_id, 0),"
                " coalesce((SELECT given FROM live_consent c WHERE c.room_id = r.room_id AND c.person_id = r.person_id"
                "  ORDER BY c.id DESC LIMIT 1), 0), r.session_id, r.person_id,"
                " (SELECT count(*) FROM live_recorded_span n WHERE n.session_id = r.session_id"
                "  AND n.person_id = r.person_id),"
                " EXISTS(SELECT 1 FROM live_withdrawn w WHERE w.session_id = r.session_id AND w.person_id = r.person_id"
                "  AND NOT EXISTS(SELECT 1 FROM live_recorded_span n WHERE n.session_id = w.session_id"
                "  AND n.person_id = w.person_id AND (n.from_us > w.at_us OR n.to_us > w.at_us)))"
                " FROM live_session s JOIN live_recorded r ON r.session_id = s.id"
                " LEFT JOIN live_person p ON p.room_id = r.room_id AND p.id = r.person_id WHERE s.talk_id = $1",
                "i", talk);
        while (stmt_next(stmt)) {
                Held held = { .session = stmt_int(stmt, 3),
                              .person = stmt_int(stmt, 4),
                              .spans = stmt_int(stmt, 5),
                              .settled = stmt_int(stmt, 6) != 0,
                              .agrees = live_store_consents(db, stmt_int(stmt, 0), stmt_int(stmt, 1),
                                                            stmt_int(stmt, 2)) };
                g_array_append_val(all, held);
        }
        return all;
}

bool live_replay_withheld(Db *db, int64_t talk)
{
        g_autoptr(GArray) all = held_of(db, talk);
        for (guint i = 0; i < all->len; i++) {
                const Held *held = &g_array_index(all, Held, i);
                if (!held->agrees && !held->settled)
                        return true;
        }
        return false;
}

bool live_withdrawn_returned(Db *db, int64_t talk)
{
        g_autoptr(GArray) all = held_of(db, talk);
        for (guint i = 0; i < all->len; i++) {
                const Held *held = &g_array_index(all, Held, i);
                if (held->agrees && held->settled)
                        return true;
        }
        return false;
}

static void add_spans(Db *db, const Held *held, GArray *spans)
{
        /* One that has no end lasts until the next of the same person, or for good. */
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT from_us, coalesce(to_us, (SELECT min(n.from_us) FROM live_recorded_span n WHERE n.session_id = "
                "o.session_id AND n.person_id = o.person_id AND n.from_us > o.from_us), 9000000000000000000) FROM "
                "live_recorded_span o WHERE session_id = $1 AND person_id = $2",
                "ii", held->session, held->person);
        while (stmt_next(rows)) {
                int64_t to_us = stmt_int(rows, 1);
                LiveSpan span = { stmt_int(rows, 0) - BEFORE_US, MIN(to_us, INT64_MAX - AFTER_US) + AFTER_US };
                g_array_append_val(spans, span);
        }
}

GArray *live_withdrawn_spans(Db *db, int64_t talk)
{
        g_autoptr(GArray) all = held_of(db, talk), spans = g_array_new(FALSE, FALSE, sizeof(LiveSpan));
        for (guint i = 0; i < all->len; i++) {
                const Held *held = &g_array_index(all, Held, i);
                if (held->agrees)
                        continue;
                if (held->spans == 0)
                        return NULL;
                add_spans(db, held, spans);
        }
        return g_steal_pointer(&spans);
}

bool live_withdrawn_settle(Db *db, int64_t talk)
{
        g_autoptr(GArray) all = held_of(db, talk);
        for (guint i = 0; i < all->len; i++) {
                const Held *held = &g_array_index(all, Held, i);
                bool kept =
                        held->agrees
                                ? db_run(db, "DELETE FROM live_withdrawn WHERE session_id = $1 AND person_id = $2",
                                         "ii", held->session, held->person)
                                : db_run(db,
                                         "INSERT INTO live_withdrawn(session_id, person_id, at_us) VALUES($1, $2, "
                                         "$3) ON CONFLICT (session_id, person_id) DO UPDATE SET at_us = excluded.at_us",
                                         "iii", held->session, held->person, now_us());
                if (!kept)
                        return false;
        }
        return true;
}

GArray *live_withdrawn_talks(Db *db)
{
        GArray *talks = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT DISTINCT s.talk_id FROM live_session s JOIN live_recorded r ON r.session_id "
                         "= s.id JOIN recording c ON c.talk_id = s.talk_id AND c.state = 'ready'",
                         "");
        while (stmt_next(rows)) {
                int64_t talk = stmt_int(rows, 0);
                if (live_replay_withheld(db, talk) || live_withdrawn_returned(db, talk))
                        g_array_append_val(talks, talk);
        }
        return talks;
}
