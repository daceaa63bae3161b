/* Cameras without a page: an encoder in the hall (OBS, WHIP) takes a seat like a person, by a key of the room. Players
 * without one (WHEP) see what is on air. What a request's thread asks is done on the socket loop and by the writer; the
 * thread waits for the outcome. */
#include "live/live_store.h"
#include "base/log.h"
#include "base/time.h"
#include "rtc/sdp.h"

#include <sodium.h>
#include <string.h>

#define WAIT_US (5 * SECOND_US)  /* encoders themselves give up after 8 s */
#define AWAY_US (15 * SECOND_US) /* to come back to the same seat, as for a person */
#define SESSION_BYTES 16
#define PLAYERS_MAX 100        /* of a room, without pages */
#define NETWORK_PLAYERS_MAX 20 /* of one network, without a key */

/* --- A request's thread waits for the loop ----------------------------------------------------------------------- */

typedef struct {
        GMutex mutex;
        GCond done;
        int refs; /* the waiting thread, and whoever carries it on; under the mutex, as the next two */
        bool answered, given_up;
        LiveReply reply;
        /* what is asked */
        Live *live;
        LiveOpening *opening;
        LiveEncoder encoder;
        char *name, *offer, *session, *network;
        int64_t room_id;
        bool ends;
} Call;

void live_reply_clear(LiveReply *reply)
{
        g_clear_pointer(&reply->session, g_free);
        g_clear_pointer(&reply->sdp, g_free);
}

static Call *call_new(Live *live, int64_t room_id)
{
        Call *call = g_new0(Call, 1);
        g_mutex_init(&call->mutex);
        g_cond_init(&call->done);
        call->refs = 2;
        call->live = live;
        call->room_id = room_id;
        return call;
}

static void call_free(Call *call)
{
        live_reply_clear(&call->reply);
        if (call->opening)
                live_opening_free(call->opening);
        g_free(call->name);
        g_free(call->offer);
        g_free(call->session);
        g_free(call->network);
        g_mutex_clear(&call->mutex);
        g_cond_clear(&call->done);
        g_free(call);
}

/* Nobody carries it on any more: the thread need not wait longer. */
static void call_unref(gpointer data)
{
        Call *call = data;
        g_mutex_lock(&call->mutex);
        bool last = --call->refs == 0;
        if (call->refs == 1 && !call->answered) {
                call->reply.verdict = LIVE_BUSY;
                call->answered = true;
                g_cond_signal(&call->done);
        }
        g_mutex_unlock(&call->mutex);
        if (last)
                call_free(call);
}

static Call *call_ref(Call *call)
{
        g_mutex_lock(&call->mutex);
        call->refs++;
        g_mutex_unlock(&call->mutex);
        return call;
}

/* Takes what reply holds. False when nobody waits any more: what was done is to be undone. */
static bool call_answer(Call *call, LiveReply reply)
{
        g_mutex_lock(&call->mutex);
        bool heard = !call->given_up;
        live_reply_clear(&call->reply);
        call->reply = reply;
        call->answered = true;
        g_cond_signal(&call->done);
        g_mutex_unlock(&call->mutex);
        return heard;
}

static bool call_is_wanted(Call *call)
{
        g_mutex_lock(&call->mutex);
        bool wanted = !call->given_up;
        g_mutex_unlock(&call->mutex);
        return wanted;
}

/* Asks the loop and waits. Ends the caller's hold on it. */
static void call_run(Call *call, void (*ask)(gpointer call), LiveReply *ret_reply)
{
        gint64 until_us = g_get_monotonic_time() + WAIT_US;
        socket_loop_run(call->live->sockets, ask, call);
        g_mutex_lock(&call->mutex);
        while (!call->answered && g_cond_wait_until(&call->done, &call->mutex, until_us))
                ;
        call->given_up = !call->answered;
        *ret_reply = call->answered ? call->reply : (LiveReply){ .verdict = LIVE_BUSY };
        call->reply = (LiveReply){ 0 };
        g_mutex_unlock(&call->mutex);
        call_unref(call);
}

/* --- Its publish connection -------------------------------------------------------------------------------------- */

static char *new_session(void)
{
        unsigned char bytes[SESSION_BYTES];
        char text[SESSION_BYTES * 2 + 1];
        randombytes_buf(bytes, sizeof bytes);
        return g_strdup(sodium_bin2hex(text, sizeof text, bytes, sizeof bytes));
}

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

