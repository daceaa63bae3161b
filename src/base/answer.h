/* What a child program is given, and what it says to who started it. For child programs. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* All there is to read. NULL: that is more than bytes_max, or not readable. (transfer full) */
GByteArray *answer_read(int descriptor, size_t bytes_max);

/* All of it, waiting where that takes time. False: nobody listens any more, or a file takes no more. */
bool answer_write(int descriptor, const void *bytes, size_t size);
