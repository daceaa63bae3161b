/* What the pages of registration/ show. Private to registration/. */
#pragma once
#include "people/people.h"
#include "programme/programme.h"
#include "registration/registration_store.h"
#include "web/form.h"

typedef struct {
        const Event *event;
        const Form *form;
        const char *days; /* "28 et 29 janvier 2021" */
        bool asks_path;
} RegisterPage;

/* What is on now, or comes next: the button that leads there. */
typedef struct {
        Talk *talk; /* NULL: nothing, now or later */
        bool is_live;
        char *when; /* "14 h 00 – 15 h 15" while live, else "jeudi 28 janvier, 14 h 00" */
        char *url;  /* of its room, or of the list of rooms */
} MeNow;
void me_now_clear(MeNow *now);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MeNow, me_now_clear)
void me_now_read(MeNow *now, Db *db, const Event *event, const Lang *lang);

typedef struct {
        const Event *event;
        const MeNow *now;
        const Account *account;
        const Registration *registration; /* NULL: not registered */
        Consent consent;
        const char *consent_day; /* of the last choice, "" for none */
        const Form *form;        /* name and path; NULL without a registration */
        bool asks_path, has_needs;
        const char *notice; /* source text of what has just been done, "" for nothing */
} MePage;

typedef struct {
        const Event *event;
        RegistrationCount count;
        const NeedsSummary *needs;
        const GPtrArray *registrations; /* Registration */
        const Form *form;               /* places */
        int page, page_count;
        const char *notice;
} RegistrationsPage;

void register_view(Html *h, const RegisterPage *v);
void registered_view(Html *h, const Event *event);
void cancelled_view(Html *h, const Event *event);
void closed_view(Html *h, const Event *event);
void me_view(Html *h, const MePage *v);
void cancel_view(Html *h, const MePage *v);
void registration_row(Html *h, const Registration *v);
void registrations_view(Html *h, const RegistrationsPage *v);
