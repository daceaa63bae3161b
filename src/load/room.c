#include "load/room.h"
#include "base/time.h"
#include <stdlib.h>

#define PING_INTERVAL_US (5 * SECOND_US)

struct RoomMember {
        WebSocket *socket;
        RoomMessage on_message;
        void *owner;
        int64_t next_ping_us;
};

bool room_address_set(RoomAddress *address, const char *url, bool verify, const char *event, const char *room,
                      GError **error)
{
        g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, error);
        if (!uri)
                return false;
        bool secure = g_strcmp0(g_uri_get_scheme(uri), "https") == 0;
        if ((!secure && g_strcmp0(g_uri_get_scheme(uri), "http") != 0) || !g_uri_get_host(uri)) {
                g_set_error(error, G_URI_ERROR, G_URI_ERROR_FAILED, "%s: an address like http://127.0.0.1:8080", url);
                return false;
        }
        int usual = secure ? 443 : 80, port = g_uri_get_port(uri) > 0 ? g_uri_get_port(uri) : usual;
        *address = (RoomAddress){ .host = g_strdup(g_uri_get_host(uri)),
                                  .port = g_strdup_printf("%d", port),
                                  .path = g_strdup_printf("/%s/live/%s/socket", event, room),
                                  .tls = secure ? tls_client_new(verify) : NULL };
        address->origin = g_strdup_printf("%s://%s:%d", g_uri_get_scheme(uri), address->host, port);
        return true;
}

void room_address_clear(RoomAddress *address)
{
        g_free(address->host);
        g_free(address->port);
        g_free(address->path);
        g_free(address->origin);
        tls_client_free(address->tls);
        *address = (RoomAddress){ 0 };
}

static void on_message(void *owner, const char *text, size_t length)
{
        RoomMember *member = owner;
        json_t *message = text ? json_loadb(text, length, 0, NULL) : NULL;
        const char *type = json_string_value(json_object_get(message, "t"));
        if (!text || type)
                member->on_message(member->owner, text ? type : NULL, message);
        json_decref(message);
}

RoomMember *room_member_open(Loop *loop, const RoomAddress *address, const char *name, const char *key,
                             RoomMessage on_room_message, void *owner, GError **error)
{
        WebSocketOptions options = { .host = address->host,
                                     .port = address->port,
                                     .path = address->path,
                                     .origin = address->origin,
                                     .tls = address->tls,
                                     .source = address->source };
        RoomMember *member = g_new0(RoomMember, 1);
        member->on_message = on_room_message;
        member->owner = owner;
        member->next_ping_us = monotonic_us() + PING_INTERVAL_US;
        member->socket = websocket_open(loop, &options, on_message, member, error);
        if (!member->socket) {
                g_free(member);
                return NULL;
        }
        room_member_say(member, json_pack("{s:s, s:s, s:s?, s:b, s:n, s:n}", "t", "join", "name", name, "key", key,
                                          "h264", true, "publish", "subscribe"));
        return member;
}

void room_member_free(RoomMember *member)
{
        if (!member)
                return;
        websocket_free(member->socket);
        g_free(member);
}

void room_member_say(RoomMember *member, json_t *message)
{
        char *text = json_dumps(message, JSON_COMPACT);
        json_decref(message);
        websocket_send(member->socket, text);
        free(text);
}

void room_member_turn(RoomMember *member, int64_t now_us)
{
        if (now_us < member->next_ping_us)
                return;
        member->next_ping_us = now_us + PING_INTERVAL_US;
        room_member_say(member, json_pack("{s:s}", "t", "ping"));
}
