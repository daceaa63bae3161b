/* Sessions with limited places on the personal page: to sign up, to accept, to give back. */
#include "registration/registration_routes.h"

#include <string.h>

#include "base/when.h"
#include "registration/mine.h"
#include "registration/notice.h"
#include "registration/registration_views.h"

#define SEATS_A_PAGE 20

static SeatRow row_of(const Seat *seat, const Event *event)
{
        return (SeatRow){ .seat = seat, .event = event, .may_act = !seat->cancelled };
}

static void show_row(Html *h, const Seat *seat, const Event *event)
{
        SeatRow row = row_of(seat, event);
        g_autofree char *when = seat->talk ? when_day_time(html_lang(h), event->zone, seat->start_us) : NULL;
        g_autofree char *until = when_day_time(html_lang(h), event->zone, seat->offer_ends_us);
        row.when = when;
        row.until = until;
        if (seat->talk)
                seat_row_view(h, &row);
        else
                onsite_row_view(h, &row);
}

void seat_item(Html *h, const SeatItem *item)
{
        show_row(h, item->seat, item->page->event);
}

void seats_item(Html *h, const SeatsItem *item)
{
        show_row(h, item->seat, item->page->event);
}

void show_my_sessions(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        if (!mine.registration) {
                respond_redirect(req, "/%s/me/", mine.event->slug);
                return;
        }
        int64_t count = seat_count(db, mine.event->id);
        int page_count = MAX(1, (int)((count + SEATS_A_PAGE - 1) / SEATS_A_PAGE));
        guint64 page = 1;
        g_ascii_string_to_unsigned(request_query(req, "page"), 10, 1, (guint64)page_count, &page, NULL);
        g_autoptr(GPtrArray) seats =
                seat_list(db, mine.event->id, mine.registration->id, ((int64_t)page - 1) * SEATS_A_PAGE, SEATS_A_PAGE);
        Html *h = conference_page(
                req, mine.event, EVENT_NOWHERE,
                &(Page){ .title = tr(request_lang(req), "Sessions with limited places"), .no_index = true });
        seats_view(h, &(SeatsPage){ .event = mine.event,
                                    .seats = seats,
                                    .page = (int)page,
                                    .page_count = page_count,
                                    .notice = me_notice(request_query(req, "done")) });
        page_end(req, h, 200);
}

static const char *take(Db *db, const Mine *mine, const Notice *notice, int64_t talk)
{
        PlaceState state = talk > 0 ? place_take(db, mine->event->id, mine->registration->id, talk) : PLACE_NONE;
        if (state == PLACE_NONE)
                return "none";
        places_post(notice);
        return state == PLACE_HELD ? "place" : "line";
}

static const char *leave(Db *db, const Mine *mine, Notice *notice, int64_t talk)
{
        int64_t event = mine->event->id;
        g_autoptr(Seat) seat = talk > 0 ? seat_find(db, event, mine->registration->id, talk) : NULL;
        if (!place_leave(db, event, mine->registration->id, talk))
                return "none";
        registration_touch(db, mine->registration->id);
        notice->sequence++;
        if (seat && seat->state == PLACE_HELD)
                place_left_post(notice, seat);
        notice_line_moved(db, mine->event, talk, notice->origin);
        return "left";
}

static const char *act_on(Db *db, const Mine *mine, const char *act, const char *origin)
{
        const char *dash = strchr(act, '-');
        guint64 talk = 0;
        if (!dash || !g_ascii_string_to_unsigned(dash + 1, 10, 0, INT64_MAX, &talk, NULL))
                return NULL;
        Notice notice = notice_to(db, mine->event, mine->registration, origin);
        if (g_str_has_prefix(act, "take-"))
                return take(db, mine, &notice, (int64_t)talk);
        if (g_str_has_prefix(act, "leave-"))
                return leave(db, mine, &notice, (int64_t)talk);
        if (!g_str_has_prefix(act, "accept-"))
                return NULL;
        if (!place_accept(db, mine->event->id, mine->registration->id, (int64_t)talk))
                return "late";
        if (talk > 0)
                places_post(&notice);
        else
                place_given_post(&notice);
        return "place";
}

void change_place(Request *req, Db *db)
{
        g_auto(Mine) mine = { 0 };
        mine_read(&mine, req, db);
        const char *done = mine.registration ? act_on(db, &mine, request_field(req, "act"), request_origin(req)) : NULL;
        if (!done)
                respond_not_found(req);
        else if (strcmp(request_field(req, "from"), "sessions") == 0)
                respond_redirect(req, "/%s/me/sessions/?done=%s", mine.event->slug, done);
        else
                respond_redirect(req, "/%s/me/?done=%s", mine.event->slug, done);
}
