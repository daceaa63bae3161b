#include "registration/registration_mail.h"

#include <string.h>

#include "base/time.h"

#define KIND "registration"

static char *calendar_text(const EventFacts *facts, CalendarMethod method, int sequence, const char *url,
                           const char *origin)
{
        const char *host = strstr(origin, "://") + 3;
        g_autofree char *name = g_strndup(host, strcspn(host, ":/"));
        g_autofree char *uid = g_strdup_printf("event-%s@%s", facts->slug, name);
        g_autofree char *contact = NULL;
        address_read(facts->contact, &contact);
        CalendarEntry entry = { .uid = uid,
                                .sequence = sequence,
                                .stamp_us = now_us(),
                                .start_us = day_end_us(facts->first_day) - DAY_US,
                                .end_us = day_end_us(facts->last_day),
                                .all_day = true,
                                .summary = facts->title,
                                .description = url,
                                .location = facts->place,
                                .url = url,
                                .organiser_name = facts->organiser,
                                .organiser_email = contact,
                                .cancelled = method == CALENDAR_CANCEL };
        return calendar_write(&(Calendar){ .method = method, .zone = facts->zone }, &entry, 1);
}

/* "2026-01-28" or "2026-01-28 – 2026-01-29". */
static char *days_text(const EventFacts *facts)
{
        if (strcmp(facts->first_day, facts->last_day) == 0)
                return g_strdup(facts->first_day);
        return g_strdup_printf("%s – %s", facts->first_day, facts->last_day);
}

char *confirmation_prepare(Db *db, const EventFacts *facts, const char *email, const char *token, const Lang *lang,
                           const char *origin)
{
        g_autofree char *url = g_strdup_printf("%s/sign-in/link/%s/", origin, token);
        g_autofree char *calendar = calendar_text(facts, CALENDAR_PUBLISH, 0, url, origin);
        g_autofree char *days = days_text(facts);
        g_autofree char *subject = g_strdup_printf(tr(lang, "You are registered: %s"), facts->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   "Hello,\n\nyou are registered for “%s” (%s).\n\nYour personal link opens your page: the rooms, "
                   "your registration, how to cancel it. Its page has one button.\n\n%s\n\nThe link is yours alone: "
                   "do not pass it on. If it got away, your page makes it useless. The calendar file of this mail "
                   "holds it too.\n\nYou did not register? Someone typed your address by mistake: open the link and "
                   "cancel, everything is erased.\n\nYour address and your name are erased 30 days after the event.\n"),
                facts->title, days, url);
        g_autofree char *reply_to = NULL;
        address_read(facts->contact, &reply_to);
        return mail_prepare(db, &(Mail){ .to = email,
                                         .from_name = facts->title,
                                         .reply_to = reply_to,
                                         .subject = subject,
                                         .text = text,
                                         .calendar = calendar });
}

bool confirmation_post(Db *db, const EventFacts *facts, const char *email, const char *message)
{
        return mail_post_prepared(db, &(Mail){ .kind = KIND, .event = facts->id, .to = email }, message);
}

bool cancellation_post(Db *db, const EventFacts *facts, const Registration *registration, const Lang *lang,
                       const char *origin)
{
        g_autofree char *url = g_strdup_printf("%s/%s/", origin, facts->slug);
        g_autofree char *calendar = calendar_text(facts, CALENDAR_CANCEL, registration->sequence + 1, url, origin);
        g_autofree char *subject = g_strdup_printf(tr(lang, "Cancelled: %s"), facts->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   "Hello,\n\nyour registration for “%s” is cancelled and erased.\n\nYou may register again at any "
                   "time:\n\n%sregister/\n"),
                facts->title, url);
        return mail_post(db, &(Mail){ .kind = "cancellation",
                                      .event = facts->id,
                                      .to = registration->email,
                                      .from_name = facts->title,
                                      .subject = subject,
                                      .text = text,
                                      .calendar = calendar });
}
