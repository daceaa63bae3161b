/* The socket's side of a room: reads each message, checks who may send it, hands it on. */
#include "live/live_call.h"
#include "base/time.h"

#include <string.h>

#define JOIN_WITHIN_US (10 * SECOND_US)
#define BAD_MESSAGES 10
#define MESSAGES_MAX 300 /* in … */
#define MESSAGES_US (10 * SECOND_US)
#define LEFT_BY_BUTTON 1000 /* a reload or a cut gives another code, or none */

typedef struct {
        const char *type;
        LiveRole least;
        void (*handle)(Client *client, json_t *message);
        bool watching; /* also a hall's screen sends it */
        bool place;    /* not who watches without one */
} Message;

static void ping(Client *client, json_t *message)
{
        live_send(client->socket, json_pack("{s:s, s:I}", "t", "pong", "now_us", (json_int_t)now_us()));
}

static const Message messages[] = {
        { "ping", LIVE_GUEST, ping, true },
        { "name", LIVE_GUEST, live_rename },
        { "publish", LIVE_GUEST, live_publish, .place = true },
        { "subscribed", LIVE_GUEST, live_subscribed, true },
        { "resubscribe", LIVE_GUEST, live_resubscribe, true },
        { "restart", LIVE_GUEST, live_restart, true },
        { "view", LIVE_GUEST, live_view, true },
        { "state", LIVE_GUEST, live_state, .place = true },
        { "take", LIVE_GUEST, live_take, .place = true },
        { "watch", LIVE_GUEST, live_watch },
        { "leave", LIVE_GUEST, live_leave },
        { "consent", LIVE_GUEST, live_consent },
        { "say", LIVE_GUEST, live_say },
        { "unsay", LIVE_GUEST, live_unsay },
        { "hand", LIVE_GUEST, live_hand, .place = true },
        { "stage", LIVE_HOST, live_stage },
        { "mute", LIVE_HOST, live_mute },
        { "remove", LIVE_HOST, live_remove },
        { "pin", LIVE_HOST, live_pin },
        { "scene", LIVE_HOST, live_scene },
        { "lower", LIVE_HOST, live_lower },
        { "place", LIVE_HOST, live_place },
        { "door", LIVE_HOST, live_door },
        { "admit", LIVE_HOST, live_admit_waiting },
        { "turn_away", LIVE_HOST, live_turn_away },
        { "show", LIVE_HOST, live_show },
        { "chat", LIVE_HOST, live_chat },
        { "record", LIVE_HOST, live_record },
        { "next", LIVE_HOST, live_next },
        { "end", LIVE_HOST, live_end },
};

static const Message *find_message(const char *type)
{
        for (size_t i = 0; type && i < G_N_ELEMENTS(messages); i++)
                if (strcmp(messages[i].type, type) == 0)
                        return &messages[i];
        return NULL;
}

void live_each_message(void (*function)(const char *type, LiveRole least, gpointer data), gpointer data)
{
        for (size_t i = 0; i < G_N_ELEMENTS(messages); i++)
                function(messages[i].type, messages[i].least, data);
        for (const LiveFeature *const *feature = live_features; *feature; feature++)
                for (const LiveMessage *message = (*feature)->messages; message->type; message++)
                        function(message->type, message->least, data);
}

/* The tenth within a minute closes the socket: a page of ours sends none. */
static void bad_message(Client *client, const char *type, const char *sentence)
{
        int64_t now = monotonic_us();
        if (now - client->bad_since_us > MINUTE_US) {
                client->bad_since_us = now;
                client->bad = 0;
        }
        if (++client->bad >= BAD_MESSAGES) {
                socket_close(client->socket, 1008, "too many bad messages");
                return;
        }
        g_autofree char *known = g_strndup(live_is_token(type, NONCE_MAX) ? type : "?", NONCE_MAX);
        live_refuse(client, known, NULL, sentence);
}

static void refuse_fast(Client *client, const char *type, json_t *message)
{
        const char *id = json_string_value(json_object_get(message, "id"));
        live_refuse(client, type, live_is_token(id, NONCE_MAX) ? id : NULL,
                    N_("That was many at once. Wait a few seconds."));
}

