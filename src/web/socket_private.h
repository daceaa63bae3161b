#ifndef WEB_SOCKET_PRIVATE_H
#define WEB_SOCKET_PRIVATE_H

/* What a socket and its loop know of each other. */
#include "base/time.h"
#include "web/socket.h"

#include <wslay/wslay.h>

#define SOCKET_CLOSING_US (3 * SECOND_US) /* for the other side to end too */

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

struct SocketLoop {
        GThread *thread;
        int epoll, wake;
        Source wake_source;
        GAsyncQueue *calls;
        GQueue sockets;
        GPtrArray *unsent; /* Socket: to be flushed when this turn of the loop is over */
        bool any_dead;
        int64_t due_us;  /* the first socket's; 0: none waits */
        int64_t turn_us; /* when this turn began: in a crowd the clock is asked once, not for each page */
        GPtrArray *watches;
        GArray *timers;
        int64_t stopping_us; /* 0: not yet */
};

/* It is over, and given back: from the loop alone, outside every handler. */
void socket_end(Socket *socket);
/* Sends what it can; a socket that failed or said all is marked dead and ended by its loop. */
void socket_flush(Socket *socket);
/* What is said in a turn of the loop leaves at its end, by one write for each socket: behind a proxy each write costs
 * the proxy a turn of its own and a record of TLS. */
void socket_flush_soon(Socket *socket);
/* Framed, and not yet taken by the kernel. */
size_t socket_owed_bytes(const Socket *socket);
void socket_ping(Socket *socket);
void socket_loop_add(SocketLoop *loop, int fd, Source *source);

#endif
