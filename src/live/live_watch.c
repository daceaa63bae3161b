/* Places: who is in the room by WebRTC, and who watches what is on air by its live list (HLS), a few seconds behind.
 * Both have the same socket, the discussion and the questions; hands, microphone and camera need a place. */
#include "live/live_private.h"

bool live_may_watch(const LiveRoom *room)
{
        return !room->parent_id && !live_is_team_room(room->id); /* these are never recorded */
}

void live_count_places(LiveRoom *room, const Person *but, unsigned *ret_places, unsigned *ret_watchers)
{
        *ret_places = *ret_watchers = 0;
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *person = value;
                if (person == but || person->projector)
                        continue;
                bool here = live_person_here(person);
                *ret_watchers += here && person->watches;
                *ret_places += (here && !person->watches) || person->waits;
        }
}

static bool has_free_place(LiveRoom *room, const Person *but)
{
        unsigned places, watchers;
        live_count_places(room, but, &places, &watchers);
        return places < room->live->places;
}

void live_choose_place(Person *person, bool asked, bool had_place)
{
        LiveRoom *room = person->room;
        unsigned places, watchers;
        if (!live_may_watch(room) || person->projector || live_place_of(person) != SFU_NO_SEAT) {
                person->watches = false;
                return;
        }
        live_count_places(room, person, &places, &watchers);
        bool full = !had_place && person->role < LIVE_SPEAKER && places >= room->live->places;
        person->watches = full || (asked && watchers < room->live->watchers);
        if (person->watches)
                live_close_media(person);
}

json_t *live_watching_json(Person *person)
{
        LiveRoom *room = person->room;
        bool free = !person->watches || person->role >= LIVE_SPEAKER || has_free_place(room, person);
        room->free_told &= free; /* who hears that none is free waits to hear that one is, however soon that comes */
        return json_pack("{s:b, s:b, s:s?}", "on", person->watches, "free", free, "list", room->list_url);
}

static void tell(Person *person)
{
        json_t *message = live_watching_json(person);
        json_object_set_new(message, "t", json_string("watching"));
        live_send(person->socket, message);
}

void live_tell_watchers(LiveRoom *room)
{
        bool free = has_free_place(room, NULL), same_list = g_strcmp0(room->list_url, room->list_told) == 0;
        if (free == room->free_told && same_list)
                return;
        room->free_told = free;
        g_free(room->list_told);
        room->list_told = g_strdup(room->list_url);
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (person->socket && (person->watches || !same_list))
                        tell(person);
        }
}

/* From the room to watching alone. */
static void give_up_place(Client *client)
{
        Person *person = client->person;
        LiveRoom *room = client->room;
        unsigned places, watchers;
        live_count_places(room, person, &places, &watchers);
        if (!live_may_watch(room))
                live_refuse(client, "watch", NULL,
                            N_("What happens here is not recorded: there is nothing to watch from outside."));
        else if (live_place_of(person) != SFU_NO_SEAT || person->seat_asked != SFU_NO_SEAT)
                live_refuse(client, "watch", NULL, N_("You are on stage, or interpret: leave your seat first."));
        else if (watchers >= room->live->watchers)
                live_refuse(client, "watch", NULL,
                            N_("Very many watch from outside already: you keep your place in the room."));
        else {
                person->watches = true;
                live_close_media(person);
                live_hand_drop(person);
        }
}

/* And back. Each time makes a connection, so it is counted as a restart of one is. */
static void come_in(Client *client)
{
        Person *person = client->person;
        if (person->role < LIVE_SPEAKER && !has_free_place(client->room, person))
                live_refuse(client, "watch", NULL,
                            N_("Somebody else was faster: all places are taken again. You go on watching, and this "
                               "page tells you when one is free."));
        else if (!live_may_restart(&person->restarts))
                live_refuse(client, "watch", NULL, N_("That was many at once. Wait a few seconds."));
        else
                person->watches = false;
}

void live_watch(Client *client, json_t *message)
{
        Person *person = client->person;
        bool on = json_is_true(json_object_get(message, "on")), before = person->watches;
        if (on && !before)
                give_up_place(client);
        else if (!on && before)
                come_in(client);
        tell(person);
        if (person->watches == before)
                return;
        live_offer_subscribe(person);
        live_person_changed(person);
}
