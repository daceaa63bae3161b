#include "record/recorder/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *what, const char *name, GError **error)
{
        int code = errno;
        /* A quota and a limit on file size are full disks to whoever records. */
        if (code == EDQUOT || code == EFBIG)
                code = ENOSPC;
        g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s %s: %s", what, name,
                    g_strerror(code));
        return false;
}

static char *beside(const char *name)
{
        return g_strconcat(".", name, ".part", NULL);
}

int file_begin(const char *name, GError **error)
{
        g_autofree char *part = beside(name);
        int descriptor = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (descriptor < 0)
                fail("cannot create", part, error);
        return descriptor;
}

bool file_write(int descriptor, const char *name, const void *bytes, size_t size, GError **error)
{
        const char *at = bytes;
        while (size > 0) {
                ssize_t n = write(descriptor, at, size);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return fail("cannot write", name, error);
                at += n;
                size -= (size_t)n;
        }
        return true;
}

bool file_commit(int descriptor, const char *name, bool keep, bool sync, GError **error)
{
        g_autofree char *part = beside(name);
        bool ok = keep && (!sync || fdatasync(descriptor) == 0 || fail("cannot write", name, error));
        if (close(descriptor) < 0 && ok)
                ok = fail("cannot write", name, error);
        if (ok && rename(part, name) < 0)
                ok = fail("cannot rename", part, error);
        if (!ok)
                unlink(part);
        return ok;
}

bool file_replace(const char *name, const void *bytes, size_t size, GError **error)
{
        int descriptor = file_begin(name, error);
        if (descriptor < 0)
                return false;
        bool written = file_write(descriptor, name, bytes, size, error);
        return file_commit(descriptor, name, written, true, error) && written;
}

bool file_put(const char *part, const char *name, GError **error)
{
        int descriptor = open(part, O_RDONLY | O_CLOEXEC);
        bool ok = descriptor >= 0 && fdatasync(descriptor) == 0 && rename(part, name) == 0;
        if (!ok)
                fail("cannot keep", part, error);
        if (descriptor >= 0)
                close(descriptor);
        if (!ok)
                unlink(part);
        folder_sync();
        return ok;
}

void folder_sync(void)
{
        folder_sync_at(".");
}

void folder_sync_at(const char *path)
{
        int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0)
                return;
        fsync(folder);
        close(folder);
}

int64_t folder_bytes(void)
{
        int64_t total = 0;
        g_autoptr(GDir) folder = g_dir_open(".", 0, NULL);
        const char *name;
        struct stat status;
        while (folder && (name = g_dir_read_name(folder)))
                if (stat(name, &status) == 0 && S_ISREG(status.st_mode))
                        total += status.st_size;
        return total;
}
