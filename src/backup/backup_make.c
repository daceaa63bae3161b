#include "backup/backup_private.h"
#include "backup/backup_rules.h"
#include "backup/container.h"
#include "backup/hashes.h"
#include "backup/pool.h"
#include "base/time.h"
#include "store/db.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DATABASE "treteau.db"
#define FORMAT_WHOLE 1 /* all of it in the archive: older programs read it too */
#define WHOLE_READ_MAX                                                                                                 \
        (1024 * 1024) /* small files that are rewritten, such as a recording's list, are read at once                  \
                       */

#define POOLED_MIN (64 * 1024) /* smaller ones are less trouble in the archive */

/* A backup in the making. */
typedef struct {
        const BackupWish *wish;
        ContainerWriter *writer;
        Pool *pool;     /* NULL: all goes into the archive */
        Hashes *hashes; /* with a pool */
        uint64_t done, spared, total, pooled_files, left_out;
} Making;

static bool told(void *owner, uint64_t bytes)
{
        Making *making = owner;
        making->done += bytes;
        return !making->wish->progress || making->wish->progress(making->wish->owner, making->done,
                                                                 MAX(making->total, making->done), making->spared);
}

/* Of the data folder itself: what is copied otherwise, made anew, or a backup. */
static bool is_apart(const char *name)
{
        static const char *const apart[] = { "tmp",       "backups",      "jobs",         "lost+found",    LAST_FILE,
                                             HASHES_FILE, CONTAINER_HEAD, CONTAINER_LIST, CONTAINER_POOLED };
        for (size_t i = 0; i < G_N_ELEMENTS(apart); i++)
                if (strcmp(name, apart[i]) == 0)
                        return true;
        return g_str_has_prefix(name, DATABASE) || g_str_has_prefix(name, ASIDE);
}

static bool is_list(const char *name)
{
        return g_str_has_suffix(name, ".m3u8");
}

/* What a walk does with each plain file; it owns fd no longer than the call. */
typedef bool (*OnFile)(Making *making, int fd, const char *name, const struct stat *is, GError **error);

static bool walk(Making *making, int folder, const char *prefix, OnFile on_file, GError **error);

static bool visit(Making *making, int folder, const char *prefix, const char *name, OnFile on_file, GError **error)
{
        g_autofree char *full = *prefix ? g_strdup_printf("%s/%s", prefix, name) : g_strdup(name);
        /* A folder of the data folder may be a link to a larger disk; nothing deeper is followed. */
        int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (*prefix ? O_NOFOLLOW : 0));
        struct stat is;
        bool good = true;
        if (fd < 0 && errno == ENOENT)
                return true; /* gone meanwhile */
        if (fd < 0 || fstat(fd, &is) != 0 || container_name_fault(full) ||
            !(S_ISREG(is.st_mode) || S_ISDIR(is.st_mode)))
                making->left_out++;
        else if (S_ISDIR(is.st_mode))
                good = walk(making, fd, full, on_file, error);
        else
                good = on_file(making, fd, full, &is, error);
        if (fd >= 0)
                close(fd);
        return good;
}

/* Lists first, then what they name: a recording that grows adds to its list what is whole already. */
static bool walk_some(Making *making, int folder, const char *prefix, bool lists, OnFile on_file, GError **error)
{
        DIR *dir = fdopendir(dup(folder));
        if (!dir) {
                backup_set_errno(error, "a folder of the data folder cannot be read");
                return false;
        }
        rewinddir(dir);
        bool good = true;
        for (struct dirent *entry; good && (entry = readdir(dir));) {
                const char *name = entry->d_name;
                bool skipped = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || is_list(name) != lists ||
                               (!*prefix && is_apart(name));
                if (!skipped)
                        good = visit(making, folder, prefix, name, on_file, error);
        }
        closedir(dir);
        return good;
}

static bool walk(Making *making, int folder, const char *prefix, OnFile on_file, GError **error)
{
        return walk_some(making, folder, prefix, true, on_file, error) &&
               walk_some(making, folder, prefix, false, on_file, error);
}

static bool count_file(Making *making, int fd, const char *name, const struct stat *is, GError **error)
{
        making->total += (uint64_t)is->st_size;
        return true;
}

static bool cancelled(GError **error)
{
        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_CANCELLED, "the backup was cancelled");
        return false;
}

