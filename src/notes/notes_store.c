#include "notes/notes_store.h"

#include "base/time.h"
#include "notes/notes.h"

#define PAUSE_US (10 * MINUTE_US) /* after it, another version begins */
#define LONG_US HOUR_US           /* and after so long of writing */
#define NAMES_KEPT_DAYS 365

void note_free(Note *note)
{
        if (!note)
                return;
        g_free(note->title);
        g_free(note->text);
        g_free(note->by);
        g_free(note);
}

#define LAST_WRITER                                                                                                    \
        "coalesce((SELECT a.name FROM note_edit d JOIN account a ON a.id = d.account_id WHERE d.note_id = note.id "    \
        "AND d.rev = note.rev), '')"
#define NOTE_COLUMNS "id, event_id, rev, changed_us, title, archived, " LAST_WRITER

static Note *note_from(Stmt *row)
{
        Note *note = g_new0(Note, 1);
        note->id = stmt_int(row, 0);
        note->event = stmt_int(row, 1);
        note->rev = stmt_int(row, 2);
        note->changed_us = stmt_int(row, 3);
        note->title = g_strdup(stmt_text(row, 4));
        note->archived = stmt_int(row, 5) != 0;
        note->by = g_strdup(stmt_text(row, 6));
        return note;
}

Note *note_find(Db *db, int64_t event, int64_t id)
{
        g_autoptr(Stmt) row = db_query(db, "SELECT " NOTE_COLUMNS ", text FROM note WHERE id = $1 AND event_id = $2",
                                       "ii", id, event);
        if (!stmt_next(row))
                return NULL;
        Note *note = note_from(row);
        note->text = g_strdup(stmt_text(row, 7));
        return note;
}

GPtrArray *notes_list(Db *db, int64_t event, bool archived, int64_t limit, int64_t offset)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)note_free);
        g_autoptr(Stmt) rows = db_query(db,
                                        "SELECT " NOTE_COLUMNS " FROM note WHERE event_id = $1 AND archived = $2 "
                                        "ORDER BY changed_us DESC, id DESC LIMIT $3 OFFSET $4",
                                        "iiii", event, (int64_t)archived, limit, offset);
        while (stmt_next(rows))
                g_ptr_array_add(list, note_from(rows));
        return list;
}

int64_t notes_count(Db *db, int64_t event)
{
        return db_int(db, 0, "SELECT count(*) FROM note WHERE event_id = $1", "i", event);
}

static bool add_author(Db *db, int64_t id, int64_t n, int64_t account)
{
        return db_run(db,
                      "INSERT INTO note_author(note_id, n, account_id) SELECT $1, $2, id FROM account WHERE id = $3 "
                      "ON CONFLICT DO NOTHING",
                      "iii", id, n, account);
}

int64_t note_make(Db *db, int64_t event, int64_t account, const char *title)
{
        int64_t now = now_us();
        int64_t id = db_insert(
                db, "INSERT INTO note(event_id, title, made_us, changed_us) VALUES($1, $2, $3, $3) RETURNING id", "iti",
                event, title, now);
        bool made = id &&
                    db_run(db, "INSERT INTO note_version(note_id, n, begun_us, ended_us) VALUES($1, 1, $2, $2)", "ii",
                           id, now) &&
                    add_author(db, id, 1, account);
        return made ? id : 0;
}

bool note_rename(Db *db, int64_t id, const char *title)
{
        return db_run(db, "UPDATE note SET title = $2 WHERE id = $1", "it", id, title);
}

bool note_archive(Db *db, int64_t id, bool archived)
{
        return db_run(db, "UPDATE note SET archived = $2 WHERE id = $1", "ii", id, (int64_t)archived);
}

bool note_delete(Db *db, int64_t id)
{
        return db_run(db, "DELETE FROM note WHERE id = $1", "i", id);
}

/* --- edits ---------------------------------------------------------------------------------------------------------
 */

static void change_free(gpointer data)
{
        NoteChange *change = data;
        g_free(change->edit);
        g_free(change->nonce);
        g_free(change->by);
        g_free(change);
}

GPtrArray *note_changes(Db *db, const Note *note, int64_t rev)
{
        if (rev > note->rev || rev < 0)
                return NULL;
        g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(change_free);
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT rev, edit, nonce, coalesce(a.name, '') FROM note_edit LEFT JOIN account "
                         "a ON a.id = account_id WHERE note_id = $1 AND rev > $2 ORDER BY rev",
                         "ii", note->id, rev);
        while (stmt_next(rows)) {
                NoteChange *change = g_new0(NoteChange, 1);
                change->rev = stmt_int(rows, 0);
                change->edit = g_strdup(stmt_text(rows, 1));
                change->nonce = g_strdup(stmt_text(rows, 2));
                change->by = g_strdup(stmt_text(rows, 3));
                g_ptr_array_add(list, change);
        }
        return (int64_t)list->len == note->rev - rev ? g_steal_pointer(&list) : NULL;
}

