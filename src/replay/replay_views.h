/* What the views of replay/ show. Private. */
#pragma once
#include "programme/programme.h"
#include "replay/replay_store.h"
#include "replay/replay_trace.h"
#include "replay/replay_transcript.h"
#include "web/form.h"

/* Another part of the same session, when it was recorded in several. */
typedef struct {
        char *url, *label;
        bool current;
} ReplayPart;

/* Of what was said, some lines. */
typedef struct {
        GArray *shown;     /* of ReplayMoment */
        const char *query; /* "" for none */
        int total, found;  /* found: lines that hold the query */
        int64_t earlier_s, later_s;
        bool has_earlier, has_later, corrects;
} ReplayWords;

typedef struct {
        const Event *event;
        const Talk *talk;
        const char *kicker;                            /* kind, day, length */
        const char *sentence;                          /* instead of a player, or beside it; NULL: nothing to say */
        bool plays, live, has_languages;               /* of interpreters */
        const char *list_url, *movie_url, *poster_url; /* NULL: not there */
        const char *beside_url;                        /* list of who stood beside a shared screen; NULL: nobody did */
        const char *download_size, *download_name;
        const char *licence;
        bool licence_is_free;
        const GPtrArray *persons;                            /* of Person */
        const GArray *parts;                                 /* of ReplayPart; none when there is one */
        const char *not_played;                              /* for the script */
        const char *movie_start;                             /* the film from where it was asked for */
        const char *captions_url, *chat_url, *captions_lang; /* NULL: there are none */
        const ReplayWords *words;
        const GArray *chapters, *questions, *chat; /* of ReplayMoment; NULL: not yet */
        const char *link;                          /* this page's whole address */
        int64_t start_s;
        int part;                                        /* from 1 */
        const char *sound_url, *sound_size, *sound_name; /* NULL: not there (yet) */
        const char *embed;                               /* mark-up for other pages */
        bool may_cut;
} ReplayPage;
void replay_view(Html *h, const ReplayPage *v);
/* Of a page that plays: its one address, OpenGraph, and the video as JSON-LD. (transfer full); for Page.head_links */
char *replay_head_markup(const Request *req, const ReplayPage *v, const Replay *replay);

/* "45 min"; short ones in seconds. (transfer full) */
char *replay_length_text(const Lang *lang, int64_t length_us);

/* One line of what was said, to be corrected. */
typedef struct {
        const Event *event;
        const Talk *talk;
        const VttLine *line;
        const char *at, *watch_url;
        const Form *form;
        const GPtrArray *changes; /* of TranscriptChange */
        GTimeZone *zone;
} LinePage;
void embed_view(Html *h, const ReplayPage *v);
/* A frame with the replay, for other pages; link: the address of its page. (transfer full) */
char *replay_frame_markup(const char *link, const char *title, int width);

/* Where a host moves the borders. */
typedef struct {
        const Event *event;
        const Talk *talk;
        const Form *form;
        const GArray *parts;              /* of ReplayPart */
        const char *strip_url, *wave_url; /* NULL: not there */
        const char *length;               /* "1:09:00" */
        int64_t length_s, from_s, to_s;
        int part;
        bool is_cut;
        const GArray *log;    /* of CutNote */
        const GArray *voices; /* of CutVoice */
} CutPage;
typedef struct {
        char *url, *name, *size, *download;
} CutVoice;
typedef struct {
        char *act, *name, *when;
} CutNote;
void cut_view(Html *h, const CutPage *v);
void line_view(Html *h, const LinePage *v);

typedef struct {
        char *url, *title, *meta, *length, *iso, *date;
} ReplayLine;
typedef struct {
        const Event *event;
        const GArray *lines;                 /* of ReplayLine */
        const char *earlier_url, *later_url; /* other pages of the list; NULL: none */
} ReplaysPage;
void replays_view(Html *h, const ReplaysPage *v);
