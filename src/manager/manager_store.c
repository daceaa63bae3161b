#include "manager/manager_store.h"

#include "base/time.h"

/* --- what a room holds -------------------------------------------------------------------------------------------- */

static void load_deeds(Db *db, int64_t session, GPtrArray *deeds)
{
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT at_us, coalesce(person_id, 0), coalesce(whom_id, 0), what, detail FROM (SELECT * FROM stage_log"
                " WHERE session_id = $1 ORDER BY id DESC LIMIT $2) AS late ORDER BY id",
                "ii", session, (int64_t)DEEDS_SHOWN);
        while (stmt_next(rows)) {
                Deed *deed = g_new0(Deed, 1);
                deed->at_us = stmt_int(rows, 0);
                deed->who = (int)stmt_int(rows, 1);
                deed->whom = (int)stmt_int(rows, 2);
                deed->what = g_strdup(stmt_text(rows, 3));
                deed->detail = g_strdup(stmt_text(rows, 4));
                g_ptr_array_add(deeds, deed);
        }
}

static void load_announcements(Db *db, const LiveMoment *moment, GPtrArray *announcements)
{
        g_autoptr(Stmt) rows = db_query(
                db,
                "SELECT id, at_us, until_us, text FROM announcement WHERE event_id = $1 AND until_us > $2 ORDER BY id",
                "ii", moment->event_id, moment->now_us);
        while (stmt_next(rows)) {
                Announcement *one = g_new0(Announcement, 1);
                one->id = stmt_int(rows, 0);
                one->at_us = stmt_int(rows, 1);
                one->until_us = stmt_int(rows, 2);
                one->text = g_strdup(stmt_text(rows, 3));
                g_ptr_array_add(announcements, one);
        }
}

static void load_turn(Db *db, int64_t session, Manager *manager)
{
        g_autoptr(Stmt) row = db_query(
                db, "SELECT row_id, at_us FROM run_turn WHERE session_id = $1 ORDER BY id DESC LIMIT 1", "i", session);
        if (stmt_next(row) && stmt_int(row, 0)) {
                manager->row = stmt_int(row, 0);
                manager->since_us = stmt_int(row, 1);
        }
}

static void load_talks(Db *db, const LiveMoment *moment, Manager *manager)
{
        manager->talk_code = db_text(db, "SELECT code FROM talk WHERE id = $1", "i", moment->talk_id);
        int64_t start_us = db_int(db, moment->now_us, "SELECT start_us FROM talk WHERE id = $1", "i", moment->talk_id);
        g_autoptr(Stmt) next = db_query(db,
                                        "SELECT title, start_us FROM talk WHERE room_id = $1 AND start_us > $2"
                                        " AND cancelled = 0 ORDER BY start_us, id LIMIT 1",
                                        "ii", moment->room_id, start_us);
        if (stmt_next(next)) {
                manager->next_title = g_strdup(stmt_text(next, 0));
                manager->next_us = stmt_int(next, 1);
        }
}

Manager *manager_store_load(Db *db, const LiveMoment *moment)
{
        Manager *manager = manager_new();
        load_deeds(db, moment->session_id, manager->deeds);
        load_announcements(db, moment, manager->announcements);
        load_turn(db, moment->session_id, manager);
        load_talks(db, moment, manager);
        manager->start_us =
                db_int(db, -1, "SELECT start_us FROM stage_start WHERE session_id = $1", "i", moment->session_id);
        g_ptr_array_unref(manager->rows);
        manager->rows = run_store_rows(db, moment->talk_id);
        if (!db_failed(db))
                return manager;
        manager_free(manager);
        return NULL;
}

/* --- what is written ---------------------------------------------------------------------------------------------- */

bool manager_store_deed(Db *db, const LiveMoment *moment, const Deed *deed)
{
        return db_run(db,
                      "INSERT INTO stage_log(session_id, room_id, at_us, person_id, whom_id, what, detail)"
                      " SELECT $1, $2, $3, $4, nullif($5, 0), $6, $7"
                      " WHERE (SELECT count(*) FROM stage_log WHERE session_id = $1) < $8",
                      "iiiiitti", moment->session_id, moment->room_id, deed->at_us, (int64_t)deed->who,
                      (int64_t)deed->whom, deed->what, deed->detail, (int64_t)DEEDS_MAX);
}

bool manager_store_begin(Db *db, const LiveMoment *moment, int64_t row, const char *what)
{
        return db_run(db, "INSERT INTO run_turn(session_id, row_id, what, at_us) VALUES($1, $2, $3, $4)", "iiti",
                      moment->session_id, row, what, moment->now_us);
}

bool manager_store_start(Db *db, const LiveMoment *moment, int64_t start_us)
{
        if (start_us < 0)
                return db_run(db, "DELETE FROM stage_start WHERE session_id = $1", "i", moment->session_id);
        return db_run(db,
                      "INSERT INTO stage_start(session_id, start_us) VALUES($1, $2)"
                      " ON CONFLICT (session_id) DO UPDATE SET start_us = excluded.start_us",
                      "ii", moment->session_id, start_us);
}

