/* Backups: the whole data folder, made while the server serves, and put back from it.
 *
 * A backup is a tar archive compressed by zstd ("tar xf" opens one that is not encrypted): first treteau-backup.json
 * (format, schema, when), then the database as one snapshot, then secret.key and every other file, last manifest.json
 * with the size and BLAKE2b of each and of the whole. It is written aside and gets its name only when it is whole and
 * on the disk. In a folder of backups, large files (recordings) lie beside the archives, each once (pool.h): a backup
 * that was broken off goes on with those that are there. A backup that is a file of its own holds everything itself.
 *
 * No threads, no state: the functions take a data folder and may run in any process. May be included by app. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum {
        BACKUP_ERROR_FAILED,    /* the disk or the system refused */
        BACKUP_ERROR_FULL,      /* no space left */
        BACKUP_ERROR_DAMAGED,   /* not whole, or never was a backup */
        BACKUP_ERROR_KEY,       /* encrypted, and this is not its key */
        BACKUP_ERROR_NEWER,     /* made by a newer program */
        BACKUP_ERROR_REFUSED,   /* it asks for something that a backup never holds, or the place is taken */
        BACKUP_ERROR_CANCELLED, /* as it was asked to */
} BackupError;
#define BACKUP_ERROR backup_error_quark()
GQuark backup_error_quark(void);
/* The folder beside archives with the large files that they share. */
#define BACKUP_POOL "treteau-files"
/* From errno, with what could not be done before it. Private to backup/. */
void backup_set_errno(GError **error, const char *what);

typedef struct {
        const char *folder; /* data folder */
        const char
                *to; /* a file (….zst, ….sealed), or a folder that gets one named by the time; NULL: FOLDER/backups */
        const char *key_file; /* NULL: not encrypted */
        int daily, weekly;    /* in a folder, of the older ones: the last of so many days and weeks; 0, 0: all */
        bool whole;           /* also in a folder: one file that needs no other, and not the server's last backup */
        int64_t now_us;
        /* Bytes done of about so many, of which some were there already; false cancels. May be NULL. */
        bool (*progress)(void *owner, uint64_t done_bytes, uint64_t total_bytes, uint64_t spared_bytes);
        void *owner;
} BackupWish;

typedef struct {
        char *path;
        int64_t created_us, schema;
        uint64_t files, bytes, archive_bytes; /* bytes: of the files */
        uint64_t pooled_files, pooled_bytes;  /* beside the archive; of them what this backup put there, in bytes */
        uint64_t left_out;                    /* files that are no plain file or whose name cannot be kept */
        char *swept;                          /* what a restore that was broken off had left, and is removed; or NULL */
        unsigned thinned;
        bool sealed;
} Backup;
void backup_free(Backup *backup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Backup, backup_free)

/* NULL with an error: then there is no new file, not even half of one. */
Backup *backup_make(const BackupWish *wish, GError **error);
/* Reads all of it: every file's checksum, and that nothing is missing. */
Backup *backup_verify(const char *path, const char *key_file, GError **error);
/* Puts it into a folder that is empty or not there yet; on failure nothing of it stays. What a kill left of an earlier
 * one beside that folder is removed. */
Backup *backup_restore(const char *path, const char *key_file, const char *folder, GError **error);

/* When the last good backup of this data folder was made, 0: never. ret_path may be NULL, else (transfer full). */
int64_t backup_last(const char *folder, char **ret_path);
/* "7,4": the last of seven days and of four weeks. */
bool backup_read_keep(const char *text, int *ret_daily, int *ret_weekly);
