/* What has its hour. Each turn of the writer handles few people, so that pages wait little; what is done is marked in
 * the turn that writes its mail, so that neither a restart nor a kill repeats it. */
#include "registration/registration.h"

#include "base/log.h"
#include "base/time.h"
#include "base/when.h"
#include "people/people.h"
#include "registration/notice.h"
#include "registration/notice_store.h"
#include "registration/place_rules.h"
#include "registration/reminder_rules.h"
#include "registration/setting.h"

#define PEOPLE_A_TURN 40
#define TURNS_MAX 1000 /* of one kind in one minute: a fault cannot keep the thread */
#define SETTLED_US (10 * MINUTE_US)
#define CHANGES_A_TURN 20

/* One step of work in a turn; returns how much it did, 0 when nothing is left, -1 on a failure. */
typedef int (*Step)(Db *db, const char *origin);

static void run_steps(Store *store, const char *name, Step step, const char *origin)
{
        int done = 1;
        for (int turn = 0; done > 0 && turn < TURNS_MAX; turn++) {
                Db *db = store_write_begin(store, WRITE_JOB);
                done = step(db, origin);
                g_autoptr(GError) error = NULL;
                if (!store_write_end(store, db, done >= 0, &error)) {
                        log_warn("minute job=%s store: %s", name, error->message);
                        return;
                }
                if (done < 0)
                        log_warn("minute job=%s not done", name);
        }
}

/* --- places --- */

static bool lapse(Db *db, const Unconfirmed *one, const char *origin)
{
        g_autoptr(Event) event = conference_event(db, one->event);
        g_autoptr(Registration) registration = registration_of(db, one->event, one->account);
        return event && registration && notice_end(db, event, registration, origin);
}

static int lapse_step(Db *db, const char *origin)
{
        g_autoptr(GArray) over = unconfirmed_list(db, now_us() - CONFIRM_HOURS * HOUR_US, PEOPLE_A_TURN);
        for (guint i = 0; i < over->len; i++)
                if (!lapse(db, &g_array_index(over, Unconfirmed, i), origin))
                        return -1;
        return (int)over->len;
}

static bool tell_over(Db *db, const Offer *offer, const char *origin)
{
        g_autoptr(Event) event = conference_event(db, offer->event);
        g_autoptr(Registration) registration = registration_of(db, offer->event, offer->account);
        g_autoptr(Seat) seat = offer->talk > 0 ? seat_find(db, offer->event, offer->registration, offer->talk) : NULL;
        Notice notice = notice_to(db, event, registration, origin);
        return offer_over_post(&notice, seat) && notice_line_moved(db, event, offer->talk, origin);
}

static int offers_step(Db *db, const char *origin)
{
        g_autoptr(GArray) over = offers_expire(db, now_us(), PEOPLE_A_TURN / 4);
        for (guint i = 0; i < over->len; i++)
                if (!tell_over(db, &g_array_index(over, Offer, i), origin))
                        return -1;
        return (int)over->len;
}

/* Places that the organisers added, and what a long line left over. */
static void move_lines(Store *store, const char *origin)
{
        Db *reader = store_read_begin(store);
        g_autoptr(GArray) lines = lines_to_move(reader);
        store_read_end(store, reader);
        for (guint i = 0; i < lines->len; i++) {
                const Offer *line = &g_array_index(lines, Offer, i);
                Db *db = store_write_begin(store, WRITE_JOB);
                g_autoptr(Event) event = conference_event(db, line->event);
                bool moved = event && notice_line_moved(db, event, line->talk, origin);
                store_write_end(store, db, moved, NULL);
        }
}

/* --- reminders --- */

typedef struct {
        Store *store;
        const char *origin, *what;
        const Event *event;
        const Talk *talk; /* the event's first session, or the one to be reminded of */
        Moment moment;
        Reminder reminder;
        bool of_talk;
} Round;

/* What has been told of a session, a day or an hour before it. (transfer full) */
static char *talk_what(int64_t talk, Reminder reminder)
{
        return g_strdup_printf("talk-%s%" G_GINT64_FORMAT, reminder == REMINDER_DAY ? "day-" : "", talk);
}

/* One mail for all the sessions of that day in which this person has a place. */
static bool remind_of_day(Db *db, const Notice *notice, const Talk *talk)
{
        g_autofree char *day = when_iso_day(notice->event->zone, talk->start_us);
        g_autoptr(GPtrArray) all = seats_of(db, notice->event->id, notice->registration);
        g_autoptr(GPtrArray) seats = g_ptr_array_new();
        for (guint i = 0; i < all->len; i++) {
                Seat *seat = all->pdata[i];
                g_autofree char *its_day = when_iso_day(notice->event->zone, seat->start_us);
                g_autofree char *what = talk_what(seat->talk, REMINDER_DAY);
                if (seat->state != PLACE_HELD || seat->cancelled || !g_str_equal(day, its_day))
                        continue;
                told_mark(db, notice->registration, what);
                g_ptr_array_add(seats, seat);
        }
        return !db_failed(db) && (seats->len == 0 || reminder_talks_post(notice, seats));
}

