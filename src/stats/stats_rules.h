/* Which figures may be shown. Pure. Private to stats/.
 *
 * A group of fewer than five people is too small to tell of: somebody who knows one of them learns something of the
 * others. Where figures add up to a total, the smallest is not enough to hide: the others would give it away. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define STATS_LEAST 5

typedef enum {
        STATS_SHOWN,
        STATS_UNDER,  /* fewer than five, or none */
        STATS_HIDDEN, /* enough by itself, but it would give another away */
} StatsShown;

StatsShown stats_shown(int64_t count);
/* Parts of one total that is shown too: hides the smallest others until what is hidden is no single figure and holds
 * five people or more. */
void stats_hide_parts(const int64_t *counts, size_t count, StatsShown *ret_shown);

typedef struct {
        size_t first, last; /* of the days, both included */
        int64_t count, sum; /* sum: of all up to here */
} StatsSpan;
/* Neighbouring days together until each span holds five or more, in at most span_max spans. None at all when there are
 * fewer than five. (transfer full) of StatsSpan */
GArray *stats_spans(const int64_t *counts, size_t count, size_t span_max);

typedef struct {
        int64_t minute, people; /* since 1970 */
} StatsMinute;
typedef struct {
        int64_t minute; /* where it begins */
        int64_t most;   /* people at once in it */
} StatsStretch;
#define STRETCH_LEAST_MIN 5
/* The minutes of a session, in order, as at most stretch_max stretches of the same length: five minutes or more, so
 * that what is shown of them does not add up to what is not. A minute that is missing had nobody. (transfer full) of
 * StatsStretch; ret_step_min: how long each is */
GArray *stats_stretches(const StatsMinute *minutes, size_t count, size_t stretch_max, int64_t *ret_step_min);
/* How long each of those who came stayed in the mean, to the minute; spent_min: all their minutes together. */
int64_t stats_mean_min(int64_t spent_min, int64_t came);

/* The end of an axis for figures up to max: 1, 2 or 5 times a power of ten, at least 10. */
int64_t stats_axis(int64_t max);
/* A cell of CSV, quoted, and never a formula of a spreadsheet. */
void stats_csv_cell(GString *csv, const char *text);
