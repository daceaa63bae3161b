/* Where the bytes lie: uploads/KEY/ of the data folder, readable by the server alone. */
#include "upload/upload_private.h"

#include "base/folder.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

char *upload_folder(const Store *store, const char *key)
{
        return g_build_filename(store_folder(store), "uploads", key, NULL);
}

char *upload_file(const Store *store, const char *key)
{
        return g_build_filename(store_folder(store), "uploads", key, "file", NULL);
}

char *upload_film(const Store *store, const char *key)
{
        return g_build_filename(store_folder(store), "uploads", key, "film", NULL);
}

char *upload_new_key(void)
{
        unsigned char bytes[KEY_CHARS / 2];
        char key[KEY_CHARS + 1];
        randombytes_buf(bytes, sizeof bytes);
        return g_strdup(sodium_bin2hex(key, sizeof key, bytes, sizeof bytes));
}

bool upload_make_place(const Store *store, const char *key)
{
        g_autofree char *folder = upload_folder(store, key);
        if (g_mkdir_with_parents(folder, 0700) == 0)
                return true;
        log_warn("upload: %s: %s", folder, g_strerror(errno));
        return false;
}

int64_t upload_free_bytes(const Store *store)
{
        struct statvfs facts;
        if (statvfs(store_folder(store), &facts) != 0)
                return 0;
        return (int64_t)facts.f_bavail * (int64_t)facts.f_frsize;
}

static int write_at(int file, int64_t offset, const char *bytes, size_t size)
{
        struct stat facts;
        /* A hole would stand for bytes that never came. */
        if (fstat(file, &facts) != 0 || facts.st_size < offset)
                return EIO;
        while (size > 0) {
                ssize_t n = pwrite(file, bytes, size, offset);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return errno;
                bytes += n;
                offset += n;
                size -= (size_t)n;
        }
        return fdatasync(file) == 0 ? 0 : errno;
}

int upload_write(const Store *store, const char *key, int64_t offset, const void *bytes, size_t size)
{
        g_autofree char *path = upload_file(store, key);
        int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (file < 0)
                return errno;
        int code = write_at(file, offset, bytes, size);
        close(file);
        return code;
}

void upload_tidy(Store *store)
{
        g_autofree char *all = g_build_filename(store_folder(store), "uploads", NULL);
        g_autoptr(GDir) dir = g_dir_open(all, 0, NULL);
        for (const char *name; dir && (name = g_dir_read_name(dir));) {
                if (!upload_key_is_sound(name))
                        continue;
                Db *db = store_read_begin(store);
                bool has = upload_store_has(db, name) || db_failed(db);
                store_read_end(store, db);
                g_autofree char *path = upload_folder(store, name);
                if (!has)
                        folder_remove(path);
        }
}
