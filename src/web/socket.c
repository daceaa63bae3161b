#include "web/socket.h"
#include "base/time.h"
#include "web/socket_frame.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define PING_US (20 * SECOND_US)
#define SILENCE_US (60 * SECOND_US)
#define CLOSING_US (3 * SECOND_US)
#define STOPPING_US SECOND_US
#define OWED_MAX (256 * 1024)     /* bytes a slow reader may owe … */
#define OWED_US (10 * SECOND_US)  /* … for so long */
#define TURN_BYTES (64 * 1024)    /* read from one socket before the others have their turn */
#define KERNEL_BYTES (128 * 1024) /* kept for a slow reader in the kernel */
#define KEPT_BYTES 4096           /* of a buffer that was sent: the next words need no new one */
#define TICK_MS 1000
#define GRID_US (10 * 1000)
#define EVENTS 64

/* What epoll points to: each begins with how to treat it. */
typedef struct Source {
        void (*ready)(SocketLoop *loop, struct Source *source, uint32_t events);
} Source;

struct Socket {
        Source source;
        SocketLoop *loop;
        GList link; /* in loop->sockets */
        int fd;
        wslay_event_context_ptr frames;
        const SocketHandler *handler;
        gpointer data;
        void (*release)(gpointer);
        gpointer owner;
        GByteArray *early; /* came with the handshake, read first */
        GByteArray *out;   /* framed, not yet taken by the kernel; NULL: nothing, no buffer kept */
        bool unsent;       /* in loop->unsent */
        int64_t due_us;    /* when what may wait leaves; 0: nothing waits */
        int64_t heard_us, pinged_us, closing_us;
        int64_t owing_us; /* since when it owes too much, 0 */
        size_t turn_bytes;
        uint32_t interest;
        bool opened, dead;
        bool reading, answers; /* wslay still reads; it may have queued a frame of its own */
        bool lingering;        /* said goodbye after a fault of the other side; see socket_linger() */
};

typedef struct {
        Source source;
        void (*readable)(gpointer);
        gpointer data;
} Watch;

typedef struct {
        int64_t next_us;
        int interval_ms;
        void (*function)(gpointer);
        gpointer data;
} Timer;

typedef struct {
        void (*function)(gpointer);
        gpointer data;
} Call;

struct SocketLoop {
        GThread *thread;
        int epoll, wake;
        Source wake_source;
        GAsyncQueue *calls;
        GQueue sockets;
        GPtrArray *unsent; /* Socket: to be flushed when this turn of the loop is over */
        bool any_dead;
        int64_t due_us; /* the first socket's; 0: none waits */
        GPtrArray *watches;
        GArray *timers;
        int64_t stopping_us; /* 0: not yet */
};

/* --- one socket -------------------------------------------------------------------------------------------------- */

static void socket_end(Socket *socket)
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

static size_t owed_bytes(const Socket *socket)
{
        return socket->out ? socket->out->len : 0;
}

static void socket_update_interest(Socket *socket)
{
        uint32_t wanted = EPOLLIN | (owed_bytes(socket) ? EPOLLOUT : 0);
        if (wanted == socket->interest)
                return;
        socket->interest = wanted;
        struct epoll_event event = { .events = wanted, .data.ptr = &socket->source };
        epoll_ctl(socket->loop->epoll, EPOLL_CTL_MOD, socket->fd, &event);
}

/* Closed now, with bytes unread, the kernel would send a reset, and the goodbye that says why would be lost on its way:
 * what still comes is thrown away until the other side ends too, for CLOSING_US at most. */
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

/* What is said in a turn of the loop leaves at its end, by one write for each socket: behind a proxy each write costs
 * the proxy a turn of its own and a record of TLS. */
static void socket_flush_soon(Socket *socket)
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
        if (owed_bytes(socket) + size > SOCKET_QUEUE_MAX)
                return false;
        if (!socket->out)
                socket->out = g_byte_array_sized_new((guint)size);
        g_byte_array_append(socket->out, bytes, (guint)size);
        return true;
}

