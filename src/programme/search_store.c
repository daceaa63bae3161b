#include "programme/search.h"

#include "base/time.h"

#include "base/log.h"
#include "base/markdown.h"

#define WORDS_MAX 20000 /* characters of one session that can be searched */
#define TALKS_PER_TURN 50
#define TURNS_MAX 2000

bool search_mark(Db *db, int64_t talk)
{
        return db_run(db, "INSERT OR IGNORE INTO talk_stale(talk_id) VALUES($1)", "i", talk);
}

/* What a session is found by beside its title: words without mark-up, its room and track. */
static char *words_of(const Talk *talk)
{
        g_autofree char *abstract = prose_text(talk->abstract, WORDS_MAX);
        g_autofree char *description = prose_text(talk->description, WORDS_MAX);
        return g_strjoin(" ", talk->subtitle, abstract, description, talk->room_name, talk->track_name, NULL);
}

static void take_in(Db *db, int64_t id)
{
        db_run(db, "DELETE FROM talk_stale WHERE talk_id = $1", "i", id);
        db_run(db, "DELETE FROM talk_search WHERE rowid = $1", "i", id);
        g_autoptr(Talk) talk = talk_by_id(db, id);
        if (!talk)
                return;
        g_autofree char *words = words_of(talk);
        db_run(db, "INSERT INTO talk_search(rowid, title, persons, words) VALUES($1, $2, $3, $4)", "ittt", id,
               talk->title, talk->persons, words);
}

bool search_refresh(Db *db, int64_t limit)
{
        g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_autoptr(Stmt) rows = db_query(db, "SELECT talk_id FROM talk_stale ORDER BY talk_id LIMIT $1", "i", limit);
        while (stmt_next(rows)) {
                int64_t id = stmt_int(rows, 0);
                g_array_append_val(ids, id);
        }
        for (guint i = 0; i < ids->len && !db_failed(db); i++)
                take_in(db, g_array_index(ids, int64_t, i));
        return !db_failed(db);
}

static bool something_waits(Store *store)
{
        Db *db = store_read_begin(store);
        bool waits = db_int(db, 0, "SELECT 1 FROM talk_stale LIMIT 1", NULL);
        store_read_end(store, db);
        return waits;
}

void search_catch_up(Store *store)
{
        for (int turn = 0; turn < TURNS_MAX && something_waits(store); turn++) {
                g_autoptr(GError) error = NULL;
                Db *db = store_write_begin(store, WRITE_JOB);
                bool done = search_refresh(db, TALKS_PER_TURN);
                if (!store_write_end(store, db, done, &error)) { /* it stays marked: the next writing tries again */
                        log_warn("search index store: %s", error->message);
                        return;
                }
        }
}

bool programme_tidy(Db *db)
{
        return search_refresh(db, 4 * TALKS_PER_TURN) &&
               db_run(db, "DELETE FROM import_draft WHERE created_us < $1", "i", now_us() - DAY_US);
}
