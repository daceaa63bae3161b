/* Seats, and what a host may do to others. */
#include "live/live_store.h"

#include <string.h>

static bool write_seat(Db *db, Act *act)
{
        act->consent = live_store_account_consent(db, act->room_id, act->account);
        return live_store_person_seat(db, act->room_id, act->person, act->number);
}

static void push_seat(Person *person, int seat, const Client *asking,
                      void (*after)(LiveRoom *room, Act *act, bool kept))
{
        Act *act = live_act_new(person->room, write_seat, after);
        act->client = asking ? asking->id : 0;
        act->person = person->id;
        act->account = person->account;
        act->number = seat;
        live_act_push(act);
}

/* Leaving waits for nothing: a camera goes off at once, the store follows. */
static void after_left(LiveRoom *room, Act *act, bool kept)
{
        Person *person = live_person_find(room, act->person);
        if (person)
                person->seat_unsaved = !kept && person->seat == SFU_NO_SEAT && person->seat_asked == SFU_NO_SEAT;
}

void live_save_seats(LiveRoom *room)
{
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (!person->seat_unsaved)
                        continue;
                person->seat_unsaved = false;
                push_seat(person, SFU_NO_SEAT, NULL, after_left);
        }
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

void live_set_seat(Person *person, int seat)
{
        LiveRoom *room = person->room;
        person->seat = seat;
        person->mic = person->camera = person->screen = person->speaking = false;
        if (person->subscribe.value)
                sfu_own_seat(room->live->sfu, person->subscribe, live_place_of(person));
        live_leave_out(person);
        live_person_changed(person);
        live_update_seats(room);
        live_update_air(room);
}

void live_off_stage(Person *person)
{
        if (person->seat == SFU_NO_SEAT && person->seat_asked == SFU_NO_SEAT)
                return;
        person->seat_asked = SFU_NO_SEAT;
        push_seat(person, SFU_NO_SEAT, NULL, after_left);
        if (person->seat == SFU_NO_SEAT)
                return;
        sfu_mute(person->room->live->sfu, person->room->sfu_room, person->seat, SFU_MIC, false);
        person->muted = false;
        live_close_publish(person);
        live_set_seat(person, SFU_NO_SEAT);
}

int live_room_places(const LiveRoom *room)
{
        return room->doorway.workshop ? SFU_SEATS : STAGE_SEATS;
}

int live_free_seat(LiveRoom *room)
{
        unsigned taken = 0; /* a bit a seat */
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                const Person *person = value;
                if (person->seat != SFU_NO_SEAT)
                        taken |= 1u << person->seat;
                if (person->seat_asked != SFU_NO_SEAT)
                        taken |= 1u << person->seat_asked;
        }
        for (int seat = 0; seat < live_room_places(room); seat++)
                if (!(taken & 1u << seat))
                        return seat;
        return SFU_NO_SEAT;
}

/* A seat is taken once the store has it: after a power cut everybody sits where they were told. */
static void after_seat(LiveRoom *room, Act *act, bool kept)
{
        Person *person = live_person_find(room, act->person);
        Client *asking = live_act_client(act);
        if (!person || person->seat_asked != act->number)
                return; /* has left again meanwhile */
        person->seat_asked = SFU_NO_SEAT;
        if (!kept) {
                if (asking)
                        live_refuse(asking, asking->person == person ? "take" : "stage", NULL,
                                    N_("The seat could not be noted: the server's disk may be full. Try again."));
                return;
        }
        if (act->consent >= 0)
                person->consent = act->consent;
        live_set_seat(person, act->number);
        live_hand_drop(person);
}

/* Returns false when all seats are taken. */
static bool on_stage(Person *person, const Client *asking)
{
        if (person->seat != SFU_NO_SEAT || person->seat_asked != SFU_NO_SEAT)
                return true;
        int seat = live_free_seat(person->room);
        if (seat == SFU_NO_SEAT)
                return false;
        person->seat_asked = seat;
        push_seat(person, seat, asking, after_seat);
        return true;
}

static const char *full_text(const LiveRoom *room)
{
        return room->doorway.workshop ? N_("All thirty seats are taken.") : N_("All twelve seats are taken.");
}

