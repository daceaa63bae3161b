/* Cameras without a page: an encoder in the hall (OBS, WHIP) takes a seat like a person, by a key of the room. What a
 * request's thread asks (live_call) is done on the socket loop and by the writer. */
#include "live/live_call.h"
#include "live/live_store.h"
#include "base/log.h"
#include "base/time.h"
#include "rtc/sdp.h"

#include <string.h>

#define AWAY_US (15 * SECOND_US) /* to come back to the same seat, as for a person */

/* --- Its publish connection -------------------------------------------------------------------------------------- */

/* What our answer takes is what it sends from now on: an encoder says no more than its offer. */
static void note_lines(Person *person, const char *answer)
{
        g_autoptr(Sdp) sdp = sdp_parse(answer, strlen(answer), NULL);
        person->mic = person->camera = false;
        for (unsigned i = 0; sdp && i < sdp->n_media; i++) {
                const SdpMedia *line = &sdp->media[i];
                if (line->rejected || line->direction != SDP_RECVONLY)
                        continue;
                if (line->kind == SDP_AUDIO)
                        person->mic = !person->muted;
                else
                        person->camera = true;
        }
}

static void publish(Person *person, Call *call)
{
        LiveRoom *room = person->room;
        g_autoptr(GError) error = NULL;
        g_autofree char *answer = NULL;
        SfuPeer peer;
        if (!sfu_publish(room->live->sfu, room->sfu_room, (SfuParticipant){ (uint32_t)person->id }, person->seat,
                         call->offer, NULL, 0, &peer, &answer, &error)) {
                log_info("room=%" G_GINT64_FORMAT " encoder=%" G_GINT64_FORMAT " refused: %s", room->id,
                         person->encoder, error->message);
                if (!person->publish.value)
                        live_off_stage(person);
                live_call_answer(call,
                                 (LiveReply){ .verdict = live_call_verdict(error), .sdp = g_strdup(error->message) });
                return;
        }
        person->publish = peer; /* the one before, if any, is closed by the SFU: one publisher a seat */
        g_free(person->session);
        person->session = live_call_session();
        person->tag = 1;
        person->away_until_us = 0;
        person->trouble = NULL;
        note_lines(person, answer);
        live_person_changed(person);
        live_update_air(room);
        LiveReply reply = { .session = g_strdup(person->session), .tag = person->tag, .sdp = g_steal_pointer(&answer) };
        if (!live_call_answer(call, reply))
                live_person_gone(person);
}

/* --- Coming in --------------------------------------------------------------------------------------------------- */

static bool write_encoder(Db *db, Act *act)
{
        StoredPerson person = { .id = act->person, .name = act->name, .role = LIVE_SPEAKER };
        memcpy(person.key_hash, act->key_hash, KEY_HASH_BYTES);
        bool known = act->was_new ? live_store_person_add(db, act->room_id, &person, act->now_us)
                                  : live_store_person_update(db, act->room_id, act->person, act->name, LIVE_SPEAKER, 0,
                                                             act->now_us);
        return known &&
               live_store_encoder(db, act->room_id, act->person, act->account, act->flag, act->number, act->now_us);
}

/* A person that the store does not know is none. */
static void forget(Person *person)
{
        LiveRoom *room = person->room;
        g_hash_table_remove(room->by_key, person->key_hash);
        g_hash_table_remove(room->people, GINT_TO_POINTER(person->id));
}

static void after_encoder(LiveRoom *room, Act *act, bool kept)
{
        Call *call = act->extra;
        Person *person = live_person_find(room, act->person);
        if (!person || person->seat_asked != act->number)
                return; /* a host was quicker */
        person->seat_asked = SFU_NO_SEAT;
        if (!kept) {
                if (act->was_new)
                        forget(person);
                return;
        }
        if (act->flag)
                person->consent = 1;
        g_free(person->name);
        person->name = g_strdup(act->name);
        live_set_seat(person, act->number);
        if (live_call_is_wanted(call))
                publish(person, call);
        else
                live_off_stage(person);
}

static Person *add_person(LiveRoom *room, const Call *call)
{
        Person *person = g_new0(Person, 1);
        person->room = room;
        person->id = room->next_id++;
        memcpy(person->key_hash, call->encoder.seat_key, KEY_HASH_BYTES);
        person->name = g_strdup(call->name);
        person->role = LIVE_SPEAKER;
        person->seat = person->seat_asked = SFU_NO_SEAT;
        person->consent = -1;
        live_person_add(room, person);
        return person;
}

static void take_seat(LiveRoom *room, Person *person, Call *call, int seat)
{
        bool was_new = !person;
        if (was_new)
                person = add_person(room, call);
        person->encoder = call->encoder.key;
        person->seat_asked = seat;
        Act *act = live_act_new(room, write_encoder, after_encoder);
        act->person = person->id;
        act->was_new = was_new;
        act->account = call->encoder.key;
        act->flag = person->consent != 1; /* the key was made with the word that those filmed know */
        act->number = seat;
        act->name = g_strdup(call->name);
        memcpy(act->key_hash, person->key_hash, KEY_HASH_BYTES);
        act->extra = live_call_ref(call);
        act->free_extra = live_call_unref;
        live_act_push(act);
}

