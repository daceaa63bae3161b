/* What the list of rooms is made from; its view is live_rooms.html. */
#pragma once
#include "conference/conference.h"
#include "live/live_private.h"

typedef struct {
        const char *slug, *name, *note;
        LiveTalk talk; /* code NULL: nothing soon */
        bool is_now;   /* else it is about to begin */
} LiveRoomRow;

typedef struct {
        const Event *event;
        const LiveRoomRow *rows;
        size_t count;
} LiveRoomsPage;
void live_rooms_view(Html *h, const LiveRoomsPage *v);
