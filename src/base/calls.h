/* The system calls that are left to a child once it holds its descriptors: read, write, memory, the end. For the child
 * programs alone, as confine.h. */
#pragma once
#include <stdbool.h>

/* False when the kernel cannot do it (built without seccomp), or in a build with sanitizers, which need more. */
bool calls_confine(void);
/* The same, and what reads a large file in no order: a place in an open file, the clock, the number of cores. */
bool calls_confine_seeking(void);
