/* The one UDP socket of all media, the TCP socket beside it for networks without UDP, and a loop's side of sending.
 *
 * A Sender gathers datagrams in an arena and hands them to the kernel by one sendmmsg; datagrams of one destination
 * that follow each other with equal sizes (the last may be shorter) travel as one message with UDP_SEGMENT (GSO). A
 * driver that refuses with EIO turns GSO off for good.
 *
 *     uint8_t *out = sender_begin(&sender, 1500);
 *     size_t size = …write into out…;
 *     sender_commit(&sender, &peer->destination, size);
 *     sender_flush(&sender);                              // at the end of the turn */
#pragma once

#include "sfu/counters.h"
#include "sfu/packet.h"

#include "rtc/net_address.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum {
        PORT_BATCH = 64,                 /* datagrams of one recvmmsg */
        SENDER_MESSAGES = 256,           /* of one sendmmsg */
        SENDER_ARENA_BYTES = 128 * 1024, /* stays in the second-level cache until the kernel has copied it */
        SENDER_RUN_BYTES = 60000,
        SENDER_RUN_SEGMENTS = 64,
};

typedef struct Port {
        int fd;
        int family; /* AF_INET6 for both, or AF_INET on a machine without IPv6 */
        uint16_t number;
        bool gso;
        int tcp_fd; /* listening; only where tcp_number is not 0 */
        uint16_t tcp_number;
} Port;

/* Binds number (0: any free) on every address. */
bool port_open(Port *port, uint16_t number, GError **error);
/* Listens on TCP at number (0: any free) on every address of the UDP socket's family. */
bool port_listen(Port *port, uint16_t number, GError **error);
void port_close(Port *port);
/* The local addresses that a browser may reach, 127.0.0.1 last; at most n. Link-local ones are left out. */
size_t port_local_addresses(const Port *port, NetAddress *ret_addresses, size_t n);

/* Reads into batch[0 … PORT_BATCH), sets from and size; how many. */
unsigned port_receive(const Port *port, Packet **batch);

typedef struct TcpStream TcpStream;

/* An address in the form sendmmsg wants, or a TCP connection; kept where the datagrams go, for the Sender refers to it
 * until the flush. */
typedef struct Destination {
        union {
                struct sockaddr_in6 ipv6;
                struct sockaddr_in ipv4;
        };
        socklen_t size; /* 0: the connection below; NULL: it is closed, and what is sent there is dropped */
        TcpStream *stream;
} Destination;
/* False when the socket's family cannot reach it. */
bool destination_set(Destination *destination, const Port *port, const NetAddress *address);

typedef struct SenderMessage {
        const Destination *to;
        uint8_t *bytes;
        uint32_t size;
        uint16_t segment; /* size of each datagram but the last */
        uint16_t segments;
        bool closed; /* a shorter one ended the run */
} SenderMessage;

typedef struct Sender {
        int fd;
        bool gso;
        Counters *counters;
        uint8_t *arena;
        size_t used;
        unsigned n;
        SenderMessage messages[SENDER_MESSAGES];
        struct mmsghdr headers[SENDER_MESSAGES];
        struct iovec vectors[SENDER_MESSAGES];
        char control[SENDER_MESSAGES][CMSG_SPACE(sizeof(uint16_t))];
} Sender;

void sender_init(Sender *sender, const Port *port, Counters *counters);
void sender_clear(Sender *sender);
void sender_flush(Sender *sender);

/* Room for a datagram of at most size bytes. */
static inline uint8_t *sender_begin(Sender *sender, size_t size)
{
        if (sender->n == SENDER_MESSAGES || sender->used + size > SENDER_ARENA_BYTES)
                sender_flush(sender);
        return sender->arena + sender->used;
}

/* What was written at sender_begin()'s place goes to `to`, which must stay until the flush. */
static inline void sender_commit(Sender *sender, const Destination *to, size_t size)
{
        SenderMessage *last = sender->n ? &sender->messages[sender->n - 1] : NULL;
        uint8_t *bytes = sender->arena + sender->used;
        sender->used += size;
        if (last && sender->gso && last->to == to && !last->closed && size <= last->segment &&
            last->size + size <= SENDER_RUN_BYTES && last->segments < SENDER_RUN_SEGMENTS) {
                last->closed = size < last->segment;
                last->size += (uint32_t)size;
                last->segments++;
                return;
        }
        sender->messages[sender->n++] = (SenderMessage){
                .to = to, .bytes = bytes, .size = (uint32_t)size, .segment = (uint16_t)size, .segments = 1
        };
}
