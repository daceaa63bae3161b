#include "registration/notice.h"

#include <string.h>

#include "base/time.h"
#include "base/when.h"
#include "mail/mail.h"
#include "people/people.h"
#include "registration/notice_store.h"
#include "registration/registration_mail.h"

#define PLACE_MAILS_AN_HOUR 20

typedef struct {
        const char *kind, *subject, *text, *calendar;
        bool is_news; /* may be unsubscribed from */
} NoticeLetter;

static char *quiet_url(const Notice *notice)
{
        g_autofree char *key = quiet_key(notice->db, notice->account, notice->event->id);
        return key ? g_strdup_printf("%s/%s/unsubscribe/%s/", notice->origin, notice->event->slug, key) : NULL;
}

static bool letter_post(const Notice *notice, const NoticeLetter *letter)
{
        if (letter->is_news && is_quiet(notice->db, notice->account, notice->event->id))
                return true;
        g_autofree char *unsubscribe = letter->is_news ? quiet_url(notice) : NULL;
        g_autofree char *text =
                unsubscribe
                        ? g_strdup_printf(tr(notice->lang, N_("%s\nNo more reminders and news of this event: %s\n")),
                                          letter->text, unsubscribe)
                        : g_strdup(letter->text);
        g_autofree char *html = event_mail_html(notice->event, text, notice->lang);
        g_autofree char *reply_to = NULL;
        address_read(notice->event->contact, &reply_to);
        return mail_post(notice->db, &(Mail){ .event = notice->event->id,
                                              .kind = letter->kind,
                                              .to = notice->email,
                                              .from_name = notice->event->title,
                                              .reply_to = reply_to,
                                              .subject = letter->subject,
                                              .text = text,
                                              .html = html,
                                              .calendar = letter->calendar,
                                              .unsubscribe = unsubscribe });
}

/* A new personal link: the stored ones are known by their hash alone. Who has no registration signs in. */
static char *link_to(const Notice *notice, const char *page)
{
        g_autofree char *next = g_strdup_printf("/%s/%s", notice->event->slug, page);
        if (!notice->registration)
                return g_strconcat(notice->origin, next, NULL);
        g_autofree char *token = people_new_token();
        people_keep_personal_link(notice->db, token, notice->account, notice->event->id, next,
                                  registration_end_us(event_end_us(notice->event)));
        return g_strdup_printf("%s/sign-in/link/%s/", notice->origin, token);
}

static char *subject_of(const char *format, const char *title) G_GNUC_FORMAT(1);
static char *subject_of(const char *format, const char *title)
{
        g_autoptr(GString) subject = g_string_new(format);
        g_string_replace(subject, "%s", title, 1);
        return g_string_free(g_steal_pointer(&subject), FALSE);
}

/* --- calendars --- */

typedef struct {
        char *uid, *url;
} Names;

static Names names_of(const Notice *notice, const Seat *seat)
{
        const char *host = strstr(notice->origin, "://") + 3;
        g_autofree char *name = g_strndup(host, strcspn(host, ":/"));
        return (Names){ .uid = g_strdup_printf("talk-%s@%s", seat->code, name),
                        .url = g_strdup_printf("%s/%s/live/%s/", notice->origin, notice->event->slug,
                                               seat->room_slug) };
}

/* The sessions of these seats; one more for each change of theirs, and of the registration, makes a calendar follow. */
static char *seats_calendar(const Notice *notice, const GPtrArray *seats, CalendarMethod method)
{
        g_autoptr(GArray) entries = g_array_new(FALSE, TRUE, sizeof(CalendarEntry));
        g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < seats->len; i++) {
                const Seat *seat = seats->pdata[i];
                Names names = names_of(notice, seat);
                g_ptr_array_add(kept, names.uid);
                g_ptr_array_add(kept, names.url);
                CalendarEntry entry = { .uid = names.uid,
                                        .sequence = seat->sequence + notice->sequence,
                                        .stamp_us = now_us(),
                                        .start_us = seat->start_us,
                                        .end_us = seat->end_us,
                                        .summary = seat->title,
                                        .description = names.url,
                                        .location = seat->room_name,
                                        .url = names.url,
                                        .cancelled = method == CALENDAR_CANCEL || seat->cancelled };
                g_array_append_val(entries, entry);
        }
        if (entries->len == 0)
                return NULL;
        return calendar_write(&(Calendar){ .method = method, .zone = notice->event->zone_name },
                              (const CalendarEntry *)entries->data, entries->len);
}

