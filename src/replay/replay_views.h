/* What the views of replay/ show. Private. */
#pragma once
#include "programme/programme.h"
#include "replay/replay_store.h"

/* Another part of the same session, when it was recorded in several. */
typedef struct {
        char *url, *label;
        bool current;
} ReplayPart;

typedef struct {
        const Event *event;
        const Talk *talk;
        const char *kicker;   /* kind, day, length */
        const char *sentence; /* instead of a player, or beside it; NULL: nothing to say */
        bool plays, live;
        const char *list_url, *movie_url, *poster_url; /* NULL: not there */
        const char *download_size, *download_name;
        const char *licence;
        bool licence_is_free;
        const GPtrArray *persons; /* of Person */
        const GArray *parts;      /* of ReplayPart; none when there is one */
        const char *not_played;   /* for the script */
} ReplayPage;
void replay_view(Html *h, const ReplayPage *v);
/* Of a page that plays: its one address, OpenGraph, and the video as JSON-LD. (transfer full); for Page.head_links */
char *replay_head_markup(const Request *req, const ReplayPage *v, const Replay *replay);

typedef struct {
        char *url, *title, *meta, *length, *iso, *date;
} ReplayLine;
typedef struct {
        const Event *event;
        const GArray *lines;                 /* of ReplayLine */
        const char *earlier_url, *later_url; /* other pages of the list; NULL: none */
} ReplaysPage;
void replays_view(Html *h, const ReplaysPage *v);
