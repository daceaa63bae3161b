/* The list of an archive's files with size and BLAKE2b, the same made by who writes and who reads it. Private to
 * backup/. */
#pragma once
#include <glib.h>
#include <sodium.h>
#include <stdbool.h>

#define LISTING_HASH_BYTES 32
#define LISTING_HASH_HEX (2 * LISTING_HASH_BYTES)

typedef struct Listing Listing;
Listing *listing_new(void);
void listing_free(Listing *listing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listing, listing_free)
/* False when there is a file of this name already. */
bool listing_begin(Listing *listing, const char *name);
void listing_bytes(Listing *listing, const void *bytes, size_t size);
void listing_end(Listing *listing);
/* The same without its bytes, by what is known of them. hash: LISTING_HASH_HEX lower-case digits. False: comes twice.
 */
bool listing_known(Listing *listing, const char *name, guint64 size, const char *hash);
/* Of the file that listing_end() ended last. */
const char *listing_hash(const Listing *listing);
guint64 listing_files(const Listing *listing);
guint64 listing_total(const Listing *listing); /* bytes */
char *listing_text(Listing *listing);          /* JSON (transfer full) */
