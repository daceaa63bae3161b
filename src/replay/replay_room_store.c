/* What recordings take of the disk, and how long they stay. */
#include "replay/replay_room.h"

#include "base/time.h"

ReplaySetting replay_setting(Db *db, int64_t event)
{
        ReplaySetting setting = { 0 };
        g_autoptr(Stmt) row =
                db_query(db, "SELECT keep_days, budget_gb FROM recording_setting WHERE event_id = $1", "i", event);
        if (stmt_next(row))
                setting = (ReplaySetting){ stmt_int(row, 0), stmt_int(row, 1) };
        return setting;
}

bool replay_setting_keep(Db *db, int64_t event, const ReplaySetting *setting)
{
        return db_run(
                db,
                "INSERT INTO recording_setting(event_id, keep_days, budget_gb) VALUES($1, $2, $3) "
                "ON CONFLICT(event_id) DO UPDATE SET keep_days = excluded.keep_days, budget_gb = excluded.budget_gb",
                "iii", event, setting->keep_days, setting->budget_gb);
}

static void heavy_free(gpointer data)
{
        ReplayHeavy *heavy = data;
        g_free(heavy->title);
        g_free(heavy->code);
        g_free(heavy);
}

GPtrArray *replay_heaviest(Db *db, int64_t event, int limit, int64_t *ret_bytes, int64_t *ret_count)
{
        *ret_bytes =
                db_int(db, 0, "SELECT sum(bytes + download_bytes + sound_bytes) FROM recording WHERE event_id = $1",
                       "i", event);
        *ret_count = db_int(db, 0, "SELECT count(*) FROM recording WHERE event_id = $1", "i", event);
        GPtrArray *list = g_ptr_array_new_with_free_func(heavy_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT r.id, coalesce(t.title, r.title), coalesce(t.code, ''), r.bytes + "
                                        "r.download_bytes + r.sound_bytes, "
                                        "r.length_us, r.state IN ('ready', 'failed') FROM recording r LEFT JOIN talk t "
                                        "ON t.id = r.talk_id WHERE "
                                        "r.event_id = $1 ORDER BY 4 DESC, r.id LIMIT $2",
                                        "ii", event, (int64_t)limit);
        while (stmt_next(rows)) {
                ReplayHeavy *heavy = g_new(ReplayHeavy, 1);
                *heavy = (ReplayHeavy){ stmt_int(rows, 0),
                                        g_strdup(stmt_text(rows, 1)),
                                        g_strdup(stmt_text(rows, 2)),
                                        stmt_int(rows, 3),
                                        stmt_int(rows, 4),
                                        stmt_int(rows, 5) != 0 };
                g_ptr_array_add(list, heavy);
        }
        return list;
}

/* Sessions without a recording that plays have no replay. */
static bool forget_replays(Db *db)
{
        return db_run(
                db,
                "UPDATE talk SET replay = 0 WHERE replay = 1 AND NOT EXISTS(SELECT 1 FROM recording r WHERE r.talk_id "
                "= talk.id AND r.state = 'ready')",
                "");
}

bool replay_remove(Db *db, int64_t event, int64_t recording, int64_t account)
{
        return db_run(db,
                      "INSERT INTO recording_log(event_id, talk_id, act, account_id, at_us) SELECT event_id, "
                      "coalesce(talk_id, 0), 'removed', $3, $4 FROM recording WHERE id = $1 AND event_id = $2 AND "
                      "state IN ('ready', 'failed')",
                      "iiii", recording, event, account, now_us()) &&
               db_changed(db) == 1 &&
               db_run(db, "DELETE FROM recording WHERE id = $1 AND event_id = $2 AND state IN ('ready', 'failed')",
                      "ii", recording, event) &&
               db_changed(db) == 1 && forget_replays(db);
}

#define OVER                                                                                                           \
        "state IN ('ready', 'failed') AND event_id IN (SELECT e.id FROM event e JOIN recording_setting s ON "          \
        "s.event_id "                                                                                                  \
        "= e.id WHERE s.keep_days > 0 AND date(e.last_day, '+' || s.keep_days || ' days') < date($1, 'unixepoch'))"

bool replay_expire(Db *db)
{
        int64_t now_s = now_us() / SECOND_US;
        return db_run(db,
                      "INSERT INTO recording_log(event_id, talk_id, act, at_us) SELECT event_id, coalesce(talk_id, 0), "
                      "'expired', $1 * 1000000 FROM recording WHERE " OVER,
                      "i", now_s) &&
               db_run(db, "DELETE FROM recording WHERE " OVER, "i", now_s) && forget_replays(db);
}
