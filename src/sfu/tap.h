/* The way from the tracks' rings to the recorder. On the loop's side a feed copies packets in sequence order into a
 * bounded mailbox: every microphone, the picture on air and the one beside it. On the tap's own thread they become
 * frames for the sink, which may take its time: what finds no room is lost and marked as a gap, and never slows the
 * room. */
#pragma once

#include "sfu/loop.h"
#include "sfu/track.h"

enum {
        TAP_PACKETS = 2048, /* of room in the mailbox: some seconds of one picture and twelve voices */
};

/* One packet on its way. */
typedef struct TapPacket {
        SfuTrackKind kind;
        MediaCodec codec;
        SfuTapPicture picture; /* of all but microphones */
        int seat, channel;
        SfuParticipant participant;
        int64_t capture_us;
        uint32_t timestamp;
        bool marker;
        bool first; /* of this source: a picture begins anew */
        bool lost;  /* something is missing before it */
        uint16_t size;
        uint8_t bytes[PACKET_BYTES];
} TapPacket;

/* --- The thread's side -------------------------------------------------------------------------------------------- */

/* Starts the thread. NULL with an error when there is none to be had. */
Tap *tap_new(const SfuTapSink *sink, GError **error);
/* Waits until all has been delivered and on_stop has run; the writer has called tap_end() or never began. */
void tap_join(Tap *tap);
/* Writer's side: false when the sink is too far behind. */
bool tap_push(Tap *tap, const TapPacket *packet);
/* Writer's last call. */
void tap_end(Tap *tap);

/* Puts packets together; also what tests drive. */
typedef struct TapAssembler TapAssembler;
TapAssembler *tap_assembler_new(const SfuTapSink *sink);
void tap_assembler_free(TapAssembler *assembler);
void tap_assembler_push(TapAssembler *assembler, const TapPacket *packet);

/* --- The loop's side ---------------------------------------------------------------------------------------------- */

/* A picture that is given. */
typedef struct TapPicture {
        int seat; /* chosen, SFU_NO_SEAT: none */
        SfuTrackKind kind;
        uint32_t wanted;  /* Track.id that is given from its next key frame on */
        uint32_t current; /* is given now */
} TapPicture;

typedef struct TapFeed {
        Tap *tap; /* NULL: nobody listens */
        TapPicture pictures[SFU_TAP_PICTURES];
} TapFeed;

void tap_feed_init(TapFeed *feed);
void tap_feed_start(TapFeed *feed, Tap *tap);
void tap_feed_stop(TapFeed *feed);
void tap_feed_choose(TapFeed *feed, Room *room, SfuTapPicture picture, int seat, SfuTrackKind kind);
/* A track of the room has its first packet or may be heard again (first), or is sent again after a pause. */
void tap_feed_track_began(TapFeed *feed, Room *room, Track *track, bool first);
/* Of the layers of this track's picture another may be the best one now. */
void tap_feed_layers_changed(TapFeed *feed, Room *room, const Track *track);
/* A track goes away or is muted. */
void tap_feed_forget(TapFeed *feed, Track *track);
/* After a turn: copies what is in order. pending are the turn's packets, to see the key frame that is waited for. */
void tap_feed_pump(TapFeed *feed, Room *room, Packet *const *pending, unsigned n_pending);
void tap_feed_tick(TapFeed *feed, Room *room);
