/* WebSockets: one loop (epoll + wslay) owns them all.
 *
 * Everything below runs on the loop's thread, except socket_loop_start, _stop, _drain, _free, _run and _adopt. Handlers
 * never block: what needs the store goes to a job and comes back by socket_loop_run() or a watched descriptor. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct SocketLoop SocketLoop;
typedef struct Socket Socket;

#define SOCKET_MESSAGE_MAX (64 * 1024) /* bytes; larger ones close with 1009 */
#define SOCKET_QUEUE_MAX (1024 * 1024) /* bytes not yet taken by a slow reader; beyond, it is closed */

typedef struct SocketHandler {
        void (*opened)(Socket *socket, gpointer opening);                 /* takes opening */
        void (*message)(Socket *socket, const char *text, size_t length); /* valid UTF-8 by RFC 6455 */
        /* The last call; the socket is gone after it. code: the other side's (RFC 6455 7.4), 1006 when it said none. */
        void (*closed)(Socket *socket, uint16_t code);
} SocketHandler;

SocketLoop *socket_loop_start(void);
/* Closes every socket with 1012 (service restart), then joins the thread. */
void socket_loop_stop(SocketLoop *loop);
/* After the stop: runs what was still asked of the loop, on the caller's thread, so that nothing asked is lost. */
void socket_loop_drain(SocketLoop *loop);
void socket_loop_free(SocketLoop *loop);
/* Runs function on the loop, soon; from any thread. */
void socket_loop_run(SocketLoop *loop, void (*function)(gpointer), gpointer data);
/* Calls readable whenever fd can be read. */
void socket_loop_watch(SocketLoop *loop, int fd, void (*readable)(gpointer), gpointer data);
/* Calls function every interval_ms, from the loop. */
void socket_loop_every(SocketLoop *loop, int interval_ms, void (*function)(gpointer), gpointer data);

/* An upgraded connection comes in. release(owner) is called once when it ends; it closes fd. */
void socket_loop_adopt(SocketLoop *loop, int fd, const char *early, size_t early_size, const SocketHandler *handler,
                       gpointer opening, void (*release)(gpointer), gpointer owner);

/* Leaves when this turn of the loop is over, with all else that was said in it. */
void socket_send(Socket *socket, const char *text, size_t length);
/* May wait gather_ms for more to be said; a socket_send() takes it along. */
void socket_send_gathered(Socket *socket, const char *text, size_t length, int gather_ms);
/* Says why (RFC 6455 7.4) and closes after what is queued has left. */
void socket_close(Socket *socket, uint16_t code, const char *reason);
/* When anything came from the other side last, monotonic. */
int64_t socket_heard_us(const Socket *socket);
void socket_set_data(Socket *socket, gpointer data);
gpointer socket_data(const Socket *socket);
