/* The loop of the sockets: one thread, its timers, what is called in it from others. */
#include "base/time.h"
#include "web/socket_private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PING_US (20 * SECOND_US)
#define SILENCE_US (60 * SECOND_US)
#define STOPPING_US SECOND_US
#define OWED_MAX (256 * 1024)    /* bytes a slow reader may owe … */
#define OWED_US (10 * SECOND_US) /* … for so long */
#define TICK_MS 1000
#define EVENTS 64

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
        if (socket_owed_bytes(socket) <= OWED_MAX)
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
                            (socket->closing_us && now_us - socket->closing_us > SOCKET_CLOSING_US);
                if (!socket->dead && !gone && now_us - socket->pinged_us > PING_US) {
                        socket->pinged_us = now_us;
                        socket_ping(socket);
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
        int64_t now = loop->turn_us = monotonic_us(), wait_us = TICK_MS * 1000;
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
                loop->turn_us = monotonic_us();
                for (int i = 0; i < count; i++) {
                        Source *source = events[i].data.ptr;
                        source->ready(loop, source, events[i].events);
                }
                if (loop->turn_us - looked_us > TICK_MS * 1000) {
                        looked_us = loop->turn_us;
                        look_after_sockets(loop, loop->turn_us);
                }
        }
        end_all(loop);
        return NULL;
}

void socket_loop_add(SocketLoop *loop, int fd, Source *source)
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
        socket_loop_add(loop, loop->wake, &loop->wake_source);
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
        socket_loop_add(loop, fd, &watch->source);
}

void socket_loop_every(SocketLoop *loop, int interval_ms, void (*function)(gpointer), gpointer data)
{
        Timer timer = { monotonic_us() + interval_ms * INT64_C(1000), interval_ms, function, data };
        g_array_append_val(loop->timers, timer);
}
