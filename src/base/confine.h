/* What a child program gives up before it reads a byte from outside. For the children alone (record/recorder,
 * picture/encoder): the server does not confine itself, its unit does. */
#pragma once
#include <stddef.h>

typedef struct {
        int last_descriptor; /* 0 … this one stay open */
        int descriptors;     /* that may be open at most */
        int memory_mib;      /* of address space */
        int cpu_s;           /* 0: without limit; then SIGXCPU */
        size_t file_bytes;   /* 0: without limit; then SIGXFSZ, or EFBIG where that is ignored */
        int nicer;
} Confinement;

/* Closes what is left open, forgoes new privileges, bounds memory, time and files. */
void confine(const Confinement *confinement);
