/* What the page of stats/ shows. Private to it. */
#pragma once
#include "stats/stats_figures.h"
#include "stats/stats_stay.h"
#include "web/html.h"

typedef struct {
        const char *slug;
        const StatsFigures *figures;
        char *area, *line; /* path data of the plot over time */
        char *axis[3];     /* its words: nothing, half, all */
        guint first, last; /* sessions of this page: from first up to last */
        int page, page_count;
} StatsPage;
void stats_view(Html *h, const StatsPage *v);
void stats_row_view(Html *h, const StatsRow *v);

typedef struct {
        const char *slug;
        const GPtrArray *rows; /* of StayRow */
        guint first, last;
        int page, page_count;
} StaysPage;
void stays_view(Html *h, const StaysPage *v);

typedef struct {
        const char *slug;
        const StayRow *row;
        const StayCourse *course; /* NULL: nothing may be drawn */
} StayPage;
void stay_view(Html *h, const StayPage *v);
