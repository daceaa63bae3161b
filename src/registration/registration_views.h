/* What the pages of registration/ show. Private to registration/. */
#pragma once
#include "people/people.h"
#include "registration/registration_store.h"
#include "web/form.h"

typedef struct {
        const EventFacts *facts;
        const Form *form;
        bool asks_path;
} RegisterPage;

typedef struct {
        const EventFacts *facts;
        const Account *account;
        const Registration *registration; /* NULL: not registered */
        unsigned roles;
        Consent consent;
        const char *consent_day; /* of the last choice, "" for none */
        const Form *form;        /* name and path; NULL without a registration */
        bool asks_path, has_needs;
        const char *notice; /* source text of what has just been done, "" for nothing */
} MePage;

typedef struct {
        const EventFacts *facts;
        RegistrationCount count;
        const NeedsSummary *needs;
        const GPtrArray *registrations; /* Registration */
        const Form *form;               /* places */
        int page, page_count;
        const char *notice;
} RegistrationsPage;

void register_view(Html *h, const RegisterPage *v);
void registered_view(Html *h, const EventFacts *facts);
void cancelled_view(Html *h, const EventFacts *facts);
void closed_view(Html *h, const EventFacts *facts);
void me_view(Html *h, const MePage *v);
void cancel_view(Html *h, const MePage *v);
void registration_row(Html *h, const Registration *v);
void registrations_view(Html *h, const RegistrationsPage *v);

/* Begins a page of this event. */
Html *event_page_begin(Request *req, const EventFacts *facts, const char *title);