int64_t note_nonce_rev(Db *db, int64_t id, const char *nonce)
{
        return db_int(db, 0, "SELECT rev FROM note_edit WHERE note_id = $1 AND nonce = $2", "it", id, nonce);
}

int64_t note_edits_lately(Db *db, const Note *note, int64_t account, int64_t since_us)
{
        return db_int(
                db, 0,
                "SELECT count(*) FROM note_edit WHERE note_id = $1 AND rev > $2 AND account_id = $3 AND at_us > $4",
                "iiii", note->id, note->rev - 300, account, since_us);
}

/* The version that is being written, or another one after a pause. Returns its number, 0 on failure. */
static int64_t version_now(Db *db, const Note *note, int64_t now, int64_t back_to)
{
        int64_t n = 0, begun_us = 0, ended_us = 0;
        g_autoptr(Stmt) row = db_query(
                db, "SELECT n, begun_us, ended_us FROM note_version WHERE note_id = $1 ORDER BY n DESC LIMIT 1", "i",
                note->id);
        if (stmt_next(row)) {
                n = stmt_int(row, 0);
                begun_us = stmt_int(row, 1);
                ended_us = stmt_int(row, 2);
        }
        bool first = n == 1 && note->rev == 0; /* nothing stands in it yet */
        if (n && !back_to && (first || (now - ended_us < PAUSE_US && now - begun_us < LONG_US)))
                return db_run(db, "UPDATE note_version SET ended_us = max(ended_us, $3) WHERE note_id = $1 AND n = $2",
                              "iii", note->id, n, now)
                               ? n
                               : 0;
        bool begun = db_run(db, "UPDATE note_version SET text = $3 WHERE note_id = $1 AND n = $2", "iit", note->id, n,
                            note->text) &&
                     db_run(db,
                            "INSERT INTO note_version(note_id, n, begun_us, ended_us, back_to) VALUES($1, $2, $3, $3, "
                            "$4)",
                            "iiii", note->id, n + 1, now, back_to) &&
                     db_run(db, "DELETE FROM note_version WHERE note_id = $1 AND n <= $2", "ii", note->id,
                            n + 1 - NOTE_VERSIONS_MAX) &&
                     db_run(db, "DELETE FROM note_edit WHERE note_id = $1 AND rev <= $2", "ii", note->id,
                            note->rev - NOTE_EDITS_KEPT);
        return begun ? n + 1 : 0;
}

bool note_keep_edit(Db *db, Note *note, int64_t account, const char *nonce, const Edit *edit, const char *text,
                    int64_t back_to)
{
        int64_t now = now_us();
        g_autofree char *written = edit_write(edit);
        int64_t n = version_now(db, note, now, back_to);
        bool kept =
                n && add_author(db, note->id, n, account) &&
                db_run(db,
                       "INSERT INTO note_edit(note_id, rev, account_id, nonce, edit, at_us) VALUES($1, $2, "
                       "nullif($3, 0), $4, $5, $6)",
                       "iiitti", note->id, note->rev + 1, account, nonce, written, now) &&
                db_run(db, "UPDATE note SET text = $2, rev = $3, changed_us = max($4, changed_us + 1) WHERE id = $1",
                       "itii", note->id, text, note->rev + 1, now);
        if (!kept)
                return false;
        note->rev++;
        g_free(note->text);
        note->text = g_strdup(text);
        return true;
}

/* --- history -------------------------------------------------------------------------------------------------------
 */

void note_version_free(NoteVersion *version)
{
        if (!version)
                return;
        g_free(version->by);
        g_free(version->text);
        g_free(version);
}

#define VERSION_COLUMNS                                                                                                \
        "v.n, v.begun_us, v.ended_us, v.back_to, coalesce((SELECT group_concat(a.name, ', ') FROM note_author w JOIN " \
        "account a ON a.id = w.account_id WHERE w.note_id = v.note_id AND w.n = v.n AND a.name <> ''), ''), "          \
        "v.n = (SELECT max(n) FROM note_version WHERE note_id = v.note_id)"

static NoteVersion *version_from(Stmt *row)
{
        NoteVersion *version = g_new0(NoteVersion, 1);
        version->n = stmt_int(row, 0);
        version->begun_us = stmt_int(row, 1);
        version->ended_us = stmt_int(row, 2);
        version->back_to = stmt_int(row, 3);
        version->by = g_strdup(stmt_text(row, 4));
        version->is_now = stmt_int(row, 5) != 0;
        return version;
}

