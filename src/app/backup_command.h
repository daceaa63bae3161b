/* `treteau backup`, `verify`, `restore`: what they print, and how they end. */
#pragma once
#include "backup/backup.h"

/* keep: "7,4", NULL for that. Each returns the program's exit status. */
int backup_command(const char *folder, const char *to, const char *key_file, const char *keep);
int verify_command(const char *path, const char *key_file);
int restore_command(const char *path, const char *key_file, const char *folder);
