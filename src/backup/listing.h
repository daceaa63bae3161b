/* The list of an archive's files with size and BLAKE2b, the same made by who writes and who reads it. Private to
 * backup/. */
#pragma once
#include <glib.h>
#include <sodium.h>
#include <stdbool.h>

typedef struct Listing Listing;
Listing *listing_new(void);
void listing_free(Listing *listing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listing, listing_free)
/* False when there is a file of this name already. */
bool listing_begin(Listing *listing, const char *name);
void listing_bytes(Listing *listing, const void *bytes, size_t size);
void listing_end(Listing *listing);
guint64 listing_files(const Listing *listing);
guint64 listing_total(const Listing *listing); /* bytes */
char *listing_text(Listing *listing);          /* JSON (transfer full) */
