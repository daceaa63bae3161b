/* What the views of programme/ show. Everything is ready to be written: no view asks the store. Private. */
#pragma once
#include "news/news.h"
#include "programme/formats/preview.h"
#include "programme/import_run.h"
#include "programme/programme_store.h"
#include "picture/picture.h"
#include "web/form.h"

typedef struct {
        const char *label, *url;
        bool current;
} Tab;

/* Numbered pages of a list; none when there is only one. */
typedef struct {
        const Tab *tabs;
        size_t count;
        const char *label; /* for those who do not see them */
} Pager;
void pager_view(Html *h, const Pager *v);

/* One session in a list. */
typedef struct {
        Talk *talk;
        char *time, *iso; /* "9 h 30", or with its day; for <time> */
        char *meta;       /* kind, room, persons */
        char *length;     /* "45 min" */
        const char *event_slug;
        const char *look;       /* class of a block in the grid: "plenary", "workshop", "pause", "table", "" */
        bool live, ended, soon; /* soon: it is one of the next to begin */
        int column, span;       /* in the grid of rooms; column 0: across all */
} TalkRow;
void talk_tag_view(Html *h, const TalkRow *v);  /* what there is to know of its state */
void talk_star_view(Html *h, const TalkRow *v); /* keeps it in one's own programme */
void talk_row_view(Html *h, const TalkRow *v);
void talk_rows_view(Html *h, const GArray *rows); /* of TalkRow */

typedef struct {
        const Event *event;
        char *days, *url;
} EventCard;
typedef struct {
        const GArray *to_come, *past, *mine; /* of EventCard */
        const GArray *replays;               /* of TalkRow */
        const GPtrArray *menu;               /* of const Route: what the server's owner does */
        bool signed_in, owner;
} HomePage;
void home_view(Html *h, const HomePage *v);

typedef struct {
        const Event *event;
        const char *days, *zone_text, *hours;
        const GArray *rows;                                   /* the first sessions */
        const Picture *logo;                                  /* NULL */
        const GPtrArray *partners;                            /* of Partner */
        int64_t talk_count, person_count, registration_count; /* no figure under five is shown */
        bool over, draft, long_title;
        const GPtrArray *news; /* of News: the latest */
} PosterPage;
void poster_view(Html *h, const PosterPage *v);

/* Sessions that begin at the same moment. */
typedef struct {
        char *time, *iso;
        guint first, count; /* in the rows */
} Slot;

typedef struct {
        const Event *event;
        const char *zone_text, *heading, *found; /* found: "12 sessions"; NULL without a search */
        const Tab *tabs;
        size_t tab_count;
        const TalkFilter *filter;
        const Tab *chips; /* what the list is narrowed to; the address takes it away */
        size_t chip_count;
        const GPtrArray *rooms, *tracks, *kinds; /* of Choice; NULL when there are too many for a field */
        const GArray *rows;
        const GArray *slots;      /* of Slot: as a grid; NULL: as a list */
        const GPtrArray *columns; /* char *: the rooms of the grid */
        const Pager *pager;
} DayPage;
void day_view(Html *h, const DayPage *v);
#define choice_at(choices, i) ((const Choice *)(choices)->pdata[i])
typedef struct {
        const char *name, *label, *any, *selected;
        const GPtrArray *choices; /* of Choice */
} ChoiceField;
void choice_field_view(Html *h, const ChoiceField *v);

typedef struct {
        const char *title, *name; /* name: of the query, "room" */
        const char *event_slug;
        const GPtrArray *choices; /* of Choice */
        guint first, count;
        const Pager *pager;
} ChoicesPage;
void choice_list_view(Html *h, const ChoicesPage *v);

typedef struct {
        const char *title, *url; /* url NULL: words only */
        char *host;
} LinkRow;
typedef struct {
        const Person *person;
        char *initials;
} PersonRow;
typedef enum { TALK_SLIDES_NONE, TALK_SLIDES_SHARED, TALK_SLIDES_OWN } TalkSlides;
typedef struct {
        const Event *event;
        const Talk *talk;
        const char *kind, *day, *day_url, *times, *iso, *state_text, *language, *licence;
        const char *lang; /* of its texts when it is not the page's; NULL */
        bool long_title;
        TalkState state;
        TalkSlides slides;
        const GArray *persons;           /* of PersonRow */
        const GArray *beside;            /* of TalkRow */
        const GArray *documents, *links; /* of LinkRow */
} TalkPage;
void talk_view(Html *h, const TalkPage *v);
void link_rows_view(Html *h, const GArray *links);

typedef struct {
        const char *event_slug, *words;
        const GPtrArray *persons;
        int64_t total;
        const Pager *pager;
} SpeakersPage;
void speakers_view(Html *h, const SpeakersPage *v);

typedef struct {
        const char *event_slug;
        const Person *person;
        const GArray *rows;
} SpeakerPage;
void speaker_view(Html *h, const SpeakerPage *v);

typedef enum { GROUP_EVENT, GROUP_PROGRAMME, GROUP_PEOPLE, GROUP_MORE, ORGANISE_GROUPS } OrganiseGroupKind;
typedef struct {
        char *url;
        const char *title, *text;
} OrganiseLink;
typedef struct {
        const char *name;
        GArray *links; /* of OrganiseLink */
} OrganiseGroup;
typedef struct {
        const Event *event;
        const char *days, *notice;
        bool organises;
        const GArray *gaps;          /* of EventGap; NULL for those who cannot mend them */
        const OrganiseGroup *groups; /* ORGANISE_GROUPS */
        int64_t talk_count, person_count, room_count, registration_count;
} OrganisePage;
void organise_view(Html *h, const OrganisePage *v);

typedef struct {
        const Event *event;
        bool done;                       /* false: nothing was sent yet */
        const char *fault;               /* NULL: it was kept */
        const GPtrArray *counts, *notes; /* char * */
} ImportPage;
#define IMPORT_NOTICES_LISTED 60 /* the others stand in one element: a page has at most 298 nodes */
void import_view(Html *h, const ImportPage *v);
void import_notices_view(Html *h, const GPtrArray *notices); /* of char * */

typedef struct {
        const Event *event;
        const char *name, *fault; /* of the file; why it was not done, NULL */
        const Preview *preview;
        const GPtrArray *counts; /* char * */
        const PreviewRow *rows;  /* of this page */
        guint row_count, changes;
        bool first_page;
        const Pager *pager;
} PreviewPage;
void preview_view(Html *h, const PreviewPage *v);

/* The reader's own programme. */
typedef struct {
        const Event *event;
        const GArray *rows;    /* of TalkRow */
        const GPtrArray *days; /* char *: the day that begins with a row; NULL: the same as before */
        char *const *clashes;  /* of each row; "" for none */
        guint total;
        const Pager *pager;
        bool stored; /* with an account */
} MyPage;
void my_view(Html *h, const MyPage *v);
typedef struct {
        const Event *event;
        const Talk *talk;
        bool kept;
} KeepPage;
void keep_view(Html *h, const KeepPage *v);