/* Late, as for who was confirmed on the day itself: "tomorrow" would be wrong, the hour's mail is near. */
static bool is_too_late(const Round *round)
{
        g_autofree char *today = when_iso_day(round->event->zone, now_us());
        g_autofree char *day = when_iso_day(round->event->zone, round->talk->start_us);
        return round->reminder == REMINDER_DAY && g_str_equal(today, day);
}

static bool remind(Db *db, const Round *round, const Registration *registration)
{
        Notice notice = notice_to(db, round->event, registration, round->origin);
        if (!told_mark(db, registration->id, round->what))
                return !db_failed(db);
        if (is_too_late(round))
                return true;
        if (!round->of_talk)
                return reminder_post(&notice, round->reminder, round->talk);
        if (round->reminder == REMINDER_DAY)
                return remind_of_day(db, &notice, round->talk);
        g_autoptr(Seat) seat = seat_find(db, round->event->id, registration->id, round->talk->id);
        return !seat || reminder_talk_post(&notice, seat);
}

static guint remind_some(const Round *round)
{
        Db *reader = store_read_begin(round->store);
        g_autoptr(GPtrArray) people = untold_list(reader, round->event->id, round->what, round->moment.from_us,
                                                  round->of_talk ? round->talk->id : 0, PEOPLE_A_TURN);
        store_read_end(round->store, reader);
        if (people->len == 0)
                return 0;
        Db *db = store_write_begin(round->store, WRITE_JOB);
        bool told = true;
        for (guint i = 0; i < people->len && told; i++)
                told = remind(db, round, people->pdata[i]);
        g_autoptr(GError) error = NULL;
        if (store_write_end(round->store, db, told, &error) && told)
                return people->len;
        log_warn("minute job=reminders event=%" G_GINT64_FORMAT " %s", round->event->id, error ? error->message : "");
        return 0;
}

static void remind_round(const Round *round)
{
        if (!reminder_is_due(round->moment, INT64_MIN, now_us())) /* of whoever came before its hour: untold_list() */
                return;
        for (int turn = 0; turn < TURNS_MAX && remind_some(round) > 0; turn++) {
        }
}

static void remind_of_talk(Store *store, const Event *event, const Talk *talk, Reminder reminder, const char *origin)
{
        g_autofree char *what = talk_what(talk->id, reminder);
        remind_round(&(Round){ .store = store,
                               .origin = origin,
                               .what = what,
                               .event = event,
                               .talk = talk,
                               .moment = reminder == REMINDER_DAY ? reminder_day(event->zone, talk->start_us)
                                                                  : reminder_hour(talk->start_us),
                               .reminder = reminder,
                               .of_talk = true });
}

static bool is_on_a_later_day(const Event *event, int64_t start_us, int64_t first_us)
{
        return when_day_start(event->zone, start_us) > when_day_start(event->zone, first_us);
}

/* The event's own reminders list the sessions of its first day, and of its first hour. */
static void remind_of_talks(Store *store, const Event *event, int64_t first_us, const char *origin)
{
        Db *reader = store_read_begin(store);
        g_autoptr(GArray) talks = talks_to_remind(reader, event->id, now_us(), DAY_US + 2 * HOUR_US);
        store_read_end(store, reader);
        for (guint i = 0; i < talks->len; i++) {
                reader = store_read_begin(store);
                g_autoptr(Talk) talk = talk_by_id(reader, g_array_index(talks, int64_t, i));
                store_read_end(store, reader);
                if (talk && is_on_a_later_day(event, talk->start_us, first_us))
                        remind_of_talk(store, event, talk, REMINDER_DAY, origin);
                if (talk && talk->start_us >= first_us + HOUR_US)
                        remind_of_talk(store, event, talk, REMINDER_HOUR, origin);
        }
}

static void remind_of_event(Store *store, int64_t id, const char *origin)
{
        Db *reader = store_read_begin(store);
        g_autoptr(Event) event = conference_event(reader, id);
        g_autoptr(Talk) first = talk_by_id(reader, first_talk(reader, id));
        store_read_end(store, reader);
        if (!event || !event->published)
                return;
        if (first) {
                remind_round(&(Round){ .store = store,
                                       .origin = origin,
                                       .what = "day",
                                       .event = event,
                                       .talk = first,
                                       .moment = reminder_day(event->zone, first->start_us),
                                       .reminder = REMINDER_DAY });
                remind_round(&(Round){ .store = store,
                                       .origin = origin,
                                       .what = "hour",
                                       .event = event,
                                       .talk = first,
                                       .moment = reminder_hour(first->start_us),
                                       .reminder = REMINDER_HOUR });
        }
        remind_of_talks(store, event, first ? first->start_us : 0, origin);
}

