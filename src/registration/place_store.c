#include "registration/place.h"

#include <string.h>

#include "base/time.h"
#include "registration/place_rules.h"

void seat_free(Seat *seat)
{
        if (!seat)
                return;
        g_free(seat->code);
        g_free(seat->title);
        g_free(seat->room_name);
        g_free(seat->room_slug);
        g_free(seat);
}

static PlaceState state_by_word(const char *word)
{
        if (!word)
                return PLACE_NONE;
        return strcmp(word, "held") == 0 ? PLACE_HELD : strcmp(word, "offered") == 0 ? PLACE_OFFERED : PLACE_WAITING;
}

Line line_read(Db *db, int64_t event, int64_t talk)
{
        Line line = { 0 };
        if (talk == 0) {
                Places places = registration_places(db, event);
                line = (Line){ .places = places.all, .taken = places.taken };
        } else {
                line.places =
                        db_int(db, 0, "SELECT places FROM talk WHERE event_id = $1 AND id = $2", "ii", event, talk);
                line.taken = db_int(db, 0,
                                    "SELECT count(*) FROM registration_place WHERE event_id = $1 "
                                    "AND coalesce(talk_id, 0) = $2 AND state IN ('held', 'offered')",
                                    "ii", event, talk);
        }
        line.waiting = db_int(db, 0,
                              "SELECT count(*) FROM registration_place WHERE event_id = $1 "
                              "AND coalesce(talk_id, 0) = $2 AND state = 'waiting'",
                              "ii", event, talk);
        return line;
}

static int64_t rank_of(Db *db, int64_t event, int64_t talk, int64_t registration)
{
        return db_int(db, 0,
                      "SELECT count(*) FROM registration_place WHERE event_id = $1 AND coalesce(talk_id, 0) = $2 "
                      "AND state = 'waiting' AND id <= (SELECT id FROM registration_place WHERE registration_id = $3 "
                      "AND coalesce(talk_id, 0) = $2)",
                      "iii", event, talk, registration);
}

#define SEAT_COLUMNS                                                                                                   \
        "SELECT talk.id, talk.start_us, talk.end_us, talk.sequence, talk.cancelled, code, talk.title, room.name, "     \
        "room.slug, registration_place.state, coalesce(offer_ends_us, 0) FROM talk "                                   \
        "JOIN room ON room.id = talk.room_id "                                                                         \
        "LEFT JOIN registration_place ON registration_place.talk_id = talk.id AND registration_id = $2 "

static Seat *read_seat(Db *db, Stmt *stmt, int64_t event, int64_t registration)
{
        Seat *seat = g_new0(Seat, 1);
        seat->talk = stmt_int(stmt, 0);
        seat->start_us = stmt_int(stmt, 1);
        seat->end_us = stmt_int(stmt, 2);
        seat->sequence = (int)stmt_int(stmt, 3);
        seat->cancelled = stmt_int(stmt, 4) != 0;
        seat->code = g_strdup(stmt_text(stmt, 5));
        seat->title = g_strdup(stmt_text(stmt, 6));
        seat->room_name = g_strdup(stmt_text(stmt, 7));
        seat->room_slug = g_strdup(stmt_text(stmt, 8));
        seat->state = state_by_word(stmt_text(stmt, 9));
        seat->offer_ends_us = stmt_int(stmt, 10);
        seat->line = line_read(db, event, seat->talk);
        if (seat->state == PLACE_WAITING)
                seat->rank = rank_of(db, event, seat->talk, registration);
        return seat;
}

static GPtrArray *read_seats(Db *db, Stmt *stmt, int64_t event, int64_t registration)
{
        GPtrArray *seats = g_ptr_array_new_with_free_func((GDestroyNotify)seat_free);
        while (stmt_next(stmt))
                g_ptr_array_add(seats, read_seat(db, stmt, event, registration));
        return seats;
}

GPtrArray *seat_list(Db *db, int64_t event, int64_t registration, int64_t offset, int64_t limit)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        SEAT_COLUMNS "WHERE talk.event_id = $1 AND places > 0 AND talk.cancelled = 0 "
                                                     "AND start_us > $3 ORDER BY start_us, talk.id LIMIT $5 OFFSET $4",
                                        "iiiii", event, registration, now_us(), offset, limit);
        return read_seats(db, stmt, event, registration);
}

int64_t seat_count(Db *db, int64_t event)
{
        return db_int(
                db, 0,
                "SELECT count(*) FROM talk WHERE event_id = $1 AND places > 0 AND cancelled = 0 AND start_us > $2",
                "ii", event, now_us());
}

