#include "store/db_driver.h"
#include "support/test_folder.h"

#include <glib/gstdio.h>

typedef struct {
        char *folder;
        Store *store;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
        fixture->folder = g_dir_make_tmp("store-XXXXXX", NULL);
        g_autoptr(GError) error = NULL;
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        Db *db = store_write_begin(fixture->store, WRITE_JOB);
        db_run(db, "CREATE TABLE scrap(id INTEGER PRIMARY KEY, text TEXT UNIQUE, bytes BLOB)", NULL);
        g_assert_true(store_write_end(fixture->store, db, true, &error));
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static int64_t count_notes(Store *store)
{
        Db *db = store_read_begin(store);
        int64_t count = db_int(db, -1, "SELECT count(*) FROM scrap", NULL);
        store_read_end(store, db);
        return count;
}

static int64_t insert_note(Db *db, const char *text)
{
        return db_insert(db, "INSERT INTO scrap(text) VALUES($1) RETURNING id", "t", text);
}

static void test_values(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        db_run(db, "INSERT INTO scrap(id, text, bytes) VALUES($2, $1, $3)", "tib", "été", INT64_C(5000000000), "\0\1",
               (size_t)2);
        db_run(db, "INSERT INTO scrap(id, text) VALUES($1, $2)", "it", INT64_C(2), NULL);
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
        db = store_read_begin(fixture->store);
        g_autoptr(Stmt) stmt = db_query(db, "SELECT id, text, bytes FROM scrap ORDER BY id DESC", NULL);
        g_assert_true(stmt_next(stmt));
        g_assert_cmpint(stmt_int(stmt, 0), ==, INT64_C(5000000000));
        g_assert_cmpstr(stmt_text(stmt, 1), ==, "été");
        size_t size;
        const void *bytes = stmt_blob(stmt, 2, &size);
        g_assert_cmpmem(bytes, size, "\0\1", 2);
        g_assert_true(stmt_next(stmt));
        g_assert_true(stmt_is_null(stmt, 1));
        g_assert_false(stmt_next(stmt));
        g_clear_pointer(&stmt, stmt_free);
        store_read_end(fixture->store, db);
}

static void test_undo(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        insert_note(db, "gone");
        g_assert_true(store_write_end(fixture->store, db, false, NULL));
        g_assert_cmpint(count_notes(fixture->store), ==, 0);
}

/* A failed statement undoes its own turn, says why, and the next turn works. */
static void test_failure(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        insert_note(db, "twice");
        g_assert_cmpint(insert_note(db, "twice"), ==, 0);
        g_autoptr(GError) error = NULL;
        g_assert_false(store_write_end(fixture->store, db, true, &error));
        g_assert_error(error, STORE_ERROR, STORE_ERROR_CONFLICT);
        g_assert_cmpint(count_notes(fixture->store), ==, 0);
        db = store_write_begin(fixture->store, WRITE_PAGE);
        insert_note(db, "once");
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
        g_assert_cmpint(count_notes(fixture->store), ==, 1);
}

/* The same text used inside its own loop gives two independent statements. */
static void test_nested(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        insert_note(db, "a");
        insert_note(db, "b");
        int pairs = 0;
        const char *sql = "SELECT text FROM scrap";
        g_autoptr(Stmt) outer = db_query(db, sql, NULL);
        while (stmt_next(outer)) {
                g_autoptr(Stmt) inner = db_query(db, sql, NULL);
                while (stmt_next(inner))
                        pairs++;
        }
        g_assert_cmpint(pairs, ==, 4);
        g_clear_pointer(&outer, stmt_free);
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
}

enum { WRITERS = 24, NOTES_EACH = 20 };

static gpointer write_many(gpointer data)
{
        Store *store = data;
        for (int i = 0; i < NOTES_EACH; i++) {
                Db *db = store_write_begin(store, i % WRITE_ORDERS);
                g_autofree char *text = g_strdup_printf("%p-%d", (void *)g_thread_self(), i);
                int64_t id = insert_note(db, text);
                bool keep = i % 5 != 0;
                g_assert_true(store_write_end(store, db, keep, NULL));
                Db *reader = store_read_begin(store);
                int64_t seen =
                        db_int(reader, 0, "SELECT count(*) FROM scrap WHERE id = $1 AND text = $2", "it", id, text);
                g_assert_cmpint(seen, ==, keep ? 1 : 0); /* acknowledged means there, for every reader */
                store_read_end(store, reader);
        }
        return NULL;
}

static void test_group(Fixture *fixture, gconstpointer data)
{
        GThread *threads[WRITERS];
        for (int i = 0; i < WRITERS; i++)
                threads[i] = g_thread_new("writer", write_many, fixture->store);
        for (int i = 0; i < WRITERS; i++)
                g_thread_join(threads[i]);
        g_assert_cmpint(count_notes(fixture->store), ==, WRITERS * (NOTES_EACH - NOTES_EACH / 5));
}

/* No space: the turn says so, nothing of it stays, and the next one works when space returns. */
static void test_full(Fixture *fixture, gconstpointer data)
{
        Db *db = store_write_begin(fixture->store, WRITE_JOB);
        int64_t pages = db_int(db, 0, "PRAGMA page_count", NULL);
        g_autofree char *limit = g_strdup_printf("PRAGMA max_page_count = %" G_GINT64_FORMAT, pages + 2);
        db_control(db, limit);
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
        g_autofree char *large = g_strnfill(100000, 'x');
        db = store_write_begin(fixture->store, WRITE_PAGE);
        insert_note(db, large);
        g_autoptr(GError) error = NULL;
        g_assert_false(store_write_end(fixture->store, db, true, &error));
        g_assert_error(error, STORE_ERROR, STORE_ERROR_FULL);
        g_assert_cmpint(count_notes(fixture->store), ==, 0);
        db = store_write_begin(fixture->store, WRITE_JOB);
        db_control(db, "PRAGMA max_page_count = 1000000");
        insert_note(db, large);
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
        g_assert_cmpint(count_notes(fixture->store), ==, 1);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/store/values", Fixture, NULL, set_up, test_values, tear_down);
        g_test_add("/store/undo", Fixture, NULL, set_up, test_undo, tear_down);
        g_test_add("/store/failure", Fixture, NULL, set_up, test_failure, tear_down);
        g_test_add("/store/nested", Fixture, NULL, set_up, test_nested, tear_down);
        g_test_add("/store/group", Fixture, NULL, set_up, test_group, tear_down);
        g_test_add("/store/full", Fixture, NULL, set_up, test_full, tear_down);
        return g_test_run();
}
