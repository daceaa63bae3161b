#include "base/calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#if defined(__has_feature)
#define HAS_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#else
#define HAS_ADDRESS_SANITIZER 0
#endif

#if !defined(ARCHITECTURE) || defined(__SANITIZE_ADDRESS__) || HAS_ADDRESS_SANITIZER
bool calls_confine(void)
{
        return false;
}

bool calls_confine_seeking(void)
{
        return false;
}
#else
#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define ABSENT(call)                                                                                                   \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1),                                                        \
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (ENOENT & SECCOMP_RET_DATA))

/* No file can be opened, no socket, no process; a library that asks for a file is told that there is none. */
#define RULES                                                                                                          \
        FIELD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),                                          \
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS), FIELD(nr), ALLOW(read), ALLOW(write),             \
                ALLOW(fstat), ALLOW(close), ALLOW(mmap), ALLOW(munmap), ALLOW(mremap), ALLOW(mprotect),                \
                ALLOW(madvise), ALLOW(sysinfo) /* of memory, by qsort() */, ALLOW(brk), ALLOW(futex),                  \
                ALLOW(getrandom), ALLOW(rt_sigreturn), ALLOW(exit), ALLOW(exit_group), ABSENT(openat),                 \
                ABSENT(newfstatat)
#define OTHERWISE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

static bool install(struct sock_filter *rules, size_t count)
{
        struct sock_fprog program = { .len = (unsigned short)count, .filter = rules };
        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool calls_confine(void)
{
        static struct sock_filter rules[] = { RULES, OTHERWISE };
        return install(rules, sizeof(rules) / sizeof(rules[0]));
}

bool calls_confine_seeking(void)
{
        static struct sock_filter rules[] = { RULES,
                                              ALLOW(pread64),
                                              ALLOW(lseek),
                                              ALLOW(clock_gettime),
                                              ALLOW(gettimeofday),
                                              ALLOW(sched_getaffinity),
                                              ALLOW(sched_yield),
                                              ALLOW(getpid),
                                              OTHERWISE };
        return install(rules, sizeof(rules) / sizeof(rules[0]));
}
#endif
