/* The pool: large files beside the archives that hold them, each once, under a name made of what is in it. A recording
 * lies there for all the backups that have it, and what a backup that was broken off had done is not done again.
 *
 *   FOLDER/treteau-files/ab/abcd…           as it is, its name the BLAKE2b of its bytes
 *   FOLDER/treteau-files/ab/abcd….sealed    sealed, its name made with the key: nobody else can tell what is there
 *   FOLDER/treteau-files/salt               for the key of those
 *
 * Nothing has its name before it is whole and on the disk. Who makes or reads holds a shared lock; files are removed by
 * who gets it alone. Private to backup/. */
#pragma once
#include "backup/container.h"

typedef struct Pool Pool;
/* Of the folder where the archives are; keys stay the caller's. For making: it is made when it is not there. */
Pool *pool_open(const char *folder, SealKeys *keys, bool making, GError **error);
void pool_free(Pool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

/* The name under which a file of this hash (hex) lies or would lie. (transfer full) NULL with an error. */
char *pool_name(Pool *pool, const char *hash, GError **error);
/* Whether it is there, as long as it must be. */
bool pool_has(Pool *pool, const char *name, uint64_t size);
/* Exactly size bytes from fd's position. ret_hash: LISTING_HASH_HEX + 1 bytes. on_bytes: false cancels. */
bool pool_add(Pool *pool, int fd, uint64_t size, OnBytes on_bytes, void *owner, char *ret_hash, GError **error);
/* How many bytes were put there. */
uint64_t pool_added(const Pool *pool);
/* What was added stays, also after a cut of the current. */
bool pool_sync(Pool *pool, GError **error);

/* fd of a file to read, -1 with an error that names it. */
int pool_read(Pool *pool, const char *name, GError **error);

/* Removes what is not in wanted (a set of names), and what a crash left half done, if nobody else is at work here. */
unsigned pool_thin(Pool *pool, GHashTable *wanted);
/* NULL when such a file may be in a pool, else why not. Pure. */
const char *pool_name_fault(const char *name);
