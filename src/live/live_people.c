/* Who is there: people as the room knows them, their leaving, and the gathered news about them. */
#include "live/live_private.h"
#include "base/time.h"

#define AWAY_US (15 * SECOND_US)
#define QUIET_US (12 * SECOND_US) /* a page sends a ping every five */

void live_person_free(gpointer data)
{
        Person *person = data;
        live_close_media(person);
        g_free(person->name);
        g_free(person->network);
        g_free(person->session);
        g_free(person->slow_nonce);
        g_clear_pointer(&person->counts, g_hash_table_unref);
        g_free(person);
}

Person *live_person_find(LiveRoom *room, int id)
{
        return g_hash_table_lookup(room->people, GINT_TO_POINTER(id));
}

bool live_person_here(const Person *person)
{
        return person->socket || person->away_until_us || (person->encoder && (person->publish.value || person->held));
}

/* A machine that died says no goodbye: its socket is there for a minute still. */
static bool is_quiet(const Person *person, int64_t mono_us)
{
        return person->socket && mono_us - socket_heard_us(person->socket) > QUIET_US;
}

Person *live_person_of_account(LiveRoom *room, int64_t account)
{
        Person *found = NULL;
        int64_t now = monotonic_us();
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (account && g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (person->account != account || person->encoder || person->hall)
                        continue;
                if (person->removed)
                        return person;
                if (person->waits || person->forgetting || (person->socket && !is_quiet(person, now)))
                        continue;
                bool better = !found || live_person_here(person) > live_person_here(found) ||
                              (live_person_here(person) == live_person_here(found) && person->id > found->id);
                found = better ? person : found;
        }
        return found;
}

void live_look_whether_quiet(Person *person, int64_t mono_us)
{
        bool quiet = person->seat != SFU_NO_SEAT && is_quiet(person, mono_us);
        if (person->quiet == quiet)
                return;
        person->quiet = quiet;
        live_person_changed(person);
}

void live_person_changed(Person *person)
{
        LiveRoom *room = person->room;
        if (person->projector)
                return;
        if (g_hash_table_size(room->changed) == 0)
                room->changed_us = monotonic_us();
        g_hash_table_add(room->changed, GINT_TO_POINTER(person->id));
}

void live_person_add(LiveRoom *room, Person *person)
{
        live_forget_view(person);
        person->booth = SFU_NO_SEAT;
        person->channel = SFU_NO_CHANNEL;
        g_hash_table_insert(room->people, GINT_TO_POINTER(person->id), person);
        g_hash_table_insert(room->by_key, person->key_hash, person);
        room->next_id = MAX(room->next_id, person->id + 1);
}

json_t *live_person_json(const Person *person)
{
        json_t *consent = person->consent < 0 ? json_null() : json_boolean(person->consent);
        bool away = person->encoder ? !person->publish.value : (!person->socket && !person->hall) || person->quiet;
        json_t *json =
                json_pack("{s:i, s:s, s:s, s:o, s:b, s:b, s:b, s:b, s:o}", "id", person->id, "name", person->name,
                          "role", live_role_word(person->role), "stage",
                          person->seat == SFU_NO_SEAT ? json_null() : json_integer(person->seat), "mic", person->mic,
                          "camera", person->camera, "screen", person->screen, "away", away, "consent", consent);
        if (person->encoder)
                json_object_set_new(json, "encoder",
                                    json_pack("{s:b, s:s?}", "held", person->held, "trouble", person->trouble));
        if (person->hall)
                json_object_set_new(json, "hall", json_true());
        if (person->of_hall)
                json_object_set_new(json, "of_hall", json_integer(person->of_hall));
        if (person->booth != SFU_NO_SEAT)
                json_object_set_new(json, "booth", json_true());
        if (person->watches)
                json_object_set_new(json, "watches", json_true());
        return json;
}

/* --- leaving ----------------------------------------------------------------------------------------------------- */

void live_person_gone(Person *person)
{
        person->away_until_us = 0;
        person->gone_us = monotonic_us();
        g_clear_pointer(&person->network, g_free);
        live_off_stage(person);
        live_booth_clear(person);
        live_hand_drop(person);
        live_close_media(person);
        live_features_gone(person->room, person->id);
        live_person_changed(person);
}

void live_room_left(Client *client, bool for_good)
{
        Person *person = client->person;
        live_wait_end(client);
        if (!person)
                return;
        client->person = NULL;
        person->socket = NULL;
        person->quiet = false;
        g_atomic_int_add(&person->room->live->people_count, -1);
        person->room->present--;
        person->away_until_us = monotonic_us() + AWAY_US;
        live_person_changed(person);
        if (for_good)
                live_person_gone(person);
}

/* --- news -------------------------------------------------------------------------------------------------------- */

void live_tell_people(LiveRoom *room)
{
        json_t *set = json_array(), *left = json_array();
        GHashTableIter ids;
        gpointer id;
        g_hash_table_iter_init(&ids, room->changed);
        while (g_hash_table_iter_next(&ids, &id, NULL)) {
                Person *person = live_person_find(room, GPOINTER_TO_INT(id));
                if (person && live_person_here(person))
                        json_array_append_new(set, live_person_json(person));
                else
                        json_array_append_new(left, json_integer(GPOINTER_TO_INT(id)));
        }
        g_hash_table_remove_all(room->changed);
        json_t *message = json_pack("{s:s, s:o, s:o}", "t", "people", "set", set, "gone", left);
        if (room->seats_changed)
                json_object_set_new(message, "seats", json_integer(room->seats));
        room->seats_changed = false;
        live_broadcast(room, message);
}

void live_tell_speaking(LiveRoom *room)
{
        json_t *list = json_array();
        for (int seat = 0; seat < SFU_SEATS; seat++) {
                Person *person = live_seat_holder(room, seat);
                if (!person || !person->speaking)
                        continue;
                if (seat == room->dominant_seat)
                        json_array_insert_new(list, 0, json_integer(person->id));
                else
                        json_array_append_new(list, json_integer(person->id));
        }
        room->speaking_changed = false;
        live_broadcast(room, json_pack("{s:s, s:o}", "t", "speaking", "list", list));
}
