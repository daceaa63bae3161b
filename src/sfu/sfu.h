/* The room's media: forwards microphones, cameras and screens of those on stage to everybody in the room.
 *
 * A room belongs to one media loop for life. Every function here but sfu_counters() is called from one thread (the
 * socket loop); SDP is parsed and answered there, what follows travels to the room's loop by mailbox, and events come
 * back by a mailbox whose descriptor the socket loop polls. Nothing here waits for a media loop but sfu_stop() and
 * sfu_tap_stop().
 *
 * A participant has up to two peer connections, so that offers never cross: one to publish (the browser offers) and one
 * to watch (the server offers). A person on stage holds a seat; the watchers' lines are named after seats ("a3", "v3",
 * and "s" for the one shared screen), so nobody renegotiates when a seat changes hands.
 *
 * Interpreters sit in booths: seats that publish a microphone alone, which is not heard on stage but in the channel
 * that sfu_channel() gives it to. Every watcher has one line more for that, "c", which is silent until sfu_listen().
 *
 *     SfuRoom room = sfu_room_open(sfu);
 *     sfu_publish(sfu, room, person, 0, offer, tracks, 2, &peer, &answer, &error);
 *     sfu_subscribe(sfu, room, other, 4, SFU_NO_SEAT, &watcher, &offer, &error);
 *     sfu_subscribed(sfu, watcher, answer, &error);
 *     while (sfu_next_event(sfu, &event)) …
 *
 * RFC 8829 (JSEP), RFC 8843 (BUNDLE), RFC 8445 (ICE-lite), RFC 8827 (security), RFC 7941, RFC 4585, RFC 4588. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        SFU_SEATS = 30,   /* on stage at most, seats are 0 … 29 */
        SFU_NO_SEAT = -1, /* not on stage, or nobody */
        SFU_BOOTHS = 16,  /* of interpreters at most: the seats above those on stage, SFU_SEATS … */
        SFU_PLACES = SFU_SEATS + SFU_BOOTHS,
        SFU_CHANNELS = 8, /* languages of a room at most */
        SFU_NO_CHANNEL = -1,
        SFU_LINES = 2 + 2 * SFU_SEATS, /* of a watcher at most: "s", "c", then "a0", "v0", "a1", … */
        SFU_ANY_HEIGHT = 0xffff,       /* of a line whose size was never told */
        SFU_MAX_LOOPS = 32,            /* media threads */
        SFU_MAX_ROOMS = 1024,          /* open at once */
        SFU_MAX_PEERS = 4096,          /* open at once, per media thread */
        SFU_NO_TCP = -1,
        SFU_MAX_SDP_BYTES = 64 * 1024,
};

/* What one media line of a publisher carries. The _VP8 kinds are the small copy for those who cannot read H.264. */
#define SFU_TRACK_KINDS(X)                                                                                             \
        X(MIC, "mic")                                                                                                  \
        X(CAMERA, "camera")                                                                                            \
        X(CAMERA_VP8, "camera-vp8")                                                                                    \
        X(SCREEN, "screen")                                                                                            \
        X(SCREEN_VP8, "screen-vp8")

typedef enum SfuTrackKind {
#define SFU_TRACK_KIND_ENUM(name, word) SFU_##name,
        SFU_TRACK_KINDS(SFU_TRACK_KIND_ENUM)
#undef SFU_TRACK_KIND_ENUM
                SFU_N_TRACK_KINDS
} SfuTrackKind;

/* The kind a word ("mic", "camera-vp8", …) names, or -1. */
int sfu_track_kind_from_word(const char *word);
const char *sfu_track_kind_word(SfuTrackKind kind);

typedef struct SfuRoom {
        uint32_t value; /* 0 is no room */
} SfuRoom;

typedef struct SfuPeer {
        uint32_t value; /* 0 is no peer; a number is not used again for long after its peer is gone */
} SfuPeer;

typedef struct SfuParticipant {
        uint32_t value; /* the caller's own number, given back in events and frames */
} SfuParticipant;

typedef struct Sfu Sfu;

typedef struct SfuConfig {
        uint16_t media_port; /* UDP; 0 takes a free one */
        int tcp_port;        /* for networks without UDP; 0: that of UDP if it can be had, SFU_NO_TCP: none */
        const char *const
                *advertised;    /* addresses for browsers, NULL-terminated; NULL: every local address, 127.0.0.1 too */
        unsigned media_threads; /* 0: one less than the cores, at least one */
        unsigned crew_from;     /* how many packets a turn must have to send for other cores to help; 0: as measured */
        uint32_t camera_kbps;   /* cap told to each camera, 0: 2,500; screens get the same, the VP8 copy a fifth */
} SfuConfig;

