/* A media thread: its rooms and peers, and the turn that serves them: read a batch, decrypt, forward, send once.
 *
 * Everything below belongs to that one thread. Others reach it by loop_post() alone, and hear from it by its mailbox of
 * events. Loop 0 reads the socket for all, and hands datagrams of other loops' peers over; a TCP connection it hands
 * over once, as a whole. */
#pragma once

#include "sfu/address_map.h"
#include "sfu/counters.h"
#include "sfu/crew.h"
#include "sfu/negotiate.h"
#include "sfu/packet.h"
#include "sfu/port.h"
#include "sfu/sfu.h"
#include "sfu/stream.h"

#include "base/mailbox.h"
#include "rtc/dtls.h"

#include <pthread.h>

enum {
        LOOP_TICK_US = 20 * 1000,
        LOOP_COMMANDS = 4096,
        LOOP_EVENTS = 4096,
        LOOP_DATAGRAMS = 1024,
        LOOP_BINDINGS = 4096,
        LOOP_ARRIVALS = 32,
};

typedef struct Loop Loop;
typedef struct Room Room;
typedef struct Peer Peer;
typedef struct Tap Tap;

/* A peer's number tells where it lives: generation (15 bits) | loop (5) | place (12). */
#define PEER_LOOP(id) ((id).value >> 12 & 31)
#define PEER_PLACE(id) ((id).value & (SFU_MAX_PEERS - 1))
/* A room's: generation (22 bits) | place (10). */
#define ROOM_PLACE(id) ((id).value & (SFU_MAX_ROOMS - 1))

typedef enum CommandKind {
        COMMAND_ROOM_OPEN,
        COMMAND_ROOM_CLOSE,
        COMMAND_PEER_ADD,    /* plan */
        COMMAND_PEER_UPDATE, /* plan: another description of the same connection */
        COMMAND_PEER_CLOSE,
        COMMAND_OWN_SEAT,
        COMMAND_LISTEN,  /* channel */
        COMMAND_CHANNEL, /* room, channel, seat */
        COMMAND_ON_AIR,  /* room, seat, track */
        COMMAND_VIEW,    /* heights, awaited_bps */
        COMMAND_MUTE,
        COMMAND_KEY_FRAME,
        COMMAND_TAP_START, /* tap */
        COMMAND_TAP_VIDEO,
        COMMAND_TAP_STOP,
        COMMAND_CAPTURE, /* capture; NULL: none any more */
        COMMAND_STOP,
} CommandKind;

typedef struct Command {
        CommandKind kind;
        SfuRoom room;
        SfuPeer peer;
        int seat, channel;
        SfuTrackKind track;
        bool on;
        PeerPlan *plan;    /* (transfer full) */
        uint16_t *heights; /* (transfer full) SLOT_COUNT of them */
        uint32_t awaited_bps;
        Tap *tap;            /* the loop writes into it from TAP_START to TAP_STOP */
        SfuCapture *capture; /* (transfer full) */
} Command;

typedef struct Datagram {
        NetAddress from;
        uint16_t size;
        uint8_t bytes[PACKET_BYTES];
} Datagram;

/* Tells loop 0 that an address leads to a peer, or no longer does. */
typedef struct Binding {
        NetAddress address;
        uint32_t peer;
        bool remove;
} Binding;

/* What all loops share; none of it changes while they run. */
typedef struct LoopShared {
        Port port;
        DtlsIdentity *identity;
        uint32_t camera_kbps;
        int64_t utc_offset_us; /* UTC − monotonic at the start: the server's clock never leaps */
        Crew *crew;            /* NULL: each loop sends alone */
        unsigned crew_from;    /* packets to send in a turn from which it helps */
        unsigned n_loops;
        Loop *loops[SFU_MAX_LOOPS];
} LoopShared;

struct Loop {
        const LoopShared *shared;
        unsigned number;
        pthread_t thread;
        int poll_fd;

