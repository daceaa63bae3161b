/* The only SQL of stats/. Private to it. */
#pragma once
#include "stats/stats_rules.h"
#include "store/db.h"

#include <glib.h>

typedef struct {
        char *room;
        int64_t count;
} RoomFigure;
/* How many people came into each live room, in the rooms' order; nobody is counted twice in one. (transfer full) */
GPtrArray *stats_store_rooms(Db *db, int64_t event);

typedef struct {
        char *code, *title;
        int64_t came, most, spent_min; /* most: at once; spent_min: the minutes of all together */
} StayFigure;
void stay_figure_free(gpointer figure);
/* Of the sessions that somebody came to, in the programme's order. (transfer full) of StayFigure */
GPtrArray *stats_store_stays(Db *db, int64_t event);
/* Of one, also when nobody came; NULL: there is no such session. */
StayFigure *stats_store_stay(Db *db, int64_t event, const char *code);
/* How many were in it, minute by minute, in order. (transfer full) of StatsMinute */
GArray *stats_store_minutes(Db *db, int64_t event, const char *code);
