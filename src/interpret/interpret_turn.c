/* Who interprets: appointed by a host or by the link of a language, in the booth, in turns. */
#include "interpret/interpret_private.h"

#include "base/time.h"

#include <sodium.h>
#include <string.h>

#define NOT_NOTED N_("This could not be noted: the server's disk may be full. Try again.")

void interpret_apply(LiveRoom *room)
{
        Interpret *interpret = interpret_of(room);
        for (int i = 0; i < SFU_CHANNELS; i++) {
                InterpretChannel *channel = &interpret->channels[i];
                live_channel(room, i, channel->code, *channel->code ? channel->who : 0);
                channel->speaks = live_person_speaks(room, channel->who); /* perhaps since before the turn */
        }
}

static int channel_of(LiveRoom *room, json_t *message)
{
        return interpret_channel(interpret_of(room), json_string_value(json_object_get(message, "language")));
}

/* --- whose turn it is --------------------------------------------------------------------------------------------- */

static bool write_turn(Db *db, const LiveMoment *moment, gpointer turn)
{
        return interpret_store_turn(db, moment->room_id, turn);
}

static void after_turn(LiveRoom *room, LiveClient *client, gpointer turn, bool kept)
{
        if (!kept) {
                if (client)
                        live_refuse(client, "turn", NULL, NOT_NOTED);
                return;
        }
        interpret_turn(interpret_of(room), turn);
        interpret_apply(room);
        interpret_tell(room);
}

static const LiveWrite turning = { write_turn, after_turn, g_free };

static void turn(LiveRoom *room, const LiveClient *client, Turn turn)
{
        live_write(room, client, &turning, g_memdup2(&turn, sizeof turn));
}

void interpret_on_turn(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        int person = live_client_person(client), channel = channel_of(room, message);
        json_int_t in_s = json_integer_value(json_object_get(message, "in_s"));
        int64_t now = live_room_moment(room).now_us;
        if (!interpret_may(interpret_of(room), person, channel)) {
                live_refuse(client, "turn", NULL, N_("You are not an interpreter of this language."));
                return;
        }
        if (json_is_false(json_object_get(message, "on"))) {
                turn(room, client, (Turn){ TURN_DROP, channel, person, now });
                return;
        }
        if (!live_in_booth(room, person)) {
                live_refuse(client, "turn", NULL, N_("Go into the booth first."));
                return;
        }
        int who = interpret_of(room)->channels[channel].who;
        bool relay = in_s > 0 && who && who != person && live_in_booth(room, who);
        int64_t at_us = now + CLAMP(in_s, 0, INTERPRET_RELAY_MAX_S) * SECOND_US;
        turn(room, client, (Turn){ relay ? TURN_RELAY : TURN_TAKE, channel, person, relay ? at_us : now });
}

/* The wish is taken out before it is written: it is due once. Not kept, the one before goes on, and both see it. */
void interpret_relay(LiveRoom *room)
{
        Interpret *interpret = interpret_of(room);
        Turn due;
        if (!interpret_due(interpret, live_room_moment(room).now_us, &due))
                return;
        interpret->channels[due.channel].next = 0;
        turn(room, NULL,
             live_in_booth(room, due.person) ? due : (Turn){ TURN_DROP, due.channel, due.person, due.at_us });
}

void interpret_leave(LiveRoom *room, int person)
{
        const Interpret *interpret = interpret_of(room);
        for (int i = 0; i < SFU_CHANNELS; i++)
                if (interpret->channels[i].who == person || interpret->channels[i].next == person)
                        turn(room, NULL, (Turn){ TURN_DROP, i, person, 0 });
}

/* --- the booth ---------------------------------------------------------------------------------------------------- */

static bool may_any(const Interpret *interpret, int person)
{
        for (int i = 0; i < SFU_CHANNELS; i++)
                if (interpret_may(interpret, person, i))
                        return true;
        return false;
}

