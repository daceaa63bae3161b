/* The mails of registration/. What a visitor typed never stands in them: anyone may type anyone's address. */
#pragma once
#include "conference/conference.h"
#include "mail/mail.h"
#include "registration/registration_store.h"

/* The confirmation, with its calendar file and the personal link of this token: to be put into a turn by
 * mail_post_prepared(). NULL when email is no address. (transfer full) */
char *confirmation_prepare(Db *db, const Event *event, const char *email, const char *token, const Lang *lang,
                           const char *origin);
/* not_before_us: of confirmation_slot_us(), or 0. */
bool confirmation_post(Db *db, const Event *event, const char *email, const char *message, int64_t not_before_us);
/* When a confirmation that nobody has shown to want may leave; -1: not at all. mail_slot_us(), over all events. */
int64_t confirmation_slot_us(Db *db, const char *email);
/* Somebody used the link of one. */
bool confirmation_answered(Db *db, const char *email);
/* Tells that a registration is cancelled, and takes it out of the calendar. */
bool cancellation_post(Db *db, const Event *event, const Registration *registration, const Lang *lang,
                       const char *origin);
/* The text as a page with the event's name and colours. (transfer full) */
char *event_mail_html(const Event *event, const char *text, const Lang *lang);
/* The event's days, as a calendar file with this address in it. (transfer full) */
char *event_calendar(const Event *event, CalendarMethod method, int sequence, const char *url, const char *origin);
/* Asks at a new address whether it is this person's. */
bool address_post(Db *db, const Event *event, const char *email, const char *token, const Lang *lang,
                  const char *origin);
