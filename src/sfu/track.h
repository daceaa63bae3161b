/* One incoming stream: a publisher's microphone, or one layer of a camera or screen (the only one without simulcast).
 * Its ring of the last packets is at once the store for resending, and what the tap reads; its other state is the
 * receiver's half of RTP (reports, NACK, clock).
 *
 * RFC 3550 (6.4 reports, A.3 loss, A.8 jitter), RFC 4585 (NACK, PLI), RFC 4588 (RTX). */
#pragma once

#include "sfu/counters.h"
#include "sfu/packet.h"
#include "sfu/sfu.h"

#include "rtc/nack.h"
#include "rtc/rtcp.h"

enum {
        TRACK_VIDEO_RING = 1024, /* packets, a power of two */
        TRACK_AUDIO_RING = 128,
        TRACK_KEY_PAUSE_US = 500 * 1000, /* between two PLI of one source */
        TRACK_PAUSED_US = 1000 * 1000,   /* a layer without packets for so long is not sent any more */
        TRACK_METER_US = 500 * 1000,
        TRACK_OVERHEAD_BYTES = 40, /* of header, extensions and tag */
        TRACK_LAYERS = 3,          /* of one picture at most, in rising size */
};

/* When the sender captured what bears a timestamp, by the server's clock. */
typedef struct TrackClock {
        bool has_report;
        uint32_t report_timestamp;
        int64_t report_us; /* sender's clock; add the publisher's offset */
        bool has_arrival;
        uint32_t arrival_timestamp; /* stands in until the first report */
        int64_t arrival_utc_us;
} TrackClock;

typedef struct TrackFormat {
        SfuTrackKind kind;
        MediaCodec codec;
        uint8_t payload_type, rtx_payload_type; /* rtx 0: not negotiated */
        char mid[17];
        char rid[17];            /* of a simulcast layer, else empty */
        uint8_t layer;           /* its place as listed, rising */
        uint32_t ssrc, rtx_ssrc; /* as declared; learnt ones replace them */
} TrackFormat;

/* What a stream takes on the line, for sharing out: by temporal layer, each without those below. */
typedef struct TrackMeter {
        uint32_t bytes[TEMPORAL_LAYERS], bps[TEMPORAL_LAYERS];
        int64_t since_us;
} TrackMeter;

struct Track {
        uint32_t id; /* of this stream of packets; a new one when the sender starts over. Never 0 */
        TrackFormat format;
        uint8_t layer; /* among those of its picture, 0 the smallest: the format's, until their heights are known */
        int seat;
        SfuParticipant participant;
        uint32_t clock_hz;
        unsigned slot; /* the watchers' line it feeds: room.h */
        bool muted;

        Packet **ring; /* by index & mask; an empty packet has index PACKET_NO_INDEX, NULL was never filled */
        uint64_t mask;
        uint64_t highest; /* index; 0 before the first packet */
        bool live;        /* packets come; a picture without other layers stays live through its pauses */
        uint16_t height;  /* of its newest key frame, 0: not known */
        /* Of the packets so far: see Packet.above. */
        uint32_t above[TEMPORAL_LAYERS];
        uint16_t pictures_above[TEMPORAL_LAYERS];
        uint32_t picture_timestamp; /* of the picture under way, and its layer */
        uint8_t picture_temporal;
        bool temporal_unsure; /* an H.264 sender that puts more than slices into a picture: all of it is layer 0 */

        uint64_t first, received, expected_before, received_before;
        int64_t transit; /* of the last packet, timestamp units */
        uint32_t jitter; /* ×16 */
        uint32_t last_report_ntp;
        int64_t last_report_us; /* monotonic */
        TrackClock clock;
        TrackMeter meter;

        NackList nack;
        int64_t last_packet_us, last_key_us, key_asked_us;
        bool key_wanted;
        uint64_t key_index; /* where the newest key frame begins; PACKET_NO_INDEX: none yet */

        uint64_t tap_next; /* index the tap wants; 0: begin with the latest */
        bool tap_first, tap_gap;
};

Track *track_new(uint32_t id, const TrackFormat *format, int seat, unsigned slot);
void track_free(Track *track, PacketPool *pool);
static inline bool track_is_video(const Track *track)
{
        return track->format.kind != SFU_MIC;
}
/* The sender began a new stream (another SSRC): forgets the packets and takes a new id. */
void track_restart(Track *track, uint32_t id);

/* Puts *packet, whose index and codec fields are set, into the ring and counts its place among the temporal layers;
 * *packet becomes the one that lay there, or NULL. False for a duplicate or one too old: *packet is untouched. */
bool track_store(Track *track, Packet **packet, Counters *counters);
Packet *track_find(const Track *track, uint64_t index);

/* Measures what it takes; call it every TRACK_METER_US or more often. A pause keeps the last figure. */
void track_measure(Track *track, int64_t now_us);
/* Bit/s up to a temporal layer, 0 before the first measure. */
uint32_t track_bps(const Track *track, unsigned temporal);

/* Receiver statistics: every packet with a new sequence number, before any is judged. */
void track_count(Track *track, uint64_t index, uint32_t timestamp, int64_t now_us);
void track_report(Track *track, int64_t now_us, RtcpReport *ret_report);
/* A sender report. offset_us is the publisher's: server clock − sender's clock. */
void track_sender_report(Track *track, const RtcpSenderInfo *info, int64_t now_us);
/* Capture time of a timestamp in microseconds UTC of the server. False until anything is known. */
bool track_capture_us(const Track *track, uint32_t timestamp, int64_t offset_us, int64_t *ret_capture_us);
/* The timestamp that is captured at a server time; only from sender reports. */
bool track_timestamp_at(const Track *track, int64_t utc_us, int64_t offset_us, uint32_t *ret_timestamp);

/* The first packet there is at or after an index; NULL when there is none. */
Packet *track_find_next(const Track *track, uint64_t index);
/* The newest key frame's first packet, if it and everything since can be given to somebody who comes now: all is there,
 * and it is neither old nor much. Else NULL: a new key frame is better. */
Packet *track_recent_key(const Track *track, int64_t now_us);

/* Reads what routing needs out of the payload: codec fields, temporal layer and key_start. */
Drop track_parse_payload(Track *track, Packet *packet);

/* Somebody needs a key frame. True when a PLI should go out now; else it waits for track_key_due. */
bool track_want_key(Track *track, int64_t now_us);
/* True when an earlier wish is due (again): asked until a key frame comes. */
bool track_key_due(Track *track, int64_t now_us);
