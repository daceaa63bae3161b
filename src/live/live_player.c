/* Players without a page (WHEP): screens of other halls see what is on air in a room. */
#include "live/live_call.h"

#include <string.h>

#define PLAYERS_MAX 100        /* of a room, without pages */
#define NETWORK_PLAYERS_MAX 20 /* of one network, without a key */

typedef struct {
        Live *live;
        char *session, *network;
        int64_t key;
        SfuPeer peer;
        unsigned tag;
        LiveRestarts restarts;
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
        bool rehearsal = room->doorway.door == DOOR_REHEARSAL;
        if (rehearsal || (room->doorway.door != DOOR_OPEN && !call->encoder.key)) {
                live_call_refuse(call, LIVE_CLOSED);
                return;
        }
        if (room->doorway.sealed) {
                live_call_refuse(call, LIVE_SEALED);
                return;
        }
        if (players_are_full(room, call)) {
                live_call_refuse(call, LIVE_FULL);
                return;
        }
        if (!sfu_play(room->live->sfu, room->sfu_room, call->offer, &peer, &answer, &error)) {
                live_call_answer(call,
                                 (LiveReply){ .verdict = live_call_verdict(error), .sdp = g_strdup(error->message) });
                return;
        }
        Player *player = g_new(Player, 1);
        *player = (Player){ .live = room->live,
                            .session = live_call_session(),
                            .network = g_strdup(call->network),
                            .key = call->encoder.key,
                            .peer = peer,
                            .tag = 1 };
        g_ptr_array_add(room->players, player);
        LiveReply reply = { .session = g_strdup(player->session), .tag = 1, .sdp = g_steal_pointer(&answer) };
        if (!live_call_answer(call, reply))
                live_player_gone(room, peer);
}

static void ask_play(gpointer data)
{
        live_call_when_loaded(data, play);
}

void live_player_start(Live *live, const LivePlace *place, int64_t key, const char *network, const char *offer,
                       LiveReply *ret_reply)
{
        Call *call = live_call_new(live, place->room_id);
        call->opening = live_call_opening(live, place);
        call->encoder.key = key;
        call->network = g_strdup(network);
        call->offer = g_strdup(offer);
        live_call_run(call, ask_play, ret_reply);
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
        Player *player = find_player(call);
        LiveReply reply = { .verdict = player ? LIVE_DONE : LIVE_NO_SESSION };
        if (player && call->wish == CALL_RESTART)
                live_call_restart(call, player->peer, &player->restarts, &player->tag, &reply);
        else if (player && call->wish == CALL_END)
                live_player_gone(g_hash_table_lookup(call->live->rooms, &call->room_id), player->peer);
        else if (player)
                reply.tag = player->tag;
        live_call_answer(call, reply);
        live_call_unref(call);
}

LiveVerdict live_player_end(Live *live, int64_t room_id, const char *session)
{
        return live_call_end(live, room_id, session, ask_player);
}

void live_player_look(Live *live, int64_t room_id, const char *session, LiveReply *ret_reply)
{
        live_call_run(live_call_of_session(live, room_id, session, CALL_LOOK), ask_player, ret_reply);
}

void live_player_restart(Live *live, int64_t room_id, const char *session, const char *ufrag, const char *pwd,
                         LiveReply *ret_reply)
{
        live_call_ask_restart(live, room_id, session, ufrag, pwd, ask_player, ret_reply);
}

void live_players_revoke(LiveRoom *room, int64_t key)
{
        for (guint i = room->players ? room->players->len : 0; i > 0; i--)
                if (((Player *)room->players->pdata[i - 1])->key == key)
                        g_ptr_array_remove_index_fast(room->players, i - 1);
}
