#include "record/recorder/slate.h"

#include <string.h>

/* SLATE_FILE comes from the build. */
__asm__(".section .rodata\n"
        ".global slate_begin\n"
        "slate_begin:\n"
        ".incbin \"" SLATE_FILE "\"\n"
        ".global slate_end\n"
        "slate_end:\n"
        ".byte 0\n"
        ".previous\n");
extern const uint8_t slate_begin[], slate_end[];

/* Both pictures begin with their parameter sets, behind a start code of four bytes. */
static size_t second_begins(size_t length)
{
        static const uint8_t sps_start[] = { 0, 0, 0, 1, 0x67 };
        const uint8_t *found = memmem(slate_begin + 1, length - 1, sps_start, sizeof(sps_start));
        g_assert(found);
        return (size_t)(found - slate_begin);
}

const uint8_t *slate_picture(unsigned n, size_t *ret_length)
{
        size_t length = (size_t)(slate_end - slate_begin), second = second_begins(length);
        *ret_length = n % 2 == 0 ? second : length - second;
        return n % 2 == 0 ? slate_begin : slate_begin + second;
}

bool slate_is(const AvcDescription *description)
{
        size_t length;
        const uint8_t *picture = slate_picture(0, &length);
        AvcDescription own;
        return avc_describe(picture, length, &own) && avc_description_equal(&own, description);
}