static bool add_small(Making *making, int fd, const char *name, uint64_t size, GError **error)
{
        g_autofree char *bytes = g_malloc(size + 1);
        size_t got = 0;
        for (ssize_t count; got < size && (count = pread(fd, bytes + got, size - got, (off_t)got)) != 0;
             got += (size_t)count)
                if (count < 0) {
                        backup_set_errno(error, name);
                        return false;
                }
        if (!container_add_bytes(making->writer, name, bytes, got, error))
                return false;
        return told(making, got) || cancelled(error);
}

/* What is there already is not written again, and what is known not even read. */
static bool add_to_pool(Making *making, int fd, const char *name, const struct stat *is, GError **error)
{
        char hash[LISTING_HASH_HEX + 1];
        uint64_t size = (uint64_t)is->st_size;
        const char *known = hashes_find(making->hashes, name, is);
        g_autofree char *known_name = known ? pool_name(making->pool, known, error) : NULL;
        if (known && !known_name)
                return false;
        if (known && pool_has(making->pool, known_name, size)) {
                making->spared += size;
                making->pooled_files++;
                return container_add_pooled(making->writer, name, size, known, known_name, error) &&
                       (told(making, size) || cancelled(error));
        }
        bool added = pool_add(making->pool, fd, size, told, making, hash, error);
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what people watch shall stay in memory instead */
        g_autofree char *pooled = added ? pool_name(making->pool, hash, error) : NULL;
        if (!pooled)
                return false;
        making->pooled_files++;
        hashes_keep(making->hashes, name, is, hash, now_us());
        return container_add_pooled(making->writer, name, size, hash, pooled, error);
}

static bool add_file(Making *making, int fd, const char *name, const struct stat *is, GError **error)
{
        uint64_t size = (uint64_t)is->st_size;
        if (making->pool && size >= POOLED_MIN && !is_list(name))
                return add_to_pool(making, fd, name, is, error);
        if (size <= WHOLE_READ_MAX)
                return add_small(making, fd, name, size, error);
        bool added = container_add_file(making->writer, name, fd, size, told, making, error);
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); /* what people watch shall stay in memory instead */
        return added;
}

/* The snapshot lies under tmp/ for no longer than it takes to open it. */
static int copy_database(const char *folder, GError **error)
{
        g_autofree char *tmp = g_build_filename(folder, "tmp", NULL), *path = NULL;
        int fd = backup_open_aside(tmp, &path, error);
        if (fd < 0)
                return -1;
        if (!store_copy(folder, path, error)) {
                g_unlink(path);
                close(fd);
                return -1;
        }
        g_unlink(path);
        return fd;
}

static bool add_head(Making *making, int64_t schema, GError **error)
{
        json_t *head = json_pack("{s:i, s:I, s:I, s:s}", "format", making->pool ? BACKUP_FORMAT : FORMAT_WHOLE,
                                 "schema", (json_int_t)schema, "created_us", (json_int_t)making->wish->now_us,
                                 "program", TRETEAU_VERSION);
        char *text = json_dumps(head, 0);
        json_decref(head);
        bool added = container_add_bytes(making->writer, CONTAINER_HEAD, text, strlen(text), error);
        free(text);
        return added;
}

static bool add_all(Making *making, int database, int64_t schema, GError **error)
{
        struct stat is;
        int folder = open(making->wish->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0 || fstat(database, &is) != 0) {
                backup_set_errno(error, making->wish->folder);
                return false;
        }
        bool good = walk(making, folder, "", count_file, error);
        making->total += (uint64_t)is.st_size;
        making->left_out = 0;
        good = good && add_head(making, schema, error) &&
               container_add_file(making->writer, DATABASE, database, (uint64_t)is.st_size, told, making, error) &&
               walk(making, folder, "", add_file, error);
        close(folder);
        return good;
}

static bool write_archive(Making *making, int fd, SealKeys *keys, Backup *backup, GError **error)
{
        const char *folder = making->wish->folder;
        if (!store_check(folder, &backup->schema, error))
                return false;
        int database = copy_database(folder, error);
        if (database < 0)
                return false;
        g_autoptr(Sealer) sealer = sealer_new(fd, keys, NULL, error);
        g_autoptr(ContainerWriter) writer = sealer ? container_writer_new(sealer, true, error) : NULL;
        making->writer = writer;
        bool good = writer && add_all(making, database, backup->schema, error) &&
                    container_writer_end(writer, &backup->files, &backup->bytes, error);
        making->writer = NULL;
        close(database);
        backup->left_out = making->left_out;
        backup->pooled_files = making->pooled_files;
        return good;
}

