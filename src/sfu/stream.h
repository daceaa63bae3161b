/* The TCP connections of a loop, for those whose network lets no UDP out: ICE-TCP, passive side (RFC 6544), packets
 * framed after RFC 4571. To the rest of the loop a connection is an address (NET_TCP) like any other: what comes goes
 * through loop_route(), what is sent goes through the Sender, which hands it over to the connection's queue.
 *
 * Loop 0 accepts; the first packet, a STUN check, names the peer, and the connection moves to the peer's loop for good.
 * Whoever has not shown a peer's password within ten seconds is cut, and so is whoever frames wrongly. */
#pragma once

#include "sfu/counters.h"
#include "sfu/stream_queue.h"

#include "rtc/framing.h"
#include "rtc/net_address.h"

#include <glib.h>

enum {
        STREAMS_MAX = 1024,       /* of a loop; a power of two */
        STREAMS_OF_ADDRESS = 256, /* a hall behind one line, two connections each */
        STREAMS_UNPROVEN = 256,   /* who have not shown a password yet */
        STREAMS_UNPROVEN_OF_ADDRESS = 64,
};
#define STREAM_PROVE_US (10 * INT64_C(1000000))

typedef struct TcpStreams TcpStreams;
typedef struct TcpStream TcpStream;

struct TcpStream {
        TcpStreams *streams;
        uint32_t id; /* generation | place */
        int fd;
        NetAddress from;
        int64_t opened_us;
        bool proven;         /* an authentic check came through it */
        bool dirty;          /* something was put since the last write */
        bool waits_for_room; /* the kernel took less than there was */
        int64_t renewed_us;  /* when pictures were last asked for anew */
        FrameReader in;
        StreamQueue out;
};

struct TcpStreams {
        int poll_fd;
        const int64_t *now_us; /* the loop's */
        Counters *counters;
        TcpStream *places[STREAMS_MAX];
        unsigned n, n_unproven;
        uint32_t generation;
        GPtrArray *dirty;
};

/* A connection on its way from loop 0 to another. */
typedef struct StreamArrival {
        int fd;
        NetAddress from;
        int64_t opened_us;
        FrameReader in;
} StreamArrival;

void streams_init(TcpStreams *streams, int poll_fd, const int64_t *now_us, Counters *counters);
void streams_clear(TcpStreams *streams);

/* Takes who waits at the listening socket, as far as the limits allow. False when no descriptor is left: the socket
 * should not be polled for a while. */
bool streams_accept(TcpStreams *streams, int listening_fd);
/* Takes a connection and its descriptor; NULL, and it is closed, when there is no room for it. */
TcpStream *streams_adopt(TcpStreams *streams, const StreamArrival *arrival);
/* Gives a connection up to another loop: it is freed here, the descriptor lives on in the arrival. */
void streams_release(TcpStream *stream, StreamArrival *ret_arrival);
/* Writes what still can be written, closes and frees. What refers to it must be flushed before. */
void streams_close(TcpStream *stream);
/* Who is behind an event of epoll; NULL: it is another's, or of a connection closed since. */
TcpStream *streams_of_event(const TcpStreams *streams, uint64_t data);
TcpStream *streams_of_id(const TcpStreams *streams, uint32_t id);
TcpStream *streams_find(const TcpStreams *streams, const NetAddress *address);
/* The first that has not proven itself in time, or NULL. */
TcpStream *streams_overdue(const TcpStreams *streams);

/* Reads what has come; false at its end. Then take frames out of stream->in. */
bool stream_read(TcpStream *stream);
void stream_prove(TcpStream *stream);
/* One packet into the queue; leaves with the next streams_flush(). */
void stream_send(TcpStream *stream, const uint8_t *packet, size_t size);
void stream_write(TcpStream *stream);
void streams_flush(TcpStreams *streams);
/* True now and then after pictures were left out and the line is free again. */
bool stream_wants_pictures(TcpStream *stream);
