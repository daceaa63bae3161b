/* What a backup is called, and which older ones stay. Pure. Private to backup/. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SEALED ".sealed"
/* "treteau-20210128T143000Z.tar.zst", with ".sealed" when it is encrypted. (transfer full) */
char *backup_name(int64_t at_us, bool sealed);
/* Back from a name; false for any other file, which is then never removed. */
bool backup_name_read(const char *name, int64_t *ret_at_us);
/* Of times, the newest first: which stay. The newest stays always; then the last of each of `daily` days (UTC) and of
 * each of `weekly` weeks that have any. */
void backup_thin(const int64_t *at_us, size_t count, int daily, int weekly, bool *ret_keep);
