/* Files around a backup: its key, the place where it is made, when the last one was. */
#include "backup/backup_private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define KEY_MIN 12
#define KEY_MAX 1024

G_DEFINE_QUARK(backup - error - quark, backup_error)

void backup_set_errno(GError **error, const char *what)
{
        int code = errno;
        bool full = code == ENOSPC || code == EDQUOT;
        g_set_error(error, BACKUP_ERROR, full ? BACKUP_ERROR_FULL : BACKUP_ERROR_FAILED, "%s: %s", what,
                    full ? "the disk is full" : g_strerror(code));
}

void backup_free(Backup *backup)
{
        if (!backup)
                return;
        g_free(backup->path);
        g_free(backup->swept);
        g_free(backup);
}

bool backup_read_key(const char *path, char **ret_words, GError **error)
{
        g_autofree char *text = NULL;
        if (!path)
                return true;
        if (!g_file_get_contents(path, &text, NULL, error))
                return false;
        text[strcspn(text, "\r\n")] = '\0';
        size_t length = strlen(text);
        if (length < KEY_MIN || length > KEY_MAX) {
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_KEY,
                            "%s: the first line of a key file is the key, %d to %d characters long", path, KEY_MIN,
                            KEY_MAX);
                return false;
        }
        *ret_words = g_steal_pointer(&text);
        return true;
}

static void remove_if_left_behind(const char *path)
{
        int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
                g_unlink(path);
        if (fd >= 0)
                close(fd);
}

static void remove_left_behind(const char *folder)
{
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                g_autofree char *path = g_build_filename(folder, name, NULL);
                if (g_str_has_prefix(name, ASIDE))
                        remove_if_left_behind(path);
        }
}

int backup_open_aside(const char *folder, char **ret_path, GError **error)
{
        if (g_mkdir_with_parents(folder, 0700) != 0) {
                backup_set_errno(error, folder);
                return -1;
        }
        remove_left_behind(folder);
        g_autofree char *path = g_build_filename(folder, ASIDE "XXXXXX", NULL);
        int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);
        if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
                backup_set_errno(error, folder);
                if (fd >= 0)
                        close(fd);
                return -1;
        }
        *ret_path = g_steal_pointer(&path);
        return fd;
}

bool backup_sync_folder(const char *folder, GError **error)
{
        int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        bool synced = fd >= 0 && fsync(fd) == 0;
        if (!synced)
                backup_set_errno(error, folder);
        if (fd >= 0)
                close(fd);
        return synced;
}

int64_t backup_last(const char *folder, char **ret_path)
{
        g_autofree char *path = g_build_filename(folder, LAST_FILE, NULL);
        json_t *last = json_load_file(path, 0, NULL);
        int64_t at_us = json_integer_value(json_object_get(last, "at_us"));
        if (ret_path)
                *ret_path = g_strdup(json_string_value(json_object_get(last, "file")));
        json_decref(last);
        return at_us;
}
