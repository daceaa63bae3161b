/* What the pages on speakers show to those who edit them. Private to programme/. */
#pragma once
#include "programme/session_views.h"

typedef struct {
        const Event *event;
        const char *words, *notice;
        const GPtrArray *persons; /* of Person */
        int64_t total;
        const Pager *pager;
        bool may_edit;
} PersonsPage;
void persons_view(Html *h, const PersonsPage *v);

typedef struct {
        const Event *event;
        const Person *person; /* NULL: a new one */
        const Form *form, *invite;
        const char *notice, *account; /* account: the address it is linked to; NULL */
        int64_t version;
        const GArray *differences; /* of Difference; NULL: nobody else wrote */
        const GPtrArray *twins;    /* of Person: others of the same name; NULL */
        bool own;                  /* the speaker's own page */
        bool may_invite;
} PersonPage;
void person_view(Html *h, const PersonPage *v);
