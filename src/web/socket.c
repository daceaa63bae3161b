/* One WebSocket: frames by wslay, what waits to be written, and its end. */
#include "base/time.h"
#include "web/socket_frame.h"
#include "web/socket_private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define TURN_BYTES (64 * 1024)    /* read from one socket before the others have their turn */
#define KERNEL_BYTES (128 * 1024) /* kept for a slow reader in the kernel */
#define KEPT_BYTES 4096           /* of a buffer that was sent: the next words need no new one */
#define GRID_US (10 * 1000)

void socket_end(Socket *socket)
{
        SocketLoop *loop = socket->loop;
        epoll_ctl(loop->epoll, EPOLL_CTL_DEL, socket->fd, NULL);
        g_queue_unlink(&loop->sockets, &socket->link);
        if (socket->opened)
                socket->handler->closed(socket, wslay_event_get_status_code_received(socket->frames));
        wslay_event_context_free(socket->frames);
        if (socket->unsent)
                g_ptr_array_remove_fast(loop->unsent, socket);
        g_clear_pointer(&socket->early, g_byte_array_unref);
        g_clear_pointer(&socket->out, g_byte_array_unref);
        socket->release(socket->owner);
        g_free(socket);
}

/* It ends when the turn is over, outside every handler. */
static void socket_die(Socket *socket)
{
        socket->dead = socket->loop->any_dead = true;
}

size_t socket_owed_bytes(const Socket *socket)
{
        return socket->out ? socket->out->len : 0;
}

static void socket_update_interest(Socket *socket)
{
        uint32_t wanted = EPOLLIN | (socket_owed_bytes(socket) ? EPOLLOUT : 0);
        if (wanted == socket->interest)
                return;
        socket->interest = wanted;
        struct epoll_event event = { .events = wanted, .data.ptr = &socket->source };
        epoll_ctl(socket->loop->epoll, EPOLL_CTL_MOD, socket->fd, &event);
}

/* Closed now, with bytes unread, the kernel would send a reset, and the goodbye that says why would be lost on its way:
 * what still comes is thrown away until the other side ends too, for SOCKET_CLOSING_US at most. */
static void socket_linger(Socket *socket)
{
        socket->lingering = true;
        socket->closing_us = monotonic_us();
        shutdown(socket->fd, SHUT_WR);
        socket_update_interest(socket);
}

/* False when the other side has ended. */
static bool socket_throw_away(Socket *socket)
{
        uint8_t bytes[4096];
        for (size_t turn_bytes = 0; turn_bytes < TURN_BYTES;) {
                ssize_t got = recv(socket->fd, bytes, sizeof bytes, MSG_DONTWAIT);
                if (got <= 0)
                        return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
                turn_bytes += (size_t)got;
        }
        return true;
}

void socket_flush_soon(Socket *socket)
{
        if (socket->unsent)
                return;
        socket->unsent = true;
        socket->due_us = 0;
        g_ptr_array_add(socket->loop->unsent, socket);
}

/* False: that was more than a slow reader may owe; its page comes back and asks for the state anew. */
static bool socket_put(Socket *socket, const void *bytes, size_t size)
{
        if (socket_owed_bytes(socket) + size > SOCKET_QUEUE_MAX)
                return false;
        if (!socket->out)
                socket->out = g_byte_array_sized_new((guint)size);
        g_byte_array_append(socket->out, bytes, (guint)size);
        return true;
}

