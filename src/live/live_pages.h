/* What the list of rooms is made from; its view is live_rooms.html. */
#pragma once
#include "conference/conference.h"
#include "live/live_private.h"
#include "web/form.h"

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

/* The light page of somebody in the hall; its view is hall.html. */
typedef struct {
        const Event *event;
        const EventRoom *room;
        const char *talk; /* NULL: none now */
        int64_t talk_id;
        Db *db; /* for what features add */
        const char *name;
        bool is_live, known, has_account;
        int place, hands; /* place 0: no hand up */
} HallPage;
void hall_view(Html *h, const HallPage *v);
void hall_features_view(Html *h, const HallPage *v); /* live_feature.c */

/* The network that a visitor's limits go by; NULL for this machine: load generators and tests are no flood.
 * (transfer full) */
char *live_network_for_limits(const Request *req);
