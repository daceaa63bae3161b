/* Places in sessions and on site, and the lines for them. Private to registration/. All of it in the writer's turn
 * where it writes. talk 0 stands for a place on site: who holds one has the path, not a row of registration_place. */
#pragma once
#include "registration/registration_store.h"

typedef enum { PLACE_NONE, PLACE_HELD, PLACE_WAITING, PLACE_OFFERED } PlaceState;

typedef struct {
        int64_t places, taken, waiting; /* taken: held and offered */
} Line;
Line line_read(Db *db, int64_t event, int64_t talk);

/* A session with limited places, as one person (or nobody) sees it. */
typedef struct {
        int64_t talk, start_us, end_us, offer_ends_us;
        int sequence;
        char *code, *title, *room_name, *room_slug;
        bool cancelled;
        Line line;
        PlaceState state;
        int64_t rank; /* in the line, from 1; 0 when not waiting */
} Seat;
void seat_free(Seat *seat);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Seat, seat_free)
/* Those of the event that are to come, in the programme's order, as this registration (0: nobody) stands in them; at
 * most limit after the first offset. (transfer full) of Seat */
GPtrArray *seat_list(Db *db, int64_t event, int64_t registration, int64_t offset, int64_t limit);
int64_t seat_count(Db *db, int64_t event);
/* Those in which the registration stands, over or not. */
GPtrArray *seats_of(Db *db, int64_t event, int64_t registration);
/* NULL when the event has no such session with limited places. */
Seat *seat_find(Db *db, int64_t event, int64_t registration, int64_t talk);
/* The registration's turn for a place on site: its talk is 0. NULL when it stands in no such line. */
Seat *seat_onsite(Db *db, int64_t event, int64_t registration);

/* Takes a place when one is left and nobody stands in line, else joins the line. PLACE_NONE when the session has no
 * limit, is of another event, has begun, or the registration stands in it already. */
PlaceState place_take(Db *db, int64_t event, int64_t registration, int64_t talk);
/* Joins the line for a place on site. */
bool place_wait_onsite(Db *db, int64_t event, int64_t registration);
/* Gives a place, a turn or an offer back; true when there was one. The line is to be moved then. */
bool place_leave(Db *db, int64_t event, int64_t registration, int64_t talk);
/* Accepts an offer that still stands; an organiser gives a place whatever the line says (by_hand). */
bool place_accept(Db *db, int64_t event, int64_t registration, int64_t talk);
bool place_give(Db *db, int64_t event, int64_t registration, int64_t talk);

typedef struct {
        int64_t event, registration, account, talk, ends_us;
} Offer;
/* Offers every free place of a line to the first of those in it whose registration is confirmed, at most limit of them.
 * (transfer full) of Offer */
GArray *line_move(Db *db, int64_t event, int64_t talk, int64_t start_us, int limit);
bool offers_are_over(Db *db, int64_t at_us);
/* Takes offers that ran out out of their lines. (transfer full) of Offer */
GArray *offers_expire(Db *db, int64_t at_us, int limit);
/* Lines with a free place and somebody to have it. (transfer full) of Offer: event and talk alone */
GArray *lines_to_move(Db *db);
/* The lines of these registrations' sessions, before they are erased. */
GArray *lines_of(Db *db, int64_t event, int64_t registration);
