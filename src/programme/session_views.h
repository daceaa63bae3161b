/* What the pages of those who make the programme show. Private to programme/. */
#pragma once
#include "programme/programme_views.h"
#include "programme/session_form.h"

typedef struct {
        const Event *event;
        const TalkFilter *filter;
        const char *notice;
        const GPtrArray *rooms; /* of Choice; NULL when there are none or too many for a field */
        const GPtrArray *days;
        const GArray *rows; /* of TalkRow */
        int64_t total;
        const Pager *pager;
        bool may_edit;
} SessionsPage;
void sessions_view(Html *h, const SessionsPage *v);

typedef struct {
        char *code, *name;
        bool moderator;
} SpeakerLine;

/* A field that two editors wrote differently. */
typedef struct {
        const char *label;
        char *theirs, *yours;
} Difference;

typedef struct {
        const Event *event;
        const Form *form;
        const Talk *talk;   /* NULL: a new one */
        const char *notice; /* what was done; NULL */
        const char *codes, *find;
        int64_t version;
        const GArray *speakers;    /* of SpeakerLine */
        const GPtrArray *found;    /* of Person: what a search for names gave; NULL: nothing was searched */
        const GPtrArray *clashes;  /* char * */
        const GArray *differences; /* of Difference; NULL: nobody else wrote */
        bool no_room, deletable;
        bool hosts; /* may take what was said in it */
} SessionPage;
void session_view(Html *h, const SessionPage *v);

typedef struct {
        const Event *event;
        const Talk *talk;
        const Form *form;
        const char *now; /* where it stands */
        int64_t version;
} MovePage;
void move_view(Html *h, const MovePage *v);

/* "Moved", in words, with what was and what is. */
typedef struct {
        const char *kind;
        char *title, *code, *was, *now, *at, *iso;
        const char *told;
} ChangeRow;
typedef struct {
        const Event *event;
        const GArray *rows; /* of ChangeRow */
        const Pager *pager;
        bool is_public; /* for readers: what was told */
} ChangesPage;
void changes_view(Html *h, const ChangesPage *v);

/* The grid: rows of hours, each with a cell for every room of the page, each with the sessions that begin there. */
typedef struct {
        char *time, *iso, *field; /* field: "09:30" */
        int64_t at_us;
} GridRow;
typedef struct {
        const char *room, *room_name; /* slug; name */
        guint first, count;           /* in the blocks */
        bool busy;                    /* something that began before runs on */
} GridCell;
typedef struct {
        const Talk *talk;
        char *length;
        int64_t minutes;
        const char *look;
        bool clash, moved;
} GridBlock;
typedef struct {
        const Event *event;
        const char *day, *notice;
        const Tab *tabs;
        size_t tab_count;
        EventRoom *const *rooms;
        guint room_count;
        const GArray *rows, *cells, *blocks;
        const GPtrArray *clashes; /* char * */
        const Pager *pager;
        bool cut, may_edit;
} GridPage;
void grid_page_view(Html *h, const GridPage *v);
