/* The only SQL of stats/. Private to it. */
#pragma once
#include "store/db.h"

#include <glib.h>

typedef struct {
        char *room;
        int64_t count;
} RoomFigure;
/* How many people came into each live room, in the rooms' order; nobody is counted twice in one. (transfer full) */
GPtrArray *stats_store_rooms(Db *db, int64_t event);
