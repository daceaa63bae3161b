/* How many came to a session, how long they stayed, and when they were there: already without what must not be shown.
 * Private to stats/. */
#pragma once
#include "stats/stats_rules.h"
#include "base/i18n.h"
#include "conference/conference.h"

typedef struct {
        char *code, *title;
        char *came, *most, *mean; /* "42", "under 5"; mean: "35 min" */
} StayRow;
void stay_row_free(gpointer row);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StayRow, stay_row_free)
/* (transfer full) of StayRow */
GPtrArray *stay_rows(Db *db, const Event *event, const Lang *lang);
/* Of one session; NULL: there is none with this code. */
StayRow *stay_row(Db *db, const Event *event, const char *code, const Lang *lang);

/* People over time, as a plot and as the table beneath. */
typedef struct {
        GPtrArray *times, *texts; /* of char *: "14:00 – 14:05", "42" */
        char *area, *line;        /* path data */
        char *axis[3];            /* nothing, half, all */
        char *first, *last;       /* when the first stretch begins, the last one ends */
} StayCourse;
/* NULL when there never were five at once. */
StayCourse *stay_course(Db *db, const Event *event, const char *code, const Lang *lang);
void stay_course_free(StayCourse *course);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StayCourse, stay_course_free)
