#include "record/recorder/confine.h"

#include <glib.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A sanitizer's shadow is larger than any limit. */
#if defined(__has_feature)
#define HAS_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_ADDRESS_SANITIZER 0
#endif

enum { MEMORY_MOST_MIB = 1024, DESCRIPTORS_MOST = 64, NICER = 5 };

static void limit(__rlimit_resource_t resource, rlim_t most)
{
        struct rlimit limits;
        if (getrlimit(resource, &limits) < 0)
                return;
        limits.rlim_max = MIN(limits.rlim_max, most);
        limits.rlim_cur = MIN(limits.rlim_cur, limits.rlim_max);
        setrlimit(resource, &limits);
}

void confine_process(int link_descriptor)
{
        close_range((unsigned)link_descriptor + 1, ~0u, 0);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        /* A server that is gone shows as the end of the socket: the open segment is then kept, so no signal. */
        signal(SIGPIPE, SIG_IGN);
        signal(SIGINT, SIG_IGN);
        /* A full disk must be an error of write(), not the end. */
        signal(SIGXFSZ, SIG_IGN);
        limit(RLIMIT_CORE, 0);
        limit(RLIMIT_NOFILE, DESCRIPTORS_MOST);
#if !defined(__SANITIZE_ADDRESS__) && !HAS_ADDRESS_SANITIZER
        limit(RLIMIT_AS, (rlim_t)MEMORY_MOST_MIB << 20);
#endif
        setpriority(PRIO_PROCESS, 0, NICER);
}
