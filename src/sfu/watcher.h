/* A watcher's half of RTP: its lines, what it can decode, and its feedback: NACK answered from the tracks' rings, PLI
 * passed on, sender reports; what its line carries (rtc/bwe), shared out by share.c. Owned by its peer. The struct is
 * open, since forwarding reads it for each packet.
 *
 * RFC 4585, 4588, RFC 3550 6.4. */
#pragma once

#include "sfu/allocate.h"
#include "sfu/forward.h"
#include "sfu/pace.h"
#include "sfu/peer.h"
#include "sfu/track.h"

#include "rtc/bwe.h"

#include <string.h>

enum {
        WATCHER_RESENDS = 256,
        WATCHER_NO_LINE = 0xff,
        WATCHER_EXTENSION_BYTES = 12, /* transport-wide sequence and playout delay, with their prefix */
};

/* The header extension of a sort of line, but for the sequence in it. */
typedef struct WatcherExtension {
        uint8_t bytes[WATCHER_EXTENSION_BYTES];
        uint8_t size;        /* 0: none */
        uint8_t sequence_at; /* where the transport-wide sequence stands; 0: it has none */
} WatcherExtension;

/* That a packet was sent again; a table by line and sequence, where a newer one may overwrite. */
typedef struct Resend {
        uint16_t sequence;
        uint8_t slot, times;
        int64_t at_us;
} Resend;

struct Watcher {
        int own_seat;
        int8_t channel; /* that its line of interpreters lets hear, SFU_NO_CHANNEL: none */
        unsigned n_slots;
        uint8_t line_of[SLOT_COUNT]; /* by Track.slot: which of slots shows it; WATCHER_NO_LINE: none */
        /* One that plays what is on air (WHEP): its lines are not those of seats. */
        bool plays;
        uint32_t picture_lines;         /* bits */
        int8_t voices[SLOT_COUNT];      /* by line of sound: the seat it lets hear, or SFU_NO_SEAT */
        uint32_t voice_age[SLOT_COUNT]; /* when it was chosen, as a count */
        uint32_t voice_count;
        uint8_t payload_types[3], rtx_types[3]; /* by MediaCodec; 0: cannot */
        uint8_t red_type;                       /* 0: cannot */
        bool sound_only;                        /* its page asks for no picture at all, */
        uint32_t awaited_bps;                   /* until its line carries so much; 0: it does not wait */
        bool gathers;                           /* sound goes to it three packets at a time */
        uint8_t redundancy;                     /* how many packets of sound ride along with the next one */
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
        uint8_t delay_id;                             /* 0: its browser cannot */
        uint8_t audio_sequence_id, video_sequence_id; /* of the transport-wide sequence, 0: cannot */
        WatcherExtension audio_extension, video_extension;
        /* What its line carries, and what of it each line gets. */
        Bwe bwe;
        Allocation allocation;
        AllocateMode mode;
        bool full;          /* nothing is held back */
        Pace pace;          /* on while something is */
        unsigned probed;    /* packets copied for probing: each time others */
        unsigned line_loss; /* by the estimator, of 65,536; smoothed, for it forgets with each cut */
        SfuNetwork network;
        bool network_lossy;
        int64_t network_us; /* when that was told */
        int64_t narrow_us;  /* since when it is worse than that */
};

Watcher *watcher_new(const PeerPlan *plan, int64_t now_us);
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
/* Appends to a header in `out` what such a line carries for this watcher; bytes added. */
static inline size_t watcher_extend_header(const Watcher *watcher, const WatcherExtension *extension, uint8_t *out)
{
        if (extension->size == 0)
                return 0;
        out[0] |= 0x10; /* X: an extension follows (RFC 3550, 5.1) */
        memcpy(out + RTP_HEADER_BYTES, extension->bytes, WATCHER_EXTENSION_BYTES);
        if (extension->sequence_at) {
                uint8_t *at = out + RTP_HEADER_BYTES + extension->sequence_at;
                at[0] = (uint8_t)(bwe_next_sequence(&watcher->bwe) >> 8);
                at[1] = (uint8_t)bwe_next_sequence(&watcher->bwe);
        }
        return extension->size;
}
/* Notes a packet that went out with that extension. */
static inline void watcher_sent(Watcher *watcher, const WatcherExtension *extension, size_t size, int64_t now_us)
{
        if (extension->sequence_at)
                bwe_sent(&watcher->bwe, size, now_us);
        else
                watcher->bwe.sent_bytes += size;
}
/* What may go out of its pictures now, in bytes: a quarter more than its line is believed to carry, or what is probed.
 */
static inline int64_t watcher_pace_left(Watcher *watcher, int64_t now_us)
{
        uint32_t rate_bps = bwe_budget_bps(&watcher->bwe) / 4 * 5;
        if (watcher->bwe.probe.running)
                rate_bps = MAX(rate_bps, watcher->bwe.probe.target_bps);
        return pace_left(&watcher->pace, rate_bps, watcher->bwe.sent_bytes, now_us);
}
void watcher_receive_rtcp(Peer *peer, const RtcpPacket *rtcp);
void watcher_tick(Peer *peer);
/* Its line has lost pictures for good: every one it watches begins anew, with a key frame. */
void watcher_want_pictures(Peer *peer);
