#include "load/websocket.h"
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

#define ANSWER_MAX_BYTES 8192
#define MESSAGE_MAX_BYTES (1 << 20)
#define HANDSHAKE_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

struct WebSocket {
        Loop *loop;
        Watch watch;
        Stream *stream;
        wslay_event_context_ptr context;
        WebSocketMessage on_message;
        void *owner;
        bool gone;
};

static bool refuse(GError **error, const char *what, const char *why)
{
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", what, why);
        return false;
}

/* The head of the answer, byte by byte, so that what follows it stays in the socket for the frames' reader. */
static char *read_head(Stream *stream, GError **error)
{
        g_autoptr(GString) head = g_string_new(NULL);
        char byte;
        while (!g_str_has_suffix(head->str, "\r\n\r\n")) {
                ssize_t size = stream_receive(stream, &byte, 1);
                if (size == 1 && byte && head->len < ANSWER_MAX_BYTES) {
                        g_string_append_c(head, byte);
                        continue;
                }
                refuse(error, "WebSocket", size < 0 ? g_strerror(errno) : "no whole answer");
                return NULL;
        }
        return g_string_free(g_steal_pointer(&head), FALSE);
}

static char *expected_accept(const char *key)
{
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
        guint8 digest[20];
        gsize size = sizeof digest;
        g_checksum_update(sum, (const guchar *)key, -1);
        g_checksum_update(sum, (const guchar *)HANDSHAKE_GUID, -1);
        g_checksum_get_digest(sum, digest, &size);
        return g_base64_encode(digest, size);
}

/* RFC 6455 section 4.1: the answer must be 101 and prove that it read our key. */
static bool shake_hands(Stream *stream, const WebSocketOptions *options, GError **error)
{
        guint8 random[16];
        if (getrandom(random, sizeof random, 0) != sizeof random)
                return refuse(error, "getrandom", g_strerror(errno));
        g_autofree char *key = g_base64_encode(random, sizeof random);
        g_autoptr(GString) request = g_string_new(NULL);
        g_string_printf(request,
                        "GET %s HTTP/1.1\r\nHost: %s:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
                        options->path, options->host, options->port, key);
        if (options->origin)
                g_string_append_printf(request, "Origin: %s\r\n", options->origin);
        if (options->protocol)
                g_string_append_printf(request, "Sec-WebSocket-Protocol: %s\r\n", options->protocol);
        g_string_append(request, "\r\n");
        if (stream_send(stream, request->str, request->len) != (ssize_t)request->len)
                return refuse(error, options->host, g_strerror(errno));
        g_autofree char *head = read_head(stream, error);
        if (!head)
                return false;
        g_autofree char *accept = expected_accept(key);
        if (!g_str_has_prefix(head, "HTTP/1.1 101") || !strstr(head, accept)) {
                *strchr(head, '\r') = '\0';
                return refuse(error, options->path, head);
        }
        return true;
}

static ssize_t on_receive(wslay_event_context_ptr context, uint8_t *bytes, size_t size, int flags, void *data)
{
        WebSocket *socket = data;
        ssize_t got = stream_receive(socket->stream, bytes, size);
        if (got > 0)
                return got;
        bool again = got < 0 && (errno == EAGAIN || errno == EINTR);
        wslay_event_set_error(context, again ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

static ssize_t on_send(wslay_event_context_ptr context, const uint8_t *bytes, size_t size, int flags, void *data)
{
        WebSocket *socket = data;
        ssize_t sent = stream_send(socket->stream, bytes, size);
        if (sent >= 0)
                return sent;
        bool again = errno == EAGAIN || errno == EINTR;
        wslay_event_set_error(context, again ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

static int on_mask(wslay_event_context_ptr context, uint8_t *bytes, size_t size, void *data)
{
        return getrandom(bytes, size, 0) == (ssize_t)size ? 0 : -1;
}

static void on_frame(wslay_event_context_ptr context, const struct wslay_event_on_msg_recv_arg *message, void *data)
{
        WebSocket *socket = data;
        if (message->opcode != WSLAY_TEXT_FRAME)
                return;
        g_autofree char *text = g_strndup((const char *)message->msg, message->msg_length);
        socket->on_message(socket->owner, text, message->msg_length);
}

static void flush(WebSocket *socket)
{
        if (!socket->gone && wslay_event_want_write(socket->context) && wslay_event_send(socket->context) != 0)
                shutdown(stream_fd(socket->stream), SHUT_RDWR); /* the reader then tells the owner */
}

static void on_ready(void *data, int64_t now_us)
{
        WebSocket *socket = data;
        int code = wslay_event_recv(socket->context);
        flush(socket);
        /* Also where wslay ends it by itself: to it 1012 ("the server restarts", IANA's list) is no code. */
        if (code == 0 && !wslay_event_get_close_received(socket->context) && wslay_event_want_read(socket->context))
                return;
        socket->gone = true;
        loop_remove(socket->loop, stream_fd(socket->stream), &socket->watch);
        socket->on_message(socket->owner, NULL, 0); /* may free it: nothing after this */
}

WebSocket *websocket_open(Loop *loop, const WebSocketOptions *options, WebSocketMessage on_message, void *owner,
                          GError **error)
{
        Stream *stream = stream_open(options->host, options->port, options->source, options->tls, error);
        if (!stream)
                return NULL;
        if (!shake_hands(stream, options, error)) {
                stream_free(stream);
                return NULL;
        }
        stream_set_waiting(stream, false);
        WebSocket *socket = g_new0(WebSocket, 1);
        *socket = (WebSocket){ .loop = loop, .stream = stream, .on_message = on_message, .owner = owner };
        socket->watch = (Watch){ on_ready, socket };
        static const struct wslay_event_callbacks callbacks = { .recv_callback = on_receive,
                                                                .send_callback = on_send,
                                                                .genmask_callback = on_mask,
                                                                .on_msg_recv_callback = on_frame };
        g_assert(wslay_event_context_client_init(&socket->context, &callbacks, socket) == 0);
        wslay_event_config_set_max_recv_msg_length(socket->context, MESSAGE_MAX_BYTES);
        loop_add(loop, stream_fd(stream), &socket->watch);
        return socket;
}

void websocket_send(WebSocket *socket, const char *text)
{
        const struct wslay_event_msg message = { WSLAY_TEXT_FRAME, (const uint8_t *)text, strlen(text) };
        wslay_event_queue_msg(socket->context, &message);
        flush(socket);
}

void websocket_free(WebSocket *socket)
{
        if (!socket)
                return;
        if (!socket->gone) {
                wslay_event_queue_close(socket->context, WSLAY_CODE_NORMAL_CLOSURE, NULL, 0);
                flush(socket);
                loop_remove(socket->loop, stream_fd(socket->stream), &socket->watch);
        }
        wslay_event_context_free(socket->context);
        stream_free(socket->stream);
        g_free(socket);
}
