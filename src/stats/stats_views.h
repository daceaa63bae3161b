/* What the page of stats/ shows. Private to it. */
#pragma once
#include "stats/stats_figures.h"
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
