#include "backup/pool.h"

#include "backup/backup_private.h"
#include "backup/backup_rules.h"
#include "backup/listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER 262144
#define SALT_FILE "salt"

struct Pool {
        char *path;
        int dir; /* locked: shared */
        SealKeys *keys;
        bool sealed;
        guint8 salt[SEAL_SALT_BYTES], name_key[SEAL_KEY_BYTES]; /* of what is sealed */
        bool touched[256];                                      /* the folders in which something was added */
        uint64_t added;
};

const char *pool_name_fault(const char *name)
{
        size_t digits = strspn(name, "0123456789abcdef");
        if (digits != LISTING_HASH_HEX || (name[digits] && strcmp(name + digits, SEALED) != 0))
                return "its name is not one of a pool";
        return NULL;
}

static int open_folder(const char *path, bool making, GError **error)
{
        if (making && g_mkdir_with_parents(path, 0700) != 0) {
                backup_set_errno(error, path);
                return -1;
        }
        int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (dir < 0)
                backup_set_errno(error, path);
        return dir;
}

/* The key of the names is another than that of the bytes. */
static bool prepare_names(Pool *pool, GError **error)
{
        guint8 key[SEAL_KEY_BYTES];
        g_autofree char *path = g_build_filename(pool->path, SALT_FILE, NULL), *salt = NULL;
        gsize size = 0;
        if (g_file_get_contents(path, &salt, &size, NULL) && size == sizeof pool->salt) {
                memcpy(pool->salt, salt, size);
        } else {
                randombytes_buf(pool->salt, sizeof pool->salt);
                if (!g_file_set_contents_full(path, (const char *)pool->salt, sizeof pool->salt,
                                              G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                              error))
                        return false;
        }
        if (!seal_keys_get(pool->keys, pool->salt, key, error))
                return false;
        crypto_kdf_derive_from_key(pool->name_key, sizeof pool->name_key, 1, "tre-pool", key);
        sodium_memzero(key, sizeof key);
        return true;
}

Pool *pool_open(const char *folder, SealKeys *keys, bool making, GError **error)
{
        g_autofree char *path = g_build_filename(folder, BACKUP_POOL, NULL);
        int dir = open_folder(path, making, error);
        if (dir < 0)
                return NULL;
        g_autoptr(Pool) pool = g_new0(Pool, 1);
        pool->path = g_steal_pointer(&path);
        pool->dir = dir;
        pool->keys = keys;
        pool->sealed = seal_keys_have_words(keys);
        /* Somebody who removes has it alone, and not for long. Where there are no locks, nobody removes either. */
        while (flock(dir, LOCK_SH) != 0 && errno == EINTR) {
        }
        if (making && pool->sealed && !prepare_names(pool, error))
                return NULL;
        return g_steal_pointer(&pool);
}

void pool_free(Pool *pool)
{
        if (!pool)
                return;
        close(pool->dir);
        g_free(pool->path);
        sodium_memzero(pool->name_key, sizeof pool->name_key);
        g_free(pool);
}

char *pool_name(Pool *pool, const char *hash, GError **error)
{
        guint8 plain[LISTING_HASH_BYTES], name[LISTING_HASH_BYTES];
        char hex[LISTING_HASH_HEX + 1];
        if (!pool->sealed)
                return g_strdup(hash);
        if (sodium_hex2bin(plain, sizeof plain, hash, strlen(hash), NULL, NULL, NULL) != 0) {
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_FAILED, "%s is no checksum", hash);
                return NULL;
        }
        crypto_generichash(name, sizeof name, plain, sizeof plain, pool->name_key, sizeof pool->name_key);
        return g_strconcat(sodium_bin2hex(hex, sizeof hex, name, sizeof name), SEALED, NULL);
}

/* Below the pool's folder. (transfer full) */
static char *below(const char *name)
{
        return g_strdup_printf("%.2s/%s", name, name);
}

bool pool_has(Pool *pool, const char *name, uint64_t size)
{
        g_autofree char *path = below(name);
        struct stat is;
        return fstatat(pool->dir, path, &is, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(is.st_mode) &&
               (uint64_t)is.st_size == (pool->sealed ? seal_size(size) : size);
}

static bool copy(int from, uint64_t size, Sealer *sealer, OnBytes on_bytes, void *owner, char *ret_hash, GError **error)
{
        g_autofree char *buffer = g_malloc(BUFFER);
        crypto_generichash_state hash;
        crypto_generichash_init(&hash, NULL, 0, LISTING_HASH_BYTES);
        while (size > 0) {
                ssize_t got = read(from, buffer, (size_t)MIN(size, BUFFER));
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        backup_set_errno(error, "a file of the data folder cannot be read");
                else if (got == 0)
                        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_FAILED,
                                    "a file became shorter while it was read");
                if (got <= 0 || !sealer_write(sealer, buffer, (size_t)got, error))
                        return false;
                crypto_generichash_update(&hash, (const guint8 *)buffer, (size_t)got);
                size -= (uint64_t)got;
                if (on_bytes && !on_bytes(owner, (uint64_t)got)) {
                        g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_CANCELLED, "the backup was cancelled");
                        return false;
                }
        }
        guint8 is[LISTING_HASH_BYTES];
        crypto_generichash_final(&hash, is, sizeof is);
        sodium_bin2hex(ret_hash, LISTING_HASH_HEX + 1, is, sizeof is);
        return sealer_end(sealer, error);
}

