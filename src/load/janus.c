#include "load/signalling.h"
#include "base/time.h"
#include "load/websocket.h"
#include <string.h>

#define ROOM 1234
#define FIRST_FEED 100
#define JANUS_NO_SUCH_FEED 428
#define KEEPALIVE_US (20 * SECOND_US)
#define OPEN_MAX_US (5 * SECOND_US)
#define BITRATE_BPS 3000000

typedef enum { CREATE_SESSION, ATTACH_MANAGER, CREATE_ROOM, ATTACH, JOIN, PUBLISH, SUBSCRIBE, START } Step;

typedef struct {
        Step step;
        Publisher *publisher; /* one of the two, or neither */
        Subscriber *subscriber;
        json_int_t handle, feed;
} Call;

typedef struct {
        Signalling signalling;
        Loop *loop;
        WebSocket *socket;
        json_int_t session;
        bool ready;
        Codec video;
        unsigned publishers, published;
        unsigned transaction;
        GHashTable *calls;   /* transaction → Call */
        GHashTable *handles; /* Subscriber → handle, gint64 */
        int64_t next_keepalive_us;
} Janus;

static void request(Janus *janus, Call call, json_t *message)
{
        char transaction[16];
        g_snprintf(transaction, sizeof transaction, "%u", ++janus->transaction);
        json_object_set_new(message, "transaction", json_string(transaction));
        if (janus->session)
                json_object_set_new(message, "session_id", json_integer(janus->session));
        if (call.handle)
                json_object_set_new(message, "handle_id", json_integer(call.handle));
        char *text = json_dumps(message, JSON_COMPACT);
        json_decref(message);
        g_hash_table_insert(janus->calls, g_strdup(transaction), g_memdup2(&call, sizeof call));
        if (janus->socket)
                websocket_send(janus->socket, text);
        free(text);
}

static json_t *with_sdp(json_t *body, const char *type, const char *sdp)
{
        return json_pack("{s:s, s:o, s:{s:s, s:s}}", "janus", "message", "body", body, "jsep", "type", type, "sdp",
                         sdp);
}

static void attach(Janus *janus, Call call)
{
        call.step = call.step == CREATE_SESSION ? ATTACH_MANAGER : ATTACH;
        request(janus, call, json_pack("{s:s, s:s}", "janus", "attach", "plugin", "janus.plugin.videoroom"));
}

static void create_room(Janus *janus, Call call)
{
        call.step = CREATE_ROOM;
        const char *video = janus->video == CODEC_H264 ? "h264" : "vp8";
        request(janus, call,
                json_pack("{s:s, s:{s:s, s:i, s:i, s:i, s:s, s:s}}", "janus", "message", "body", "request", "create",
                          "room", ROOM, "publishers", (int)janus->publishers, "bitrate", BITRATE_BPS, "audiocodec",
                          "opus", "videocodec", video));
}

static void join(Janus *janus, Call call)
{
        json_t *body = json_pack("{s:s, s:i}", "request", "join", "room", ROOM);
        if (call.publisher) {
                call.step = JOIN;
                json_object_set_new(body, "ptype", json_string("publisher"));
                json_object_set_new(body, "id", json_integer(call.feed));
        } else {
                call.step = SUBSCRIBE;
                json_t *streams = json_array();
                for (unsigned i = 0; i < janus->published; i++)
                        json_array_append_new(streams, json_pack("{s:i}", "feed", FIRST_FEED + (int)i));
                json_object_set_new(body, "ptype", json_string("subscriber"));
                json_object_set_new(body, "streams", streams);
                gint64 handle = call.handle;
                g_hash_table_insert(janus->handles, call.subscriber, g_memdup2(&handle, sizeof handle));
        }
        request(janus, call, json_pack("{s:s, s:o}", "janus", "message", "body", body));
}

static void publish_offer(Janus *janus, Call call)
{
        g_autofree char *offer = publisher_offer(call.publisher);
        call.step = PUBLISH;
        request(janus, call, with_sdp(json_pack("{s:s}", "request", "publish"), "offer", offer));
}

static void answer_offer(Janus *janus, Call call, const char *offer)
{
        g_autofree char *answer = subscriber_answer(call.subscriber, offer, monotonic_us());
        if (!answer) {
                signalling_fail(&janus->signalling, "Janus: an offer that cannot be answered");
                return;
        }
        call.step = START;
        request(janus, call, with_sdp(json_pack("{s:s}", "request", "start"), "answer", answer));
}

static void advance(Janus *janus, Call call, json_t *message)
{
        const char *sdp = json_string_value(json_object_get(json_object_get(message, "jsep"), "sdp"));
        json_int_t id = json_integer_value(json_object_get(json_object_get(message, "data"), "id"));
        switch (call.step) {
        case CREATE_SESSION:
                janus->session = id;
                attach(janus, call);
                break;
        case ATTACH_MANAGER:
                call.handle = id;
                create_room(janus, call);
                break;
        case CREATE_ROOM:
                janus->ready = true;
                break;
        case ATTACH:
                call.handle = id;
                join(janus, call);
                break;
        case JOIN:
                publish_offer(janus, call);
                break;
        case PUBLISH:
                if (!sdp || !publisher_accept(call.publisher, sdp, monotonic_us()))
                        signalling_fail(&janus->signalling, "Janus: no usable answer to the publisher's offer");
                break;
        case SUBSCRIBE:
                answer_offer(janus, call, sdp ? sdp : "");
                break;
        case START:
                break;
        }
}

