/* Parts of a room (groups of a workshop): each is a room in all else, with media, seats and words of its own, whose
 * number is the part's with a minus. Who comes is known to the whole by the same key, and has the same number. */
#include "live/live_store.h"

#include <string.h>

LiveRoom *live_part_of(LiveRoom *room)
{
        LiveRoom *whole = room->parent_id ? g_hash_table_lookup(room->live->rooms, &room->parent_id) : room;
        return whole && whole->loaded ? whole : room;
}

int64_t live_room_part(const LiveRoom *room)
{
        return room->parent_id ? -room->id : 0;
}

LiveRoom *live_part(LiveRoom *room, int64_t part)
{
        int64_t id = -part;
        LiveRoom *found = g_hash_table_lookup(room->live->rooms, &id);
        return found && found->loaded && found->parent_id == room->id ? found : NULL;
}

bool live_room_is_workshop(const LiveRoom *room)
{
        return room->doorway.workshop;
}

GArray *live_present(LiveRoom *room)
{
        GArray *ids = g_array_new(FALSE, FALSE, sizeof(int));
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *person = value;
                if (!person->encoder && !person->hall && live_person_here(person))
                        g_array_append_val(ids, person->id);
        }
        return ids;
}

unsigned live_part_count(LiveRoom *room, int64_t part)
{
        LiveRoom *place = live_part(room, part);
        g_autoptr(GArray) ids = place ? live_present(place) : NULL;
        return ids ? ids->len : 0;
}

static void send_back(Person *person)
{
        if (person->socket)
                live_bye(socket_data(person->socket), 1000, "moved", N_("You go back to the room."));
}

void live_part_send_back(LiveRoom *room, int64_t part, int person)
{
        LiveRoom *place = live_part(room, part);
        Person *known = place ? live_person_find(place, person) : NULL;
        if (known)
                send_back(known);
}

void live_part_close(LiveRoom *room, int64_t part)
{
        LiveRoom *place = live_part(room, part);
        if (!place)
                return;
        place->closing = true;
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, place->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                send_back(person);
}

void live_part_removed(LiveRoom *room, int person)
{
        LiveRoom *whole = live_part_of(room);
        Person *known = whole == room ? NULL : live_person_find(whole, person);
        if (known)
                live_note_removed(known);
}

bool live_part_is_done(const LiveRoom *room)
{
        GHashTableIter clients;
        gpointer client;
        g_hash_table_iter_init(&clients, room->live->clients);
        while (room->closing && g_hash_table_iter_next(&clients, NULL, &client))
                if (((const Client *)client)->room == room)
                        return false;
        return room->closing;
}

void live_part_rename(LiveRoom *room, int64_t part, const char *name)
{
        LiveRoom *place = live_part(room, part);
        if (!place || strcmp(place->title, name) == 0)
                return;
        g_free(place->title);
        place->title = g_strdup(name);
        live_broadcast(place, json_pack("{s:s, s:o}", "t", "kind", "room", live_room_json(place)));
}

Person *live_part_guest(Client *client, const unsigned char hash[KEY_HASH_BYTES])
{
        LiveRoom *part = client->room, *whole = live_part_of(part);
        Person *person = whole == part ? NULL : g_hash_table_lookup(whole->by_key, hash);
        bool may = person && !person->removed && !person->forgetting && !person->outside &&
                   !live_person_waits(person) && !part->closing && live_features_admit(whole, -part->id, person->id);
        if (may)
                return person;
        live_bye(client, 1000, "moved", N_("You go back to the room."));
        return NULL;
}
