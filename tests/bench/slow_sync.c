/* Makes a disk of a known slowness: LD_PRELOAD this, and every fsync and fdatasync takes SLOW_SYNC_US microseconds
 * more.
 *
 * What group commit is worth depends on the disk: 61 to 173 single commits a second on an ordinary virtual server, some
 * thousands where a cache answers. ./bench write measures both, this disk and one made slow. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fsync(int fd);
int fdatasync(int fd);

static void wait_a_little(void)
{
        const char *text = getenv("SLOW_SYNC_US");
        long us = text ? atol(text) : 0;
        struct timespec rest = { us / 1000000, us % 1000000 * 1000 };
        while (nanosleep(&rest, &rest) != 0)
                ;
}

static int call(const char *name, int fd)
{
        int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
        wait_a_little();
        return real(fd);
}

int fsync(int fd)
{
        return call("fsync", fd);
}

int fdatasync(int fd)
{
        return call("fdatasync", fd);
}