GPtrArray *note_versions(Db *db, const Note *note, int64_t limit, int64_t offset)
{
        GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)note_version_free);
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT " VERSION_COLUMNS
                         " FROM note_version v WHERE v.note_id = $1 ORDER BY v.n DESC LIMIT $2 OFFSET $3",
                         "iii", note->id, limit, offset);
        while (stmt_next(rows))
                g_ptr_array_add(list, version_from(rows));
        return list;
}

NoteVersion *note_version(Db *db, const Note *note, int64_t n)
{
        g_autoptr(Stmt) row =
                db_query(db, "SELECT " VERSION_COLUMNS ", v.text FROM note_version v WHERE v.note_id = $1 AND v.n = $2",
                         "ii", note->id, n);
        if (!stmt_next(row))
                return NULL;
        NoteVersion *version = version_from(row);
        version->text = g_strdup(stmt_is_null(row, 6) ? note->text : stmt_text(row, 6));
        return version;
}

int64_t note_version_before(Db *db, const Note *note, int64_t n)
{
        return db_int(db, 0, "SELECT max(n) FROM note_version WHERE note_id = $1 AND n < $2", "ii", note->id, n);
}

/* --- a person's data -----------------------------------------------------------------------------------------------
 */

static json_t *edits_of(Db *db, int64_t note, int64_t account)
{
        json_t *list = json_array();
        g_autoptr(Stmt) rows =
                db_query(db, "SELECT at_us, edit FROM note_edit WHERE note_id = $1 AND account_id = $2 ORDER BY rev",
                         "ii", note, account);
        while (stmt_next(rows)) {
                json_t *edit = json_loads(stmt_text(rows, 1), 0, NULL);
                json_array_append_new(list, json_pack("{s:I, s:o}", "at_us", (json_int_t)stmt_int(rows, 0), "edit",
                                                      edit ? edit : json_null()));
        }
        return list;
}

static json_t *times_of(Db *db, int64_t note, int64_t account)
{
        json_t *list = json_array();
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT v.begun_us, v.ended_us FROM note_author w JOIN note_version v ON "
                         "v.note_id = w.note_id AND v.n = w.n WHERE w.note_id = $1 AND w.account_id = $2 "
                         "ORDER BY w.n",
                         "ii", note, account);
        while (stmt_next(rows))
                json_array_append_new(list, json_pack("{s:I, s:I}", "begun_us", (json_int_t)stmt_int(rows, 0),
                                                      "ended_us", (json_int_t)stmt_int(rows, 1)));
        return list;
}

json_t *notes_export(Db *db, int64_t account)
{
        json_t *notes = json_array();
        g_autoptr(Stmt) rows =
                db_query(db,
                         "SELECT note.id, e.slug, note.title FROM note JOIN event e ON e.id = note.event_id "
                         "WHERE note.id IN (SELECT note_id FROM note_author WHERE account_id = $1 UNION "
                         "SELECT note_id FROM note_edit WHERE account_id = $1) ORDER BY note.id",
                         "i", account);
        while (stmt_next(rows)) {
                int64_t id = stmt_int(rows, 0);
                json_array_append_new(notes, json_pack("{s:s, s:s, s:o, s:o}", "event", stmt_text(rows, 1), "note",
                                                       stmt_text(rows, 2), "written", times_of(db, id, account),
                                                       "latest_edits", edits_of(db, id, account)));
        }
        return notes;
}

bool notes_erase(Db *db, int64_t account)
{
        return db_run(db, "DELETE FROM note_author WHERE account_id = $1", "i", account) &&
               db_run(db, "UPDATE note_edit SET account_id = NULL WHERE account_id = $1", "i", account);
}

bool notes_expire(Db *db)
{
        g_autoptr(GDateTime) since = g_date_time_new_from_unix_utc((now_us() - NAMES_KEPT_DAYS * DAY_US) / SECOND_US);
        g_autofree char *day = g_date_time_format(since, "%Y-%m-%d");
        return db_run(db,
                      "DELETE FROM note_author WHERE note_id IN (SELECT note.id FROM note JOIN event e ON e.id = "
                      "note.event_id WHERE e.last_day < $1)",
                      "t", day) &&
               db_run(db,
                      "UPDATE note_edit SET account_id = NULL WHERE account_id IS NOT NULL AND note_id IN (SELECT "
                      "note.id FROM note JOIN event e ON e.id = note.event_id WHERE e.last_day < $1)",
                      "t", day);
}