static GPtrArray *held_only(const GPtrArray *seats)
{
        GPtrArray *held = g_ptr_array_new();
        for (guint i = 0; i < seats->len; i++)
                if (((const Seat *)seats->pdata[i])->state == PLACE_HELD)
                        g_ptr_array_add(held, seats->pdata[i]);
        return held;
}

/* --- places --- */

static void list_seat(GString *text, const Notice *notice, const Seat *seat)
{
        const Lang *lang = notice->lang;
        g_autofree char *when = when_day_time(lang, notice->event->zone, seat->start_us);
        g_string_append_printf(text, "– %s, %s: ", seat->title, when);
        if (seat->state == PLACE_WAITING)
                g_string_append_printf(text, tr(lang, N_("number %d in line")), (int)seat->rank);
        else if (seat->state == PLACE_OFFERED)
                g_string_append(text, tr(lang, N_("a place is free for you, accept it on your page")));
        else
                g_string_append(text, seat->cancelled ? tr(lang, N_("this session is cancelled"))
                                                      : tr(lang, N_("you have a place")));
        g_string_append_c(text, '\n');
}

bool places_post(const Notice *notice)
{
        g_autoptr(GPtrArray) seats = seats_of(notice->db, notice->event->id, notice->registration);
        if (seats->len == 0 ||
            mail_count_since(notice->db, "places", notice->email, now_us() - HOUR_US) >= PLACE_MAILS_AN_HOUR)
                return true;
        g_autoptr(GString) list = g_string_new(NULL);
        for (guint i = 0; i < seats->len; i++)
                list_seat(list, notice, seats->pdata[i]);
        g_autoptr(GPtrArray) held = held_only(seats);
        g_autofree char *calendar = seats_calendar(notice, held, CALENDAR_PUBLISH);
        g_autofree char *url = link_to(notice, "me/");
        g_autofree char *subject = subject_of(tr(notice->lang, N_("Your sessions: %s")), notice->event->title);
        g_autofree char *text = g_strdup_printf(
                tr(notice->lang,
                   N_("Hello,\n\nthis is where you stand in the sessions with limited places:\n\n%s\nSomething comes "
                      "in "
                      "between? Give your place back on your own page, so that someone else has it:\n\n%s\n")),
                list->str, url);
        return letter_post(notice,
                           &(NoticeLetter){ .kind = "places", .subject = subject, .text = text, .calendar = calendar });
}

bool place_left_post(const Notice *notice, const Seat *seat)
{
        if (mail_count_since(notice->db, "places", notice->email, now_us() - HOUR_US) >= PLACE_MAILS_AN_HOUR)
                return true;
        g_autoptr(GPtrArray) seats = g_ptr_array_new();
        g_ptr_array_add(seats, (gpointer)seat);
        g_autofree char *calendar = seats_calendar(notice, seats, CALENDAR_CANCEL);
        g_autofree char *subject = subject_of(tr(notice->lang, N_("Place given back: %s")), seat->title);
        g_autofree char *text = g_strdup_printf(
                tr(notice->lang,
                   N_("Hello,\n\nyour place in “%s” is given back. Thank you: someone else may have it. This "
                      "mail takes the session out of your calendar.\n")),
                seat->title);
        return letter_post(notice,
                           &(NoticeLetter){ .kind = "places", .subject = subject, .text = text, .calendar = calendar });
}

