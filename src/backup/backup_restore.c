#include "backup/backup_private.h"
#include "backup/backup_rules.h"
#include "backup/container.h"
#include "base/folder.h"
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where the bytes of an archive go, and those of the pool come from. */
typedef struct {
        const char *folder; /* that is being filled */
        int fd;             /* of the file at hand, -1 */
        const char *archives;
        SealKeys *keys;
        Pool *pool;  /* once something lies in it */
        int pool_fd; /* of its file at hand, -1 */
} Filling;

static Unsealer *open_pooled(void *owner, const char *pool_name, GError **error)
{
        Filling *filling = owner;
        if (!filling->pool)
                filling->pool = pool_open(filling->archives, filling->keys, false, error);
        if (filling->pool_fd >= 0)
                close(filling->pool_fd);
        filling->pool_fd = filling->pool ? pool_read(filling->pool, pool_name, error) : -1;
        if (filling->pool_fd < 0)
                return NULL;
        /* by its name: bytes that somebody sent may begin as those of a sealed file do */
        return g_str_has_suffix(pool_name, SEALED) ? unsealer_new(filling->pool_fd, filling->keys, error)
                                                   : unsealer_new_open(filling->pool_fd);
}

static Backup *read_archive(const char *path, int fd, Filling *filling, const ContainerSink *sink, GError **error)
{
        ContainerSummary summary = { 0 };
        g_autoptr(Unsealer) unsealer = unsealer_new(fd, filling->keys, error);
        if (!unsealer || !container_read(unsealer, store_schema(), sink, &summary, error))
                return NULL;
        Backup *backup = g_new0(Backup, 1);
        *backup = (Backup){ .path = g_strdup(path),
                            .created_us = summary.created_us,
                            .schema = summary.schema,
                            .files = summary.files,
                            .bytes = summary.bytes,
                            .pooled_files = summary.pooled,
                            .archive_bytes = unsealer_position(unsealer),
                            .sealed = unsealer_is_sealed(unsealer) };
        return backup;
}

/* sink's owner is filling. */
static Backup *read_backup(const char *path, const char *key_file, Filling *filling, const ContainerSink *sink,
                           GError **error)
{
        g_autofree char *words = NULL, *archives = g_path_get_dirname(path);
        if (!backup_read_key(key_file, &words, error))
                return NULL;
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
                backup_set_errno(error, path);
                return NULL;
        }
        g_autoptr(SealKeys) keys = seal_keys_new(words);
        filling->archives = archives;
        filling->keys = keys;
        filling->fd = filling->pool_fd = -1;
        Backup *backup = read_archive(path, fd, filling, sink, error);
        close(fd);
        if (filling->fd >= 0)
                close(filling->fd);
        if (filling->pool_fd >= 0)
                close(filling->pool_fd);
        pool_free(filling->pool);
        return backup;
}

Backup *backup_verify(const char *path, const char *key_file, GError **error)
{
        Filling filling = { 0 };
        return read_backup(path, key_file, &filling, &(ContainerSink){ .owner = &filling, .open_pooled = open_pooled },
                           error);
}

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
        Filling filling = { .folder = aside };
        const ContainerSink sink = {
                .owner = &filling, .begin = begin, .bytes = bytes, .end = end, .open_pooled = open_pooled
        };
        g_autoptr(Backup) backup = read_backup(path, key_file, &filling, &sink, error);
        int64_t schema = 0;
        return backup && store_check(aside, &schema, error) ? g_steal_pointer(&backup) : NULL;
}

/* --- Beside its place, until it is whole -------------------------------------------------------------------------- */

#define RESTORED ASIDE "restored-"
#define RANDOM_LETTERS 6

/* A folder by this name, of our own, that nobody fills: it was left by one that was killed. */
static bool is_left_behind(const char *path, const char *name)
{
        struct stat is;
        if (!g_str_has_prefix(name, RESTORED) || strlen(name) != strlen(RESTORED) + RANDOM_LETTERS)
                return false;
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        bool left = fd >= 0 && fstat(fd, &is) == 0 && is.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0;
        if (fd >= 0)
                close(fd);
        return left;
}

static char *sweep(const char *parent)
{
        char *swept = NULL;
        g_autoptr(GDir) dir = g_dir_open(parent, 0, NULL);
        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                g_autofree char *path = g_build_filename(parent, name, NULL);
                if (!is_left_behind(path, name))
                        continue;
                folder_remove(path);
                g_free(swept);
                swept = g_steal_pointer(&path);
        }
        return swept;
}

/* The lock says that it is being filled. -1 with an error. */
static int make_aside(const char *parent, char **ret_path, GError **error)
{
        g_autofree char *path = g_build_filename(parent, RESTORED "XXXXXX", NULL);
        if (g_mkdir_with_parents(parent, 0700) != 0 || !g_mkdtemp_full(path, 0700)) {
                backup_set_errno(error, parent);
                return -1;
        }
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0) {
                backup_set_errno(error, path);
                g_rmdir(path);
                if (fd >= 0)
                        close(fd);
                return -1;
        }
        *ret_path = g_steal_pointer(&path);
        return fd;
}

static Backup *put_in_place(const char *path, const char *key_file, const char *aside, const char *whole,
                            GError **error)
{
        g_autofree char *parent = g_path_get_dirname(whole);
        g_autoptr(Backup) backup = fill(path, key_file, aside, error);
        if (!backup)
                return NULL;
        g_rmdir(whole);
        if (g_rename(aside, whole) != 0) {
                backup_set_errno(error, whole);
                return NULL;
        }
        return backup_sync_folder(parent, error) ? g_steal_pointer(&backup) : NULL;
}

Backup *backup_restore(const char *path, const char *key_file, const char *folder, GError **error)
{
        if (!check_place(folder, error))
                return NULL;
        g_autofree char *whole = g_canonicalize_filename(folder, NULL), *parent = g_path_get_dirname(whole);
        g_autofree char *aside = NULL, *swept = sweep(parent);
        int fd = make_aside(parent, &aside, error);
        if (fd < 0)
                return NULL;
        Backup *backup = put_in_place(path, key_file, aside, whole, error);
        if (!backup)
                folder_remove(aside);
        else
                backup->swept = g_steal_pointer(&swept);
        close(fd);
        return backup;
}
