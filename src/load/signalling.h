/* How publishers and subscribers get into a server's room: the run does not know which server it talks to. */
#pragma once
#include "load/publisher.h"
#include "load/room.h"
#include "load/subscriber.h"

typedef struct Signalling Signalling;
struct Signalling {
        /* Both start the way in; the connection shows in the peer's state. What goes wrong later is in `failure`. */
        void (*publish)(Signalling *signalling, Publisher *publisher);
        void (*subscribe)(Signalling *signalling, Subscriber *subscriber);
        /* The subscriber goes; call it before freeing it. */
        void (*leave)(Signalling *signalling, Subscriber *subscriber);
        /* The publisher goes likewise; the next one to publish gets its place. NULL where nobody comes after it. */
        void (*withdraw)(Signalling *signalling, Publisher *publisher);
        /* The subscriber shows all pictures at this height from now on. NULL where the server does not ask. */
        void (*view)(Signalling *signalling, Subscriber *subscriber, unsigned height);
        void (*turn)(Signalling *signalling, int64_t now_us);
        /* False when a server that the signalling had started did not end well. */
        bool (*free)(Signalling *signalling);
        char *failure;  /* the first thing that went wrong, for people; NULL */
        int server_pid; /* when the signalling started the server itself, else 0 */
};

void signalling_fail(Signalling *signalling, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Janus by its WebSocket API and VideoRoom plugin. It makes the room. `publishers` will come. */
Signalling *janus_open(Loop *loop, const char *url, unsigned publishers, Codec video, GError **error);
/* A program that hosts src/sfu alone and speaks JSON lines (tests/bench/sfu_host.c); a shell-like command line. */
Signalling *host_open(Loop *loop, const char *command, unsigned publishers, GError **error);
/* A Tréteau server's room, at its address (borrowed). `key`: of whoever may publish, or NULL. */
Signalling *room_open(Loop *loop, const RoomAddress *address, const char *key);
