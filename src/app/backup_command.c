#include "app/backup_command.h"

#include "base/time.h"

#include <stdio.h>

#define KEEP "7,4"

static int tell(const char *done, bool made, const Backup *backup, const GError *error)
{
        if (!backup) {
                fprintf(stderr, "treteau: %s\n", error->message);
                return 1;
        }
        g_autofree char *size = g_format_size(backup->archive_bytes);
        g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(backup->created_us / SECOND_US);
        g_autofree char *when = g_date_time_format(at, "%Y-%m-%d %H:%M:%S UTC");
        printf("%s: %s, made %s, %" G_GUINT64_FORMAT " files, %s%s\n", done, backup->path, when, backup->files, size,
               backup->sealed ? ", encrypted" : "");
        if (backup->pooled_files) {
                g_autofree char *new = g_format_size(backup->pooled_bytes);
                printf("beside it, in " BACKUP_POOL "/: %" G_GUINT64_FORMAT " of these files", backup->pooled_files);
                puts(made ? "" : ", whole");
                if (made)
                        printf("new there: %s\n", new);
        }
        if (backup->swept)
                printf("removed: %s, which a restore that was broken off had left\n", backup->swept);
        if (backup->left_out)
                printf("left out: %" G_GUINT64_FORMAT
                       " that are links, no plain files, or have names of their own kind\n",
                       backup->left_out);
        if (backup->thinned)
                printf("removed: %u older ones\n", backup->thinned);
        return 0;
}

int backup_command(const char *folder, const char *to, const char *key_file, const char *keep)
{
        BackupWish wish = { .folder = folder, .to = to, .key_file = key_file, .now_us = now_us() };
        if (!backup_read_keep(keep ? keep : KEEP, &wish.daily, &wish.weekly)) {
                fprintf(stderr, "treteau: --keep says how many days and weeks stay: --keep " KEEP "\n");
                return 1;
        }
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) backup = backup_make(&wish, &error);
        return tell("backup", true, backup, error);
}

int verify_command(const char *path, const char *key_file)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) backup = backup_verify(path, key_file, &error);
        return tell("whole", false, backup, error);
}

int restore_command(const char *path, const char *key_file, const char *folder)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(Backup) backup = backup_restore(path, key_file, folder, &error);
        int status = tell("restored", false, backup, error);
        if (backup)
                printf("serve it: treteau serve --data %s\n", folder);
        return status;
}