bool offer_post(const Notice *notice, const Seat *seat, int64_t ends_us)
{
        const Lang *lang = notice->lang;
        g_autofree char *until = when_day_time(lang, notice->event->zone, ends_us);
        g_autofree char *url = link_to(notice, "me/");
        g_autofree char *what = seat ? subject_of(tr(lang, N_("a place in “%s”")), seat->title)
                                     : g_strdup(tr(lang, N_("a place on site")));
        g_autofree char *subject = subject_of(tr(lang, N_("It is your turn: %s")), what);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   N_("Hello,\n\nit is your turn: %s is free for you at “%s”.\n\nAccept it on your own page before "
                      "%s:\n\n%s\n\nAfter that it is offered to the next in line. You do not want it any more? Give "
                      "it back on the same page: somebody is waiting.\n")),
                what, notice->event->title, until, url);
        return letter_post(notice, &(NoticeLetter){ .kind = "offer", .subject = subject, .text = text });
}

bool place_given_post(const Notice *notice)
{
        const Lang *lang = notice->lang;
        g_autofree char *url = link_to(notice, "me/");
        g_autofree char *subject = subject_of(tr(lang, N_("You come on site: %s")), notice->event->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   N_("Hello,\n\nyou have a place on site at “%s”.\n\nYou cannot come? Say so on your own page, so "
                      "that someone else has it:\n\n%s\n")),
                notice->event->title, url);
        return letter_post(notice, &(NoticeLetter){ .kind = "places", .subject = subject, .text = text });
}

bool offer_over_post(const Notice *notice, const Seat *seat)
{
        const Lang *lang = notice->lang;
        g_autofree char *what = seat ? subject_of(tr(lang, N_("a place in “%s”")), seat->title)
                                     : g_strdup(tr(lang, N_("a place on site")));
        g_autofree char *subject = subject_of(tr(lang, N_("The offer is over: %s")), what);
        g_autofree char *url = link_to(notice, "me/");
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   N_("Hello,\n\n%s was free for you at “%s”, and the time to accept it is over. It is offered to "
                      "the next in line.\n\nYou may get in line again on your own page:\n\n%s\n")),
                what, notice->event->title, url);
        return letter_post(notice, &(NoticeLetter){ .kind = "offer-over", .subject = subject, .text = text });
}

/* --- reminders --- */

static char *held_text(const Notice *notice, const GPtrArray *held)
{
        if (held->len == 0)
                return g_strdup("");
        g_autoptr(GString) text = g_string_new(tr(notice->lang, N_("\nYour sessions:\n\n")));
        for (guint i = 0; i < held->len; i++)
                list_seat(text, notice, held->pdata[i]);
        return g_string_free(g_steal_pointer(&text), FALSE);
}

bool reminder_post(const Notice *notice, Reminder reminder, const Talk *first)
{
        const Lang *lang = notice->lang;
        g_autoptr(GPtrArray) seats = seats_of(notice->db, notice->event->id, notice->registration);
        g_autoptr(GPtrArray) held = held_only(seats);
        g_autofree char *sessions = held_text(notice, held);
        g_autofree char *when = when_day_time(lang, notice->event->zone, first->start_us);
        g_autofree char *url = link_to(notice, "me/now/");
        g_autofree char *subject =
                subject_of(reminder == REMINDER_DAY ? tr(lang, N_("Tomorrow: %s")) : tr(lang, N_("In one hour: %s")),
                           notice->event->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   N_("Hello,\n\n“%s” begins on %s with “%s”.\n\nYour way in, a browser is enough:\n\n%s\n%s\nThe "
                      "link is yours alone: do not pass it on. You cannot come? Cancel on your own page, so that "
                      "your place is free.\n")),
                notice->event->title, when, first->title, url, sessions);
        g_autofree char *calendar =
                event_calendar(notice->event, CALENDAR_PUBLISH, notice->sequence, url, notice->origin);
        return letter_post(
                notice,
                &(NoticeLetter){
                        .kind = "reminder", .subject = subject, .text = text, .calendar = calendar, .is_news = true });
}

