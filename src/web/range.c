#include "web/range.h"

#include <glib.h>
#include <string.h>

/* Digits only, at most 18 of them: no sign, no overflow. */
static const char *read_number(const char *text, uint64_t *ret_number)
{
        uint64_t number = 0;
        int digits = 0;
        for (; g_ascii_isdigit(*text) && digits < 18; text++, digits++)
                number = number * 10 + (uint64_t)(*text - '0');
        *ret_number = number;
        return digits && !g_ascii_isdigit(*text) ? text : NULL;
}

RangeResult range_read(const char *header, const char *if_range, const char *tag, uint64_t size, ByteRange *ret_range)
{
        *ret_range = (ByteRange){ 0, size - 1 };
        if (!header || g_ascii_strncasecmp(header, "bytes=", 6) != 0 || strchr(header, ','))
                return RANGE_WHOLE;
        if (if_range && strcmp(if_range, tag) != 0)
                return RANGE_WHOLE;
        const char *rest = header + 6;
        uint64_t first, last;
        if (*rest == '-') { /* the last n bytes */
                rest = read_number(rest + 1, &last);
                if (!rest || *rest)
                        return RANGE_WHOLE;
                if (last == 0 || size == 0)
                        return RANGE_UNSATISFIABLE;
                ret_range->first = last >= size ? 0 : size - last;
                return RANGE_PART;
        }
        rest = read_number(rest, &first);
        if (!rest || *rest++ != '-')
                return RANGE_WHOLE;
        if (!*rest)
                last = UINT64_MAX;
        else if (!(rest = read_number(rest, &last)) || *rest || last < first)
                return RANGE_WHOLE;
        if (first >= size)
                return RANGE_UNSATISFIABLE;
        *ret_range = (ByteRange){ first, MIN(last, size - 1) };
        return RANGE_PART;
}
