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
} ChangesPage;
void changes_view(Html *h, const ChangesPage *v);
