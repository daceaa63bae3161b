#include "registration/notice.h"

#include "base/time.h"
#include "people/people.h"
#include "registration/notice_store.h"
#include "registration/registration_mail.h"

#define OFFERS_A_TURN 25 /* each composes a mail: the writer's turn stays short, the minute brings the rest */

Notice notice_to(Db *db, const Event *event, const Registration *registration, const char *origin)
{
        return (Notice){ .db = db,
                         .event = event,
                         .account = registration->account,
                         .registration = registration->id,
                         .sequence = registration->sequence,
                         .email = registration->email,
                         .origin = origin,
                         .lang = registration->lang };
}

/* When what the line is for begins: during an event its end counts for a place on site. */
static int64_t line_start_us(Db *db, const Event *event, int64_t talk)
{
        if (talk > 0) {
                g_autoptr(Talk) found = talk_by_id(db, talk);
                return found ? found->start_us : 0;
        }
        return now_us() < event_start_us(event) ? event_start_us(event) : event_end_us(event);
}

bool notice_line_moved(Db *db, const Event *event, int64_t talk, const char *origin)
{
        g_autoptr(GArray) offers = line_move(db, event->id, talk, line_start_us(db, event, talk), OFFERS_A_TURN);
        bool told = !db_failed(db);
        for (guint i = 0; i < offers->len && told; i++) {
                const Offer *offer = &g_array_index(offers, Offer, i);
                g_autoptr(Registration) registration = registration_of(db, event->id, offer->account);
                g_autoptr(Seat) seat = talk > 0 ? seat_find(db, event->id, offer->registration, talk) : NULL;
                Notice notice = notice_to(db, event, registration, origin);
                told = offer_post(&notice, seat, offer->ends_us);
        }
        return told;
}

bool notice_confirm(Db *db, const Event *event, int64_t account, const char *origin)
{
        if (!registration_confirm(db, event->id, account))
                return !db_failed(db);
        g_autoptr(Registration) registration = registration_of(db, event->id, account);
        g_autoptr(GPtrArray) seats = seats_of(db, event->id, registration->id);
        Notice notice = notice_to(db, event, registration, origin);
        bool moved = places_post(&notice) && notice_line_moved(db, event, 0, origin);
        for (guint i = 0; i < seats->len && moved; i++)
                if (((const Seat *)seats->pdata[i])->state == PLACE_WAITING)
                        moved = notice_line_moved(db, event, ((const Seat *)seats->pdata[i])->talk, origin);
        return moved;
}

void registration_link_used(Request *req, Db *db, int64_t account_id, int64_t event_id)
{
        g_autoptr(Account) account = people_account(db, account_id);
        g_autoptr(Event) event = event_id > 0 ? conference_event(db, event_id) : NULL;
        if (account)
                confirmation_answered(db, account->email);
        if (event)
                notice_confirm(db, event, account_id, request_origin(req));
}

bool notice_end(Db *db, const Event *event, const Registration *registration, const char *origin)
{
        g_autoptr(GArray) lines = lines_of(db, event->id, registration->id);
        bool ended = registration_end(db, event->id, registration->account);
        for (guint i = 0; i < lines->len && ended; i++)
                ended = notice_line_moved(db, event, g_array_index(lines, Offer, i).talk, origin);
        return ended;
}
