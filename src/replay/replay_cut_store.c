/* What is shown of a recording: which segments, and whether its files are made of them. */
#include "replay/replay_store.h"

#include "base/time.h"

bool replay_store_is_cut(Db *db, int64_t recording)
{
        return db_int(db, 0, "SELECT EXISTS(SELECT 1 FROM recording_kept WHERE recording_id = $1)", "i", recording) !=
               0;
}

bool replay_store_keeps(Db *db, int64_t recording, int64_t segment)
{
        return db_int(db, 0,
                      "SELECT NOT EXISTS(SELECT 1 FROM recording_kept WHERE recording_id = $1) OR EXISTS(SELECT 1 FROM "
                      "recording_kept WHERE recording_id = $1 AND $2 BETWEEN first AND last)",
                      "ii", recording, segment) != 0;
}

GArray *replay_shown_pieces(Db *db, const Store *store, const Replay *replay, bool *ret_ended)
{
        g_autofree char *path = replay_folder_path(store, replay->folder);
        GArray *pieces = recorder_pieces(path, ret_ended);
        if (!pieces || !replay_store_is_cut(db, replay->id))
                return pieces;
        bool gap = true;
        guint kept = 0;
        for (guint i = 0; i < pieces->len; i++) {
                RecorderPiece piece = g_array_index(pieces, RecorderPiece, i);
                if (!replay_store_keeps(db, replay->id, piece.segment)) {
                        gap = true;
                        continue;
                }
                piece.begins_stretch = piece.begins_stretch || gap;
                gap = false;
                g_array_index(pieces, RecorderPiece, kept++) = piece;
        }
        g_array_set_size(pieces, kept);
        return pieces;
}

static bool keep_range(Db *db, int64_t recording, unsigned first, unsigned last)
{
        return db_run(db, "INSERT INTO recording_kept(recording_id, first, last) VALUES($1, $2, $3)", "iii", recording,
                      (int64_t)first, (int64_t)last);
}

bool replay_store_set_kept(Db *db, int64_t recording, const GArray *pieces, bool all, bool withdrawn)
{
        int64_t shown_us = 0;
        bool kept = db_run(db, "DELETE FROM recording_kept WHERE recording_id = $1", "i", recording);
        const RecorderPiece *first = NULL, *last = NULL;
        for (guint i = 0; kept && !all && i < pieces->len; i++) {
                const RecorderPiece *piece = &g_array_index(pieces, RecorderPiece, i);
                shown_us += piece->length_us;
                if (first && piece->segment != last->segment + 1) {
                        kept = keep_range(db, recording, first->segment, last->segment);
                        first = NULL;
                }
                first = first ? first : piece;
                last = piece;
        }
        if (kept && first)
                kept = keep_range(db, recording, first->segment, last->segment);
        return kept && db_run(db,
                              "UPDATE recording SET shown_us = $2, stale = stale + 1, withdrawn = max(withdrawn, $3) "
                              "WHERE id = $1",
                              "iii", recording, shown_us, (int64_t)withdrawn);
}

bool replay_store_set_borders(Db *db, int64_t recording, int64_t from_us, int64_t to_us)
{
        return db_run(db, "UPDATE recording SET from_us = $2, to_us = $3 WHERE id = $1", "iii", recording, from_us,
                      to_us);
}

bool replay_store_log(Db *db, int64_t event, int64_t talk, const char *act, int64_t account)
{
        return db_run(db,
                      "INSERT INTO recording_log(event_id, talk_id, act, account_id, at_us) VALUES($1, $2, $3, "
                      "nullif($4, 0), $5)",
                      "iitii", event, talk, act, account, now_us());
}

bool replay_store_made(Db *db, const Replay *replay, int64_t download_bytes, int64_t sound_bytes)
{
        return db_run(db,
                      "UPDATE recording SET download_bytes = $3, sound_bytes = $4, withdrawn = iif(stale = $2, 0, "
                      "withdrawn), stale = stale - $2 WHERE id = $1",
                      "iiii", replay->id, replay->stale, download_bytes, sound_bytes);
}

bool replay_store_tried(Db *db, int64_t recording)
{
        return db_run(db, "UPDATE recording SET tried_us = $2 WHERE id = $1", "ii", recording, now_us());
}

static void logged_free(gpointer data)
{
        ReplayLogged *logged = data;
        g_free(logged->act);
        g_free(logged->name);
        g_free(logged);
}

GPtrArray *replay_store_logged(Db *db, int64_t talk, int limit)
{
        GPtrArray *log = g_ptr_array_new_with_free_func(logged_free);
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT l.act, coalesce(a.name, ''), l.at_us FROM recording_log l LEFT JOIN account "
                         "a ON a.id = l.account_id WHERE l.talk_id = $1 ORDER BY l.id DESC LIMIT $2",
                         "ii", talk, (int64_t)limit);
        while (stmt_next(rows)) {
                ReplayLogged *logged = g_new(ReplayLogged, 1);
                *logged =
                        (ReplayLogged){ g_strdup(stmt_text(rows, 0)), g_strdup(stmt_text(rows, 1)), stmt_int(rows, 2) };
                g_ptr_array_add(log, logged);
        }
        return log;
}
