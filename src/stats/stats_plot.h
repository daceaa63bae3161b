/* The shapes of a plot, as the path data of SVG. Pure. Private to stats/. */
#pragma once
#include "stats/stats_rules.h"

/* The frame of the plot over time: 1100 wide, 250 high, with room for the words. */
#define PLOT_LEFT 60
#define PLOT_RIGHT 1090
#define PLOT_TOP 30
#define PLOT_BOTTOM 210

/* Where on the frame the end of a span lies, by its last day among day_count; and a value below axis. */
int plot_x(size_t day, size_t day_count);
int plot_y(int64_t value, int64_t axis);
/* Through the ends of the spans, from nothing at the first day; closed: down to the ground again. (transfer full) */
char *plot_line(const GArray *spans, size_t day_count, int64_t axis, bool closed);
/* A step for each stretch across the frame, at the most who were there; nobody where fewer than may be shown were.
 * closed: back down to the ground. (transfer full) */
char *plot_steps(const GArray *stretches, int64_t axis, bool closed);
/* A bar of a table's row, 100 wide. (transfer full) */
char *plot_bar(int64_t value, int64_t max);