bool reminder_talk_post(const Notice *notice, const Seat *seat)
{
        const Lang *lang = notice->lang;
        g_autofree char *when = when_times(lang, notice->event->zone, seat->start_us, seat->end_us);
        g_autofree char *url = link_to(notice, "me/now/");
        g_autofree char *subject = subject_of(tr(lang, N_("In one hour: %s")), seat->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang, N_("Hello,\n\n“%s” begins in an hour (%s, %s). You have a place.\n\nYour way in:\n\n%s\n\nYou "
                            "cannot come? Give your place back on your own page: somebody else may have it.\n")),
                seat->title, when, seat->room_name, url);
        g_autoptr(GPtrArray) seats = g_ptr_array_new();
        g_ptr_array_add(seats, (gpointer)seat);
        g_autofree char *calendar = seats_calendar(notice, seats, CALENDAR_PUBLISH);
        return letter_post(
                notice,
                &(NoticeLetter){
                        .kind = "reminder", .subject = subject, .text = text, .calendar = calendar, .is_news = true });
}

bool reminder_talks_post(const Notice *notice, const GPtrArray *seats)
{
        const Lang *lang = notice->lang;
        g_autoptr(GString) list = g_string_new(NULL);
        for (guint i = 0; i < seats->len; i++)
                list_seat(list, notice, seats->pdata[i]);
        g_autofree char *url = link_to(notice, "me/");
        const Seat *first = seats->pdata[0];
        const char *title = seats->len == 1 ? first->title : notice->event->title;
        g_autofree char *subject = subject_of(tr(lang, N_("Tomorrow: %s")), title);
        g_autofree char *text = g_strdup_printf(
                tr(lang, N_("Hello,\n\nyou have a place tomorrow:\n\n%s\nYou cannot come? Give your place back on your "
                            "own page: somebody else may have it:\n\n%s\n")),
                list->str, url);
        g_autofree char *calendar = seats_calendar(notice, seats, CALENDAR_PUBLISH);
        return letter_post(
                notice,
                &(NoticeLetter){
                        .kind = "reminder", .subject = subject, .text = text, .calendar = calendar, .is_news = true });
}

/* --- changes --- */

static void list_change(GString *text, const Notice *notice, const TalkChange *change)
{
        const Lang *lang = notice->lang;
        g_autofree char *was = when_day_time(lang, notice->event->zone, change->was_start_us);
        g_autofree char *now = when_day_time(lang, notice->event->zone, change->now_start_us);
        const char *title = change->title;
        g_string_append(text, "– ");
        if (change->kind == TALK_MOVED)
                g_string_append_printf(text, tr(lang, N_("“%s” is now on %s (before: %s).")), title, now, was);
        else if (change->kind == TALK_ROOM)
                g_string_append_printf(text, tr(lang, N_("“%s” is now in “%s” (before: “%s”).")), title, change->now,
                                       change->was);
        else if (change->kind == TALK_TITLE)
                g_string_append_printf(text, tr(lang, N_("“%s” is now called “%s”.")), change->was, change->now);
        else if (change->kind == TALK_PERSONS)
                g_string_append_printf(text, tr(lang, N_("“%s”: %s will speak.")), title, change->now);
        else if (change->kind == TALK_CANCELLED)
                g_string_append_printf(text, tr(lang, N_("“%s” is cancelled.")), title);
        else
                g_string_append_printf(text, tr(lang, N_("“%s” takes place after all.")), title);
        g_string_append_c(text, '\n');
}

