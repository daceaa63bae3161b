/* Rendered pages that everybody gets alike, kept for a moment: a thousand readers of one programme cost one rendering.
 *
 * A page knows which tables it was made from (store_record_reads()), and ends with the first commit, of whatever
 * process, that may have changed one of them: a line of chat leaves the programme alone. It lives for a second at most,
 * because "live" comes with time alone. What is for one reader never comes here: see shared_page.c. Shared by all
 * threads. */
#pragma once
#include "store/db.h"

typedef struct PageCache PageCache;

/* What a page was made from. */
typedef struct {
        int64_t since; /* the changes of the store's moment before it was */
        TableSet read;
} PageSource;

PageCache *page_cache_new(Store *store, size_t bytes_max);
void page_cache_free(PageCache *cache);
/* moment: of the request. NULL when it has to be rendered. (transfer full) */
GBytes *page_cache_find(PageCache *cache, const char *key, StoreMoment moment, int64_t now_us);
void page_cache_keep(PageCache *cache, const char *key, const PageSource *source, int64_t now_us, GBytes *page);
/* How many pages were found. */
uint64_t page_cache_found(PageCache *cache);
