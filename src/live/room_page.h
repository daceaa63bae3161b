/* What the room's page is made from; its view is room.html, its words travel inside it. */
#pragma once
#include "web/html.h"

typedef struct {
        const char *title;      /* of the session, or of the room between two */
        const char *socket_url; /* "/event/live/room/socket" */
        const char *leave_url;  /* where "Leave" leads: the person's page or the event's */
        const char *zone;       /* IANA name: hours are shown in the event's zone */
        const char *words;      /* from room_words() */
} RoomPage;
void room_view(Html *h, const RoomPage *v);

/* The words that room.js shows, as a JSON object from the English source to this language; to be freed by g_free(). */
char *room_words(const Lang *lang);