/* What a host did, unless it was refused, is told to the features: their log has it. */
static void hand_on(Client *client, void (*handle)(Client *client, json_t *message), LiveRole least, json_t *message)
{
        Live *live = client->opening->live;
        LiveRoom *room = client->room;
        uint64_t id = client->id;
        int person = client->person->id;
        bool host = client->person->role == LIVE_HOST;
        client->refused = false;
        handle(client, message);
        Client *still = g_hash_table_lookup(live->clients, &id); /* the message may have ended it */
        if (host && !(still && still->refused))
                live_features_host_did(room, person, message, least == LIVE_HOST);
}

static void to_feature(Client *client, const LiveMessage *feature, json_t *message)
{
        if (feature->needs_clear_media && client->room->doorway.sealed)
                live_refuse(client, feature->type, NULL, live_sealed_sentence());
        else if (live_feature_allows(client->person, feature))
                hand_on(client, feature->handle, feature->least, message);
        else
                refuse_fast(client, feature->type, message);
}

static void on_json(Client *client, json_t *message)
{
        const char *type = json_string_value(json_object_get(message, "t"));
        if (g_strcmp0(type, "join") == 0) {
                live_room_join(client, message);
                return;
        }
        const Message *known = find_message(type);
        const LiveMessage *feature = known ? NULL : live_feature_message(type);
        if (known && (known->handle == ping || (client->waits && known->handle == live_rename)))
                known->handle(client, message);
        else if (!known && !feature)
                bad_message(client, type, N_("The server does not know this message. Reload the page."));
        else if (!client->person)
                bad_message(client, type, N_("Come in first."));
        else if (client->person->projector && !(known && known->watching))
                bad_message(client, type, N_("A screen only shows the room."));
        else if (client->person->role < (known ? known->least : feature->least))
                bad_message(client, type, N_("Only a host may do this."));
        else if (known && known->place && client->person->watches)
                live_refuse(
                        client, type, NULL,
                        N_("You watch, a few seconds behind: hands, microphone and camera need a place in the room."));
        else if (known)
                hand_on(client, known->handle, known->least, message);
        else
                to_feature(client, feature, message);
}

void live_form_begin(LiveRoom *room, Person *person, Call *call)
{
        const LiveMessage *feature = live_feature_message(json_string_value(json_object_get(call->message, "t")));
        if (!live_call_is_wanted(call) || !feature)
                return;
        Client *client = call->client = g_new0(Client, 1);
        *client = (Client){
                .id = ++room->live->next_client, .opening = call->opening, .room = room, .person = person, .call = call
        };
        g_hash_table_insert(room->live->clients, &client->id, client);
        if (person->role < feature->least)
                live_refuse(client, feature->type, NULL, N_("Only a host may do this."));
        else
                to_feature(client, feature, call->message);
}

void live_form_end(Call *call)
{
        if (call->client)
                g_hash_table_remove(call->live->clients, &call->client->id);
        g_clear_pointer(&call->client, g_free);
}

/* A page of ours sends a few a second; more would only fill the writer's queue, which all share. */
static bool too_many(Client *client)
{
        int64_t now = monotonic_us();
        if (now - client->counted_since_us > MESSAGES_US) {
                client->counted_since_us = now;
                client->counted = 0;
        }
        return ++client->counted > MESSAGES_MAX;
}

static void on_message(Socket *socket, const char *text, size_t length)
{
        Client *client = socket_data(socket);
        if (too_many(client)) {
                socket_close(socket, 1008, "too many messages");
                return;
        }
        json_t *message = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
        if (json_is_object(message))
                on_json(client, message);
        else
                bad_message(client, NULL, N_("The server cannot read this message. Reload the page."));
        json_decref(message);
}

static void on_opened(Socket *socket, gpointer opening)
{
        Client *client = g_new0(Client, 1);
        client->opening = opening;
        Live *live = client->opening->live;
        client->id = ++live->next_client;
        client->socket = socket;
        client->opened_us = monotonic_us();
        client->room = live_room_get(live, client->opening);
        socket_set_data(socket, client);
        g_hash_table_insert(live->clients, &client->id, client);
}

static void on_closed(Socket *socket, uint16_t code)
{
        Client *client = socket_data(socket);
        g_hash_table_remove(client->opening->live->clients, &client->id);
        live_room_left(client, code == LEFT_BY_BUTTON);
        live_opening_free(client->opening);
        json_decref(client->join);
        g_free(client->key);
        g_free(client);
}

const SocketHandler live_socket_handler = { on_opened, on_message, on_closed };
