/* Files of the current directory, written so that a reader or a crash never meets half of one. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes beside, has it on the disk, and renames: its name never leads to less, not even after a power cut. Errors are
 * of G_FILE_ERROR; a full disk is G_FILE_ERROR_NOSPC. */
bool file_replace(const char *name, const void *bytes, size_t size, GError **error);
/* The same with a file that another program wrote as `part`. */
bool file_put(const char *part, const char *name, GError **error);
/* Opens the file that file_commit() will put in the place of this name. -1 on failure. */
int file_begin(const char *name, GError **error);
bool file_write(int descriptor, const char *name, const void *bytes, size_t size, GError **error);
/* Closes; keep: false, or a failure, removes what was written. sync: it must outlive a power cut. */
bool file_commit(int descriptor, const char *name, bool keep, bool sync, GError **error);
/* What was renamed before outlives a power cut. A file system that cannot say so is believed. */
void folder_sync(void);
/* The same of another folder. */
void folder_sync_at(const char *path);
/* Sum of the sizes of what lies in the directory. */
int64_t folder_bytes(void);
