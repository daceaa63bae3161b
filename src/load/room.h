/* One participant of a Tréteau room: the WebSocket and the room's messages (src/live/README.md), media left to others.
 */
#pragma once
#include "load/websocket.h"
#include <jansson.h>

typedef struct {
        char *host, *port, *path, *origin;
        TlsClient *tls;     /* NULL: in clear */
        const char *source; /* borrowed: the numeric address that it comes from; NULL: any */
} RoomAddress;

/* url: "http://127.0.0.1:8080", "https://localhost"; verify: its certificate must be good. False when it is not one. */
bool room_address_set(RoomAddress *address, const char *url, bool verify, const char *event, const char *room,
                      GError **error);
void room_address_clear(RoomAddress *address);

typedef struct RoomMember RoomMember;
/* `type` NULL: the connection is gone, and the member may be freed. */
typedef void (*RoomMessage)(void *owner, const char *type, json_t *message);

/* Joins at once. `key` may be NULL; `name` may be empty. */
RoomMember *room_member_open(Loop *loop, const RoomAddress *address, const char *name, const char *key,
                             RoomMessage on_message, void *owner, GError **error);
void room_member_free(RoomMember *member);
void room_member_say(RoomMember *member, json_t *message); /* takes the message */
void room_member_turn(RoomMember *member, int64_t now_us); /* pings every five seconds */
