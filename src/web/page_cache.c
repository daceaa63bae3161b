#include "web/page_cache.h"
#include "base/time.h"

#include <string.h>

#define AGE_MAX_US SECOND_US
#define PAGE_BYTES_MAX (256 * 1024)

typedef struct {
        GBytes *page;
        int64_t until_us;
        PageSource source;
} Entry;

struct PageCache {
        GMutex lock;
        Store *store;
        GHashTable *entries; /* key → Entry */
        size_t bytes, bytes_max;
        uint64_t found;
};

static void entry_free(gpointer data)
{
        Entry *entry = data;
        g_bytes_unref(entry->page);
        g_free(entry);
}

PageCache *page_cache_new(Store *store, size_t bytes_max)
{
        PageCache *cache = g_new0(PageCache, 1);
        cache->store = store;
        g_mutex_init(&cache->lock);
        cache->entries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, entry_free);
        cache->bytes_max = bytes_max;
        return cache;
}

void page_cache_free(PageCache *cache)
{
        if (!cache)
                return;
        g_hash_table_unref(cache->entries);
        g_mutex_clear(&cache->lock);
        g_free(cache);
}

static void forget_all(PageCache *cache)
{
        g_hash_table_remove_all(cache->entries);
        cache->bytes = 0;
}

GBytes *page_cache_find(PageCache *cache, const char *key, StoreMoment moment, int64_t now_us)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
        const Entry *entry = g_hash_table_lookup(cache->entries, key);
        if (!entry || now_us >= entry->until_us ||
            !store_holds(cache->store, moment, entry->source.since, &entry->source.read))
                return NULL;
        cache->found++;
        return g_bytes_ref(entry->page);
}

uint64_t page_cache_found(PageCache *cache)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
        return cache->found;
}

/* What an entry takes beside its page: key and tables. */
static size_t weight(const char *key, GBytes *page)
{
        return g_bytes_get_size(page) + strlen(key) + sizeof(Entry) + 200;
}

void page_cache_keep(PageCache *cache, const char *key, const PageSource *source, int64_t now_us, GBytes *page)
{
        size_t size = weight(key, page);
        if (size > PAGE_BYTES_MAX || size > cache->bytes_max)
                return;
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&cache->lock);
        const Entry *old = g_hash_table_lookup(cache->entries, key);
        if (old)
                cache->bytes -= weight(key, old->page);
        if (cache->bytes + size > cache->bytes_max)
                forget_all(cache); /* they live for a second anyway */
        Entry *entry = g_new(Entry, 1);
        *entry = (Entry){ g_bytes_ref(page), now_us + AGE_MAX_US, *source };
        g_hash_table_replace(cache->entries, g_strdup(key), entry);
        cache->bytes += size;
}
