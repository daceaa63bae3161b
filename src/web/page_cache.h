/* Rendered pages that everybody gets alike, kept for a moment: a thousand readers of one programme cost one rendering.
 *
 * A page belongs to one version of the store (store_version()); any write, of whatever process, makes another one, and
 * all pages of the one before are forgotten. A page lives for a second at most, because "live" comes with time alone.
 * What is for one reader never comes here: see shared_page.c. Shared by all threads. */
#pragma once
#include <glib.h>
#include <stdint.h>

typedef struct PageCache PageCache;

PageCache *page_cache_new(size_t bytes_max);
void page_cache_free(PageCache *cache);
/* NULL when it has to be rendered. (transfer full) */
GBytes *page_cache_find(PageCache *cache, const char *key, int64_t version, int64_t now_us);
/* version: of the store, read before the snapshot that the page was rendered from. */
void page_cache_keep(PageCache *cache, const char *key, int64_t version, int64_t now_us, GBytes *page);
/* How many pages were found. */
uint64_t page_cache_found(PageCache *cache);
