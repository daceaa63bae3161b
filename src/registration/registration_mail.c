#include "registration/registration_mail.h"

#include <string.h>

#include "base/time.h"
#include "base/when.h"

#define KIND "registration"

/* Whole days have no zone: they are written from their midnights in UTC. */
static int64_t utc_day_us(const char *day)
{
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        int64_t us = 0;
        when_parse(utc, day, &us);
        return us;
}

char *event_calendar(const Event *event, CalendarMethod method, int sequence, const char *url, const char *origin)
{
        const char *host = strstr(origin, "://") + 3;
        g_autofree char *name = g_strndup(host, strcspn(host, ":/"));
        g_autofree char *uid = g_strdup_printf("event-%s@%s", event->first_slug, name);
        g_autofree char *contact = NULL;
        address_read(event->contact, &contact);
        CalendarEntry entry = { .uid = uid,
                                .sequence = sequence,
                                .stamp_us = now_us(),
                                .start_us = utc_day_us(event->first_day),
                                .end_us = utc_day_us(event->last_day) + DAY_US,
                                .all_day = true,
                                .summary = event->title,
                                .description = url,
                                .location = event->place,
                                .url = url,
                                .organiser_name = event->organiser,
                                .organiser_email = contact,
                                .cancelled = method == CALENDAR_CANCEL };
        return calendar_write(&(Calendar){ .method = method, .zone = event->zone_name }, &entry, 1);
}

char *event_mail_html(const Event *event, const char *text, const Lang *lang)
{
        return mail_html(text, lang_code(lang),
                         &(MailLook){ event->title, colour_of_event(event->theme, event->accent) });
}

char *confirmation_prepare(Db *db, const Event *event, const char *email, const char *token, const Lang *lang,
                           const char *origin)
{
        g_autofree char *url = g_strdup_printf("%s/sign-in/link/%s/", origin, token);
        g_autofree char *calendar = event_calendar(event, CALENDAR_PUBLISH, 0, url, origin);
        g_autofree char *days = event_days_text(event, lang);
        g_autofree char *subject = g_strdup_printf(tr(lang, "You are registered: %s"), event->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   "Hello,\n\nyou are registered for “%s” (%s). Confirm it within 24 hours: open your personal link "
                   "and "
                   "press its button, else your place goes to someone else.\n\n%s\n\nThe same link leads into the room "
                   "that is live, else to your own page.\n\nYour own page, to change your "
                   "registration or to cancel it:\n\n%s/%s/me/\n\nThe link is yours alone: do not pass it on. If it "
                   "got "
                   "away, your page makes it useless. The calendar file of this mail holds it too.\n\nYou did not "
                   "register? Someone typed your address by mistake: leave this mail alone, and everything is erased "
                   "in 24 hours.\n\n"
                   "Your address and your name are erased 30 days after the event.\n"),
                event->title, days, url, origin, event->slug);
        g_autofree char *reply_to = NULL;
        address_read(event->contact, &reply_to);
        g_autofree char *html = event_mail_html(event, text, lang);
        return mail_prepare(db, &(Mail){ .to = email,
                                         .from_name = event->title,
                                         .reply_to = reply_to,
                                         .subject = subject,
                                         .text = text,
                                         .html = html,
                                         .calendar = calendar });
}

bool confirmation_post(Db *db, const Event *event, const char *email, const char *message, int64_t not_before_us)
{
        return mail_post_prepared(
                db, &(Mail){ .kind = KIND, .event = event->id, .to = email, .not_before_us = not_before_us }, message);
}

int64_t confirmation_slot_us(Db *db, const char *email)
{
        return mail_slot_us(db, KIND, email, HOUR_US);
}

bool confirmation_answered(Db *db, const char *email)
{
        return mail_answered(db, KIND, email);
}

bool cancellation_post(Db *db, const Event *event, const Registration *registration, const Lang *lang,
                       const char *origin)
{
        g_autofree char *url = g_strdup_printf("%s/%s/", origin, event->slug);
        g_autofree char *calendar = event_calendar(event, CALENDAR_CANCEL, registration->sequence + 1, url, origin);
        g_autofree char *subject = g_strdup_printf(tr(lang, "Cancelled: %s"), event->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   "Hello,\n\nyour registration for “%s” is cancelled and erased.\n\nYou may register again at any "
                   "time:\n\n%sregister/\n"),
                event->title, url);
        g_autofree char *html = event_mail_html(event, text, lang);
        return mail_post(db, &(Mail){ .kind = "cancellation",
                                      .event = event->id,
                                      .to = registration->email,
                                      .from_name = event->title,
                                      .subject = subject,
                                      .text = text,
                                      .html = html,
                                      .calendar = calendar });
}

bool address_post(Db *db, const Event *event, const char *email, const char *token, const Lang *lang,
                  const char *origin)
{
        g_autofree char *subject = g_strdup_printf(tr(lang, "Is this your address? %s"), event->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   "Hello,\n\nsomeone registered for “%s” asks that the mails come to this address. Is it you? Open "
                   "this page and press its button, within 24 hours:\n\n%s/%s/address/%s/\n\nIt is not you? Leave "
                   "this mail alone, and nothing happens.\n"),
                event->title, origin, event->slug, token);
        g_autofree char *html = event_mail_html(event, text, lang);
        return mail_post(db, &(Mail){ .kind = "address",
                                      .event = event->id,
                                      .to = email,
                                      .from_name = event->title,
                                      .subject = subject,
                                      .text = text,
                                      .html = html });
}