static LiveVerdict verdict_of(const GError *error)
{
        return g_error_matches(error, SFU_ERROR, SFU_ERROR_SDP) ? LIVE_BAD_OFFER : LIVE_BUSY;
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
                call_answer(call, (LiveReply){ .verdict = verdict_of(error), .sdp = g_strdup(error->message) });
                return;
        }
        person->publish = peer; /* the one before, if any, is closed by the SFU: one publisher a seat */
        g_free(person->session);
        person->session = new_session();
        person->tag = 1;
        person->away_until_us = 0;
        person->trouble = NULL;
        note_lines(person, answer);
        live_person_changed(person);
        live_update_air(room);
        LiveReply reply = { .session = g_strdup(person->session), .tag = person->tag, .sdp = g_steal_pointer(&answer) };
        if (!call_answer(call, reply))
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
        if (call_is_wanted(call))
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
        act->extra = call_ref(call);
        act->free_extra = call_unref;
        live_act_push(act);
}

static void refuse(Call *call, LiveVerdict verdict)
{
        call_answer(call, (LiveReply){ .verdict = verdict });
}

static void come_in(LiveRoom *room, Call *call)
{
        Person *person = g_hash_table_lookup(room->by_key, call->encoder.seat_key);
        if (person && person->removed)
                refuse(call, LIVE_REMOVED);
        else if (person && person->held)
                refuse(call, LIVE_HELD);
        else if (room->ended)
                refuse(call, LIVE_OVER);
        else if (person && person->seat_asked != SFU_NO_SEAT)
                refuse(call, LIVE_BUSY);
        else if (person && !live_rate_allows(person->came_us, G_N_ELEMENTS(person->came_us), &person->came_next,
                                             MINUTE_US, monotonic_us()))
                refuse(call, LIVE_FAST);
        else if (person && person->seat != SFU_NO_SEAT)
                publish(person, call);
        else {
                int seat = live_free_seat(room);
                if (seat == SFU_NO_SEAT)
                        refuse(call, LIVE_FULL);
                else
                        take_seat(room, person, call, seat);
        }
}

static bool write_nothing(Db *db, Act *act)
{
        return true;
}

static void after_loaded(LiveRoom *room, Act *act, bool kept)
{
        if (room->loaded)
                come_in(room, act->extra);
}

static void ask_publish(gpointer data)
{
        Call *call = data;
        LiveRoom *room = live_room_get(call->live, call->opening);
        if (room->loaded) {
                come_in(room, call);
        } else { /* the writer keeps its order: this comes after the loading that has just been asked for */
                Act *act = live_act_new(room, write_nothing, after_loaded);
                act->extra = call_ref(call);
                act->free_extra = call_unref;
                live_act_push(act);
        }
        call_unref(call);
}

static LiveOpening *opening_of(Live *live, const LivePlace *place)
{
        LiveOpening *opening = g_new0(LiveOpening, 1);
        *opening = (LiveOpening){ .live = live,
                                  .event_id = place->event_id,
                                  .room_id = place->room_id,
                                  .room_title = g_strdup(place->room_title),
                                  .room_slug = g_strdup(place->room_slug),
                                  .event_slug = g_strdup(place->event_slug) };
        return opening;
}

