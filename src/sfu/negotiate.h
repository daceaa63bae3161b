/* What is agreed with a browser: plans for the media loops, and our side's descriptions. Pure: no socket, no loop; the
 * caller brings credentials, SSRCs and addresses.
 *
 * Publisher: one codec is chosen per line (H.264 constrained baseline before VP8; the _VP8 kinds VP8 alone), with RTX
 * and the extensions mid, audio level and transport-wide sequence. Watcher: lines "s", "c", then "a0", "v0", "a1", …;
 * each video line offers both codecs with fixed payload types, and the answer says what it can receive. */
#pragma once

#include "sfu/sfu.h"
#include "sfu/track.h"

#include "rtc/ice.h"
#include "rtc/sdp.h"

enum {
        PLAN_TRACKS = 1 + (SFU_N_TRACK_KINDS - 1) * TRACK_LAYERS,
        SLOT_SCREEN = 0,
        SLOT_CHANNEL = 1, /* the interpreter's voice that a watcher chose */
        SLOT_SEATS = 2,   /* from here on two lines a seat */
        SLOT_COUNT = SFU_LINES,
        PLAY_SLOTS_MAX = 25, /* of one that plays: PeerPlan.picture_lines has a bit for each */
        PAYLOAD_OPUS = 111,  /* of what we offer */
        PAYLOAD_RED = 63,
        PAYLOAD_H264 = 102,
        PAYLOAD_H264_RTX = 103,
        PAYLOAD_VP8 = 96,
        PAYLOAD_VP8_RTX = 97,
        EXTENSION_TRANSPORT_CC = 3,
        EXTENSION_PLAYOUT_DELAY = 5,
};

/* The watchers' line that a seat's track feeds. */
static inline unsigned slot_of(int seat, SfuTrackKind kind)
{
        if (kind == SFU_SCREEN || kind == SFU_SCREEN_VP8)
                return SLOT_SCREEN;
        if (seat >= SFU_SEATS)
                return SLOT_CHANNEL;
        return SLOT_SEATS + 2 * (unsigned)seat + (kind == SFU_MIC ? 0 : 1);
}
static inline bool slot_is_audio(unsigned slot)
{
        return slot == SLOT_CHANNEL || (slot >= SLOT_SEATS && slot % 2 == 0);
}
/* The seat a line shows, SFU_NO_SEAT for the screen and the channel. */
static inline int slot_seat(unsigned slot)
{
        return slot < SLOT_SEATS ? SFU_NO_SEAT : (int)(slot - SLOT_SEATS) / 2;
}

/* What both sorts of peer have. */
typedef struct PeerPlan {
        SfuPeer peer;
        SfuRoom room;
        SfuParticipant participant;
        bool publisher;
        int seat; /* the publisher's; a watcher's own seat */
        IceCredentials local, remote;
        uint8_t fingerprint[SDP_FINGERPRINT_SIZE];
        /* Publisher */
        TrackFormat tracks[PLAN_TRACKS]; /* the layers of a picture follow each other */
        unsigned n_tracks;
        bool encoder; /* no browser: its stream is looked at for what browsers cannot show */
        RtpExtensionIds extensions;
        /* Watcher */
        unsigned n_slots;
        bool plays;             /* its lines follow what is on air, and are not named after seats (negotiate_play) */
        uint32_t picture_lines; /* of one that plays: bits, which of its lines are pictures */
        uint32_t first_ssrc;    /* line i sends with first_ssrc + 2 i, its RTX with one more */
        uint8_t opus, red, h264, h264_rtx, vp8, vp8_rtx; /* payload types of the answer, 0: cannot */
        uint8_t playout_delay;                           /* its extension's number, 0: cannot */
        /* The number of the transport-wide sequence, by sort of line; 0: cannot. */
        uint8_t audio_transport_cc, video_transport_cc;
} PeerPlan;

/* Our side of a description: what stands in every answer and offer. */
typedef struct LocalSide {
        uint64_t session_id, version;
        IceCredentials credentials;
        const uint8_t *fingerprint; /* SDP_FINGERPRINT_SIZE bytes */
        const SdpCandidate *candidates;
        unsigned n_candidates;
} LocalSide;

/* Answers a publisher's offer and fills the plan's tracks, extensions, remote credentials and fingerprint. before: our
 * last answer when this is a further offer, else NULL. NULL with an error fit to be shown. */
Sdp *negotiate_publish(const Sdp *offer, const SfuTrack *tracks, size_t n_tracks, const LocalSide *local,
                       const Sdp *before, PeerPlan *plan, GError **error);
/* What an encoder's lines are, which no message names (WHIP, RFC 9725): the first of sound, the first of pictures. The
 * mids live as long as the offer. Returns how many. */
size_t negotiate_guess_tracks(const Sdp *offer, SfuTrack ret_tracks[2]);
/* An offer of lines for a number of seats; SSRCs are counted from first_ssrc. */
Sdp *negotiate_offer(unsigned seats, uint32_t first_ssrc, const LocalSide *local);
/* Answers a player's offer (WHEP) and fills the plan as a watcher's that plays: its first line of pictures shows what
 * is on air, each line of sound one voice. The answer's lines that are on are the slots, in order. */
Sdp *negotiate_play(const Sdp *offer, const LocalSide *local, PeerPlan *plan, GError **error);
/* Reads a watcher's answer to such an offer into the plan's payload types, credentials and fingerprint. */
bool negotiate_answer(const Sdp *answer, unsigned seats, PeerPlan *plan, GError **error);