/* Those of the changed sessions in which this person has a place, each once. */
static GPtrArray *changed_seats(const Notice *notice, const GPtrArray *changes, bool *ret_all_cancelled)
{
        GPtrArray *changed = g_ptr_array_new_with_free_func((GDestroyNotify)seat_free);
        g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        *ret_all_cancelled = true;
        for (guint i = 0; i < changes->len && notice->registration; i++) {
                const TalkChange *change = changes->pdata[i];
                if (!g_hash_table_add(seen, g_memdup2(&change->talk, sizeof change->talk)))
                        continue;
                Seat *seat = seat_find(notice->db, notice->event->id, notice->registration, change->talk);
                if (seat && seat->state == PLACE_HELD) {
                        *ret_all_cancelled = *ret_all_cancelled && seat->cancelled;
                        g_ptr_array_add(changed, seat);
                } else {
                        seat_free(seat);
                }
        }
        return changed;
}

static char *changes_subject(const Notice *notice, const GPtrArray *changes)
{
        const TalkChange *first = changes->pdata[0];
        if (changes->len == 1 && first->kind == TALK_CANCELLED)
                return subject_of(tr(notice->lang, N_("Session cancelled: %s")), first->title);
        return subject_of(tr(notice->lang, N_("The programme has changed: %s")), notice->event->title);
}

/* (transfer full) */
static char *changes_list(const Notice *notice, const GPtrArray *changes)
{
        g_autoptr(GString) list = g_string_new(NULL);
        for (guint i = 0; i < MIN(changes->len, CHANGES_LISTED); i++)
                list_change(list, notice, changes->pdata[i]);
        int more = (int)changes->len - CHANGES_LISTED;
        if (more > 0) {
                g_string_append_c(list, '\n');
                g_string_append_printf(list,
                                       tr_n(notice->lang, "And %d more change. Read it here:",
                                            "And %d more changes. Read them here:", (unsigned long)more),
                                       more);
                g_string_append_printf(list, "\n\n%s/%s/schedule/changes/\n", notice->origin, notice->event->slug);
        }
        return g_string_free(g_steal_pointer(&list), FALSE);
}

bool changes_post(const Notice *notice, const GPtrArray *changes)
{
        const Lang *lang = notice->lang;
        g_autofree char *list = changes_list(notice, changes);
        bool all_cancelled = false, quiet = is_quiet(notice->db, notice->account, notice->event->id);
        g_autoptr(GPtrArray) seats = changed_seats(notice, changes, &all_cancelled);
        g_autofree char *calendar = seats_calendar(notice, seats, all_cancelled ? CALENDAR_CANCEL : CALENDAR_PUBLISH);
        g_autofree char *url = g_strdup_printf("%s/%s/schedule/", notice->origin, notice->event->slug);
        g_autofree char *subject = changes_subject(notice, changes);
        g_autofree char *text = g_strdup_printf(
                tr(lang, N_("Hello,\n\nsessions you count on have changed:\n\n%s\nThe whole programme:\n\n%s\n")), list,
                url);
        return letter_post(
                notice,
                &(NoticeLetter){
                        .kind = "change", .subject = subject, .text = text, .calendar = calendar, .is_news = !quiet });
}

bool event_cancelled_post(const Notice *notice)
{
        const Lang *lang = notice->lang;
        g_autofree char *url = g_strdup_printf("%s/%s/", notice->origin, notice->event->slug);
        g_autofree char *calendar =
                event_calendar(notice->event, CALENDAR_CANCEL, notice->sequence + 1, url, notice->origin);
        g_autofree char *subject = subject_of(tr(lang, N_("It will not take place: %s")), notice->event->title);
        g_autofree char *text = g_strdup_printf(
                tr(lang,
                   N_("Hello,\n\n“%s” will not take place: its organisers had to cancel it. This mail takes the days "
                      "out of your calendar.\n\n%s\n")),
                notice->event->title, url);
        return letter_post(
                notice,
                &(NoticeLetter){ .kind = "cancellation", .subject = subject, .text = text, .calendar = calendar });
}