void live_take(Client *client, json_t *message)
{
        bool workshop = client->room->doorway.workshop;
        if (workshop && !*client->person->name)
                live_refuse(client, "take", NULL, N_("Say your name: 1 to 60 characters."));
        else if (!workshop && client->person->role < LIVE_SPEAKER)
                live_refuse(client, "take", NULL, N_("Raise your hand: a host brings you on stage."));
        else if (client->room->ended)
                live_refuse(client, "take", NULL, N_("The session is over."));
        else if (client->person->booth != SFU_NO_SEAT)
                live_refuse(client, "take", NULL, N_("You interpret now. Leave the booth first."));
        else if (!on_stage(client->person, client))
                live_refuse(client, "take", NULL, full_text(client->room));
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
        bool on = json_is_true(json_object_get(message, "on"));
        if (person->encoder)
                live_encoder_hold(person, !on);
        else if (person->hall)
                live_refuse(client, "stage", NULL,
                            N_("This person is in the hall: the microphone goes to them there."));
        else if (!on)
                live_off_stage(person);
        else if (person->watches)
                live_refuse(
                        client, "stage", NULL,
                        N_("This person watches from outside, a few seconds behind: they come into the room first."));
        else if (client->room->ended)
                live_refuse(client, "stage", NULL, N_("The session is over."));
        else if (person->booth != SFU_NO_SEAT)
                live_refuse(client, "stage", NULL, N_("This person interprets now, and leaves the booth first."));
        else if (!on_stage(person, client))
                live_refuse(client, "stage", NULL, full_text(client->room));
}

void live_mute(Client *client, json_t *message)
{
        Person *person = target(client, message, "mute");
        if (!person || person->seat == SFU_NO_SEAT)
                return;
        /* a person lifts it by their own microphone's button; a camera has none */
        bool on = !person->encoder || !json_is_false(json_object_get(message, "on"));
        person->muted = on;
        person->mic = !on;
        sfu_mute(client->room->live->sfu, client->room->sfu_room, person->seat, SFU_MIC, on);
        live_person_changed(person);
        if (person->socket) /* what others see of it may be that person's own doing of a moment ago */
                live_send(person->socket, json_pack("{s:s}", "t", "muted"));
}

static bool write_removed(Db *db, Act *act)
{
        return live_store_person_remove(db, act->room_id, act->person);
}

void live_note_removed(Person *person)
{
        person->removed = true;
        Act *act = live_act_new(person->room, write_removed, NULL);
        act->person = person->id;
        live_act_push(act);
}

void live_remove(Client *client, json_t *message)
{
        if (live_is_team_room(client->room->id)) { /* no session ends there, and a removal lasts until then */
                live_refuse(client, "remove", NULL, N_("Whoever is in the team may be here."));
                return;
        }
        Person *person = target(client, message, "remove");
        if (!person || person == client->person)
                return;
        live_off_stage(person);
        live_hand_drop(person);
        live_note_removed(person);
        live_part_removed(client->room, person->id);
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
        if (person->booth != SFU_NO_SEAT)
                live_booth_state(person, json_is_true(json_object_get(message, "mic")));
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
        if (live_is_team_room(client->room->id)) /* nothing is recorded there */
                return;
        client->person->consent_turn++;
        Act *act = live_act_new(client->room, write_consent, after_consent);
        act->person = client->person->id;
        act->flag = json_is_true(json_object_get(message, "yes"));
        if (!act->flag) { /* a no takes effect at once, also when it could not be written */
                client->person->consent = 0;
                live_update_air(client->room);
        }
        live_act_push(act);
}

/* --- what was chosen elsewhere ----------------------------------------------------------------------------------- */

typedef struct {
        int person, consent;
        unsigned turn;
        int64_t account;
} Choice;

static bool write_choices(Db *db, Act *act)
{
        GArray *choices = act->extra;
        for (guint i = 0; i < choices->len; i++) {
                Choice *choice = &g_array_index(choices, Choice, i);
                choice->consent = live_store_account_consent(db, act->room_id, choice->account);
        }
        return db_answers(db);
}

static void after_choices(LiveRoom *room, Act *act, bool kept)
{
        GArray *choices = act->extra;
        bool changed = false;
        for (guint i = 0; kept && i < choices->len; i++) {
                const Choice *choice = &g_array_index(choices, Choice, i);
                Person *person = live_person_find(room, choice->person);
                if (!person || choice->consent < 0 || choice->consent == person->consent ||
                    choice->turn != person->consent_turn)
                        continue;
                person->consent = choice->consent;
                live_person_changed(person);
                changed = true;
        }
        if (changed)
                live_update_air(room);
}

static void choices_free(gpointer choices)
{
        g_array_unref(choices);
}

void live_check_consents(LiveRoom *room)
{
        g_autoptr(GArray) choices = g_array_new(FALSE, TRUE, sizeof(Choice));
        for (int seat = 0; seat < SFU_SEATS; seat++) {
                Person *person = live_seat_holder(room, seat);
                Choice choice = { person ? person->id : 0, -1, person ? person->consent_turn : 0,
                                  person ? person->account : 0 };
                if (choice.account)
                        g_array_append_val(choices, choice);
        }
        if (choices->len == 0)
                return;
        Act *act = live_act_new(room, write_choices, after_choices);
        act->extra = g_steal_pointer(&choices);
        act->free_extra = choices_free;
        live_act_push(act);
}
