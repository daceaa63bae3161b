/* What backup's files share. Private to backup/. */
#pragma once
#include "backup/backup.h"
#include "backup/pool.h"

/* The words of a key file: its first line. NULL path gives NULL words without an error. (transfer full) */
bool backup_read_key(const char *path, char **ret_words, GError **error);
/* What is made and not yet named begins with this; whoever makes it holds a lock on it. */
#define ASIDE ".treteau-"
/* A new file beside its later place, locked, so that a later run knows whether it was left behind by a crash. Removes
 * those that were. -1 with an error. */
int backup_open_aside(const char *folder, char **ret_path, GError **error);
bool backup_sync_folder(const char *folder, GError **error);
/* The file behind a data folder's "when was the last backup". */
#define LAST_FILE "backup.json"
/* Removes older backups but the last of so many days and weeks, then what nobody wants of the pool, unless a backup
 * there cannot be read (another key). How many backups were removed. */
unsigned backup_thin_out(const char *folder, int daily, int weekly, Pool *pool, SealKeys *keys);