static void remind_all(Store *store, const char *origin)
{
        Db *reader = store_read_begin(store);
        g_autoptr(GArray) events = events_to_remind(reader);
        store_read_end(store, reader);
        for (guint i = 0; i < events->len; i++)
                remind_of_event(store, g_array_index(events, int64_t, i), origin);
}

/* --- changes of the programme --- */

/* Ten minutes after the last change of a session all that changed in its event is put down, to be told in one mail. */
static int changes_step(Db *db, const char *origin)
{
        g_autoptr(GPtrArray) settled = programme_changes_untold(db, 0, now_us() - SETTLED_US, 1);
        if (settled->len == 0)
                return 0;
        g_autoptr(GPtrArray) changes =
                programme_changes_untold(db, ((const TalkChange *)settled->pdata[0])->event, now_us(), CHANGES_A_TURN);
        for (guint i = 0; i < changes->len; i++) {
                const TalkChange *change = changes->pdata[i];
                if (change->kind != TALK_ADDED && change->talk > 0 && !news_add(db, change))
                        return -1;
        }
        if (changes->len > 0 && !programme_changes_mark_told(db, changes, now_us()))
                return -1;
        return (int)changes->len;
}

static bool tell_news(Db *db, int64_t account, int64_t event_id, const char *origin)
{
        g_autoptr(Event) event = conference_event(db, event_id);
        g_autoptr(Account) person = people_account(db, account);
        g_autoptr(Registration) registration = registration_of(db, event_id, account);
        g_autoptr(GPtrArray) changes = news_of(db, account, event_id, is_quiet(db, account, event_id));
        const Lang *lang = lang_find(person->lang);
        Notice notice = { .db = db,
                          .event = event,
                          .account = account,
                          .registration = registration ? registration->id : 0,
                          .sequence = registration ? registration->sequence : 0,
                          .email = person->email,
                          .origin = origin,
                          .lang = lang ? lang : lang_default() };
        return (changes->len == 0 || changes_post(&notice, changes)) && news_clear(db, account, event_id);
}

static int news_step(Db *db, const char *origin)
{
        int told = 0;
        for (int64_t account = 0, event = 0; told < PEOPLE_A_TURN && news_next(db, &account, &event); told++)
                if (!tell_news(db, account, event, origin))
                        return -1;
        return told;
}

/* --- an event that will not take place --- */

static void tell_cancelled(Store *store, const char *origin)
{
        Db *reader = store_read_begin(store);
        g_autoptr(GArray) events = events_cancelled(reader);
        store_read_end(store, reader);
        for (guint i = 0; i < events->len; i++) {
                guint told = 1;
                for (int turn = 0; told > 0 && turn < TURNS_MAX; turn++) {
                        Db *db = store_write_begin(store, WRITE_JOB);
                        int64_t id = g_array_index(events, int64_t, i);
                        g_autoptr(Event) event = conference_event(db, id);
                        g_autoptr(GPtrArray) people = untold_list(db, id, "cancelled", INT64_MAX, 0, PEOPLE_A_TURN);
                        bool kept = true;
                        for (guint j = 0; j < people->len && kept; j++) {
                                Notice notice = notice_to(db, event, people->pdata[j], origin);
                                kept = told_mark(db, notice.registration, "cancelled") && event_cancelled_post(&notice);
                        }
                        told = store_write_end(store, db, kept, NULL) && kept ? people->len : 0;
                }
        }
}

void registration_minute(Store *store, const char *origin)
{
        tell_cancelled(store, origin);
        remind_all(store, origin);
}

/* --- promptly --- */

typedef struct {
        bool lapses, offers, changes, news;
} Due;

static Due due_now(Store *store)
{
        int64_t at_us = now_us();
        Db *reader = store_read_begin(store);
        g_autoptr(GArray) unconfirmed = unconfirmed_list(reader, at_us - CONFIRM_HOURS * HOUR_US, 1);
        g_autoptr(GPtrArray) settled = programme_changes_untold(reader, 0, at_us - SETTLED_US, 1);
        int64_t account = 0, event = 0;
        Due due = { .lapses = unconfirmed->len > 0,
                    .offers = offers_are_over(reader, at_us),
                    .changes = settled->len > 0,
                    .news = settled->len > 0 || news_next(reader, &account, &event) };
        store_read_end(store, reader);
        return due;
}

void registration_prompt(Store *store, const char *origin)
{
        Due due = due_now(store);
        if (due.lapses)
                run_steps(store, "lapse", lapse_step, origin);
        if (due.offers)
                run_steps(store, "offers", offers_step, origin);
        move_lines(store, origin);
        if (due.changes)
                run_steps(store, "changes", changes_step, origin);
        if (due.news)
                run_steps(store, "news", news_step, origin);
}
