/* Files of the current directory, written so that a reader or a crash never meets half of one. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes beside and renames. Errors are of G_FILE_ERROR; a full disk is G_FILE_ERROR_NOSPC. */
bool file_replace(const char *name, const void *bytes, size_t size, GError **error);
/* Opens the file that file_commit() will put in the place of this name. -1 on failure. */
int file_begin(const char *name, GError **error);
bool file_write(int descriptor, const char *name, const void *bytes, size_t size, GError **error);
/* Closes; keep: false, or a failure, removes what was written. sync: it must outlive a power cut. */
bool file_commit(int descriptor, const char *name, bool keep, bool sync, GError **error);
/* Sum of the sizes of what lies in the directory. */
int64_t folder_bytes(void);