/* Another backup may have put the same there meanwhile: then it takes its place, and is the same. */
static bool give_name(Pool *pool, int fd, const char *aside, const char *name, GError **error)
{
        g_autofree char *path = below(name), *folder = g_strndup(name, 2);
        if (fsync(fd) != 0 || (mkdirat(pool->dir, folder, 0700) != 0 && errno != EEXIST) ||
            renameat(AT_FDCWD, aside, pool->dir, path) != 0) {
                backup_set_errno(error, pool->path);
                return false;
        }
        pool->touched[g_ascii_strtoull(folder, NULL, 16) & 0xff] = true;
        return true;
}

static bool fill(Pool *pool, int from, uint64_t size, int to, const char *aside, OnBytes on_bytes, void *owner,
                 char *ret_hash, GError **error)
{
        g_autoptr(Sealer) sealer = sealer_new(to, pool->keys, pool->salt, error);
        if (!sealer || !copy(from, size, sealer, on_bytes, owner, ret_hash, error))
                return false;
        g_autofree char *name = pool_name(pool, ret_hash, error);
        if (!name)
                return false;
        if (pool_has(pool, name, size)) {
                g_unlink(aside);
                return true;
        }
        pool->added += pool->sealed ? seal_size(size) : size;
        return give_name(pool, to, aside, name, error);
}

bool pool_add(Pool *pool, int fd, uint64_t size, OnBytes on_bytes, void *owner, char *ret_hash, GError **error)
{
        g_autofree char *aside = g_build_filename(pool->path, ASIDE "XXXXXX", NULL);
        int to = g_mkstemp_full(aside, O_RDWR | O_CLOEXEC, 0600);
        if (to < 0) {
                backup_set_errno(error, pool->path);
                return false;
        }
        bool good = fill(pool, fd, size, to, aside, on_bytes, owner, ret_hash, error);
        if (!good)
                g_unlink(aside);
        posix_fadvise(to, 0, 0, POSIX_FADV_DONTNEED); /* it is on the disk; what people watch shall stay in memory */
        close(to);
        return good;
}

uint64_t pool_added(const Pool *pool)
{
        return pool->added;
}

bool pool_sync(Pool *pool, GError **error)
{
        for (int i = 0; i < 256; i++) {
                g_autofree char *path = g_strdup_printf("%s/%02x", pool->path, (unsigned)i);
                if (pool->touched[i] && !backup_sync_folder(path, error))
                        return false;
        }
        return backup_sync_folder(pool->path, error);
}

int pool_read(Pool *pool, const char *name, GError **error)
{
        const char *fault = pool_name_fault(name);
        g_autofree char *path = fault ? NULL : below(name);
        int fd = fault ? -1 : openat(pool->dir, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0)
                return fd;
        g_autofree char *whole = g_build_filename(BACKUP_POOL, path, NULL);
        if (fault)
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_REFUSED, "this is no backup to trust: %s", fault);
        else if (errno == ENOENT)
                g_set_error(error, BACKUP_ERROR, BACKUP_ERROR_DAMAGED,
                            "this backup is not whole: %s is missing beside it", whole);
        else
                backup_set_errno(error, whole);
        return -1;
}

/* --- What nobody wants any more ---------------------------------------------------------------------------------- */

/* Removes of a folder what is in it under a name of ours and not wanted. */
static unsigned thin_folder(int folder, GHashTable *wanted)
{
        DIR *dir = fdopendir(folder);
        unsigned removed = 0;
        for (struct dirent *entry; dir && (entry = readdir(dir));) {
                bool ours = g_str_has_prefix(entry->d_name, ASIDE) || !pool_name_fault(entry->d_name);
                if (ours && !g_hash_table_contains(wanted, entry->d_name) &&
                    unlinkat(dirfd(dir), entry->d_name, 0) == 0)
                        removed++;
        }
        if (dir)
                closedir(dir);
        else
                close(folder);
        return removed;
}

unsigned pool_thin(Pool *pool, GHashTable *wanted)
{
        if (flock(pool->dir, LOCK_EX | LOCK_NB) != 0)
                return 0; /* somebody makes a backup, or reads one: next time */
        unsigned removed = 0;
        for (int i = -1; i < 256; i++) { /* -1: the pool's own folder, for what a crash left half done */
                g_autofree char *name = i < 0 ? g_strdup(".") : g_strdup_printf("%02x", (unsigned)i);
                int folder = openat(pool->dir, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
                if (folder >= 0)
                        removed += thin_folder(folder, wanted);
                if (i >= 0)
                        unlinkat(pool->dir, name, AT_REMOVEDIR); /* when it is empty now */
        }
        while (flock(pool->dir, LOCK_SH) != 0 && errno == EINTR) {
        }
        return removed;
}