/* Hands to the kernel what it takes. False: the other side is gone. */
static bool socket_write(Socket *socket)
{
        if (!socket_owed_bytes(socket))
                return true;
        ssize_t sent;
        do
                sent = send(socket->fd, socket->out->data, socket->out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        while (sent < 0 && errno == EINTR);
        if (sent < 0)
                return errno == EAGAIN || errno == EWOULDBLOCK;
        if ((guint)sent == socket->out->len && sent > KEPT_BYTES)
                g_clear_pointer(&socket->out, g_byte_array_unref);
        else
                g_byte_array_remove_range(socket->out, 0, (guint)sent);
        return true;
}

/* What wslay has to say itself: pongs, pings, the goodbye. It is not asked otherwise: its state is a memory of its own,
 * and in a crowd each look at it costs more than what is said. False: it failed. */
static bool socket_put_answers(Socket *socket)
{
        if (!socket->answers)
                return true;
        socket->answers = false;
        bool said = wslay_event_send(socket->frames) == 0;
        socket->reading = wslay_event_want_read(socket->frames);
        return said;
}

void socket_flush(Socket *socket)
{
        if (socket->dead || socket->lingering)
                return;
        if (!socket_put_answers(socket) || !socket_write(socket))
                socket_die(socket);
        else if (socket->reading || socket_owed_bytes(socket))
                socket_update_interest(socket);
        else if (wslay_event_get_close_received(socket->frames))
                socket_die(socket);
        else
                socket_linger(socket);
}

static ssize_t on_recv(wslay_event_context_ptr frames, uint8_t *buffer, size_t size, int flags, void *user)
{
        Socket *socket = user;
        if (socket->early && socket->early->len) {
                size_t part = MIN(size, socket->early->len);
                memcpy(buffer, socket->early->data, part);
                g_byte_array_remove_range(socket->early, 0, (guint)part);
                return (ssize_t)part;
        }
        if (socket->turn_bytes >= TURN_BYTES) { /* what is left wakes the loop again */
                wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
                return -1;
        }
        ssize_t got;
        do
                got = recv(socket->fd, buffer, size, MSG_DONTWAIT);
        while (got < 0 && errno == EINTR);
        if (got > 0) {
                socket->turn_bytes += (size_t)got;
                socket->heard_us = monotonic_us();
                return got;
        }
        bool later = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        wslay_event_set_error(frames, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

/* Of wslay's own frames only: pings, pongs, the goodbye. */
static ssize_t on_send(wslay_event_context_ptr frames, const uint8_t *bytes, size_t size, int flags, void *user)
{
        if (socket_put(user, bytes, size))
                return (ssize_t)size;
        wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

static void on_message(wslay_event_context_ptr frames, const struct wslay_event_on_msg_recv_arg *message, void *user)
{
        Socket *socket = user;
        if (message->opcode == WSLAY_TEXT_FRAME && !socket->closing_us)
                socket->handler->message(socket, (const char *)message->msg, message->msg_length);
        else if (message->opcode == WSLAY_BINARY_FRAME)
                socket_close(socket, WSLAY_CODE_UNSUPPORTED_DATA, "text only");
}

static const struct wslay_event_callbacks callbacks = {
        .recv_callback = on_recv,
        .send_callback = on_send,
        .on_msg_recv_callback = on_message,
};

static void socket_ready(SocketLoop *loop, Source *source, uint32_t events)
{
        Socket *socket = (Socket *)source;
        if (socket->lingering) {
                if (!socket_throw_away(socket))
                        socket_end(socket);
                return;
        }
        socket->turn_bytes = 0;
        bool broken = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && wslay_event_recv(socket->frames) != 0;
        socket->answers = true; /* a pong, or the goodbye to a frame that broke the rules */
        socket->reading = !broken && wslay_event_want_read(socket->frames);
        socket_flush_soon(socket);
}

/* False: it takes no more. */
static bool socket_put_text(Socket *socket, const char *text, size_t length)
{
        uint8_t head[SOCKET_HEAD_MAX];
        if (socket->dead || socket->closing_us || !socket->reading)
                return false;
        size_t head_size = socket_frame_head(length, head);
        if (socket_put_answers(socket) && /* pongs that were owed before it */
            socket_put(socket, head, head_size) && socket_put(socket, text, length))
                return true;
        socket_die(socket);
        return false;
}

void socket_send(Socket *socket, const char *text, size_t length)
{
        if (socket_put_text(socket, text, length))
                socket_flush_soon(socket);
}

/* Due times fall on a grid, so that what waits for many leaves together. The first of what waits sets the time, rather
 * than the last write: ten lines a second then leave two by two. */
void socket_send_gathered(Socket *socket, const char *text, size_t length, int gather_ms)
{
        SocketLoop *loop = socket->loop;
        if (!socket_put_text(socket, text, length) || socket->unsent)
                return;
        if (gather_ms == 0) {
                socket_flush_soon(socket);
                return;
        }
        int64_t due_us = ((loop->turn_us + gather_ms * INT64_C(1000)) / GRID_US + 1) * GRID_US;
        socket->due_us = socket->due_us ? MIN(socket->due_us, due_us) : due_us;
        loop->due_us = loop->due_us ? MIN(loop->due_us, socket->due_us) : socket->due_us;
}

void socket_close(Socket *socket, uint16_t code, const char *reason)
{
        if (socket->dead || socket->closing_us)
                return;
        socket->closing_us = monotonic_us();
        wslay_event_queue_close(socket->frames, code, (const uint8_t *)reason, strlen(reason));
        socket->answers = true;
        socket_flush_soon(socket);
}

int64_t socket_heard_us(const Socket *socket)
{
        return socket->heard_us;
}

void socket_set_data(Socket *socket, gpointer data)
{
        socket->data = data;
}

gpointer socket_data(const Socket *socket)
{
        return socket->data;
}

void socket_ping(Socket *socket)
{
        struct wslay_event_msg ping = { WSLAY_PING, NULL, 0 };
        wslay_event_queue_msg(socket->frames, &ping);
        socket->answers = true;
        socket_flush_soon(socket);
}

typedef struct {
        Socket *socket;
        gpointer opening;
} Arrival;

static void arrive(gpointer data)
{
        g_autofree Arrival *arrival = data;
        Socket *socket = arrival->socket;
        socket->heard_us = socket->pinged_us = monotonic_us();
        socket->link.data = socket;
        g_queue_push_tail_link(&socket->loop->sockets, &socket->link);
        socket->interest = EPOLLIN;
        socket_loop_add(socket->loop, socket->fd, &socket->source);
        socket->opened = true;
        socket->handler->opened(socket, arrival->opening);
        if (socket->loop->stopping_us)
                socket_close(socket, 1012, "restart");
        if (socket->early)
                socket_ready(socket->loop, &socket->source, EPOLLIN);
}

void socket_loop_adopt(SocketLoop *loop, int fd, const char *early, size_t early_size, const SocketHandler *handler,
                       gpointer opening, void (*release)(gpointer), gpointer owner)
{
        Socket *socket = g_new0(Socket, 1);
        *socket = (Socket){ .source = { socket_ready },
                            .loop = loop,
                            .fd = fd,
                            .handler = handler,
                            .release = release,
                            .owner = owner,
                            .reading = true };
        if (early_size) {
                socket->early = g_byte_array_new();
                g_byte_array_append(socket->early, (const guint8 *)early, (guint)early_size);
        }
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){ KERNEL_BYTES }, sizeof(int));
        if (wslay_event_context_server_init(&socket->frames, &callbacks, socket) != 0)
                g_error("wslay: out of memory");
        wslay_event_config_set_max_recv_msg_length(socket->frames, SOCKET_MESSAGE_MAX);
        Arrival *arrival = g_new(Arrival, 1);
        *arrival = (Arrival){ socket, opening };
        socket_loop_run(loop, arrive, arrival);
}
