/* What the room's page is made from; its view is room.html, its words travel inside it. */
#pragma once
#include "web/html.h"

typedef struct {
        const char *title;      /* of the session, or of the room between two */
        const char *socket_url; /* "/event/live/room/socket" */
        const char *leave_url;  /* where "Leave" leads: the person's page or the event's */
        const char *zone;       /* IANA name: hours are shown in the event's zone */
        const char *words;      /* from live_room_words() */
        const char *seat;       /* the hall whose camera and mixer come by this page; NULL: a person's */
        bool team;              /* the room of an event's team */
        bool sealed;            /* its media is encrypted end to end */
} RoomPage;
void room_view(Html *h, const RoomPage *v);
