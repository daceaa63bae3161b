#include "web/page_cache.h"
#include "base/time.h"

#include <stdbool.h>

static GBytes *bytes_of(size_t size)
{
        return g_bytes_new_take(g_malloc0(size), size);
}

static bool has(PageCache *cache, const char *key, int64_t version, int64_t now_us)
{
        g_autoptr(GBytes) found = page_cache_find(cache, key, version, now_us);
        return found != NULL;
}

static void test_life(void)
{
        PageCache *cache = page_cache_new(1 << 20);
        g_autoptr(GBytes) page = bytes_of(1000);
        page_cache_keep(cache, "a", 1, 0, page);
        g_assert_true(has(cache, "a", 1, SECOND_US - 1));
        g_assert_false(has(cache, "b", 1, 0));
        g_assert_false(has(cache, "a", 1, SECOND_US)); /* too old */
        g_assert_false(has(cache, "a", 2, 0));         /* something was written */
        page_cache_keep(cache, "b", 2, 0, page);
        g_assert_true(has(cache, "b", 2, 0));
        g_assert_false(has(cache, "a", 1, 0)); /* the old version is forgotten */
        page_cache_free(cache);
}

static void test_bounds(void)
{
        PageCache *cache = page_cache_new(10 * 1200 + 100);
        g_autoptr(GBytes) page = bytes_of(900), huge = bytes_of(300 * 1024);
        for (int i = 0; i < 1000; i++) {
                g_autofree char *key = g_strdup_printf("%d", i);
                page_cache_keep(cache, key, 1, 0, page);
        }
        int kept = 0;
        for (int i = 0; i < 1000; i++) {
                g_autofree char *key = g_strdup_printf("%d", i);
                kept += has(cache, key, 1, 0);
        }
        g_assert_cmpint(kept, >, 0);
        g_assert_cmpint(kept, <=, 11);
        for (int i = 0; i < 100; i++) /* the same key again and again takes no more room */
                page_cache_keep(cache, "same", 2, 0, page);
        page_cache_keep(cache, "other", 2, 0, page);
        g_assert_true(has(cache, "same", 2, 0));
        page_cache_keep(cache, "huge", 2, 0, huge);
        g_assert_false(has(cache, "huge", 2, 0));
        page_cache_free(cache);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/page-cache/life", test_life);
        g_test_add_func("/page-cache/bounds", test_bounds);
        return g_test_run();
}
