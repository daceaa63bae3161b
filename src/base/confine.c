#include "base/confine.h"

#include <glib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A sanitizer's shadow is larger than any limit, and its look for leaks opens files. */
#if defined(__has_feature)
#define HAS_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_ADDRESS_SANITIZER 0
#endif

static void limit(__rlimit_resource_t resource, rlim_t most)
{
        struct rlimit limits;
        if (getrlimit(resource, &limits) < 0)
                return;
        limits.rlim_max = MIN(limits.rlim_max, most);
        limits.rlim_cur = MIN(limits.rlim_cur, limits.rlim_max);
        setrlimit(resource, &limits);
}

void confine(const Confinement *confinement)
{
        close_range((unsigned)confinement->last_descriptor + 1, ~0u, 0);
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        limit(RLIMIT_CORE, 0);
        if (confinement->cpu_s)
                limit(RLIMIT_CPU, (rlim_t)confinement->cpu_s);
        if (confinement->file_bytes)
                limit(RLIMIT_FSIZE, confinement->file_bytes);
#if !defined(__SANITIZE_ADDRESS__) && !HAS_ADDRESS_SANITIZER
        limit(RLIMIT_NOFILE, (rlim_t)confinement->descriptors);
        limit(RLIMIT_AS, (rlim_t)confinement->memory_mib << 20);
#endif
        setpriority(PRIO_PROCESS, 0, confinement->nicer);
}