bool manager_store_announce(Db *db, const LiveMoment *moment, int person, Announcement *announcement)
{
        announcement->id = db_insert(db,
                                     "INSERT INTO announcement(event_id, room_id, person_id, text, at_us, until_us)"
                                     " SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM announcement"
                                     " WHERE event_id = $1 AND until_us > $5) < $7 RETURNING id",
                                     "iiitiii", moment->event_id, moment->room_id, (int64_t)person, announcement->text,
                                     announcement->at_us, announcement->until_us, (int64_t)ANNOUNCED_MAX);
        return announcement->id != 0;
}

bool manager_store_unannounce(Db *db, const LiveMoment *moment, int64_t id)
{
        return db_run(db, "UPDATE announcement SET until_us = $3 WHERE id = $1 AND event_id = $2 AND until_us > $3",
                      "iii", id, moment->event_id, moment->now_us);
}

/* --- the log, read ------------------------------------------------------------------------------------------------ */

void log_line_free(gpointer data)
{
        LogLine *line = data;
        g_free(line->deed.what);
        g_free(line->deed.detail);
        g_free(line->who);
        g_free(line->whom);
        g_free(line);
}

GPtrArray *manager_store_log(Db *db, int64_t talk, int64_t limit, int64_t offset, int64_t *ret_total)
{
        GPtrArray *lines = g_ptr_array_new_with_free_func(log_line_free);
        if (ret_total)
                *ret_total = db_int(db, 0,
                                    "SELECT count(*) FROM stage_log l JOIN live_session s ON s.id = l.session_id"
                                    " WHERE s.talk_id = $1",
                                    "i", talk);
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT l.at_us, coalesce(l.person_id, 0), coalesce(l.whom_id, 0), l.what, l.detail,"
                         " coalesce(p.name, ''), coalesce(w.name, '') FROM stage_log l"
                         " JOIN live_session s ON s.id = l.session_id"
                         " LEFT JOIN live_person p ON p.room_id = l.room_id AND p.id = l.person_id"
                         " LEFT JOIN live_person w ON w.room_id = l.room_id AND w.id = l.whom_id"
                         " WHERE s.talk_id = $1 ORDER BY l.id LIMIT $2 OFFSET $3",
                         "iii", talk, limit, offset);
        while (stmt_next(rows)) {
                LogLine *line = g_new0(LogLine, 1);
                line->deed = (Deed){ .at_us = stmt_int(rows, 0),
                                     .who = (int)stmt_int(rows, 1),
                                     .whom = (int)stmt_int(rows, 2),
                                     .what = g_strdup(stmt_text(rows, 3)),
                                     .detail = g_strdup(stmt_text(rows, 4)) };
                line->who = g_strdup(stmt_text(rows, 5));
                line->whom = g_strdup(stmt_text(rows, 6));
                g_ptr_array_add(lines, line);
        }
        return lines;
}

/* --- a person's data ---------------------------------------------------------------------------------------------- */

bool manager_store_keeps(Db *db, int64_t room_id, int person)
{
        return db_int(db, 0,
                      "SELECT EXISTS(SELECT 1 FROM stage_log WHERE room_id = $1 AND person_id = $2) OR"
                      " EXISTS(SELECT 1 FROM stage_log WHERE room_id = $1 AND whom_id = $2)",
                      "ii", room_id, (int64_t)person) == 1;
}

static json_t *export_rows(Db *db, const char *sql, int64_t room_id, int person)
{
        json_t *list = json_array();
        g_autoptr(Stmt) rows = db_query(db, sql, "ii", room_id, (int64_t)person);
        while (stmt_next(rows))
                json_array_append_new(list, json_pack("{s:I, s:s, s:s}", "at_us", (json_int_t)stmt_int(rows, 0), "what",
                                                      stmt_text(rows, 1), "detail", stmt_text(rows, 2)));
        return list;
}

json_t *manager_store_export(Db *db, int64_t room_id, int person)
{
        if (!manager_store_keeps(db, room_id, person))
                return NULL;
        return json_pack("{s:o, s:o}", "did",
                         export_rows(db,
                                     "SELECT at_us, what, detail FROM stage_log WHERE room_id = $1 AND person_id = $2"
                                     " ORDER BY id",
                                     room_id, person),
                         "was_done_to",
                         export_rows(db,
                                     "SELECT at_us, what, '' FROM stage_log WHERE room_id = $1 AND whom_id = $2"
                                     " ORDER BY id",
                                     room_id, person));
}

bool manager_store_erase(Db *db, int64_t room_id, int person)
{
        return db_run(db, "UPDATE stage_log SET person_id = NULL, detail = '' WHERE room_id = $1 AND person_id = $2",
                      "ii", room_id, (int64_t)person) &&
               db_run(db, "UPDATE stage_log SET whom_id = NULL WHERE room_id = $1 AND whom_id = $2", "ii", room_id,
                      (int64_t)person) &&
               db_run(db, "DELETE FROM announcement WHERE room_id = $1 AND person_id = $2", "ii", room_id,
                      (int64_t)person);
}

bool manager_store_expire(Db *db, int64_t room_id)
{
        return db_run(db, "DELETE FROM stage_log WHERE room_id = $1", "i", room_id) &&
               db_run(db, "DELETE FROM announcement WHERE room_id = $1", "i", room_id);
}
