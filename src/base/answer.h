/* What a child program says to who started it. For child programs. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* All of it, waiting where that takes time. False: nobody listens any more, or a file takes no more. */
bool answer_write(int descriptor, const void *bytes, size_t size);