void live_encoder_publish(Live *live, const LivePlace *place, const LiveEncoder *encoder, const char *offer,
                          LiveReply *ret_reply)
{
        Call *call = call_new(live, place->room_id);
        call->opening = opening_of(live, place);
        call->encoder = *encoder;
        call->name = g_strdup(encoder->name);
        call->offer = g_strdup(offer);
        call_run(call, ask_publish, ret_reply);
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

/* --- Players ------------------------------------------------------------------------------------------------------ */

typedef struct {
        Live *live;
        char *session, *network;
        int64_t key;
        SfuPeer peer;
} Player;

static void player_free(gpointer data)
{
        Player *player = data;
        sfu_peer_close(player->live->sfu, player->peer);
        g_free(player->session);
        g_free(player->network);
        g_free(player);
}

void live_player_gone(LiveRoom *room, SfuPeer peer)
{
        for (guint i = 0; room->players && i < room->players->len; i++) {
                if (((Player *)room->players->pdata[i])->peer.value != peer.value)
                        continue;
                g_ptr_array_remove_index_fast(room->players, i);
                return;
        }
}

static bool players_are_full(const LiveRoom *room, const Call *call)
{
        unsigned of_network = 0;
        for (guint i = 0; i < room->players->len; i++) {
                const Player *player = room->players->pdata[i];
                of_network += !player->key && call->network && !g_strcmp0(player->network, call->network);
        }
        return room->players->len >= PLAYERS_MAX || (!call->encoder.key && of_network >= NETWORK_PLAYERS_MAX);
}

static void play(LiveRoom *room, Call *call)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *answer = NULL;
        SfuPeer peer;
        if (!room->players)
                room->players = g_ptr_array_new_with_free_func(player_free);
        if (players_are_full(room, call)) {
                refuse(call, LIVE_FULL);
                return;
        }
        if (!sfu_play(room->live->sfu, room->sfu_room, call->offer, &peer, &answer, &error)) {
                call_answer(call, (LiveReply){ .verdict = verdict_of(error), .sdp = g_strdup(error->message) });
                return;
        }
        Player *player = g_new(Player, 1);
        *player = (Player){ room->live, new_session(), g_strdup(call->network), call->encoder.key, peer };
        g_ptr_array_add(room->players, player);
        LiveReply reply = { .session = g_strdup(player->session), .tag = 1, .sdp = g_steal_pointer(&answer) };
        if (!call_answer(call, reply))
                live_player_gone(room, peer);
}

static void ask_play(gpointer data)
{
        Call *call = data;
        play(live_room_get(call->live, call->opening), call);
        call_unref(call);
}

void live_player_start(Live *live, const LivePlace *place, int64_t key, const char *network, const char *offer,
                       LiveReply *ret_reply)
{
        Call *call = call_new(live, place->room_id);
        call->opening = opening_of(live, place);
        call->encoder.key = key;
        call->network = g_strdup(network);
        call->offer = g_strdup(offer);
        call_run(call, ask_play, ret_reply);
}

static Player *find_player(const Call *call)
{
        LiveRoom *room = g_hash_table_lookup(call->live->rooms, &call->room_id);
        for (guint i = 0; room && room->players && i < room->players->len; i++)
                if (!strcmp(((Player *)room->players->pdata[i])->session, call->session))
                        return room->players->pdata[i];
        return NULL;
}

static void ask_player(gpointer data)
{
        Call *call = data;
        const Player *player = find_player(call);
        LiveReply reply = { .verdict = player ? LIVE_DONE : LIVE_NO_SESSION, .tag = 1 };
        if (player && call->ends)
                live_player_gone(g_hash_table_lookup(call->live->rooms, &call->room_id), player->peer);
        call_answer(call, reply);
        call_unref(call);
}

/* --- Sessions, asked about ---------------------------------------------------------------------------------------- */

static void ask_session(gpointer data)
{
        Call *call = data;
        Person *person = find_session(call);
        LiveReply reply = { .verdict = person ? LIVE_DONE : LIVE_NO_SESSION, .tag = person ? person->tag : 0 };
        if (person && call->ends)
                live_person_gone(person);
        call_answer(call, reply);
        call_unref(call);
}

static void run_session(Live *live, int64_t room_id, const char *session, bool plays, bool ends, LiveReply *ret_reply)
{
        Call *call = call_new(live, room_id);
        call->session = g_strdup(session);
        call->ends = ends;
        call_run(call, plays ? ask_player : ask_session, ret_reply);
}

LiveVerdict live_encoder_end(Live *live, int64_t room_id, const char *session)
{
        g_auto(LiveReply) reply = { 0 };
        run_session(live, room_id, session, false, true, &reply);
        return reply.verdict;
}

void live_encoder_look(Live *live, int64_t room_id, const char *session, LiveReply *ret_reply)
{
        run_session(live, room_id, session, false, false, ret_reply);
}

LiveVerdict live_player_end(Live *live, int64_t room_id, const char *session)
{
        g_auto(LiveReply) reply = { 0 };
        run_session(live, room_id, session, true, true, &reply);
        return reply.verdict;
}

void live_player_look(Live *live, int64_t room_id, const char *session, LiveReply *ret_reply)
{
        run_session(live, room_id, session, true, false, ret_reply);
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
        for (guint i = room->players ? room->players->len : 0; i > 0; i--)
                if (((Player *)room->players->pdata[i - 1])->key == revocation->key)
                        g_ptr_array_remove_index_fast(room->players, i - 1);
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