typedef enum SfuError {
        SFU_ERROR_SYSTEM, /* a socket or a thread could not be had; the message says which */
        SFU_ERROR_SDP,    /* the description is malformed or offers nothing we can use; source words for tr() */
        SFU_ERROR_STATE,  /* no such room, peer or seat, or not now */
        SFU_ERROR_FULL,   /* a limit above is reached */
} SfuError;
#define SFU_ERROR (sfu_error_quark())
GQuark sfu_error_quark(void);

/* Binds the port and starts the media threads. NULL on failure. */
Sfu *sfu_start(const SfuConfig *config, GError **error);
/* Says goodbye to every peer, stops taps and threads, frees. NULL is fine. */
void sfu_stop(Sfu *sfu);
/* The clock of SfuFrame's times, microseconds UTC. It never leaps: where the machine's was set since the start, they
 * differ. Any thread. */
int64_t sfu_now_us(const Sfu *sfu);
uint16_t sfu_media_port(const Sfu *sfu);
uint16_t sfu_tcp_port(const Sfu *sfu); /* 0: none */

/* A new empty room on the loop with the fewest rooms; value 0 when SFU_MAX_ROOMS are open. */
SfuRoom sfu_room_open(Sfu *sfu);
/* Closes all its peers (no event for them) and stops its tap. */
void sfu_room_close(Sfu *sfu, SfuRoom room);

/* --- On stage: the browser offers ------------------------------------------------------------------------------- */

/* Says what a media line of the offer is: the browser's transceiver.mid and its kind. */
typedef struct SfuTrack {
        const char *mid;
        SfuTrackKind kind;
} SfuTrack;

/* Answers a publisher's offer; a booth's only with a microphone. Without tracks (NULL, 0) it is an encoder's, whose
 * lines bear no names: the first of sound is its microphone, the first of pictures its camera. Lines not named in
 * tracks are answered as rejected. One publisher a seat: a new one takes the seat, the old peer is closed. ret_answer
 * is the caller's to g_free(). Outputs are untouched on failure. */
bool sfu_publish(Sfu *sfu, SfuRoom room, SfuParticipant participant, int seat, const char *offer,
                 const SfuTrack *tracks, size_t n_tracks, SfuPeer *ret_peer, char **ret_answer, GError **error);
/* Answers a further offer of the same connection: lines added (screen, VP8 copy), or stopped (inactive). It must keep
 * the lines it had, in order, and its certificate. New ICE credentials in it restart ICE (RFC 8839 4.4.1.1.1): what was
 * selected stays until the browser nominates anew, media and keys go on. */
bool sfu_publish_again(Sfu *sfu, SfuPeer peer, const char *offer, const SfuTrack *tracks, size_t n_tracks,
                       char **ret_answer, GError **error);

/* --- Watching: the server offers --------------------------------------------------------------------------------- */

/* Offers lines "s", "c", "a0", "v0", … for that many seats (1 … SFU_SEATS). own_seat is not sent back, or SFU_NO_SEAT.
 * Media flows once sfu_subscribed() has the browser's answer. ret_offer is the caller's. */
bool sfu_subscribe(Sfu *sfu, SfuRoom room, SfuParticipant participant, unsigned seats, int own_seat, SfuPeer *ret_peer,
                   char **ret_offer, GError **error);
/* A new offer that only appends lines; give its answer to sfu_subscribed() as well. Fewer or as many seats is an error.
 */
bool sfu_subscribe_grow(Sfu *sfu, SfuPeer peer, unsigned seats, char **ret_offer, GError **error);
/* Restarts ICE of a connection that sfu_subscribed() has had an answer for: a new offer, otherwise as before. */
bool sfu_subscribe_restart(Sfu *sfu, SfuPeer peer, char **ret_offer, GError **error);
bool sfu_subscribed(Sfu *sfu, SfuPeer peer, const char *answer, GError **error);
/* The watcher took another seat on stage, or left it (SFU_NO_SEAT). */
void sfu_own_seat(Sfu *sfu, SfuPeer peer, int own_seat);
/* Which channel its line "c" lets hear, SFU_NO_CHANNEL for none. Ignored before the answer. */
void sfu_listen(Sfu *sfu, SfuPeer peer, int channel);
/* Whose voice a channel of the room carries: a booth's seat, SFU_NO_SEAT for nobody's. */
void sfu_channel(Sfu *sfu, SfuRoom room, int channel, int seat);

/* The place among a watcher's lines of "s", "c", "v0" … "v29", "a0" … "a29", or -1. */
int sfu_line_from_word(const char *word);
/* How high a watcher's page shows its lines, in device pixels and in the order of the offer; 0 for not at all,
 * SFU_ANY_HEIGHT for what is not known. A line gets the smallest layer that fills its place. Ignored before the answer.
 * A page without any picture may wait for a line that carries so many kbit/s (0: it does not): small probes look for
 * it, and until they found it the line's SFU_NETWORK is SFU_NETWORK_AUDIO. */
