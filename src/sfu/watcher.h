/* A watcher's half of RTP: its lines, what it can decode, and its feedback: NACK answered from the tracks' rings, PLI
 * passed on, sender reports. Owned by its peer. The struct is open, since forwarding reads it for each packet.
 *
 * RFC 4585, 4588, RFC 3550 6.4. */
#pragma once

#include "sfu/forward.h"
#include "sfu/peer.h"
#include "sfu/track.h"

enum { WATCHER_RESENDS = 256 };

/* That a packet was sent again; a table by line and sequence, where a newer one may overwrite. */
typedef struct Resend {
        uint16_t sequence;
        uint8_t slot, times;
        int64_t at_us;
} Resend;

struct Watcher {
        int own_seat;
        unsigned n_slots;
        uint8_t payload_types[3], rtx_types[3]; /* by MediaCodec; 0: cannot */
        uint32_t first_ssrc;
        Slot slots[SLOT_COUNT];
        Resend resends[WATCHER_RESENDS];
        Rate feedback_rate, resend_rate;
        int64_t report_us;
};

Watcher *watcher_new(const PeerPlan *plan);
void watcher_free(Watcher *watcher);
void watcher_update(Watcher *watcher, const PeerPlan *plan);
static inline bool watcher_can(const Watcher *watcher, MediaCodec codec)
{
        return watcher->payload_types[codec] != 0;
}
void watcher_receive_rtcp(Peer *peer, const RtcpPacket *rtcp);
void watcher_tick(Peer *peer);
