/* What was read and still holds is what would be read again: on the program's own schema, with its triggers and foreign
 * keys, whoever writes. */
#include "store/db_driver.h"
#include "support/test_folder.h"

#include <string.h>

typedef struct {
        char *folder;
        Store *store, *other; /* as another process has it */
        GPtrArray *questions; /* SQL: all that is in a table, for each of them */
} Fixture;

/* A statement that reads each column of each row. (transfer full) */
static char *question_of(Db *db, const char *table)
{
        g_autoptr(GString) sql = g_string_new("SELECT ifnull(group_concat(");
        g_autoptr(Stmt) columns = db_query(db, "SELECT name FROM pragma_table_info($1)", "t", table);
        for (int i = 0; stmt_next(columns); i++)
                g_string_append_printf(sql, "%squote(\"%s\")", i ? " || ',' || " : "", stmt_text(columns, 0));
        g_string_append_printf(sql, "), '') FROM (SELECT * FROM \"%s\" ORDER BY 1)", table);
        return g_string_free(g_steal_pointer(&sql), FALSE);
}

static void find_questions(Fixture *fixture)
{
        fixture->questions = g_ptr_array_new_with_free_func(g_free);
        Db *db = store_read_begin(fixture->store);
        g_autoptr(Stmt) tables =
                db_query(db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", NULL);
        while (stmt_next(tables))
                g_ptr_array_add(fixture->questions, question_of(db, stmt_text(tables, 0)));
        g_clear_pointer(&tables, stmt_free);
        g_ptr_array_add(fixture->questions, g_strdup("SELECT count(*) FROM talk"));
        g_ptr_array_add(fixture->questions, g_strdup("SELECT count(*) FROM talk_search WHERE talk_search MATCH 'a'"));
        g_ptr_array_add(fixture->questions,
                        g_strdup("SELECT count(*) FROM talk JOIN room ON room.id = room_id WHERE EXISTS (SELECT 1 FROM "
                                 "favourite WHERE talk_id = talk.id)"));
        g_assert_no_error(db_failed(db));
        store_read_end(fixture->store, db);
        g_assert_cmpuint(fixture->questions->len, >, 40);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
        fixture->folder = g_dir_make_tmp("changes-XXXXXX", NULL);
        g_autoptr(GError) error = NULL;
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        fixture->other = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        find_questions(fixture);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        g_ptr_array_unref(fixture->questions);
        store_free(fixture->other);
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

typedef struct {
        char *text;
        int64_t since;
        TableSet read;
} Answer;

static char *ask(Store *store, const char *sql)
{
        Db *db = store_read_begin(store);
        char *text = db_text(db, sql, NULL);
        g_assert_no_error(db_failed(db));
        store_read_end(store, db);
        return text;
}

static void answer(Answer *answer, Store *store, const char *sql)
{
        g_free(answer->text);
        StoreMoment moment = store_moment(store);
        *answer = (Answer){ .since = moment.changes };
        store_record_reads(&answer->read);
        answer->text = ask(store, sql);
        store_record_reads(NULL);
}

static bool holds(Store *store, const Answer *kept)
{
        return store_holds(store, store_moment(store), kept->since, &kept->read);
}

static bool write_to(Store *store, bool keep, const char *sql, int64_t argument)
{
        Db *db = store_write_begin(store, WRITE_PAGE);
        db_run(db, sql, strchr(sql, '$') ? "i" : NULL, argument);
        return store_write_end(store, db, keep, NULL);
}

/* Rules of uniqueness may refuse some. */
static const char *const writes[] = {
        "INSERT INTO account(email, created_us) VALUES('a' || $1, 1)",
        "INSERT INTO session(hash, account_id, created_us, expires_us) SELECT 'h' || $1, id, 1, 2 FROM account LIMIT 1",
        "INSERT INTO event(slug, title, zone, first_day, last_day, created_us, changed_us) "
        "VALUES('e' || $1, 'a', 'UTC', '2030-01-01', '2030-01-02', 1, 1)",
        "INSERT INTO room(event_id, slug, name) SELECT id, 'r' || $1, 'R' FROM event ORDER BY id DESC LIMIT 1",
        "INSERT INTO talk(event_id, room_id, code, guid, title, day, start_us, end_us, changed_us) SELECT event_id, "
        "id, "
        "'C' || $1, 'g' || $1, 'a', '2030-01-01', 1, 2, 1 FROM room ORDER BY id DESC LIMIT 1",
        "INSERT INTO talk_search(rowid, title, persons, words) SELECT id, title, '', 'a' FROM talk WHERE id NOT IN "
        "(SELECT rowid FROM talk_search) AND $1 > 0 LIMIT 1",
        "INSERT OR IGNORE INTO favourite(account_id, talk_id, at_us) SELECT account.id, talk.id, $1 FROM account, talk "
        "LIMIT 3",
        "INSERT OR IGNORE INTO role(account_id, event_id, role) SELECT account.id, event.id, 'host' FROM account, "
        "event "
        "WHERE $1 > 0 LIMIT 2",
        "INSERT OR REPLACE INTO event(id, slug, title, zone, first_day, last_day, created_us, changed_us) SELECT id, "
        "slug, 'b' || $1, zone, first_day, last_day, 1, 1 FROM event ORDER BY id LIMIT 1",
        "INSERT INTO event(id, slug, title, zone, first_day, last_day, created_us, changed_us) SELECT id, slug, title, "
        "zone, first_day, last_day, 1, 1 FROM event WHERE true ON CONFLICT(id) DO UPDATE SET title = 'c' || $1",
        "UPDATE talk SET title = 'a ' || $1 WHERE id % 3 = $1 % 3",
        "UPDATE account SET name = $1 WHERE id % 4 = $1 % 4",
        "DELETE FROM talk WHERE id % 5 = $1 % 5",
        "DELETE FROM room WHERE id % 6 = $1 % 6",
        "DELETE FROM event WHERE id % 7 = $1 % 7",
        "DELETE FROM account WHERE id % 8 = $1 % 8",
        "DELETE FROM talk_search WHERE rowid % 9 = $1 % 9",
        "DELETE FROM session",
        "DELETE FROM favourite",
        "DELETE FROM talk",
};

enum { TURNS = 300 };

static void test_random_writes(Fixture *fixture, gconstpointer data)
{
        guint count = fixture->questions->len, kept_ones = 0, done[G_N_ELEMENTS(writes)] = { 0 };
        g_autofree Answer *kept = g_new0(Answer, count);
        for (guint i = 0; i < count; i++)
                answer(&kept[i], fixture->store, fixture->questions->pdata[i]);
        for (int turn = 0; turn < TURNS; turn++) {
                gint32 which = g_test_rand_int_range(0, G_N_ELEMENTS(writes));
                bool theirs = g_test_rand_int_range(0, 5) == 0, keep = g_test_rand_int_range(0, 6) != 0;
                done[which] += write_to(theirs ? fixture->other : fixture->store, keep, writes[which], turn + 1);
                for (guint i = 0; i < count; i++) {
                        const char *sql = fixture->questions->pdata[i];
                        if (holds(fixture->store, &kept[i])) {
                                g_autofree char *fresh = ask(fixture->store, sql);
                                if (g_strcmp0(kept[i].text, fresh) != 0)
                                        g_test_message("after: %s\nread: %s", writes[which], sql);
                                g_assert_cmpstr(kept[i].text, ==, fresh);
                                kept_ones++;
                        }
                        answer(&kept[i], fixture->store, sql);
                }
        }
        for (guint i = 0; i < G_N_ELEMENTS(writes); i++)
                g_assert_cmpuint(done[i], >, 0);
        g_assert_cmpuint(kept_ones, >, TURNS * count / 2);
        for (guint i = 0; i < count; i++)
                g_free(kept[i].text);
}

/* Each write ends what it changes and nothing else of a page of the programme. */
static void test_what_ends(Fixture *fixture, gconstpointer data)
{
        static const char programme[] = "SELECT group_concat(title) FROM talk JOIN room ON room.id = room_id";
        for (size_t i = 0; i < 5; i++)
                g_assert_true(write_to(fixture->store, true, writes[i], 1));
        Answer page = { 0 };
        answer(&page, fixture->store, programme);
        g_assert_true(holds(fixture->store, &page));
        g_assert_true(write_to(fixture->store, true,
                               "INSERT INTO live_person(room_id, id, key_hash, name, role, seen_us) VALUES(1, $1, 'k', "
                               "'n', 'guest', 1)",
                               1));
        g_assert_true(write_to(fixture->store, true,
                               "INSERT INTO live_line(room_id, n, person_id, nonce, text, at_us) VALUES(1, $1, 1, 'n', "
                               "'Hello', 1)",
                               1));
        g_assert_true(holds(fixture->store, &page)); /* a line of chat */
        g_assert_true(write_to(fixture->store, true, "UPDATE talk SET start_us = $1, end_us = 9", 5));
        g_assert_false(holds(fixture->store, &page)); /* a session is moved */
        answer(&page, fixture->store, programme);
        g_assert_true(holds(fixture->store, &page));
        g_assert_true(write_to(fixture->other, true, "UPDATE account SET name = $1", 5));
        g_assert_false(holds(fixture->store, &page)); /* another process: who knows what */
        answer(&page, fixture->store, programme);
        g_assert_true(write_to(fixture->store, true, "DELETE FROM event WHERE id >= $1", 0));
        g_assert_false(holds(fixture->store, &page)); /* by its foreign key */
        g_free(page.text);
}

typedef struct {
        Fixture *fixture;
        gint acknowledged, *done;
} Race;

enum { WRITES = 400 };

static gpointer write_in_race(gpointer data)
{
        Race *race = data;
        for (int i = 1; i <= WRITES; i++) {
                write_to(race->fixture->store, true, "UPDATE account SET name = $1", i);
                g_atomic_int_set(&race->acknowledged, i);
                if (i % 20 == 0)
                        write_to(race->fixture->other, true, "UPDATE event SET title = $1", i);
        }
        g_atomic_int_set(race->done, 1);
        return NULL;
}

/* What was acknowledged before somebody asked is in what still holds, however the threads run. */
static gpointer read_in_race(gpointer data)
{
        Race *race = data;
        Store *store = race->fixture->store;
        Answer kept = { 0 };
        answer(&kept, store, "SELECT name FROM account");
        while (!g_atomic_int_get(race->done)) {
                gint before = g_atomic_int_get(&race->acknowledged);
                if (holds(store, &kept))
                        g_assert_cmpint(g_ascii_strtoll(kept.text, NULL, 10), >=, before);
                else
                        answer(&kept, store, "SELECT name FROM account");
        }
        g_free(kept.text);
        return NULL;
}

static void test_race(Fixture *fixture, gconstpointer data)
{
        write_to(fixture->store, true, "INSERT INTO account(email, created_us, name) VALUES('a', $1, '0')", 1);
        gint done = 0;
        Race race = { .fixture = fixture, .done = &done };
        GThread *readers[3], *writer = g_thread_new("writer", write_in_race, &race);
        for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
                readers[i] = g_thread_new("reader", read_in_race, &race);
        g_thread_join(writer);
        for (size_t i = 0; i < G_N_ELEMENTS(readers); i++)
                g_thread_join(readers[i]);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/changes/random-writes", Fixture, NULL, set_up, test_random_writes, tear_down);
        g_test_add("/changes/what-ends", Fixture, NULL, set_up, test_what_ends, tear_down);
        g_test_add("/changes/race", Fixture, NULL, set_up, test_race, tear_down);
        return g_test_run();
}
