/* A WebSocket client (RFC 6455) for text messages, enough for the room and for Janus, where nobody speaks to us
 * before we did.
 *
 *   WebSocket *socket = websocket_open(loop, &options, on_message, owner, &error);
 *   websocket_send(socket, "{\"t\":\"join\"}");
 *
 * on_message gets each whole text, and once NULL when the connection is gone; the owner then frees it.
 * Connecting waits (at most 5 s a step); afterwards nothing does.
 */
#pragma once
#include "load/loop.h"
#include "load/stream.h"
#include <glib.h>

typedef struct WebSocket WebSocket;
typedef void (*WebSocketMessage)(void *owner, const char *text, size_t length);

typedef struct {
        const char *host; /* numeric or a name */
        const char *port;
        const char *path;
        const char *origin;   /* NULL: none */
        const char *protocol; /* NULL: none */
        const TlsClient *tls; /* NULL: in clear */
        const char *source;   /* numeric address that it comes from; NULL: any */
} WebSocketOptions;

WebSocket *websocket_open(Loop *loop, const WebSocketOptions *options, WebSocketMessage on_message, void *owner,
                          GError **error);
void websocket_send(WebSocket *socket, const char *text);
/* Closes with code 1000. Not from inside on_message, except for its last call. */
void websocket_free(WebSocket *socket);
