#include "load/loop.h"
#include "base/time.h"
#include <glib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MAX 64

struct Loop {
        int epoll_fd;
        int64_t turn_us;
        bool polling;
        GPtrArray *busy; /* Watch, asked each turn */
        struct epoll_event events[EVENTS_MAX];
        int event_count;
};

Loop *loop_new(int64_t turn_us, bool polling)
{
        Loop *loop = g_new0(Loop, 1);
        loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        loop->turn_us = turn_us;
        loop->polling = polling;
        loop->busy = g_ptr_array_new();
        g_assert(loop->epoll_fd >= 0);
        return loop;
}

void loop_set_turn(Loop *loop, int64_t turn_us)
{
        loop->turn_us = turn_us;
}

void loop_free(Loop *loop)
{
        if (!loop)
                return;
        close(loop->epoll_fd);
        g_ptr_array_unref(loop->busy);
        g_free(loop);
}

bool loop_add(Loop *loop, int fd, Watch *watch)
{
        struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = watch };
        return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool loop_add_busy(Loop *loop, int fd, Watch *watch)
{
        if (!loop->polling)
                return loop_add(loop, fd, watch);
        g_ptr_array_add(loop->busy, watch);
        return true;
}

void loop_remove(Loop *loop, int fd, Watch *watch)
{
        if (g_ptr_array_remove(loop->busy, watch))
                return;
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        for (int i = 0; i < loop->event_count; i++) /* it may be among those still to be called in this turn */
                if (loop->events[i].data.ptr == watch)
                        loop->events[i].data.ptr = NULL;
}

static int64_t serve(Loop *loop, int timeout_ms)
{
        loop->event_count = epoll_wait(loop->epoll_fd, loop->events, EVENTS_MAX, timeout_ms);
        int64_t now_us = monotonic_us();
        for (int i = 0; i < loop->event_count; i++) {
                Watch *watch = loop->events[i].data.ptr;
                if (watch)
                        watch->on_ready(watch->owner, now_us);
        }
        loop->event_count = 0;
        return now_us;
}

int64_t loop_turn(Loop *loop)
{
        if (!loop->polling)
                return serve(loop, (int)(loop->turn_us / 1000));
        struct timespec pause = { .tv_nsec = loop->turn_us * 1000 };
        nanosleep(&pause, NULL);
        int64_t now_us = serve(loop, 0);
        for (guint i = 0; i < loop->busy->len; i++) {
                Watch *watch = loop->busy->pdata[i];
                watch->on_ready(watch->owner, now_us);
        }
        return now_us;
}
