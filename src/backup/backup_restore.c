#include "backup/backup_private.h"
#include "backup/container.h"
#include "base/folder.h"
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static Backup *read_backup(const char *path, const char *key_file, const ContainerSink *sink, GError **error)
{
        g_autofree char *words = NULL;
        if (!backup_read_key(key_file, &words, error))
                return NULL;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
                backup_set_errno(error, path);
                return NULL;
        }
        ContainerSummary summary = { 0 };
        g_autoptr(Unsealer) unsealer = unsealer_new(fd, words, error);
        bool good = unsealer && container_read(unsealer, store_schema(), sink, &summary, error);
        g_autoptr(Backup) backup = good ? g_new0(Backup, 1) : NULL;
        if (good) {
                *backup = (Backup){ .path = g_strdup(path),
                                    .created_us = summary.created_us,
                                    .schema = summary.schema,
                                    .files = summary.files,
                                    .bytes = summary.bytes,
                                    .archive_bytes = unsealer_position(unsealer),
                                    .sealed = unsealer_is_sealed(unsealer) };
        }
        close(fd);
        return g_steal_pointer(&backup);
}

Backup *backup_verify(const char *path, const char *key_file, GError **error)
{
        return read_backup(path, key_file, NULL, error);
}

/* A folder that is being filled. */
typedef struct {
        const char *folder;
        int fd; /* of the file at hand, -1 */
} Filling;

static bool begin(void *owner, const char *name, GError **error)
{
        Filling *filling = owner;
        g_autofree char *path = g_build_filename(filling->folder, name, NULL), *parent = g_path_get_dirname(path);
        if (g_mkdir_with_parents(parent, 0700) == 0)
                filling->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (filling->fd < 0)
                backup_set_errno(error, name);
        return filling->fd >= 0;
}

static bool bytes(void *owner, const void *data, size_t size, GError **error)
{
        Filling *filling = owner;
        for (const char *at = data; size > 0;) {
                ssize_t written = write(filling->fd, at, size);
                if (written < 0 && errno == EINTR)
                        continue;
                if (written <= 0) {
                        backup_set_errno(error, "the data folder cannot be written");
                        return false;
                }
                at += written;
                size -= (size_t)written;
        }
        return true;
}

static bool end(void *owner, GError **error)
{
        Filling *filling = owner;
        int fd = filling->fd;
        filling->fd = -1;
        bool kept = fsync(fd) == 0;
        if (!kept)
                backup_set_errno(error, "the data folder cannot be written");
        close(fd);
        return kept;
}

static bool is_empty(const char *folder)
{
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
        return dir && !g_dir_read_name(dir);
}

static bool check_place(const char *folder, GError **error)
{
        if (!g_file_test(folder, G_FILE_TEST_EXISTS) || is_empty(folder))
                return true;
        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_REFUSED,
                    "%s holds something: a backup is put into a folder that is empty or not there yet", folder);
        return false;
}

static Backup *fill(const char *path, const char *key_file, const char *aside, GError **error)
{
        Filling filling = { .folder = aside, .fd = -1 };
        g_autoptr(Backup) backup = read_backup(path, key_file, &(ContainerSink){ &filling, begin, bytes, end }, error);
        if (filling.fd >= 0)
                close(filling.fd);
        int64_t schema = 0;
        return backup && store_check(aside, &schema, error) ? g_steal_pointer(&backup) : NULL;
}

Backup *backup_restore(const char *path, const char *key_file, const char *folder, GError **error)
{
        if (!check_place(folder, error))
                return NULL;
        g_autofree char *whole = g_canonicalize_filename(folder, NULL), *parent = g_path_get_dirname(whole);
        g_autofree char *aside = g_build_filename(parent, ASIDE "restored-XXXXXX", NULL);
        if (g_mkdir_with_parents(parent, 0700) != 0 || !g_mkdtemp_full(aside, 0700)) {
                backup_set_errno(error, parent);
                return NULL;
        }
        g_autoptr(Backup) backup = fill(path, key_file, aside, error);
        if (backup) {
                g_rmdir(whole);
                if (g_rename(aside, whole) != 0) {
                        backup_set_errno(error, whole);
                        g_clear_pointer(&backup, backup_free);
                }
        }
        if (!backup || !backup_sync_folder(parent, error)) {
                folder_remove(aside);
                return NULL;
        }
        return g_steal_pointer(&backup);
}