static void come_in(LiveRoom *room, Call *call)
{
        Person *person = g_hash_table_lookup(room->by_key, call->encoder.seat_key);
        if (person && person->removed)
                live_call_refuse(call, LIVE_REMOVED);
        else if (person && person->held)
                live_call_refuse(call, LIVE_HELD);
        else if (room->doorway.sealed)
                live_call_refuse(call, LIVE_SEALED);
        else if (room->ended)
                live_call_refuse(call, LIVE_OVER);
        else if (person && person->seat_asked != SFU_NO_SEAT)
                live_call_refuse(call, LIVE_BUSY);
        else if (person && !live_rate_allows(person->came_us, G_N_ELEMENTS(person->came_us), &person->came_next,
                                             MINUTE_US, monotonic_us()))
                live_call_refuse(call, LIVE_FAST);
        else if (person && person->seat != SFU_NO_SEAT)
                publish(person, call);
        else {
                int seat = live_free_seat(room);
                if (seat == SFU_NO_SEAT)
                        live_call_refuse(call, LIVE_FULL);
                else
                        take_seat(room, person, call, seat);
        }
}

static void ask_publish(gpointer data)
{
        live_call_when_loaded(data, come_in);
}

void live_encoder_publish(Live *live, const LivePlace *place, const LiveEncoder *encoder, const char *offer,
                          LiveReply *ret_reply)
{
        Call *call = live_call_new(live, place->room_id);
        call->opening = live_call_opening(live, place);
        call->encoder = *encoder;
        call->name = g_strdup(encoder->name);
        call->offer = g_strdup(offer);
        live_call_run(call, ask_publish, ret_reply);
}

/* --- A session that lives ---------------------------------------------------------------------------------------- */

static Person *find_session(const Call *call)
{
        LiveRoom *room = g_hash_table_lookup(call->live->rooms, &call->room_id);
        if (!room)
                return NULL;
        GHashTableIter people;
        gpointer person;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &person))
                if (((Person *)person)->session && !strcmp(((Person *)person)->session, call->session))
                        return person;
        return NULL;
}

/* --- Sessions, asked about ---------------------------------------------------------------------------------------- */

static void ask_session(gpointer data)
{
        Call *call = data;
        Person *person = find_session(call);
        LiveReply reply = { .verdict = person ? LIVE_DONE : LIVE_NO_SESSION };
        if (person && call->wish == CALL_RESTART)
                live_call_restart(call, person->publish, &person->restarts, &person->tag, &reply);
        else if (person && call->wish == CALL_END)
                live_person_gone(person);
        else if (person)
                reply.tag = person->tag;
        live_call_answer(call, reply);
        live_call_unref(call);
}

LiveVerdict live_encoder_end(Live *live, int64_t room_id, const char *session)
{
        return live_call_end(live, room_id, session, ask_session);
}

void live_encoder_look(Live *live, int64_t room_id, const char *session, LiveReply *ret_reply)
{
        live_call_run(live_call_of_session(live, room_id, session, CALL_LOOK), ask_session, ret_reply);
}

void live_encoder_restart(Live *live, int64_t room_id, const char *session, const char *ufrag, const char *pwd,
                          LiveReply *ret_reply)
{
        live_call_ask_restart(live, room_id, session, ufrag, pwd, ask_session, ret_reply);
}

typedef struct {
        Live *live;
        int64_t room_id, key;
} Revocation;

static void end_key(gpointer data)
{
        g_autofree Revocation *revocation = data;
        LiveRoom *room = g_hash_table_lookup(revocation->live->rooms, &revocation->room_id);
        if (!room)
                return;
        live_players_revoke(room, revocation->key);
        GHashTableIter people;
        gpointer value;
        g_hash_table_iter_init(&people, room->people);
        while (g_hash_table_iter_next(&people, NULL, &value)) {
                Person *person = value;
                if (person->encoder != revocation->key)
                        continue;
                person->held = false;
                live_person_gone(person);
        }
}

void live_encoder_revoke(Live *live, int64_t room_id, int64_t key)
{
        Revocation *revocation = g_new(Revocation, 1);
        *revocation = (Revocation){ live, room_id, key };
        socket_loop_run(live->sockets, end_key, revocation);
}

/* --- What happens to it in the room ------------------------------------------------------------------------------ */

void live_encoder_lost(Person *person)
{
        g_clear_pointer(&person->session, g_free);
        if (person->seat == SFU_NO_SEAT)
                return;
        person->away_until_us = monotonic_us() + AWAY_US;
        person->mic = person->camera = false;
        live_person_changed(person);
        live_update_air(person->room);
}

static bool write_held(Db *db, Act *act)
{
        return live_store_encoder_held(db, act->room_id, act->person, act->flag);
}

void live_encoder_hold(Person *person, bool held)
{
        if (person->held == held)
                return;
        person->held = held;
        Act *act = live_act_new(person->room, write_held, NULL);
        act->person = person->id;
        act->flag = held;
        live_act_push(act);
        if (held)
                live_off_stage(person);
        live_person_changed(person);
}

static bool write_trouble(Db *db, Act *act)
{
        return live_store_encoder_trouble(db, act->room_id, act->person, act->name);
}

void live_encoder_trouble(Person *person, SfuTrouble trouble)
{
        person->trouble = trouble == SFU_TROUBLE_B_FRAMES ? "b-frames" : "profile";
        Act *act = live_act_new(person->room, write_trouble, NULL);
        act->person = person->id;
        act->name = g_strdup(person->trouble);
        live_act_push(act);
        live_person_changed(person);
}
