/* What was read of the data folder's large files, so that they are not read again as long as they are the same: by
 * name, size, time of change and number on the disk. In a file of the data folder, a line as soon as a file is done;
 * without it, or with lines that are wrong, files are only read once more. Private to backup/. */
#pragma once
#include "backup/listing.h"

#include <sys/stat.h>

#define HASHES_FILE "backup-hashes.txt"

typedef struct Hashes Hashes;
Hashes *hashes_open(const char *folder);
/* NULL when it is not known, or the file changed. */
const char *hashes_find(Hashes *hashes, const char *name, const struct stat *is);
/* now_us: of a file that changed in these very moments nothing is kept. */
void hashes_keep(Hashes *hashes, const char *name, const struct stat *is, const char *hash, int64_t now_us);
/* Of a backup that is whole: files it did not meet are forgotten. */
void hashes_end(Hashes *hashes);
void hashes_free(Hashes *hashes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Hashes, hashes_free)