void sfu_view(Sfu *sfu, SfuPeer peer, const uint16_t heights[SFU_LINES], unsigned awaited_kbps);

/* --- Playing: what is on air, to a player that offers (WHEP) ------------------------------------------------------ */

/* Answers a player's offer: its first line of pictures shows what sfu_on_air() says, each line of sound lets one voice
 * be heard, the leading one always. It is a watcher in all else; its events have participant 0. ret_answer is the
 * caller's. */
bool sfu_play(Sfu *sfu, SfuRoom room, const char *offer, SfuPeer *ret_peer, char **ret_answer, GError **error);
/* Restarts ICE of an encoder's or a player's connection, of which no description is exchanged again (RFC 9725 4.3.3):
 * its new credentials, and ours with our candidates as a fragment (RFC 8840), which is the caller's. */
bool sfu_restart(Sfu *sfu, SfuPeer peer, const char *ufrag, const char *pwd, char **ret_fragment, GError **error);
/* Whose CAMERA or SCREEN is on air, SFU_NO_SEAT for nobody's. */
void sfu_on_air(Sfu *sfu, SfuRoom room, int seat, SfuTrackKind kind);

/* Closes a peer of either sort: DTLS close_notify, no event. Unknown peers are ignored. */
void sfu_peer_close(Sfu *sfu, SfuPeer peer);

/* Stops or resumes forwarding what a seat sends (kind MIC, CAMERA or SCREEN; the VP8 copy follows). The server enforces
 * it whatever the browser sends. It belongs to the seat, and stays through a new publisher until lifted. */
void sfu_mute(Sfu *sfu, SfuRoom room, int seat, SfuTrackKind kind, bool muted);
/* Asks a seat's encoder for a key frame (coalesced with others asked within half a second). */
void sfu_key_frame(Sfu *sfu, SfuRoom room, int seat, SfuTrackKind kind);

/* --- Looking for a fault -------------------------------------------------------------------------------------------
 */

enum { SFU_CAPTURED_BYTES = 480 };

/* A packet of a participant's connections: capture.h says what is kept of it. */
typedef struct SfuCaptured {
        int64_t at_us; /* UTC */
        bool out;      /* towards the participant */
        uint16_t size; /* on the wire */
        uint16_t kept;
        uint8_t bytes[SFU_CAPTURED_BYTES];
} SfuCaptured;

typedef struct SfuCapture SfuCapture;
/* From now on notes what goes to and from this participant, by the connections of now and of later. One a room: another
 * one takes its place. NULL: the room is not open, or too busy. Ask the person first. */
SfuCapture *sfu_capture_start(Sfu *sfu, SfuRoom room, SfuParticipant participant);
/* The next packet; false when there is none yet. */
bool sfu_capture_next(SfuCapture *capture, SfuCaptured *ret_packet);
/* How many found no room. */
uint64_t sfu_capture_lost(const SfuCapture *capture);
/* Also after the room has closed. Frees; NULL is fine. */
void sfu_capture_stop(Sfu *sfu, SfuRoom room, SfuCapture *capture);

/* --- Events ------------------------------------------------------------------------------------------------------ */

#define SFU_EVENTS(X)                                                                                                  \
        X(PEER_CONNECTED, "DTLS is done, media may flow: room, peer, participant, seat")                               \
        X(PEER_GONE, "the peer is closed and forgotten: room, peer, participant, seat, reason")                        \
        X(CODECS_WANTED, "someone watching cannot receive H.264 (on) or nobody any more (off): room, on")              \
        X(SPEAKING, "a seat starts or stops speaking, a booth's too: room, seat, on")                                  \
        X(DOMINANT, "another seat leads the talk, or SFU_NO_SEAT: room, seat")                                         \
        X(LAYERS_WANTED, "which layers of a publisher's picture anybody sees (bits, 1 the smallest): room, peer, "     \
                         "seat, track, layers")                                                                        \
        X(TROUBLE, "an encoder's pictures are not fit for browsers, or worse than was said: room, peer, participant, " \
                   "seat, trouble")                                                                                    \
        X(NETWORK,                                                                                                     \
          "what a watcher's line carries of what the page shows: room, peer, participant, network, lossy, kbps")

/* What in an encoder's pictures browsers cannot show as it should be (sfu_publish without tracks). */
typedef enum SfuTrouble {
        SFU_NO_TROUBLE,
        SFU_TROUBLE_PROFILE,  /* H.264 in another profile than baseline */
        SFU_TROUBLE_B_FRAMES, /* pictures that are shown in another order than they are sent */
} SfuTrouble;

