#include "web/page_cache.h"
#include "base/time.h"
#include "support/test_folder.h"

typedef struct {
        char *folder;
        Store *store;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
        fixture->folder = g_dir_make_tmp("pages-XXXXXX", NULL);
        g_autoptr(GError) error = NULL;
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        store_free(fixture->store);
        test_folder_remove(fixture->folder);
}

static GBytes *bytes_of(size_t size)
{
        return g_bytes_new_take(g_malloc0(size), size);
}

/* As a page that read the accounts. */
static PageSource read_accounts(Store *store)
{
        PageSource source = { .since = store_moment(store).changes };
        store_record_reads(&source.read);
        Db *db = store_read_begin(store);
        db_int(db, 0, "SELECT count(*) FROM account", NULL);
        store_read_end(store, db);
        store_record_reads(NULL);
        return source;
}

static bool has(PageCache *cache, const char *key, StoreMoment moment, int64_t now_us)
{
        g_autoptr(GBytes) found = page_cache_find(cache, key, moment, now_us);
        return found != NULL;
}

static void test_life(Fixture *fixture, gconstpointer data)
{
        PageCache *cache = page_cache_new(fixture->store, 1 << 20);
        g_autoptr(GBytes) page = bytes_of(1000);
        PageSource source = read_accounts(fixture->store);
        page_cache_keep(cache, "a", &source, 0, page);
        StoreMoment moment = store_moment(fixture->store);
        g_assert_true(has(cache, "a", moment, SECOND_US - 1));
        g_assert_false(has(cache, "b", moment, 0));
        g_assert_false(has(cache, "a", moment, SECOND_US)); /* too old */
        g_assert_false(has(cache, "a", (StoreMoment){ moment.changes, .unsettled = true }, 0));
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        db_run(db, "INSERT INTO account(email, created_us) VALUES('a@example.org', 1)", NULL);
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
        moment = store_moment(fixture->store);
        g_assert_false(has(cache, "a", moment, 0)); /* something was written */
        page_cache_keep(cache, "a", &source, 0, page);
        g_assert_false(has(cache, "a", moment, 0)); /* it was rendered from what was there before */
        source = read_accounts(fixture->store);
        page_cache_keep(cache, "a", &source, 0, page);
        g_assert_true(has(cache, "a", moment, 0));
        g_assert_cmpuint(page_cache_found(cache), ==, 2);
        page_cache_free(cache);
}

static void test_bounds(Fixture *fixture, gconstpointer data)
{
        PageCache *cache = page_cache_new(fixture->store, 10 * 1300 + 100);
        g_autoptr(GBytes) page = bytes_of(900), huge = bytes_of(300 * 1024);
        PageSource source = read_accounts(fixture->store);
        StoreMoment moment = store_moment(fixture->store);
        for (int i = 0; i < 1000; i++) {
                g_autofree char *key = g_strdup_printf("%d", i);
                page_cache_keep(cache, key, &source, 0, page);
        }
        int kept = 0;
        for (int i = 0; i < 1000; i++) {
                g_autofree char *key = g_strdup_printf("%d", i);
                kept += has(cache, key, moment, 0);
        }
        g_assert_cmpint(kept, >, 0);
        g_assert_cmpint(kept, <=, 11);
        page_cache_free(cache);
        cache = page_cache_new(fixture->store, 10 * 1300 + 100);
        for (int i = 0; i < 100; i++) /* the same key again and again takes no more room */
                page_cache_keep(cache, "same", &source, 0, page);
        page_cache_keep(cache, "other", &source, 0, page);
        g_assert_true(has(cache, "same", moment, 0));
        page_cache_keep(cache, "huge", &source, 0, huge);
        g_assert_false(has(cache, "huge", moment, 0));
        page_cache_free(cache);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/page-cache/life", Fixture, NULL, set_up, test_life, tear_down);
        g_test_add("/page-cache/bounds", Fixture, NULL, set_up, test_bounds, tear_down);
        return g_test_run();
}
