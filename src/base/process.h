/* What a process has cost so far, from /proc. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct {
        int64_t user_us, system_us;
        int64_t resident_kb;
        int threads, files; /* files: open descriptors, 0 where they may not be seen */
} ProcessUse;

/* False when there is no such process. */
bool process_use(int pid, ProcessUse *ret_use);
