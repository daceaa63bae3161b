#include "captions/captions_store.h"

#include <string.h>

#define COLUMNS "n, text, begun_us, ended_us"

static Caption *read_line(Stmt *rows)
{
        Caption *line = g_new(Caption, 1);
        *line = (Caption){ stmt_int(rows, 0), g_strdup(stmt_text(rows, 1)), stmt_int(rows, 2), stmt_int(rows, 3) };
        return line;
}

Captions *captions_store_load(Db *db, int64_t session)
{
        Captions *captions = g_new0(Captions, 1);
        captions->lines = g_ptr_array_new_with_free_func(vtt_line_free);
        captions->next =
                db_int(db, -1, "SELECT max(n) FROM caption WHERE session_id = $1 AND lane = ''", "i", session) + 1;
        captions->signer =
                (int)db_int(db, 0, "SELECT person_id FROM caption_signer WHERE session_id = $1", "i", session);
        g_autoptr(Stmt) rows = db_query(
                db, "SELECT " COLUMNS " FROM caption WHERE session_id = $1 AND lane = '' AND n >= $2 ORDER BY n", "ii",
                session, captions->next - CAPTIONS_SHOWN);
        while (stmt_next(rows))
                g_ptr_array_add(captions->lines, read_line(rows));
        if (!db_failed(db))
                return captions;
        captions_free(captions);
        return NULL;
}

bool captions_store_save(Db *db, int64_t session, const Caption *line, int person, int spoken_by)
{
        return db_run(
                db,
                "INSERT INTO caption(session_id, n, text, begun_us, ended_us, person_id, spoken_by) VALUES($1, $2, $3, "
                "$4, $5, $6, nullif($7, 0)) ON CONFLICT(session_id, lane, n) DO UPDATE SET text = excluded.text, "
                "person_id = excluded.person_id",
                "iitiiii", session, line->n, line->text, line->begun_us, line->ended_us, (int64_t)person,
                (int64_t)spoken_by);
}

bool captions_store_sign(Db *db, int64_t session, int person)
{
        if (person == 0)
                return db_run(db, "DELETE FROM caption_signer WHERE session_id = $1", "i", session);
        return db_run(db,
                      "INSERT INTO caption_signer(session_id, person_id) VALUES($1, $2) ON CONFLICT(session_id) "
                      "DO UPDATE SET person_id = excluded.person_id",
                      "ii", session, (int64_t)person);
}

/* Behind COLUMNS of c: the room, and whose words they are. */
#define FROM_CAPTION ", s.room_id, coalesce(c.spoken_by, -1) FROM caption c JOIN live_session s ON s.id = c.session_id "

/* Whether the line of this row may be kept: who spoke agrees, by now. */
static bool may_be_kept(Db *db, Stmt *rows)
{
        int64_t spoken_by = stmt_int(rows, 5);
        return spoken_by < 0 || live_agrees(db, stmt_int(rows, 4), (int)spoken_by);
}

GPtrArray *captions_store_of_talk(Db *db, int64_t talk)
{
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT c.n, c.text, c.begun_us, c.ended_us" FROM_CAPTION
                                        "WHERE c.lane = '' AND s.talk_id = $1 ORDER BY c.begun_us, c.n LIMIT $2",
                                        "ii", talk, (int64_t)CAPTIONS_MAX);
        GPtrArray *lines = g_ptr_array_new_with_free_func(vtt_line_free);
        while (stmt_next(rows))
                if (may_be_kept(db, rows))
                        g_ptr_array_add(lines, read_line(rows));
        return lines;
}

void captions_store_trace(Db *db, int64_t session, LiveTraceKind kind, GPtrArray *into)
{
        if (kind != LIVE_WORDS)
                return;
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT c.n, c.text, c.begun_us, c.ended_us" FROM_CAPTION
                                        "WHERE c.session_id = $1 AND c.lane = '' ORDER BY c.n",
                                        "i", session);
        while (stmt_next(rows))
                if (may_be_kept(db, rows))
                        live_trace_add(into, &(LiveTrace){ .kind = kind,
                                                           .n = stmt_int(rows, 0),
                                                           .text = g_strdup(stmt_text(rows, 1)),
                                                           .at_us = stmt_int(rows, 2),
                                                           .end_us = stmt_int(rows, 3) });
}

int64_t captions_store_began(Db *db, int64_t talk, int64_t part)
{
        return db_int(db, -1,
                      "SELECT coalesce((SELECT started_us FROM recording WHERE talk_id = $1 ORDER BY started_us, id "
                      "LIMIT 1 OFFSET $2), (SELECT min(started_us) FROM live_session WHERE talk_id = $1))",
                      "ii", talk, part);
}

json_t *captions_store_export(Db *db, int64_t room, int person)
{
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT c.text, c.ended_us FROM caption c JOIN live_session s ON s.id = "
                                        "c.session_id WHERE s.room_id = $1 AND c.person_id = $2 ORDER BY c.ended_us",
                                        "ii", room, (int64_t)person);
        json_t *lines = NULL;
        while (stmt_next(rows)) {
                lines = lines ? lines : json_array();
                json_array_append_new(lines, json_pack("{s:s, s:I}", "text", stmt_text(rows, 0), "at_us",
                                                       (json_int_t)stmt_int(rows, 1)));
        }
        return lines;
}

bool captions_store_forget(Db *db, int64_t room, int person)
{
        return db_run(db,
                      "UPDATE caption SET person_id = NULL WHERE person_id IS NOT NULL AND $2 IN (0, person_id) AND "
                      "session_id IN (SELECT id FROM live_session WHERE room_id = $1)",
                      "ii", room, (int64_t)person) &&
               db_run(db,
                      "UPDATE caption SET spoken_by = 0 WHERE spoken_by IS NOT NULL AND $2 IN (0, spoken_by) AND "
                      "session_id IN (SELECT id FROM live_session WHERE room_id = $1)",
                      "ii", room, (int64_t)person) &&
               db_run(db,
                      "DELETE FROM caption_signer WHERE $2 IN (0, person_id) AND session_id IN (SELECT id FROM "
                      "live_session WHERE room_id = $1)",
                      "ii", room, (int64_t)person);
}
