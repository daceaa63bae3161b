#include "replay/replay_store.h"

#include "base/time.h"

#include <string.h>

#define TRY_AGAIN_US (10 * MINUTE_US)

static const char *const states[] = { "recording", "finishing", "ready", "failed" };

void replay_free(Replay *replay)
{
        if (!replay)
                return;
        g_free(replay->folder);
        g_free(replay->title);
        g_free(replay);
}

bool replay_store_save(Db *db, const ReplayOf *of, ReplayState state, const RecorderEvent *event)
{
        return db_run(db,
                      "INSERT INTO recording(event_id, talk_id, folder, title, state, started_us, length_us, bytes, "
                      "download_bytes, voices_room) VALUES($1, nullif($2, 0), $3, $4, $5, $6, $7, $8, $9, $10) "
                      "ON CONFLICT(folder) DO UPDATE SET state = excluded.state, length_us = excluded.length_us, "
                      "bytes = excluded.bytes, download_bytes = excluded.download_bytes, "
                      "voices_room = max(voices_room, excluded.voices_room)",
                      "iitttiiiii", of->event, of->talk, of->folder, of->title ? of->title : "", states[state],
                      of->started_us > 0 ? of->started_us : now_us(), event->length_us, event->bytes,
                      event->download_bytes, of->voices_room);
}

bool replay_store_forget(Db *db, const char *folder)
{
        return db_run(db, "DELETE FROM recording WHERE folder = $1", "t", folder);
}

static ReplayState read_state(const char *word)
{
        for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
                if (!strcmp(word, states[i]))
                        return (ReplayState)i;
        return REPLAY_FAILED;
}

#define COLUMNS                                                                                                        \
        "id, event_id, coalesce(talk_id, 0), folder, title, state, started_us, "                                       \
        "iif(shown_us > 0, shown_us, length_us), download_bytes, from_us, to_us, sound_bytes, stale, bytes, "          \
        "withdrawn, voices_room"

static Replay *read_one(Stmt *rows)
{
        Replay *replay = g_new0(Replay, 1);
        replay->id = stmt_int(rows, 0);
        replay->event = stmt_int(rows, 1);
        replay->talk = stmt_int(rows, 2);
        replay->folder = g_strdup(stmt_text(rows, 3));
        replay->title = g_strdup(stmt_text(rows, 4));
        replay->state = read_state(stmt_text(rows, 5));
        replay->started_us = stmt_int(rows, 6);
        replay->length_us = stmt_int(rows, 7);
        replay->download_bytes = stmt_int(rows, 8);
        replay->from_us = stmt_int(rows, 9);
        replay->to_us = stmt_int(rows, 10);
        replay->sound_bytes = stmt_int(rows, 11);
        replay->stale = stmt_int(rows, 12);
        replay->bytes = stmt_int(rows, 13);
        replay->withdrawn = stmt_int(rows, 14) != 0;
        replay->voices_room = stmt_int(rows, 15);
        return replay;
}

static GPtrArray *read_all(Stmt *rows)
{
        GPtrArray *replays = g_ptr_array_new_with_free_func((GDestroyNotify)replay_free);
        while (stmt_next(rows))
                g_ptr_array_add(replays, read_one(rows));
        return replays;
}

Replay *replay_store_of_folder(Db *db, const char *folder)
{
        g_autoptr(Stmt) rows = db_query(db, "SELECT " COLUMNS " FROM recording WHERE folder = $1", "t", folder);
        return stmt_next(rows) ? read_one(rows) : NULL;
}

GPtrArray *replay_store_of_talk(Db *db, int64_t talk)
{
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT " COLUMNS " FROM recording WHERE talk_id = $1 ORDER BY started_us, id", "i", talk);
        return read_all(rows);
}

