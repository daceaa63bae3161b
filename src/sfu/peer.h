/* A peer connection as the media loop sees it: ICE-lite, DTLS passive, SRTP both ways, and either a publisher's or a
 * watcher's half of RTP on top. Owned by its loop.
 *
 * ICE: RFC 8445 2.5, RFC 7675 (consent). DTLS-SRTP: RFC 5763, 5764. */
#pragma once

#include "sfu/capture.h"
#include "sfu/loop.h"
#include "sfu/rate.h"

#include "rtc/ice.h"
#include "rtc/rtcp.h"
#include "rtc/srtp.h"

typedef struct Publisher Publisher;
typedef struct Watcher Watcher;

#define PEER_STATES(X)                                                                                                 \
        X(WAITING, "no authenticated check yet")                                                                       \
        X(CHECKED, "an address is known, the handshake may run")                                                       \
        X(CONNECTED, "keys are there, media flow")                                                                     \
        X(GONE, "lost or closed; freed at the next tick")

typedef enum PeerState {
#define PEER_STATE_ENUM(name, text) PEER_##name,
        PEER_STATES(PEER_STATE_ENUM)
#undef PEER_STATE_ENUM
                PEER_N_STATES
} PeerState;

/* Whether the table allows the move. */
bool peer_may_enter(PeerState from, PeerState to);

struct Peer {
        SfuPeer id;
        SfuParticipant participant;
        int seat; /* of a publisher, else SFU_NO_SEAT */
        Loop *loop;
        SfuRoom room_id;
        Room *room; /* may be closed before a peer that is gone */
        PeerState state;
        SfuGoneReason gone_reason;
        bool gone_told; /* the event found room */

        IceLite ice;
        DtlsSession *dtls;
        SrtpSender *sender;
        SrtpReceiver *receiver;
        Destination destination;
        bool has_destination;
        int64_t dtls_due_us;   /* INT64_MAX: nothing waits */
        int64_t flight_us;     /* when our last handshake flight left */
        int64_t round_trip_us; /* 0: unknown; peer_note_round_trip() */
        Rate media_rate;       /* incoming */

        SfuCapture *capture; /* the room's, when it is of this participant */

        Publisher *publisher; /* one of the two */
        Watcher *watcher;
};

/* Takes what it needs of the plan. NULL when the fingerprint is refused. */
Peer *peer_new(Loop *loop, Room *room, const PeerPlan *plan);
void peer_free(Peer *peer);
/* A further description of the same connection; with other ICE credentials it restarts ICE, while DTLS and media go on.
 */
void peer_update(Peer *peer, const PeerPlan *plan);

/* The address leads nowhere any more: another known one is taken. */
void peer_forget_address(Peer *peer, const NetAddress *address);
void peer_receive_stun(Peer *peer, const StunMessage *message, const NetAddress *from);
void peer_receive_dtls(Peer *peer, const Packet *packet);
/* RTP or RTCP. The packet may be taken: then *packet is another one, or NULL. */
void peer_receive_media(Peer *peer, Packet **packet);
/* A sample of it, in µs: down at once, up slowly, since a busy machine at the other end only ever makes it look longer.
 */
void peer_note_round_trip(Peer *peer, int64_t sample_us);
/* Every LOOP_TICK_US. */
void peer_tick(Peer *peer);
/* Says close_notify to the browser. */
void peer_say_goodbye(Peer *peer);
/* The peer is lost: media stop now, the event follows, the loop frees it. */
void peer_lose(Peer *peer, SfuGoneReason reason);
static inline bool peer_is_connected(const Peer *peer)
{
        return peer->state == PEER_CONNECTED;
}

/* A packet that comes, before it is decrypted (RTCP: after), or goes; for capture.h. */
static inline void peer_note(const Peer *peer, bool out, const uint8_t *bytes, size_t known, size_t size)
{
        if (G_UNLIKELY(peer->capture))
                capture_note(peer->capture, out, peer->loop->now_us, bytes, known, size);
}

/* A compound under way, written straight into the send arena; nothing else may be sent before peer_rtcp_end(). */
RtcpWriter peer_rtcp_begin(Peer *peer);
void peer_rtcp_end(Peer *peer, RtcpWriter *writer);
/* The SSRC of our own reports. */
enum { PEER_OWN_SSRC = 1 };