/* Hands to the kernel what it takes. False: the other side is gone. */
static bool socket_write(Socket *socket)
{
        if (!owed_bytes(socket))
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

/* Sends what it can; a socket that failed or said all is marked dead and ended by its loop. */
static void socket_flush(Socket *socket)
{
        if (socket->dead || socket->lingering)
                return;
        if (!socket_put_answers(socket) || !socket_write(socket))
                socket_die(socket);
        else if (socket->reading || owed_bytes(socket))
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
        int64_t due_us = ((monotonic_us() + gather_ms * INT64_C(1000)) / GRID_US + 1) * GRID_US;
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

/* --- the loop ---------------------------------------------------------------------------------------------------- */

void socket_loop_drain(SocketLoop *loop)
{
        Call *call;
        while ((call = g_async_queue_try_pop(loop->calls))) {
                call->function(call->data);
                g_free(call);
        }
}

static void wake_ready(SocketLoop *loop, Source *source, uint32_t events)
{
        uint64_t count;
        if (read(loop->wake, &count, sizeof count) < 0 && errno != EAGAIN)
                g_error("eventfd: %s", g_strerror(errno));
        socket_loop_drain(loop);
}

static void watch_ready(SocketLoop *loop, Source *source, uint32_t events)
{
        Watch *watch = (Watch *)source;
        watch->readable(watch->data);
}

static bool owes_too_long(Socket *socket, int64_t now_us)
{
        if (owed_bytes(socket) <= OWED_MAX)
                socket->owing_us = 0;
        else if (!socket->owing_us)
                socket->owing_us = now_us;
        return socket->owing_us && now_us - socket->owing_us > OWED_US;
}

/* Pings the quiet, ends the silent, the slow, the dead and those that were told to go. */
static void look_after_sockets(SocketLoop *loop, int64_t now_us)
{
        for (GList *link = loop->sockets.head, *next; link; link = next) {
                next = link->next;
                Socket *socket = link->data;
                bool gone = now_us - socket->heard_us > SILENCE_US || owes_too_long(socket, now_us) ||
                            (socket->closing_us && now_us - socket->closing_us > CLOSING_US);
                if (!socket->dead && !gone && now_us - socket->pinged_us > PING_US) {
                        socket->pinged_us = now_us;
                        struct wslay_event_msg ping = { WSLAY_PING, NULL, 0 };
                        wslay_event_queue_msg(socket->frames, &ping);
                        socket->answers = true;
                        socket_flush_soon(socket);
                }
                if (socket->dead || gone)
                        socket_end(socket);
        }
}

/* A send from within a handler may have marked any socket dead: they end here, outside every handler. */
static void end_dead(SocketLoop *loop)
{
        loop->any_dead = false;
        for (GList *link = loop->sockets.head, *next; link; link = next) {
                next = link->next;
                if (((Socket *)link->data)->dead)
                        socket_end(link->data);
        }
}

static void flush_all(SocketLoop *loop)
{
        for (guint i = 0; i < loop->unsent->len; i++) {
                Socket *socket = loop->unsent->pdata[i];
                socket->unsent = false;
                socket_flush(socket);
        }
        g_ptr_array_set_size(loop->unsent, 0);
}

/* What is said because somebody ended leaves too. */
static void end_turn(SocketLoop *loop)
{
        flush_all(loop);
        while (loop->any_dead) {
                end_dead(loop);
                flush_all(loop);
        }
}

/* What waited long enough leaves at the end of this turn. */
static void look_for_due(SocketLoop *loop, int64_t now_us)
{
        if (!loop->due_us || loop->due_us > now_us)
                return;
        loop->due_us = 0;
        for (GList *link = loop->sockets.head; link; link = link->next) {
                Socket *socket = link->data;
                if (socket->due_us && socket->due_us <= now_us)
                        socket_flush_soon(socket);
                else if (socket->due_us)
                        loop->due_us = loop->due_us ? MIN(loop->due_us, socket->due_us) : socket->due_us;
        }
}

static int run_timers(SocketLoop *loop)
{
        int64_t now = monotonic_us(), wait_us = TICK_MS * 1000;
        look_for_due(loop, now);
        for (guint i = 0; i < loop->timers->len; i++) {
                Timer *timer = &g_array_index(loop->timers, Timer, i);
                if (timer->next_us <= now) {
                        timer->next_us = now + timer->interval_ms * INT64_C(1000);
                        timer->function(timer->data);
                        timer = &g_array_index(loop->timers, Timer, i);
                }
                wait_us = MIN(wait_us, timer->next_us - now);
        }
        if (loop->due_us)
                wait_us = CLAMP(loop->due_us - now, 0, wait_us);
        return (int)(wait_us / 1000) + 1;
}

/* Pages answer the goodbye, so that none loses it to a reset; those that do not are not waited for. */
static bool has_ended(const SocketLoop *loop)
{
        return loop->stopping_us &&
               (g_queue_is_empty((GQueue *)&loop->sockets) || monotonic_us() - loop->stopping_us > STOPPING_US);
}

static void end_all(SocketLoop *loop)
{
        while (!g_queue_is_empty(&loop->sockets))
                socket_end(g_queue_peek_head(&loop->sockets));
}

static gpointer loop_run(gpointer data)
{
        SocketLoop *loop = data;
        struct epoll_event events[EVENTS];
        int64_t looked_us = 0;
        while (!has_ended(loop)) {
                int wait_ms = run_timers(loop);
                end_turn(loop);
                int count = epoll_wait(loop->epoll, events, EVENTS, wait_ms);
                for (int i = 0; i < count; i++) {
                        Source *source = events[i].data.ptr;
                        source->ready(loop, source, events[i].events);
                }
                int64_t now = monotonic_us();
                if (now - looked_us > TICK_MS * 1000) {
                        looked_us = now;
                        look_after_sockets(loop, now);
                }
        }
        end_all(loop);
        return NULL;
}

static void add_source(SocketLoop *loop, int fd, Source *source)
{
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };
        if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
                g_error("epoll: %s", g_strerror(errno));
}

SocketLoop *socket_loop_start(void)
{
        SocketLoop *loop = g_new0(SocketLoop, 1);
        loop->epoll = epoll_create1(EPOLL_CLOEXEC);
        loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        loop->calls = g_async_queue_new();
        loop->watches = g_ptr_array_new_with_free_func(g_free);
        loop->unsent = g_ptr_array_new();
        loop->timers = g_array_new(FALSE, FALSE, sizeof(Timer));
        loop->wake_source.ready = wake_ready;
        add_source(loop, loop->wake, &loop->wake_source);
        loop->thread = g_thread_new("sockets", loop_run, loop);
        return loop;
}

void socket_loop_run(SocketLoop *loop, void (*function)(gpointer), gpointer data)
{
        Call *call = g_new(Call, 1);
        *call = (Call){ function, data };
        g_async_queue_push(loop->calls, call);
        uint64_t one = 1;
        if (write(loop->wake, &one, sizeof one) < 0 && errno != EAGAIN)
                g_error("eventfd: %s", g_strerror(errno));
}

static void stop_now(gpointer data)
{
        SocketLoop *loop = data;
        loop->stopping_us = monotonic_us();
        for (GList *link = loop->sockets.head; link; link = link->next)
                socket_close(link->data, 1012, "restart");
}

void socket_loop_stop(SocketLoop *loop)
{
        if (!loop->thread)
                return;
        socket_loop_run(loop, stop_now, loop);
        g_thread_join(g_steal_pointer(&loop->thread));
}

void socket_loop_free(SocketLoop *loop)
{
        if (!loop)
                return;
        socket_loop_stop(loop);
        g_async_queue_unref(loop->calls);
        g_ptr_array_unref(loop->watches);
        g_ptr_array_unref(loop->unsent);
        g_array_unref(loop->timers);
        close(loop->wake);
        close(loop->epoll);
        g_free(loop);
}

void socket_loop_watch(SocketLoop *loop, int fd, void (*readable)(gpointer), gpointer data)
{
        Watch *watch = g_new0(Watch, 1);
        *watch = (Watch){ { watch_ready }, readable, data };
        g_ptr_array_add(loop->watches, watch);
        add_source(loop, fd, &watch->source);
}

void socket_loop_every(SocketLoop *loop, int interval_ms, void (*function)(gpointer), gpointer data)
{
        Timer timer = { monotonic_us() + interval_ms * INT64_C(1000), interval_ms, function, data };
        g_array_append_val(loop->timers, timer);
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
        add_source(socket->loop, socket->fd, &socket->source);
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
