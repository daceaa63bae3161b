#include "programme/person_edit.h"

#include "picture/picture.h"
#include "programme/search.h"

#define TWINS_MAX 4

Person *person_of_account(Db *db, int64_t event, int64_t account)
{
        g_autofree char *code =
                db_text(db, "SELECT code FROM person WHERE event_id = $1 AND account_id = $2 ORDER BY id", "ii", event,
                        account);
        return code && account ? person_find(db, event, code) : NULL;
}

/* The person's sessions. (transfer full) of int64_t */
static GArray *talks_of(Db *db, int64_t person)
{
        GArray *talks = g_array_new(FALSE, FALSE, sizeof(int64_t));
        g_autoptr(Stmt) rows = db_query(db, "SELECT talk_id FROM talk_person WHERE person_id = $1", "i", person);
        while (stmt_next(rows)) {
                int64_t talk = stmt_int(rows, 0);
                g_array_append_val(talks, talk);
        }
        return talks;
}

/* Lists and searches know sessions by the names of those who speak. */
static void rename_in_talks(Db *db, int64_t person)
{
        g_autoptr(GArray) talks = talks_of(db, person);
        for (guint i = 0; i < talks->len; i++) {
                int64_t talk = g_array_index(talks, int64_t, i);
                session_keep_names(db, talk);
                db_run(db, "UPDATE talk SET version = version + 1 WHERE id = $1", "i", talk);
                search_mark(db, talk);
        }
        search_refresh(db, 20);
}

static bool insert(Db *db, int64_t event, Person *person)
{
        g_free(person->code);
        person->code = person_add(db, event, person->name);
        person->id = person->code ? person_id(db, event, person->code) : 0;
        person->version = 1;
        return person->id != 0;
}

static void keep_photo(Db *db, int64_t event, int64_t person, int64_t photo)
{
        int64_t old = db_int(db, 0, "SELECT photo_id FROM person WHERE id = $1", "i", person);
        db_run(db, "UPDATE person SET photo_id = nullif($2, 0) WHERE id = $1", "ii", person, photo);
        picture_drop(db, event, old);
}

SessionKept person_keep(Db *db, int64_t event, Person *person, int64_t version, int64_t photo)
{
        if (person->id && db_int(db, 0, "SELECT version FROM person WHERE id = $1", "i", person->id) != version)
                return SESSION_STALE;
        if (!person->id && !insert(db, event, person))
                return SESSION_FAILED;
        db_run(db, "UPDATE person SET name = $2, biography = $3, version = version + 1 WHERE id = $1", "itt",
               person->id, person->name, person->biography);
        if (photo >= 0)
                keep_photo(db, event, person->id, photo);
        rename_in_talks(db, person->id);
        return db_failed(db) ? SESSION_FAILED : SESSION_KEPT;
}

GPtrArray *person_twins(Db *db, int64_t event, const Person *person)
{
        GPtrArray *twins = g_ptr_array_new_with_free_func((GDestroyNotify)person_free);
        g_autoptr(Stmt) rows = db_query(
                db, "SELECT code FROM person WHERE event_id = $1 AND name = $2 AND id <> $3 ORDER BY id LIMIT $4",
                "itii", event, person->name, person->id, (int64_t)TWINS_MAX);
        while (stmt_next(rows))
                g_ptr_array_add(twins, person_find(db, event, stmt_text(rows, 0)));
        return twins;
}

static void take_over(Db *db, int64_t talk, int64_t person, int64_t twin)
{
        db_run(db, "UPDATE OR IGNORE talk_person SET person_id = $2 WHERE talk_id = $1 AND person_id = $3", "iii", talk,
               person, twin);
        db_run(db, "DELETE FROM talk_person WHERE talk_id = $1 AND person_id = $2", "ii", talk, twin);
        session_keep_names(db, talk);
        /* the same people to those who read it: nothing to tell */
        db_run(db, "UPDATE talk SET version = version + 1 WHERE id = $1", "i", talk);
        search_mark(db, talk);
}

bool person_merge(Db *db, int64_t event, const Person *person, const Person *twin)
{
        g_autoptr(GArray) talks = talks_of(db, twin->id);
        for (guint i = 0; i < talks->len; i++)
                take_over(db, g_array_index(talks, int64_t, i), person->id, twin->id);
        if (!*person->biography)
                db_run(db, "UPDATE person SET biography = $2 WHERE id = $1", "it", person->id, twin->biography);
        if (!person->account)
                db_run(db, "UPDATE person SET account_id = (SELECT account_id FROM person WHERE id = $2) WHERE id = $1",
                       "ii", person->id, twin->id);
        bool moves = !person->photo && twin->photo;
        if (moves)
                db_run(db, "UPDATE person SET photo_id = $2 WHERE id = $1", "ii", person->id, twin->photo);
        db_run(db, "DELETE FROM person WHERE id = $1", "i", twin->id);
        if (!moves)
                picture_drop(db, event, twin->photo);
        db_run(db, "UPDATE person SET version = version + 1 WHERE id = $1", "i", person->id);
        search_refresh(db, 20);
        return !db_failed(db);
}
