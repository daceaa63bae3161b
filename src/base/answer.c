#include "base/answer.h"

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

bool answer_write(int descriptor, const void *bytes, size_t size)
{
        const uint8_t *at = bytes;
        while (size > 0) {
                ssize_t n = write(descriptor, at, size);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return false;
                at += n;
                size -= (size_t)n;
        }
        return true;
}