GPtrArray *replay_store_unfinished(Db *db, bool abandoned)
{
        /* Ready without a download is unfinished too: the child was interrupted while it wrote the MP4. What is being
         * recorded goes on when its room opens again: within minutes, or not at all an hour after the session. */
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT " COLUMNS " FROM recording WHERE state = 'finishing' OR (state = 'ready' AND "
                "download_bytes = 0) OR (state = 'recording' AND ($4 OR coalesce((SELECT end_us FROM talk WHERE "
                "talk.id = talk_id), started_us + $2) < $1 - $3)) ORDER BY id",
                "iiii", now_us(), DAY_US, HOUR_US, (int64_t)abandoned);
        return read_all(rows);
}

GPtrArray *replay_store_with_voices(Db *db)
{
        g_autoptr(Stmt) rows = db_query(db, "SELECT " COLUMNS " FROM recording WHERE voices_room <> 0 ORDER BY id", "");
        return read_all(rows);
}

int64_t replay_store_public_talk(Db *db, const char *folder)
{
        return db_int(db, 0,
                      "SELECT t.id FROM recording r JOIN event e ON e.id = r.event_id JOIN talk t ON t.id = r.talk_id "
                      "WHERE r.folder = $1 AND e.published = 1 AND t.no_recording = 0",
                      "t", folder);
}

bool replay_store_is_recorded_now(Db *db, const char *folder)
{
        return db_int(db, 0, "SELECT count(*) FROM recording WHERE folder = $1 AND state = 'recording'", "t", folder) >
               0;
}

static void replay_row_free(gpointer data)
{
        ReplayRow *row = data;
        g_free(row->code);
        g_free(row->title);
        g_free(row->room_name);
        g_free(row);
}

GPtrArray *replay_list(Db *db, int64_t event, int64_t limit, int64_t offset, int64_t *ret_total)
{
        *ret_total = db_int(db, 0, "SELECT count(*) FROM talk WHERE event_id = $1 AND replay = 1 AND no_recording = 0",
                            "i", event);
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT t.code, t.title, m.name, t.start_us, (SELECT sum(iif(r.shown_us > 0, r.shown_us, r.length_us)) "
                "FROM recording r WHERE "
                "r.talk_id = t.id AND r.state = 'ready'), t.id FROM talk t JOIN room m ON m.id = t.room_id WHERE "
                "t.event_id = $1 AND t.replay = 1 AND t.no_recording = 0 ORDER BY t.start_us, m.position, t.id "
                "LIMIT $2 OFFSET $3",
                "iii", event, limit, offset);
        GPtrArray *list = g_ptr_array_new_with_free_func(replay_row_free);
        while (stmt_next(rows)) {
                ReplayRow *row = g_new0(ReplayRow, 1);
                row->code = g_strdup(stmt_text(rows, 0));
                row->title = g_strdup(stmt_text(rows, 1));
                row->room_name = g_strdup(stmt_text(rows, 2));
                row->start_us = stmt_int(rows, 3);
                row->length_us = stmt_int(rows, 4);
                row->talk = stmt_int(rows, 5);
                g_ptr_array_add(list, row);
        }
        return list;
}

GPtrArray *replay_store_gone(Db *db, int64_t limit)
{
        GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(Stmt) rows = db_query(db, "SELECT folder FROM recording_gone LIMIT $1", "i", limit);
        while (stmt_next(rows))
                g_ptr_array_add(folders, g_strdup(stmt_text(rows, 0)));
        return folders;
}

bool replay_store_has(Db *db, const char *folder)
{
        return db_int(db, 0, "SELECT count(*) FROM recording WHERE folder = $1", "t", folder) > 0;
}

bool replay_store_forget_gone(Db *db, const char *folder)
{
        return db_run(db, "DELETE FROM recording_gone WHERE folder = $1", "t", folder);
}

GPtrArray *replay_store_stale(Db *db, int64_t event)
{
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT " COLUMNS " FROM recording WHERE state = 'ready' AND download_bytes > 0 AND "
                         "stale > 0 AND tried_us < $2 AND $1 IN (0, event_id) ORDER BY withdrawn DESC, id LIMIT 100",
                         "ii", event, now_us() - TRY_AGAIN_US);
        return read_all(rows);
}
