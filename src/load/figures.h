/* What a run found: counts, costs and times as one JSON object, printed for people or as a line for programs. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

typedef GArray Times; /* of int64_t, microseconds */

Times *times_new(void);
/* A negative one ("not yet") is left out. */
void times_add(Times *times, int64_t time_us);
/* The time that this share of them did not exceed, in milliseconds; -1 when there are none. Sorts them. */
double times_percentile_ms(Times *times, double share);

void figures_put(json_t *figures, const char *name, uint64_t value);
void figures_put_signed(json_t *figures, const char *name, int64_t value);
void figures_put_real(json_t *figures, const char *name, double value);
/* "WHAT_ms_median", "…_p95", "…_max" */
void figures_put_times(json_t *figures, const char *what, Times *times);
/* Whether a figure keeps a bound (negative: there is none); else says so on standard error. */
bool figures_within(const json_t *figures, const char *name, double bound);
/* On standard output. */
void figures_print(const json_t *figures, bool json);
