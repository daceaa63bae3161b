/* A watcher's half of RTP: its lines, what it can decode, and its feedback: NACK answered from the tracks' rings, PLI
 * passed on, sender reports. Owned by its peer. The struct is open, since forwarding reads it for each packet.
 *
 * RFC 4585, 4588, RFC 3550 6.4. */
#pragma once

#include "sfu/forward.h"
#include "sfu/peer.h"
#include "sfu/track.h"

#include <string.h>

enum {
        WATCHER_RESENDS = 256,
        WATCHER_NO_LINE = 0xff,
        WATCHER_DELAY_BYTES = 8, /* the playout-delay extension with its prefix */
};

/* That a packet was sent again; a table by line and sequence, where a newer one may overwrite. */
typedef struct Resend {
        uint16_t sequence;
        uint8_t slot, times;
        int64_t at_us;
} Resend;

struct Watcher {
        int own_seat;
        unsigned n_slots;
        uint8_t line_of[SLOT_COUNT]; /* by Track.slot: which of slots shows it; WATCHER_NO_LINE: none */
        /* One that plays what is on air (WHEP): its lines are not those of seats. */
        bool plays;
        uint32_t picture_lines;         /* bits */
        int8_t voices[SLOT_COUNT];      /* by line of sound: the seat it lets hear, or SFU_NO_SEAT */
        uint32_t voice_age[SLOT_COUNT]; /* when it was chosen, as a count */
        uint32_t voice_count;
        uint8_t payload_types[3], rtx_types[3]; /* by MediaCodec; 0: cannot */
        uint32_t first_ssrc;
        Slot slots[SLOT_COUNT];
        Resend resends[WATCHER_RESENDS];
        Rate feedback_rate, resend_rate;
        bool asking; /* one of its lines is: Slot.asking */
        int64_t report_us;
        /* What the network loses for it; on a lossy one its browser is asked to play later, so that what is sent again
         * comes in time. The extension goes with every picture packet from the first time on. */
        unsigned loss; /* of 65,536, smoothed */
        bool lossy, told_delay;
        uint16_t delay_ms; /* goes towards its aim in small steps, each of which is no freeze */
        int64_t delay_step_us;
        uint8_t delay_id; /* 0: its browser cannot */
        uint8_t delay[WATCHER_DELAY_BYTES];
};

Watcher *watcher_new(const PeerPlan *plan);
void watcher_free(Watcher *watcher);
void watcher_update(Watcher *watcher, const PeerPlan *plan);
static inline bool watcher_can(const Watcher *watcher, MediaCodec codec)
{
        return watcher->payload_types[codec] != 0;
}
static inline bool watcher_line_is_sound(const Watcher *watcher, unsigned line)
{
        return watcher->plays ? !(watcher->picture_lines & 1u << line) : slot_is_audio(line);
}
/* Appends to a header in `out` what pictures carry for this watcher; bytes added. */
static inline size_t watcher_extend_header(const Watcher *watcher, uint8_t *out)
{
        if (!watcher->told_delay)
                return 0;
        out[0] |= 0x10; /* X: an extension follows (RFC 3550, 5.1) */
        memcpy(out + RTP_HEADER_BYTES, watcher->delay, WATCHER_DELAY_BYTES);
        return WATCHER_DELAY_BYTES;
}
void watcher_receive_rtcp(Peer *peer, const RtcpPacket *rtcp);
void watcher_tick(Peer *peer);
/* Its line has lost pictures for good: every one it watches begins anew, with a key frame. */
void watcher_want_pictures(Peer *peer);
