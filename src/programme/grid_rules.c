#include "programme/grid_rules.h"

GArray *grid_pages(const GArray *counts)
{
        GArray *pages = g_array_new(FALSE, FALSE, sizeof(guint));
        guint rooms = 0, talks = 0;
        for (guint i = 0; i < counts->len; i++) {
                guint count = g_array_index(counts, guint, i);
                bool full = rooms == GRID_ROOMS || talks + count > GRID_TALKS;
                if (!i || (full && rooms)) {
                        g_array_append_val(pages, i);
                        rooms = talks = 0;
                }
                rooms++;
                talks += count;
        }
        guint end = counts->len;
        g_array_append_val(pages, end);
        return pages;
}

bool grid_runs_on(const Talk *talk, int64_t at_us)
{
        return talk->start_us < at_us && talk->end_us > at_us;
}
