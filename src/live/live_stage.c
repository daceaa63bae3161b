/* Seats, and what a host may do to others. */
#include "live/live_store.h"

#include <string.h>

static bool write_seat(Db *db, Act *act)
{
        return live_store_person_seat(db, act->room_id, act->person, act->number);
}

static void store_seat(Person *person)
{
        Act *act = live_act_new(person->room, write_seat, NULL);
        act->person = person->id;
        act->number = person->seat;
        live_act_push(act);
}

Person *live_seat_holder(LiveRoom *room, int seat)
{
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                if (seat != SFU_NO_SEAT && ((Person *)person)->seat == seat)
                        return person;
        return NULL;
}

/* Lines for as many seats as are in use; whoever has fewer gets a new connection with more. Never fewer again while the
 * session lasts, so that one person who comes and goes does not renegotiate everybody. */
void live_update_seats(LiveRoom *room)
{
        int highest = -1;
        for (int seat = 0; seat < SFU_SEATS; seat++)
                if (live_seat_holder(room, seat))
                        highest = seat;
        unsigned seats = MAX(live_seats_for(highest), room->seats);
        if (seats == room->seats)
                return;
        room->seats = seats;
        room->seats_changed = true;
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                if (((Person *)person)->socket && ((Person *)person)->lines_seats < seats)
                        live_offer_subscribe(person);
}

static void set_seat(Person *person, int seat)
{
        LiveRoom *room = person->room;
        person->seat = seat;
        person->mic = person->camera = person->screen = person->speaking = false;
        if (person->subscribe.value)
                sfu_own_seat(room->live->sfu, person->subscribe, seat);
        store_seat(person);
        live_person_changed(person);
        live_update_seats(room);
        live_update_air(room);
}

void live_off_stage(Person *person)
{
        if (person->seat == SFU_NO_SEAT)
                return;
        sfu_mute(person->room->live->sfu, person->room->sfu_room, person->seat, SFU_MIC, false);
        person->muted = false;
        live_close_publish(person);
        set_seat(person, SFU_NO_SEAT);
}

static int free_seat(LiveRoom *room)
{
        for (int seat = 0; seat < SFU_SEATS; seat++)
                if (!live_seat_holder(room, seat))
                        return seat;
        return SFU_NO_SEAT;
}

/* Returns false when all twelve seats are taken. */
static bool on_stage(Person *person)
{
        if (person->seat != SFU_NO_SEAT)
                return true;
        int seat = free_seat(person->room);
        if (seat == SFU_NO_SEAT)
                return false;
        set_seat(person, seat);
        live_hand_drop(person);
        return true;
}

void live_take(Client *client, json_t *message)
{
        if (client->person->role < LIVE_SPEAKER)
                live_refuse(client, "take", NULL, N_("Raise your hand: a host brings you on stage."));
        else if (client->room->ended)
                live_refuse(client, "take", NULL, N_("The session is over."));
        else if (!on_stage(client->person))
                live_refuse(client, "take", NULL, N_("All twelve seats are taken."));
}

void live_leave(Client *client, json_t *message)
{
        live_off_stage(client->person);
}

/* The person a host's message is about, here now; refuses otherwise. */
static Person *target(Client *client, json_t *message, const char *of)
{
        Person *person = live_person_find(client->room, (int)json_integer_value(json_object_get(message, "who")));
        if (person && live_person_here(person))
                return person;
        live_refuse(client, of, NULL, N_("This person has left."));
        return NULL;
}

void live_stage(Client *client, json_t *message)
{
        Person *person = target(client, message, "stage");
        if (!person)
                return;
        if (!json_is_true(json_object_get(message, "on")))
                live_off_stage(person);
        else if (client->room->ended)
                live_refuse(client, "stage", NULL, N_("The session is over."));
        else if (!on_stage(person))
                live_refuse(client, "stage", NULL, N_("All twelve seats are taken."));
}

void live_mute(Client *client, json_t *message)
{
        Person *person = target(client, message, "mute");
        if (!person || person->seat == SFU_NO_SEAT)
                return;
        person->muted = true;
        person->mic = false;
        sfu_mute(client->room->live->sfu, client->room->sfu_room, person->seat, SFU_MIC, true);
        live_person_changed(person);
}

static bool write_removed(Db *db, Act *act)
{
        return live_store_person_remove(db, act->room_id, act->person);
}

void live_remove(Client *client, json_t *message)
{
        Person *person = target(client, message, "remove");
        if (!person || person == client->person)
                return;
        live_off_stage(person);
        live_hand_drop(person);
        person->removed = true;
        Act *act = live_act_new(client->room, write_removed, NULL);
        act->person = person->id;
        live_act_push(act);
        if (!person->socket) {
                person->away_until_us = 1; /* the next tick lets it go */
                return;
        }
        Client *other = socket_data(person->socket);
        live_bye(other, 1008, "removed", N_("A host has asked you to leave this session."));
        live_room_left(other, true);
}

/* Another person shares already. */
static bool screen_taken(Person *person)
{
        GHashTableIter people;
        gpointer other;
        g_hash_table_iter_init(&people, person->room->people);
        while (g_hash_table_iter_next(&people, NULL, &other))
                if (other != person && ((Person *)other)->screen)
                        return true;
        return false;
}

void live_state(Client *client, json_t *message)
{
        Person *person = client->person;
        if (person->seat == SFU_NO_SEAT)
                return;
        bool screen = json_is_true(json_object_get(message, "screen"));
        if (screen && screen_taken(person)) {
                live_refuse(client, "state", NULL, N_("Somebody else shares a screen. One at a time."));
                screen = false;
        }
        person->mic = json_is_true(json_object_get(message, "mic"));
        person->camera = json_is_true(json_object_get(message, "camera"));
        person->screen = screen;
        if (person->mic && person->muted) {
                person->muted = false;
                sfu_mute(client->room->live->sfu, client->room->sfu_room, person->seat, SFU_MIC, false);
        }
        sfu_mute(client->room->live->sfu, client->room->sfu_room, person->seat, SFU_SCREEN, !screen);
        live_person_changed(person);
        live_update_air(client->room);
}

static bool write_consent(Db *db, Act *act)
{
        return live_store_consent(db, act->room_id, act->person, act->flag, act->now_us);
}

static void after_consent(LiveRoom *room, Act *act, bool kept)
{
        Person *person = live_person_find(room, act->person);
        if (!kept || !person)
                return;
        person->consent = act->flag;
        live_person_changed(person);
        live_update_air(room);
}

void live_consent(Client *client, json_t *message)
{
        Act *act = live_act_new(client->room, write_consent, after_consent);
        act->person = client->person->id;
        act->flag = json_is_true(json_object_get(message, "yes"));
        if (!act->flag) { /* a no takes effect at once, also when it could not be written */
                client->person->consent = 0;
                live_update_air(client->room);
        }
        live_act_push(act);
}