/* How much of what is wanted a watcher's line carries. */
typedef enum SfuNetwork {
        SFU_NETWORK_FULL,
        SFU_NETWORK_REDUCED, /* some picture is smaller or jerkier than its place, or paused */
        SFU_NETWORK_AUDIO,   /* no picture at all */
} SfuNetwork;

typedef enum SfuEventKind {
#define SFU_EVENT_ENUM(name, text) SFU_##name,
        SFU_EVENTS(SFU_EVENT_ENUM)
#undef SFU_EVENT_ENUM
} SfuEventKind;

#define SFU_GONE_REASONS(X)                                                                                            \
        X(CONSENT, "no connectivity check for 30 s")                                                                   \
        X(NEVER, "no connectivity check within 30 s of the answer")                                                    \
        X(CLOSED, "closed by the browser")                                                                             \
        X(DTLS, "the DTLS handshake failed, or the certificate is not that of the description")                        \
        X(REPLACED, "another publisher took the seat")

typedef enum SfuGoneReason {
#define SFU_GONE_ENUM(name, text) SFU_GONE_##name,
        SFU_GONE_REASONS(SFU_GONE_ENUM)
#undef SFU_GONE_ENUM
} SfuGoneReason;
const char *sfu_gone_reason_text(SfuGoneReason reason);

typedef struct SfuEvent {
        SfuEventKind kind;
        SfuRoom room;
        SfuPeer peer;
        SfuParticipant participant;
        int seat; /* of a publisher; SFU_NO_SEAT for a watcher */
        SfuTrackKind track;
        bool on;
        uint8_t layers; /* bit i: the i-th of its simulcast, in rising size; bit 0 alone without one */
        SfuNetwork network;
        bool lossy;    /* the line between us and the watcher, whatever a speaker's own line loses before */
        unsigned kbps; /* what the line is believed to carry */
        SfuGoneReason reason;
        SfuTrouble trouble;
} SfuEvent;

/* Readable when an event waits; poll it, then call sfu_next_event() until it says false. */
int sfu_events_fd(const Sfu *sfu);
bool sfu_next_event(Sfu *sfu, SfuEvent *ret_event);

/* --- Tap: what the recorder gets --------------------------------------------------------------------------------- */

/* The two pictures that the tap gives. */
typedef enum SfuTapPicture {
        SFU_TAP_ON_AIR,
        SFU_TAP_BESIDE, /* a shared screen: whose picture stands beside it */
        SFU_TAP_PICTURES,
} SfuTapPicture;

typedef struct SfuFrame {
        SfuTapPicture picture; /* which one, of CAMERA and SCREEN */
        int seat;
        int channel;                /* that carries this booth's voice, SFU_NO_CHANNEL: it is of the stage */
        SfuParticipant participant; /* who sent it: to honour consent when a seat changes hands */
        SfuTrackKind kind; /* MIC: one Opus packet; CAMERA, SCREEN: one H.264 access unit, Annex B, or one VP8 frame */
        bool vp8;
        int64_t capture_us;   /* microseconds UTC by the server's clock, from the sender's reports where there are */
        const uint8_t *bytes; /* valid during the call only */
        size_t length;
        bool key; /* the unit begins with parameter sets and is an IDR picture; true for audio */
        bool gap; /* something is missing right before */
} SfuFrame;

/* Called on the tap's own thread, which may block in on_frame: when it falls behind, frames are dropped and the next
 * one carries gap. on_stop is the last call. */
typedef struct SfuTapSink {
        void *owner;
        void (*on_frame)(void *owner, const SfuFrame *frame);
        void (*on_stop)(void *owner);
} SfuTapSink;

/* Begins to deliver every microphone of the room, and the booths' that a channel carries (muted ones excepted). One tap
 * a room. */
bool sfu_tap_start(Sfu *sfu, SfuRoom room, const SfuTapSink *sink, GError **error);
/* Chooses a picture: seat and CAMERA or SCREEN, or SFU_NO_SEAT for none. What is on air is not given beside as well,
 * and what was beside must be let go there before it goes on air. The change is made at the new source's next key
 * frame, which is asked for; then one is asked 2 s, and again 3 s, after each (10 s of VP8). */
void sfu_tap_video(Sfu *sfu, SfuRoom room, SfuTapPicture picture, int seat, SfuTrackKind kind);
/* No call of the sink comes after it returns. */
void sfu_tap_stop(Sfu *sfu, SfuRoom room);

/* --- Figures ----------------------------------------------------------------------------------------------------- */

/* Counters since the start, of all loops; every way to drop a packet is one of them. */
typedef struct SfuCounter {
        const char *name; /* of a Prometheus metric, without prefix */
        const char *help;
        uint64_t value;
} SfuCounter;

/* Fills at most n, returns how many there are. Any thread. */
size_t sfu_counters(Sfu *sfu, SfuCounter *ret_counters, size_t n);
