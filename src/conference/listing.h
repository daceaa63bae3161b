/* Lists that organisers keep in an order: rooms, tracks, partners. Pages of LIST_ROWS. Private to conference/. */
#pragma once
#include "conference/conference_private.h"

typedef struct {
        int64_t id;
        char *name, *url, *meta;
        char *colour;   /* of a track; "" */
        char *logo_url; /* of a partner; "" */
        int64_t logo_width, logo_height;
        bool first;
} ListedRow;
typedef struct {
        GArray *rows; /* of ListedRow */
        guint first, end, count;
        char *before_url, *after_url; /* other pages; NULL */
} EventList;
EventList *event_list_new(Request *req, guint count);
void event_list_free(EventList *listing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EventList, event_list_free)
ListedRow *event_list_add(EventList *listing, int64_t id, const char *name, const char *url, const char *meta);
/* Whether any of its rows can be moved. */
bool event_list_moves(const EventList *list);
/* The number that a button sends; 0 when it was not pressed. */
int64_t event_list_asked(const Request *req, const char *name);