GPtrArray *seats_of(Db *db, int64_t event, int64_t registration)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        SEAT_COLUMNS "WHERE talk.event_id = $1 AND state IS NOT NULL "
                                                     "ORDER BY start_us, talk.id LIMIT 30",
                                        "ii", event, registration);
        return read_seats(db, stmt, event, registration);
}

Seat *seat_find(Db *db, int64_t event, int64_t registration, int64_t talk)
{
        g_autoptr(Stmt) stmt = db_query(db, SEAT_COLUMNS "WHERE talk.event_id = $1 AND talk.id = $3 AND places > 0",
                                        "iii", event, registration, talk);
        return stmt_next(stmt) ? read_seat(db, stmt, event, registration) : NULL;
}

Seat *seat_onsite(Db *db, int64_t event, int64_t registration)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT state, coalesce(offer_ends_us, 0) FROM registration_place "
                                        "WHERE registration_id = $1 AND talk_id IS NULL",
                                        "i", registration);
        if (!stmt_next(stmt))
                return NULL;
        Seat *seat = g_new0(Seat, 1);
        seat->state = state_by_word(stmt_text(stmt, 0));
        seat->offer_ends_us = stmt_int(stmt, 1);
        seat->line = line_read(db, event, 0);
        if (seat->state == PLACE_WAITING)
                seat->rank = rank_of(db, event, 0, registration);
        return seat;
}

/* Of $3, a session: nobody passes those who stand in line. */
#define TALK_HAS_PLACE                                                                                                 \
        "((SELECT count(*) FROM registration_place WHERE event_id = $1 AND coalesce(talk_id, 0) = $3 "                 \
        "AND state IN ('held', 'offered')) < talk.places "                                                             \
        "AND NOT EXISTS(SELECT 1 FROM registration_place WHERE event_id = $1 AND coalesce(talk_id, 0) = $3 "           \
        "AND state = 'waiting'))"

PlaceState place_take(Db *db, int64_t event, int64_t registration, int64_t talk)
{
        g_autofree char *state =
                db_text(db,
                        "INSERT INTO registration_place(event_id, registration_id, talk_id, state, created_us) "
                        "SELECT $1, $2, $3, CASE WHEN " TALK_HAS_PLACE " THEN 'held' ELSE 'waiting' END, $4 FROM talk "
                        "WHERE id = $3 AND event_id = $1 AND places > 0 AND cancelled = 0 AND start_us > $4 "
                        "ON CONFLICT DO NOTHING RETURNING state",
                        "iiii", event, registration, talk, now_us());
        return state_by_word(state);
}

bool place_wait_onsite(Db *db, int64_t event, int64_t registration)
{
        return db_run(db,
                      "INSERT INTO registration_place(event_id, registration_id, state, created_us) "
                      "VALUES($1, $2, 'waiting', $3) ON CONFLICT DO NOTHING",
                      "iii", event, registration, now_us()) &&
               db_changed(db) == 1;
}

bool place_leave(Db *db, int64_t event, int64_t registration, int64_t talk)
{
        return db_run(db,
                      "DELETE FROM registration_place WHERE event_id = $1 AND registration_id = $2 "
                      "AND coalesce(talk_id, 0) = $3",
                      "iii", event, registration, talk) &&
               db_changed(db) == 1;
}

/* A place on site is the path itself. */
static bool come_onsite(Db *db, int64_t event, int64_t registration)
{
        return place_leave(db, event, registration, 0) && db_run(db,
                                                                 "UPDATE registration SET path = 'onsite', sequence = "
                                                                 "sequence + 1 WHERE id = $2 AND event_id = $1",
                                                                 "ii", event, registration);
}

bool place_accept(Db *db, int64_t event, int64_t registration, int64_t talk)
{
        bool accepted = db_run(db,
                               "UPDATE registration_place SET state = 'held', offer_ends_us = NULL "
                               "WHERE event_id = $1 AND registration_id = $2 AND coalesce(talk_id, 0) = $3 "
                               "AND state = 'offered' AND offer_ends_us > $4",
                               "iiii", event, registration, talk, now_us()) &&
                        db_changed(db) == 1;
        return accepted && (talk != 0 || come_onsite(db, event, registration));
}

