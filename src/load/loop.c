#include "load/loop.h"
#include "base/time.h"
#include <glib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 64

struct Loop {
        int epoll_fd;
        int64_t turn_us;
        struct epoll_event events[EVENTS_MAX];
        int event_count;
};

Loop *loop_new(int64_t turn_us)
{
        Loop *loop = g_new0(Loop, 1);
        loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        loop->turn_us = turn_us;
        g_assert(loop->epoll_fd >= 0);
        return loop;
}

void loop_free(Loop *loop)
{
        if (!loop)
                return;
        close(loop->epoll_fd);
        g_free(loop);
}

bool loop_add(Loop *loop, int fd, Watch *watch)
{
        struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = watch };
        return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

void loop_remove(Loop *loop, int fd, Watch *watch)
{
        epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
        for (int i = 0; i < loop->event_count; i++) /* it may be among those still to be called in this turn */
                if (loop->events[i].data.ptr == watch)
                        loop->events[i].data.ptr = NULL;
}

int64_t loop_turn(Loop *loop)
{
        loop->event_count = epoll_wait(loop->epoll_fd, loop->events, EVENTS_MAX, (int)(loop->turn_us / 1000));
        int64_t now_us = monotonic_us();
        for (int i = 0; i < loop->event_count; i++) {
                Watch *watch = loop->events[i].data.ptr;
                if (watch)
                        watch->on_ready(watch->owner, now_us);
        }
        loop->event_count = 0;
        return now_us;
}