        Mailbox *commands;  /* socket loop → this */
        Mailbox *events;    /* this → socket loop */
        Mailbox *datagrams; /* loop 0 → this; NULL in loop 0 */
        Mailbox *bindings;  /* this → loop 0; NULL in loop 0 */
        Mailbox *arrivals;  /* TCP connections, loop 0 → this; NULL in loop 0 */

        int64_t now_us; /* monotonic, read once a turn */
        int64_t tick_us;
        bool stopping;
        uint32_t last_track_id;

        Packet *batch[PORT_BATCH];
        PacketPool pool;
        Destination replies[PORT_BATCH]; /* of STUN, valid within the turn */
        unsigned n_replies;
        Sender sender;
        Counters counters;

        TcpStreams streams;
        bool deaf; /* no descriptor was left: it listens again from the next tick on */

        AddressMap addresses; /* to SfuPeer values; loop 0 knows those of all loops */
        Peer *peers[SFU_MAX_PEERS];
        unsigned n_peers;
        Room *rooms[SFU_MAX_ROOMS];
        GPtrArray *busy; /* rooms with packets to forward in this turn */
};

/* The thread is started by loop_start() and ends by COMMAND_STOP and loop_join(). */
Loop *loop_new(const LoopShared *shared, unsigned number, int events_fd, GError **error);
bool loop_start(Loop *loop, GError **error);
void loop_join(Loop *loop);
void loop_free(Loop *loop);
/* From the socket loop's thread. False when the mailbox is full: then nothing was taken. */
bool loop_post(Loop *loop, const Command *command);

/* --- For the peers and rooms of the loop -------------------------------------------------------------------------- */

static inline int64_t loop_utc_us(const Loop *loop)
{
        return loop->now_us + loop->shared->utc_offset_us;
}
static inline uint32_t loop_next_track_id(Loop *loop)
{
        return loop->last_track_id += loop->last_track_id + 1 == 0 ? 2 : 1;
}
/* False when there was no room for the event. */
bool loop_emit(Loop *loop, const SfuEvent *event);
void loop_bind(Loop *loop, const NetAddress *address, SfuPeer peer);
void loop_unbind(Loop *loop, const NetAddress *address, SfuPeer peer);
/* Where packets for this address go. False when it cannot be reached, or its connection is closed. */
bool loop_destination(Loop *loop, Destination *destination, const NetAddress *address);
/* It leads to the peer no longer; a TCP connection is closed. */
void loop_forget_address(Loop *loop, const NetAddress *address, SfuPeer peer);
/* Sends what waits, then frees the peer and forgets its addresses. */
void loop_remove_peer(Loop *loop, Peer *peer);
void loop_mark_busy(Loop *loop, Room *room);

/* --- The turn, piece by piece; for the thread itself, and for tests that bring their own clock and datagrams ------ */

/* A datagram with from, size and bytes. It may be taken: then *packet is another one, or NULL. */
void loop_route(Loop *loop, Packet **packet);
/* The same for the packet at batch[i]; a place whose packet was taken is filled again. */
void loop_route_batch(Loop *loop, unsigned i);
/* What has come by a TCP connection; it is closed when that is wrong, or the end. */
void loop_read_stream(Loop *loop, TcpStream *stream);
/* Forwards and sends what the turn brought. */
void loop_end_turn(Loop *loop);
/* Every LOOP_TICK_US of loop->now_us. */
void loop_tick(Loop *loop);
/* Frees the command's plan. */
void loop_obey(Loop *loop, const Command *command);

/* --- Between loop.c and loop_tcp.c -------------------------------------------------------------------------------- */

enum { LOOP_EPOLL = 64 }; /* events of one turn */
/* Of this loop; NULL when there is none of this number. */
Peer *loop_find_peer(const Loop *loop, uint32_t value);
/* A ufrag begins with the peer's number as eight hexadecimal digits: sfu.c. 0 when it does not. */
uint32_t loop_id_of_ufrag(const char *ufrag, size_t size);
struct epoll_event;
void loop_serve_tcp(Loop *loop, const struct epoll_event *events, int n);
void loop_read_arrivals(Loop *loop);
void loop_tick_tcp(Loop *loop);
