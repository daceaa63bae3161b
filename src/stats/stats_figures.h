/* What the page and the CSV show, already without what must not be shown. Private to stats/. */
#pragma once
#include "stats/stats_rules.h"
#include "base/i18n.h"
#include "store/db.h"

typedef struct {
        char *label;
        char *text; /* "287", "under 5", "not shown" */
        char *more; /* of a session: how many wait, or NULL */
        char *bar;  /* path data */
} StatsRow;

typedef struct {
        char *total;
        GPtrArray *days, *paths, *sessions, *rooms; /* of StatsRow */
        GArray *spans;                              /* behind days */
        size_t day_count;
        char *first_day, *last_day; /* "2026-01-28", NULL when nothing is shown */
} StatsFigures;

/* "287", "under 5", "not shown". (transfer full) */
char *stats_text(const Lang *lang, StatsShown shown, int64_t count);
StatsFigures *stats_figures(Db *db, int64_t event, const Lang *lang);
void stats_figures_free(StatsFigures *figures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StatsFigures, stats_figures_free)