/* Errors come as janus: "error", or as the plugin's own error inside an event. */
static const char *error_of(json_t *message)
{
        json_t *data = json_object_get(json_object_get(message, "plugindata"), "data");
        const char *plugin = json_string_value(json_object_get(data, "error"));
        return plugin ? plugin : json_string_value(json_object_get(json_object_get(message, "error"), "reason"));
}

/* Janus takes a publisher for one when its own side of DTLS is done, a moment after ours: it is asked again. */
static bool no_such_feed(json_t *message)
{
        json_t *data = json_object_get(json_object_get(message, "plugindata"), "data");
        return json_integer_value(json_object_get(data, "error_code")) == JANUS_NO_SUCH_FEED;
}

static void on_message(void *owner, const char *text, size_t length)
{
        Janus *janus = owner;
        if (!text) {
                signalling_fail(&janus->signalling, "Janus closed the connection");
                g_clear_pointer(&janus->socket, websocket_free);
                return;
        }
        json_t *message = json_loadb(text, length, 0, NULL);
        const char *kind = json_string_value(json_object_get(message, "janus"));
        const char *transaction = json_string_value(json_object_get(message, "transaction"));
        Call *call = transaction ? g_hash_table_lookup(janus->calls, transaction) : NULL;
        if (call && g_strcmp0(kind, "ack") != 0) {
                Call copy = *call;
                g_hash_table_remove(janus->calls, transaction);
                const char *error = error_of(message);
                if (copy.step == SUBSCRIBE && no_such_feed(message))
                        join(janus, copy);
                else if (error)
                        signalling_fail(&janus->signalling, "Janus: %s", error);
                else
                        advance(janus, copy, message);
        }
        json_decref(message);
}

static void janus_publish(Signalling *signalling, Publisher *publisher)
{
        Janus *janus = (Janus *)signalling;
        attach(janus, (Call){ .step = ATTACH, .publisher = publisher, .feed = FIRST_FEED + janus->published++ });
}

static void janus_subscribe(Signalling *signalling, Subscriber *subscriber)
{
        attach((Janus *)signalling, (Call){ .step = ATTACH, .subscriber = subscriber });
}

static gboolean call_is_of(gpointer transaction, gpointer call, gpointer subscriber)
{
        return ((Call *)call)->subscriber == subscriber;
}

static void janus_leave(Signalling *signalling, Subscriber *subscriber)
{
        Janus *janus = (Janus *)signalling;
        const gint64 *handle = g_hash_table_lookup(janus->handles, subscriber);
        g_hash_table_foreach_remove(janus->calls, call_is_of, subscriber);
        if (handle)
                request(janus, (Call){ .step = START, .handle = *handle }, json_pack("{s:s}", "janus", "detach"));
        g_hash_table_remove(janus->handles, subscriber);
}

static void janus_turn(Signalling *signalling, int64_t now_us)
{
        Janus *janus = (Janus *)signalling;
        if (now_us < janus->next_keepalive_us)
                return;
        janus->next_keepalive_us = now_us + KEEPALIVE_US;
        request(janus, (Call){ .step = START }, json_pack("{s:s}", "janus", "keepalive"));
}

static bool janus_free(Signalling *signalling)
{
        Janus *janus = (Janus *)signalling;
        websocket_free(janus->socket);
        g_hash_table_unref(janus->calls);
        g_hash_table_unref(janus->handles);
        g_free(janus->signalling.failure);
        g_free(janus);
        return true;
}

static bool wait_for_room(Janus *janus)
{
        int64_t limit_us = monotonic_us() + OPEN_MAX_US;
        while (!janus->ready && !janus->signalling.failure)
                if (loop_turn(janus->loop) > limit_us)
                        signalling_fail(&janus->signalling, "Janus does not answer");
        return janus->ready;
}

Signalling *janus_open(Loop *loop, const char *url, unsigned publishers, Codec video, GError **error)
{
        g_autoptr(GUri) address = g_uri_parse(url, G_URI_FLAGS_NONE, error);
        if (!address)
                return NULL;
        g_autofree char *port = g_strdup_printf("%d", MAX(80, g_uri_get_port(address)));
        const char *path = *g_uri_get_path(address) ? g_uri_get_path(address) : "/";
        WebSocketOptions options = {
                .host = g_uri_get_host(address), .port = port, .path = path, .protocol = "janus-protocol"
        };
        Janus *janus = g_new0(Janus, 1);
        *janus = (Janus){ .signalling = { .publish = janus_publish,
                                          .subscribe = janus_subscribe,
                                          .leave = janus_leave,
                                          .turn = janus_turn,
                                          .free = janus_free },
                          .loop = loop,
                          .video = video,
                          .publishers = publishers,
                          .calls = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                          .handles = g_hash_table_new_full(NULL, NULL, NULL, g_free),
                          .next_keepalive_us = monotonic_us() + KEEPALIVE_US };
        janus->socket = websocket_open(loop, &options, on_message, janus, error);
        if (janus->socket) {
                request(janus, (Call){ .step = CREATE_SESSION }, json_pack("{s:s}", "janus", "create"));
                if (wait_for_room(janus))
                        return &janus->signalling;
                g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, janus->signalling.failure);
        }
        janus_free(&janus->signalling);
        return NULL;
}