bool place_give(Db *db, int64_t event, int64_t registration, int64_t talk)
{
        bool given = db_run(db,
                            "UPDATE registration_place SET state = 'held', offer_ends_us = NULL "
                            "WHERE event_id = $1 AND registration_id = $2 AND coalesce(talk_id, 0) = $3 "
                            "AND state <> 'held'",
                            "iii", event, registration, talk) &&
                     db_changed(db) == 1;
        return given && (talk != 0 || come_onsite(db, event, registration));
}

static GArray *read_offers(Stmt *stmt)
{
        GArray *offers = g_array_new(FALSE, TRUE, sizeof(Offer));
        while (stmt_next(stmt)) {
                Offer offer = { .event = stmt_int(stmt, 0),
                                .talk = stmt_int(stmt, 1),
                                .registration = stmt_int(stmt, 2),
                                .account = stmt_int(stmt, 3),
                                .ends_us = stmt_int(stmt, 4) };
                g_array_append_val(offers, offer);
        }
        return offers;
}

static int64_t offer_hours(Db *db, int64_t event)
{
        return db_int(db, OFFER_HOURS, "SELECT offer_hours FROM registration_setting WHERE event_id = $1", "i", event);
}

GArray *line_move(Db *db, int64_t event, int64_t talk, int64_t start_us, int limit)
{
        int64_t ends_us = offer_ends_us(now_us(), start_us, offer_hours(db, event));
        Line line = line_read(db, event, talk);
        int64_t free = ends_us > 0 ? CLAMP(line.places - line.taken, 0, limit) : 0;
        g_autoptr(Stmt) stmt = db_query(
                db,
                "UPDATE registration_place SET state = 'offered', offer_ends_us = $3 WHERE id IN "
                "(SELECT place.id FROM registration_place AS place JOIN registration ON registration.id = "
                "place.registration_id WHERE place.event_id = $1 AND coalesce(place.talk_id, 0) = $2 "
                "AND place.state = 'waiting' AND confirmed_us IS NOT NULL ORDER BY place.id LIMIT $4) "
                "RETURNING event_id, coalesce(talk_id, 0), registration_id, (SELECT account_id FROM registration "
                "WHERE registration.id = registration_id), offer_ends_us",
                "iiii", event, talk, ends_us, free);
        return read_offers(stmt);
}

bool offers_are_over(Db *db, int64_t at_us)
{
        return db_int(db, 0,
                      "SELECT EXISTS(SELECT 1 FROM registration_place WHERE state = 'offered' AND offer_ends_us <= $1)",
                      "i", at_us) == 1;
}

GArray *offers_expire(Db *db, int64_t at_us, int limit)
{
        g_autoptr(Stmt) stmt = db_query(
                db,
                "DELETE FROM registration_place WHERE id IN (SELECT id FROM registration_place WHERE state = 'offered' "
                "AND offer_ends_us <= $1 ORDER BY offer_ends_us LIMIT $2) RETURNING event_id, coalesce(talk_id, 0), "
                "registration_id, (SELECT account_id FROM registration WHERE registration.id = registration_id), "
                "offer_ends_us",
                "ii", at_us, (int64_t)limit);
        return read_offers(stmt);
}

/* Few lines have anybody waiting: each is looked at by its index. */
GArray *lines_to_move(Db *db)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT DISTINCT place.event_id, coalesce(place.talk_id, 0), 0, 0, 0 "
                                        "FROM registration_place AS place JOIN registration ON registration.id = "
                                        "place.registration_id WHERE state = 'waiting' AND confirmed_us IS NOT NULL",
                                        NULL);
        g_autoptr(GArray) waiting = read_offers(stmt);
        GArray *lines = g_array_new(FALSE, TRUE, sizeof(Offer));
        for (guint i = 0; i < waiting->len; i++) {
                const Offer *offer = &g_array_index(waiting, Offer, i);
                Line line = line_read(db, offer->event, offer->talk);
                if (line.taken < line.places)
                        g_array_append_val(lines, *offer);
        }
        return lines;
}

GArray *lines_of(Db *db, int64_t event, int64_t registration)
{
        g_autoptr(Stmt) stmt = db_query(db,
                                        "SELECT event_id, coalesce(talk_id, 0), registration_id, 0, 0 FROM "
                                        "registration_place WHERE event_id = $1 AND registration_id = $2 "
                                        "AND talk_id IS NOT NULL AND state <> 'waiting' "
                                        "UNION ALL SELECT $1, 0, $2, 0, 0",
                                        "ii", event, registration);
        return read_offers(stmt);
}