void interpret_on_booth(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        int person = live_client_person(client);
        if (!json_is_true(json_object_get(message, "on"))) {
                live_booth_leave(room, person);
                interpret_leave(room, person);
        } else if (!may_any(interpret_of(room), person)) {
                live_refuse(client, "booth", NULL, N_("You are no interpreter in this room: a host says who is."));
                return;
        } else if (live_room_ended(room)) {
                live_refuse(client, "booth", NULL, N_("The session is over."));
                return;
        } else if (!live_booth_enter(room, person)) {
                live_refuse(client, "booth", NULL,
                            N_("You cannot go into the booth now: leave the stage first, or wait for a free place."));
                return;
        }
        interpret_apply(room); /* whose turn it was before a restart is heard again */
        interpret_tell(room);
}

void interpret_on_listen(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        live_listen(room, live_client_person(client), channel_of(room, message));
}

/* --- who may ------------------------------------------------------------------------------------------------------ */

typedef struct {
        int person, channel;
        bool on;
        char code[INTERPRET_CODE_MAX + 1];
} Appointment;

static bool write_appointment(Db *db, const LiveMoment *moment, gpointer data)
{
        const Appointment *one = data;
        return interpret_store_appoint(db, moment->room_id, one->person, one->code, one->on) &&
               (one->on ||
                interpret_store_turn(db, moment->room_id, &(Turn){ TURN_DROP, one->channel, one->person, 0 }));
}

static void after_appointment(LiveRoom *room, LiveClient *client, gpointer data, bool kept)
{
        const Appointment *one = data;
        Interpret *interpret = interpret_of(room);
        if (!kept) {
                if (client)
                        live_refuse(client, "interpreter", NULL, NOT_NOTED);
                return;
        }
        if (interpret_channel(interpret, one->code) != one->channel)
                return; /* not offered any more */
        interpret_appoint(interpret, one->person, one->channel, one->on);
        if (!one->on)
                interpret_turn(interpret, &(Turn){ TURN_DROP, one->channel, one->person, 0 });
        if (!may_any(interpret, one->person))
                live_booth_leave(room, one->person);
        interpret_apply(room);
        interpret_tell(room);
}

static const LiveWrite appointing = { write_appointment, after_appointment, g_free };

static void appoint(LiveClient *client, int person, int channel, bool on)
{
        LiveRoom *room = live_client_room(client);
        Appointment *one = g_new(Appointment, 1);
        *one = (Appointment){ person, channel, on, { 0 } };
        g_strlcpy(one->code, interpret_of(room)->channels[channel].code, sizeof one->code);
        live_write(room, client, &appointing, one);
}

void interpret_on_interpreter(LiveClient *client, json_t *message)
{
        LiveRoom *room = live_client_room(client);
        json_int_t who = json_integer_value(json_object_get(message, "who"));
        int channel = channel_of(room, message);
        bool on = json_is_true(json_object_get(message, "on"));
        bool known = who > 0 && who <= INT32_MAX && live_person_known(room, (int)who);
        if (!known || channel == SFU_NO_CHANNEL)
                live_refuse(client, "interpreter", NULL,
                            known ? N_("The room does not offer this language any more.")
                                  : N_("This person has left."));
        else
                appoint(client, (int)who, channel, on);
}

/* The link that the organisers gave to an interpreter. */
void interpret_on_key(LiveClient *client, json_t *message)
{
        const char *key = json_string_value(json_object_get(message, "key"));
        const Interpret *interpret = interpret_of(live_client_room(client));
        for (int i = 0; key && i < SFU_CHANNELS; i++) {
                const InterpretChannel *channel = &interpret->channels[i];
                if (!*channel->code || strlen(key) != strlen(channel->key) ||
                    sodium_memcmp(key, channel->key, strlen(key)) != 0)
                        continue;
                appoint(client, live_client_person(client), i, true);
                return;
        }
        live_refuse(client, "booth_key", NULL,
                    N_("This link for interpreters is not valid any more: ask for a new one."));
}
