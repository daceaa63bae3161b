/* One byte range (RFC 9110 14): what a player asks when it seeks. Several ranges get the whole file, which 14.2 allows.
 */
#pragma once
#include <stdint.h>

typedef struct {
        uint64_t first, last; /* inclusive */
} ByteRange;
typedef enum { RANGE_WHOLE, RANGE_PART, RANGE_UNSATISFIABLE } RangeResult;

/* header, if_range: as they came, NULL when absent; tag: the file's strong entity tag. *ret_range is always set for
 * RANGE_WHOLE (first 0, last size − 1; for an empty file last wraps so that last + 1 − first is 0) and RANGE_PART. */
RangeResult range_read(const char *header, const char *if_range, const char *tag, uint64_t size, ByteRange *ret_range);
