/* A disk that fails when it is told to, for LD_PRELOAD: while the file named by FAULTY_SWITCH holds a word (EIO, EROFS,
 * ENOSPC, EDQUOT), whatever writes or syncs a plain file below FAULTY_FOLDER gets that error; without the file all is
 * well. */
#undef _FILE_OFFSET_BITS /* both names of each call are wanted */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fault(void)
{
        static const struct {
                const char *word;
                int code;
        } words[] = { { "EIO", EIO }, { "EROFS", EROFS }, { "ENOSPC", ENOSPC }, { "EDQUOT", EDQUOT } };
        const char *path = getenv("FAULTY_SWITCH");
        char word[16] = "";
        int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
        if (fd < 0)
                return 0;
        ssize_t got = syscall(SYS_read, fd, word, sizeof word - 1);
        syscall(SYS_close, fd);
        for (size_t i = 0; got > 0 && i < sizeof words / sizeof *words; i++)
                if (strncmp(word, words[i].word, strlen(words[i].word)) == 0)
                        return words[i].code;
        return 0;
}

static int is_below(const char *path)
{
        const char *folder = getenv("FAULTY_FOLDER");
        return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int fault_of(int fd)
{
        char link[64], path[4096];
        struct stat is;
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        if (fstat(fd, &is) != 0 || !S_ISREG(is.st_mode))
                return 0;
        ssize_t length = readlink(link, path, sizeof path - 1);
        if (length <= 0)
                return 0;
        path[length] = '\0';
        return is_below(path) ? fault() : 0;
}

#define REAL(name, type) ((type)dlsym(RTLD_NEXT, #name))
#define FAIL_IF(code)                                                                                                  \
        do {                                                                                                           \
                int saved = errno, is = (code);                                                                        \
                errno = is ? is : saved;                                                                               \
                if (is)                                                                                                \
                        return -1;                                                                                     \
        } while (0)

ssize_t write(int fd, const void *bytes, size_t size)
{
        FAIL_IF(fault_of(fd));
        return REAL(write, ssize_t(*)(int, const void *, size_t))(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
        FAIL_IF(fault_of(fd));
        return REAL(pwrite, ssize_t(*)(int, const void *, size_t, off_t))(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
        FAIL_IF(fault_of(fd));
        return REAL(pwrite64, ssize_t(*)(int, const void *, size_t, off64_t))(fd, bytes, size, at);
}

int fsync(int fd)
{
        FAIL_IF(fault_of(fd));
        return REAL(fsync, int (*)(int))(fd);
}

int fdatasync(int fd)
{
        FAIL_IF(fault_of(fd));
        return REAL(fdatasync, int (*)(int))(fd);
}

static int open_fault(const char *path, int flags)
{
        return (flags & O_CREAT) && is_below(path) ? fault() : 0;
}

int open(const char *path, int flags, ...)
{
        va_list arguments;
        va_start(arguments, flags);
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
        va_end(arguments);
        FAIL_IF(open_fault(path, flags));
        return REAL(open, int (*)(const char *, int, ...))(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
        va_list arguments;
        va_start(arguments, flags);
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
        va_end(arguments);
        FAIL_IF(open_fault(path, flags));
        return REAL(open64, int (*)(const char *, int, ...))(path, flags, mode);
}
