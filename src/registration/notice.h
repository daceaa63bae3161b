/* The mails of a registration's life: places, offers, reminders, changes, cancellations. Private to registration/. All
 * in the writer's turn of the act that causes them. */
#pragma once
#include "conference/conference.h"
#include "programme/programme.h"
#include "registration/place.h"

/* To whom, about which event; all borrowed. registration: 0 for who has none (a speaker, a host). */
typedef struct {
        Db *db;
        const Event *event;
        int64_t account, registration;
        int sequence; /* of the registration */
        const char *email, *origin;
        const Lang *lang;
} Notice;
Notice notice_to(Db *db, const Event *event, const Registration *registration, const char *origin);

/* --- what happens, with its mails --- */

/* The address is this person's: lines move for it, its sessions are told. True also when it was known already. */
bool notice_confirm(Db *db, const Event *event, int64_t account, const char *origin);
/* Offers the free places of a line; each offer has its mail. */
bool notice_line_moved(Db *db, const Event *event, int64_t talk, const char *origin);
/* Ends a registration and moves the lines in which it held a place. */
bool notice_end(Db *db, const Event *event, const Registration *registration, const char *origin);

/* --- the mails (notice_mail.c) --- */

/* Where one stands in sessions, with the calendar of the places held; nothing when one stands in none. */
bool places_post(const Notice *notice);
/* A place in a session was given back: it leaves the calendar. */
bool place_left_post(const Notice *notice, const Seat *seat);
/* seat NULL: a place on site. */
bool offer_post(const Notice *notice, const Seat *seat, int64_t ends_us);
/* A place on site, accepted or given by hand. */
bool place_given_post(const Notice *notice);
bool offer_over_post(const Notice *notice, const Seat *seat);
typedef enum { REMINDER_DAY, REMINDER_HOUR } Reminder;
bool reminder_post(const Notice *notice, Reminder reminder, const Talk *first);
bool reminder_talk_post(const Notice *notice, const Seat *seat);
/* The day before: these sessions are on one day. seats: Seat, not empty. */
bool reminder_talks_post(const Notice *notice, const GPtrArray *seats);
/* changes: TalkChange; the first CHANGES_LISTED stand in the mail, which says where the others are. To who wants no
 * news goes what news_of() leaves of them: it concerns a place. */
#define CHANGES_LISTED 40
bool changes_post(const Notice *notice, const GPtrArray *changes);
bool event_cancelled_post(const Notice *notice);
