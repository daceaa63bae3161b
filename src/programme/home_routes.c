/* The home page and an event's poster. */
#include "programme/programme_routes.h"
#include "programme/structured.h"

#include "base/time.h"
#include "base/when.h"
#include "base/zone.h"

#include <string.h>

#define EVENTS_MAX 12
#define PAST_MAX 10
#define REPLAYS_MAX 6
#define TEASER_MAX 6
#define SUB_EVENTS_MAX 20
#define NEWS_MAX 3
#define LONG_TITLE_CHARACTERS 20 /* it would not stand on the poster at full size */

static void card_clear(gpointer data)
{
        EventCard *card = data;
        g_free(card->days);
        g_free(card->url);
}

/* The cards borrow the events. */
static GArray *cards_of(const GPtrArray *events, const Lang *lang, const char *path)
{
        GArray *cards = g_array_sized_new(FALSE, TRUE, sizeof(EventCard), events->len);
        g_array_set_clear_func(cards, card_clear);
        for (guint i = 0; i < events->len; i++) {
                const Event *event = events->pdata[i];
                EventCard card = { event, when_capital(event_days_text(event, lang)),
                                   g_strdup_printf("/%s/%s", event->slug, path) };
                g_array_append_val(cards, card);
        }
        return cards;
}

static GArray *replay_rows(Db *db, const Lang *lang)
{
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        g_autoptr(Event) none = g_new0(Event, 1);
        none->zone = g_time_zone_new_utc();
        GArray *rows = talk_rows(none, talk_list_replays(db, REPLAYS_MAX), lang, false);
        for (guint i = 0; i < rows->len; i++) {
                TalkRow *row = &g_array_index(rows, TalkRow, i);
                g_free(row->time);
                row->time = when_date(lang, utc, row->talk->start_us);
                row->event_slug = row->talk->track_slug;
        }
        return rows;
}

/* Each card in its own colour. */
static char *theme_links(const GPtrArray *events)
{
        GString *links = g_string_new(NULL);
        for (guint i = 0; i < events->len; i++)
                if (((const Event *)events->pdata[i])->theme_link)
                        g_string_append(links, ((const Event *)events->pdata[i])->theme_link);
        return g_string_free(links, FALSE);
}

void show_home(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        int64_t account = request_account(req);
        g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
        g_autofree char *today = when_iso_day(utc, now_us());
        g_autoptr(GPtrArray) to_come = conference_to_come(db, today, EVENTS_MAX);
        g_autoptr(GPtrArray) past = conference_past(db, today, PAST_MAX);
        g_autoptr(GPtrArray) mine = conference_of_account(db, account, EVENTS_MAX);
        g_autoptr(GArray) to_come_cards = cards_of(to_come, lang, ""), past_cards = cards_of(past, lang, "");
        g_autoptr(GArray) mine_cards = cards_of(mine, lang, "organise/"), replays = replay_rows(db, lang);
        g_autofree char *links = theme_links(to_come);
        static const char *const styles[] = { "programme/poster.css", NULL };
        Html *h =
                page_begin(req, &(Page){ .title = tr(lang, "Events, replays and resources"),
                                         .description = tr(lang, "Open meetings, free of charge, without an account."),
                                         .head_links = links,
                                         .styles = styles });
        g_autoptr(GPtrArray) menu = request_menu(req, "/admin/");
        home_view(h, &(HomePage){ .to_come = to_come_cards,
                                  .past = past_cards,
                                  .mine = mine_cards,
                                  .replays = replays,
                                  .menu = menu,
                                  .signed_in = account != 0,
                                  .owner = request_may(req, RIGHT_OWNER) });
        page_end(req, h, 200);
}

/* "From 9:00, hours of Paris"; the zone alone while the first day is empty. */
static char *hours_text(Db *db, const Event *event, const Lang *lang)
{
        g_autofree char *city = zone_city(event->zone_name);
        int64_t first_us = talk_first_start(db, event->id, event->first_day);
        if (!first_us)
                return g_strdup_printf(tr(lang, "Hours of %s"), city);
        g_autofree char *first = when_time(lang, event->zone, first_us);
        return g_strdup_printf(tr(lang, "From %s, hours of %s"), first, city);
}

void show_poster(Request *req, Db *db)
{
        const Lang *lang = request_lang(req);
        g_autoptr(Event) event = event_of_request(req, db);
        if (!event)
                return;
        g_autofree char *days = when_capital(event_days_text(event, lang)), *city = zone_city(event->zone_name);
        g_autofree char *hours = hours_text(db, event, lang);
        g_autoptr(GArray) rows = talk_rows(event, talk_list_teaser(db, event->id, TEASER_MAX), lang, true);
        g_autoptr(Picture) logo = picture_find(db, event->id, event->logo);
        g_autoptr(GPtrArray) partners = conference_partners(db, event->id);
        g_autoptr(GPtrArray) talks = talk_list_teaser(db, event->id, SUB_EVENTS_MAX);
        g_autoptr(GPtrArray) news = news_list(db, event->id, NEWS_MAX, 0);
        g_autofree char *head = event_head_markup(req, event, talks, logo ? logo->url : NULL);
        static const char *const scripts[] = { "programme/here.js", NULL };
        static const char *const styles[] = { "programme/poster.css", NULL };
        Html *h = conference_page(req, event, EVENT_POSTER,
                                  &(Page){ .title = days,
                                           .description = *event->lead ? event->lead : NULL,
                                           .styles = styles,
                                           .scripts = scripts,
                                           .head_links = head,
                                           .main_class = "" });
        poster_view(h, &(PosterPage){ .event = event,
                                      .news = news,
                                      .days = days,
                                      .zone_text = city,
                                      .hours = hours,
                                      .rows = rows,
                                      .logo = logo,
                                      .partners = partners,
                                      .talk_count = talk_count(db, event->id),
                                      .person_count = person_count(db, event->id),
                                      .registration_count = conference_registrations(db, event->id),
                                      .over = now_us() >= event_end_us(event),
                                      .draft = !event->published,
                                      .long_title = g_utf8_strlen(event->title, -1) > LONG_TITLE_CHARACTERS });
        page_end(req, h, 200);
}
