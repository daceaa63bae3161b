/* What the pages of registration/ show. Private to registration/. */
#pragma once
#include "mail/mail.h"
#include "people/people.h"
#include "programme/programme.h"
#include "registration/needs_form.h"
#include "registration/place.h"
#include "registration/register_form.h"
#include "web/form.h"

typedef struct {
        const Event *event;
        const RegisterForm *form;
        const char *days; /* "28 et 29 janvier 2021" */
} RegisterPage;

/* Nobody can register now. */
typedef struct {
        const Event *event;
        bool is_over, is_cancelled;
        char *opens; /* "jeudi 28 janvier, 14 h 30"; NULL: it opens no more */
} ClosedPage;

/* One question or session of a form. */
typedef struct {
        const Event *event;
        const Form *form;
        const Seat *seat;
        const Question *question;
        const char *name, *when;
} FieldRow;

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
        const Person *speaker;   /* who one is on the programme; NULL: nobody */
        const Form *form;        /* name and path; NULL without a registration */
        const GPtrArray *seats;  /* Seat: where one stands */
        const Seat *onsite;      /* in the line for a place on site; NULL: not */
        bool has_limited;        /* there are sessions to sign up for */
        bool asks_path, has_needs, has_questions;
        const char *notice; /* source text of what has just been done, "" for nothing */
} MePage;

/* What one answered and needs. */
typedef struct {
        const Event *event;
        const char *until;                    /* it may be changed; NULL: no more */
        const Form *form;                     /* while it may be changed */
        const GPtrArray *questions, *answers; /* Question; char *, for people */
        bool asks_path, has_needs;
} AnswersPage;
void answers_view(Html *h, const AnswersPage *v);

typedef struct {
        const Event *event;
        const Form *form;
        bool may_cancel, is_cancelled;
        const char *notice;
} SettingsPage;
typedef struct {
        const Event *event;
        const Form *form;
        const Question *question; /* that is changed; NULL: a new one */
        const GPtrArray *questions;
        const char *notice;
} QuestionsPage;
typedef struct {
        const Event *event;
        const Question *question;
} QuestionRow;
void settings_view(Html *h, const SettingsPage *v);
void questions_view(Html *h, const QuestionsPage *v);

typedef struct {
        const Event *event;
        RegistrationCount count;
        const NeedsSummary *needs;
        const GPtrArray *registrations; /* Registration */
        const Form *form;               /* places */
        const Form *search;
        bool names_only; /* who welcomes people at the door sees name and path */
        int page, page_count;
        const char *query;          /* the search: "&q=…" */
        const char *before, *after; /* the addresses of the other pages */
        const char *notice;
} RegistrationsPage;
typedef struct {
        const RegistrationsPage *page;
        const Registration *registration;
} RegistrationItem;
typedef struct {
        const Event *event;
        const Registration *registration;
        const GPtrArray *seats;
        const Seat *onsite;
        const GPtrArray *questions, *answers; /* of the same length; answers for people */
        const char *registered, *notice;
} OneRegistrationPage;
typedef struct {
        const Event *event;
        const Form *form;
} AddPage;
void one_registration_view(Html *h, const OneRegistrationPage *v);
void add_registration_view(Html *h, const AddPage *v);

typedef struct {
        const RegisterPage *page;
        guint i;
} RegisterItem;
typedef struct {
        const FieldRow *row;
        guint i;
} FieldTick;
/* The item's row, in C: its names and hours are made there. */
void register_seat(Html *h, const RegisterItem *item);
void register_question(Html *h, const RegisterItem *item);
void question_tick_field(Html *h, const FieldTick *tick);
void question_show(Html *h, const Form *form, const Question *question);
void seat_choice_view(Html *h, const FieldRow *v);
void question_ticks_view(Html *h, const FieldRow *v);
/* A session in a list, with what can be done about it. */
typedef struct {
        const Seat *seat;
        const Event *event;
        const char *when, *until;
        bool may_act;
} SeatRow;
typedef struct {
        const MePage *page;
        const Seat *seat;
} SeatItem;
typedef struct {
        const Event *event;
        const GPtrArray *seats;
        int page, page_count;
        const char *notice;
} SeatsPage;
typedef struct {
        const SeatsPage *page;
        const Seat *seat;
} SeatsItem;
typedef struct {
        const Event *event;
        const Form *form;
        const char *email; /* of now */
} AddressPage;
typedef struct {
        const Event *event;
        const char *token, *email;
        bool is_dead, is_done, is_taken;
} AddressLinkPage;
typedef struct {
        const Event *event;
        bool quiet;
} QuietPage;
void seat_item(Html *h, const SeatItem *item);
void seats_item(Html *h, const SeatsItem *item);
void seat_row_view(Html *h, const SeatRow *v);
void onsite_row_view(Html *h, const SeatRow *v);
void seats_view(Html *h, const SeatsPage *v);
void address_view(Html *h, const AddressPage *v);
void address_link_view(Html *h, const AddressLinkPage *v);
void quiet_view(Html *h, const QuietPage *v);
void register_view(Html *h, const RegisterPage *v);
void registered_view(Html *h, const Event *event);
void cancelled_view(Html *h, const Event *event);
void closed_view(Html *h, const ClosedPage *v);
void me_view(Html *h, const MePage *v);
void cancel_view(Html *h, const MePage *v);
void registration_row(Html *h, const RegistrationItem *v);
void registrations_view(Html *h, const RegistrationsPage *v);

typedef struct {
        const Event *event;
        const GPtrArray *mails; /* QueuedMail */
        QueueCount count;
        const char *state, *notice;
        int page, page_count;
} MailsPage;
typedef struct {
        const MailsPage *page;
        const QueuedMail *mail;
} MailItem;
void mail_item(Html *h, const MailItem *item);
typedef struct {
        const QueuedMail *mail;
        const char *kind, *when, *next;
} MailRow;
void mail_row_view(Html *h, const MailRow *v);
void mails_view(Html *h, const MailsPage *v);
