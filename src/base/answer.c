#include "base/answer.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

GByteArray *answer_read(int descriptor, size_t bytes_max)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        static uint8_t piece[64 << 10];
        ssize_t n;
        while ((n = TEMP_FAILURE_RETRY(read(descriptor, piece, sizeof(piece)))) > 0) {
                if (bytes->len + (size_t)n > bytes_max)
                        return NULL;
                g_byte_array_append(bytes, piece, (guint)n);
        }
        return n == 0 ? g_steal_pointer(&bytes) : NULL;
}

bool answer_write(int descriptor, const void *bytes, size_t size)
{
        const uint8_t *at = bytes;
        while (size > 0) {
                ssize_t n = TEMP_FAILURE_RETRY(write(descriptor, at, size));
                if (n <= 0)
                        return false;
                at += n;
                size -= (size_t)n;
        }
        return true;
}
