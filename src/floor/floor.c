#include "floor/floor_private.h"

/* As everybody sees it, and as it will be once what was asked for is written: two changes may follow each other sooner.
 */
typedef struct {
        Floor now, asked;
} FloorState;

static Floor *floor_of(const LiveRoom *room)
{
        return &((FloorState *)live_room_state(room, &floor_feature))->now;
}

static Floor *asked_of(const LiveRoom *room)
{
        return &((FloorState *)live_room_state(room, &floor_feature))->asked;
}

static gpointer load(Db *db, const LiveMoment *moment)
{
        g_autofree FloorState *state = g_new0(FloorState, 1);
        if (!floor_store_load(db, moment->session_id, &state->now))
                return NULL;
        state->asked = state->now;
        return g_steal_pointer(&state);
}

/* With the name: somebody in the hall has left the list of those present sooner than the floor. */
static json_t *floor_json(LiveRoom *room, const Floor *floor)
{
        return json_pack("{s:o, s:s, s:I, s:i}", "who", floor->who ? json_integer(floor->who) : json_null(), "name",
                         live_person_name(room, floor->who), "since_us", (json_int_t)floor->since_us, "limit_s",
                         floor->limit_s);
}

static json_t *welcome(LiveRoom *room, int person)
{
        return floor_json(room, floor_of(room));
}

static void tell(LiveRoom *room)
{
        json_t *message = floor_json(room, floor_of(room));
        json_object_set_new(message, "t", json_string("floor"));
        live_broadcast(room, message);
}

/* --- Changing it -------------------------------------------------------------------------------------------------- */

static bool write_floor(Db *db, const LiveMoment *moment, gpointer floor)
{
        return floor_store_keep(db, moment, floor);
}

static void after_floor(LiveRoom *room, LiveClient *client, gpointer floor, bool kept)
{
        if (kept) {
                *floor_of(room) = *(Floor *)floor;
                tell(room);
        } else {
                *asked_of(room) = *floor_of(room);
                if (client)
                        live_refuse(client, "floor", NULL,
                                    N_("This could not be noted: the server's disk may be full. Try again."));
        }
}

static const LiveWrite keeping = { write_floor, after_floor, g_free };

static void keep(LiveRoom *room, const LiveClient *client, Floor floor)
{
        *asked_of(room) = floor;
        live_write(room, client, &keeping, g_memdup2(&floor, sizeof floor));
}

static void give(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        json_int_t who = json_integer_value(json_object_get(message, "who"));
        Floor floor = *asked_of(room);
        if (who < 0 || who > INT32_MAX || (who && !*live_person_name(room, (int)who))) {
                live_refuse(client, "floor", NULL, N_("This person has left."));
                return;
        }
        floor.who = (int)who;
        floor.since_us = who ? live_room_moment(room).now_us : 0;
        keep(room, client, floor);
}

static void set_limit(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        json_int_t limit_s = json_integer_value(json_object_get(message, "seconds"));
        Floor floor = *asked_of(room);
        floor.limit_s = (int)CLAMP(limit_s, 0, FLOOR_LIMIT_MAX_S);
        keep(room, client, floor);
}

static void take_back(LiveRoom *room)
{
        Floor floor = *asked_of(room);
        if (!floor.who)
                return;
        floor.who = 0;
        floor.since_us = 0;
        keep(room, NULL, floor);
}

static void gone(LiveRoom *room, int person)
{
        if (asked_of(room)->who == person)
                take_back(room);
}

/* The row is floor_store_erase()'s. */
static void forgotten(LiveRoom *room, int person)
{
        Floor *floor = floor_of(room), *asked = asked_of(room);
        if (asked->who == person)
                asked->who = 0;
        if (floor->who != person)
                return;
        floor->who = 0;
        tell(room);
}

static void hall_top(Html *h, Db *db, const LiveHall *hall)
{
        int who = 0;
        g_autofree char *name = floor_store_name(db, hall->session_id, &who);
        floor_hall_view(h, &(FloorHall){ .name = name, .mine = who && who == hall->person });
}

static const LiveMessage messages[] = {
        { "floor", LIVE_HOST, 30, 10, give },
        { "floor_limit", LIVE_HOST, 30, 10, set_limit },
        { 0 },
};

const LiveFeature floor_feature = {
        .name = "floor",
        .messages = messages,
        .script = "floor/floor.js",
        .style = "floor/floor.css",
        .words = floor_room_words,
        .load = load,
        .free = g_free,
        .welcome = welcome,
        .ended = take_back,
        .gone = gone,
        .forgotten = forgotten,
        .export = floor_store_export,
        .erase = floor_store_erase,
        .expire = floor_store_expire,
        .hall_top = hall_top,
        .trace = floor_store_trace,
};
