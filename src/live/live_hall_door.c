/* A hall in its room: the page of its projector, which watches and is nobody, and the page that brings its camera and
 * mixer. What is sent from the hall is never sent back into it. */
#include "live/live_private.h"
#include "base/time.h"

#define PROJECTORS_MAX 40 /* of a room */

int live_own_seat(const Person *person)
{
        if (!person->projector || !person->of_hall)
                return live_place_of(person);
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, person->room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *other = value;
                if (!other->projector && other->of_hall == person->of_hall && other->seat != SFU_NO_SEAT)
                        return other->seat;
        }
        return SFU_NO_SEAT;
}

void live_leave_out(const Person *person)
{
        if (!person->of_hall || person->projector)
                return;
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, person->room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *other = value;
                if (other->projector && other->of_hall == person->of_hall && other->subscribe.value)
                        sfu_own_seat(person->room->live->sfu, other->subscribe, live_own_seat(other));
        }
}

static unsigned count_projectors(LiveRoom *room)
{
        unsigned count = 0;
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value))
                count += ((const Person *)value)->projector && live_person_here(value);
        return count;
}

/* Nothing is written of it: it comes back as another one after a restart, and misses nothing by that. */
void live_projector_join(Client *client, json_t *message)
{
        LiveRoom *room = client->room;
        const char *key = json_string_value(json_object_get(message, "key"));
        unsigned char hash[KEY_HASH_BYTES];
        if (key)
                live_hash_key(key, hash);
        Person *person = key ? g_hash_table_lookup(room->by_key, hash) : NULL;
        if (person && (!person->projector || person->of_hall != client->opening->hall || person->forgetting))
                person = NULL;
        if (!person && count_projectors(room) >= PROJECTORS_MAX) {
                live_bye(client, 1008, "full", N_("Forty screens show this room already: close one of them."));
                return;
        }
        g_autofree char *given = person ? g_strdup(key) : live_new_key();
        if (!person) {
                person = g_new0(Person, 1);
                person->room = room;
                person->id = room->next_id++;
                person->name = g_strdup("");
                person->seat = person->seat_asked = SFU_NO_SEAT;
                person->consent = -1;
                person->projector = true;
                live_hash_key(given, person->key_hash);
                live_person_add(room, person);
        }
        g_free(client->key);
        client->key = g_steal_pointer(&given);
        json_decref(client->join);
        client->join = json_incref(message);
        live_enter(client, person);
}

typedef struct {
        Live *live;
        int64_t room_id, hall;
} Revoked;

static void let_go(gpointer data)
{
        Revoked *revoked = data;
        LiveRoom *room = g_hash_table_lookup(revoked->live->rooms, &revoked->room_id);
        GHashTableIter people;
        gpointer value;
        if (room)
                g_hash_table_iter_init(&people, room->people);
        while (room && g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (person->of_hall != revoked->hall)
                        continue;
                if (!person->projector) { /* as hall_store.c has written it: its key opens nothing more */
                        person->removed = true;
                        person->role = LIVE_GUEST;
                        live_off_stage(person);
                }
                if (!person->socket)
                        continue;
                Client *client = socket_data(person->socket);
                live_bye(client, 1008, "removed", N_("The link of this hall was taken back."));
                live_room_left(client, true);
        }
        g_free(revoked);
}

void live_hall_revoke(Live *live, int64_t room_id, int64_t hall)
{
        Revoked *revoked = g_new(Revoked, 1);
        *revoked = (Revoked){ live, room_id, hall };
        socket_loop_run(live->sockets, let_go, revoked);
}
