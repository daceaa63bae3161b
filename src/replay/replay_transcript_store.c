/* What was said: captions, until somebody corrects them or a program has listened; then what is kept of that. */
#include "replay/replay_transcript.h"

#include "base/time.h"
#include "live/live.h"

#include <string.h>

static void add(GPtrArray *lines, const char *text, int64_t begun_us, int64_t ended_us)
{
        VttLine *line = g_new(VttLine, 1);
        *line = (VttLine){ lines->len, g_strdup(text), begun_us, MAX(ended_us, begun_us) };
        g_ptr_array_add(lines, line);
}

static int64_t last_begun_us(const GPtrArray *lines)
{
        return lines->len ? ((const VttLine *)lines->pdata[lines->len - 1])->begun_us : INT64_MIN;
}

GPtrArray *transcript_lines(Db *db, int64_t talk)
{
        GPtrArray *lines = g_ptr_array_new_with_free_func(vtt_line_free);
        g_autoptr(Stmt) rows = db_query(
                db, "SELECT text, begun_us, ended_us FROM transcript_line WHERE talk_id = $1 ORDER BY n", "i", talk);
        while (stmt_next(rows))
                add(lines, stmt_text(rows, 0), stmt_int(rows, 1), stmt_int(rows, 2));
        g_autofree char *origin = db_text(db, "SELECT origin FROM transcript WHERE talk_id = $1", "i", talk);
        if (origin && strcmp(origin, "captions") != 0)
                return lines;
        /* What was typed after the first correction, in a session that went on. */
        int64_t since_us = last_begun_us(lines);
        g_autoptr(GPtrArray) captions = live_traces(db, talk, LIVE_WORDS);
        for (guint i = 0; i < captions->len && lines->len < VTT_LINES_MOST; i++) {
                const LiveTrace *caption = captions->pdata[i];
                if (caption->at_us > since_us)
                        add(lines, caption->text, caption->at_us, caption->end_us);
        }
        return lines;
}

bool transcript_keep(Db *db, int64_t talk, const GPtrArray *lines, const char *origin)
{
        bool kept = db_run(db,
                           "INSERT INTO transcript(talk_id, origin, made_us) VALUES($1, $2, $3) ON CONFLICT(talk_id) "
                           "DO NOTHING",
                           "iti", talk, origin, now_us());
        for (guint i = 0; kept && i < lines->len; i++) {
                const VttLine *line = lines->pdata[i];
                kept = db_run(db,
                              "INSERT INTO transcript_line(talk_id, n, text, begun_us, ended_us) VALUES($1, $2, $3, "
                              "$4, $5) ON CONFLICT(talk_id, n) DO NOTHING",
                              "iitii", talk, line->n, line->text, line->begun_us, line->ended_us);
        }
        return kept;
}

bool transcript_has(Db *db, int64_t talk)
{
        return db_int(db, 0, "SELECT EXISTS(SELECT 1 FROM transcript WHERE talk_id = $1)", "i", talk) != 0;
}

bool transcript_change(Db *db, int64_t talk, int64_t n, const char *text, int64_t account)
{
        return db_run(db,
                      "INSERT INTO transcript_change(talk_id, n, was, text, account_id, at_us) "
                      "SELECT talk_id, n, text, $3, $4, $5 FROM transcript_line WHERE talk_id = $1 AND n = $2",
                      "iitii", talk, n, text, account, now_us()) &&
               db_changed(db) == 1 &&
               db_run(db, "UPDATE transcript_line SET text = $3 WHERE talk_id = $1 AND n = $2", "iit", talk, n, text);
}

int64_t transcript_changes_since(Db *db, int64_t account, int64_t since_us)
{
        return db_int(db, 0, "SELECT count(*) FROM transcript_change WHERE account_id = $1 AND at_us >= $2", "ii",
                      account, since_us);
}

static void change_free(gpointer data)
{
        TranscriptChange *change = data;
        g_free(change->was);
        g_free(change->text);
        g_free(change->name);
        g_free(change->when);
        g_free(change);
}

GPtrArray *transcript_changes(Db *db, int64_t talk, int64_t n, int limit)
{
        GPtrArray *changes = g_ptr_array_new_with_free_func(change_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT c.was, c.text, coalesce(a.name, ''), c.at_us FROM transcript_change c "
                                        "LEFT JOIN account a ON a.id = c.account_id WHERE c.talk_id = $1 AND c.n = $2 "
                                        "ORDER BY c.id DESC LIMIT $3",
                                        "iii", talk, n, (int64_t)limit);
        while (stmt_next(rows)) {
                TranscriptChange *change = g_new(TranscriptChange, 1);
                *change = (TranscriptChange){ g_strdup(stmt_text(rows, 0)), g_strdup(stmt_text(rows, 1)),
                                              g_strdup(stmt_text(rows, 2)), NULL, stmt_int(rows, 3) };
                g_ptr_array_add(changes, change);
        }
        return changes;
}

/* --- A person's data ---------------------------------------------------------------------------------------------- */

json_t *replay_export(Db *db, int64_t account)
{
        json_t *changes = json_array();
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT t.title, c.text, c.at_us FROM transcript_change c JOIN talk t ON t.id = c.talk_id WHERE "
                "c.account_id = $1 ORDER BY c.id",
                "i", account);
        while (stmt_next(rows))
                json_array_append_new(changes, json_pack("{s:s, s:s, s:I}", "session", stmt_text(rows, 0), "text",
                                                         stmt_text(rows, 1), "at_us", (json_int_t)stmt_int(rows, 2)));
        return changes;
}

bool replay_erase(Db *db, int64_t account)
{
        return db_run(db, "UPDATE transcript_change SET account_id = NULL WHERE account_id = $1", "i", account) &&
               db_run(db, "UPDATE recording_log SET account_id = NULL WHERE account_id = $1", "i", account);
}