/* Where it goes: a file's own name, known by its end, or a name by the time in a folder. */
static void place(const BackupWish *wish, char **ret_folder, char **ret_path, bool *ret_own_names)
{
        g_autofree char *usual = g_build_filename(wish->folder, "backups", NULL);
        const char *to = wish->to ? wish->to : usual;
        bool file = g_str_has_suffix(to, ".zst") || g_str_has_suffix(to, SEALED);
        *ret_own_names = !file || g_file_test(to, G_FILE_TEST_IS_DIR);
        g_autofree char *name = backup_name(wish->now_us, wish->key_file != NULL);
        *ret_folder = *ret_own_names ? g_strdup(to) : g_path_get_dirname(to);
        *ret_path = *ret_own_names ? g_build_filename(to, name, NULL) : g_strdup(to);
}

static void remember(const char *folder, const Backup *backup)
{
        g_autofree char *path = g_build_filename(folder, LAST_FILE, NULL),
                        *whole = g_canonicalize_filename(backup->path, NULL);
        json_t *last = json_pack("{s:I, s:s, s:I, s:b}", "at_us", (json_int_t)backup->created_us, "file", whole,
                                 "bytes", (json_int_t)backup->archive_bytes, "sealed", (int)backup->sealed);
        char *text = json_dumps(last, 0);
        g_file_set_contents(path, text, -1, NULL); /* without it, doctor warns too early: no harm */
        free(text);
        json_decref(last);
}

/* Only what is whole and on the disk gets a backup's name. */
static bool settle(int fd, const char *aside, const char *folder, Backup *backup, GError **error)
{
        struct stat is;
        if (fsync(fd) != 0 || fstat(fd, &is) != 0 || g_rename(aside, backup->path) != 0) {
                backup_set_errno(error, backup->path);
                return false;
        }
        backup->archive_bytes = (uint64_t)is.st_size;
        return backup_sync_folder(folder, error);
}

/* With what is in the pool before what names it. */
static bool make(Making *making, int fd, const char *aside, const char *folder, SealKeys *keys, Backup *backup,
                 GError **error)
{
        if (!write_archive(making, fd, keys, backup, error) || (making->pool && !pool_sync(making->pool, error)) ||
            !settle(fd, aside, folder, backup, error))
                return false;
        backup->pooled_bytes = making->pool ? pool_added(making->pool) : 0;
        if (making->hashes)
                hashes_end(making->hashes);
        return true;
}

static bool make_in(const BackupWish *wish, const char *folder, bool with_pool, SealKeys *keys, Backup *backup,
                    GError **error)
{
        g_autofree char *aside = NULL;
        int fd = backup_open_aside(folder, &aside, error);
        if (fd < 0)
                return false;
        g_autoptr(Pool) pool = with_pool ? pool_open(folder, keys, true, error) : NULL;
        g_autoptr(Hashes) hashes = pool ? hashes_open(wish->folder) : NULL;
        Making making = { .wish = wish, .pool = pool, .hashes = hashes };
        bool good = (pool || !with_pool) && make(&making, fd, aside, folder, keys, backup, error);
        if (!good)
                g_unlink(aside);
        close(fd);
        if (good && with_pool && (wish->daily || wish->weekly))
                backup->thinned = backup_thin_out(folder, wish->daily, wish->weekly, pool, keys);
        return good;
}

Backup *backup_make(const BackupWish *wish, GError **error)
{
        g_autofree char *words = NULL, *folder = NULL;
        if (!backup_read_key(wish->key_file, &words, error))
                return NULL;
        g_autoptr(SealKeys) keys = seal_keys_new(words);
        g_autoptr(Backup) backup = g_new0(Backup, 1);
        bool own_names;
        place(wish, &folder, &backup->path, &own_names);
        backup->created_us = wish->now_us;
        backup->sealed = words != NULL;
        if (!make_in(wish, folder, own_names && !wish->whole, keys, backup, error))
                return NULL;
        if (!wish->whole)
                remember(wish->folder, backup);
        return g_steal_pointer(&backup);
}
