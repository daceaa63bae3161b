/* A room's inside, for room.c, lines.c, share.c and fan_out.c alone. */
#pragma once

#include "sfu/room.h"
#include "sfu/speakers.h"
#include "sfu/tap.h"
#include "sfu/voices.h"
#include "sfu/watcher.h"

/* What one seat sends of one kind: a microphone, or the layers of a picture in rising size. Places may be empty. */
typedef struct Source {
        Track *layers[TRACK_LAYERS];
        bool muted;
        /* Which layers anybody wants, as bits; what its browser was told last, and whether it was told anything. */
        bool known;
        uint8_t wanted, told;
        int64_t wanted_us[TRACK_LAYERS]; /* when each was wanted last */
} Source;

struct Room {
        SfuRoom id;
        Loop *loop;
        GPtrArray *peers;
        GPtrArray *watchers; /* the connected ones among them */
        Peer *publishers[SFU_PLACES];
        Source sources[SFU_PLACES][SFU_N_TRACK_KINDS];
        int8_t channels[SFU_CHANNELS]; /* the booth's seat that each lets hear, SFU_NO_SEAT: none */
        int screen_seat;               /* whose screen the line "s" shows */
        int air_seat;                  /* whose picture those who play see (WHEP), SFU_NO_SEAT: nobody's */
        SfuTrackKind air_kind;
        int dominant_seat;
        bool vp8_wanted;
        bool wants_changed;
        bool busy;                   /* the loop knows that this turn has an end for it */
        bool asking;                 /* some line waits for a source: Slot.asking */
        Packet *pending[PORT_BATCH]; /* of this turn, in the order they came */
        unsigned n_pending;
        Speakers speakers;
        Voices voices;
        TapFeed tap;
        SfuCapture *capture; /* of one participant's packets, NULL: none */
        int64_t shared_us;   /* last time what the networks carry was shared out */
        uint32_t audio_bps;  /* of all microphones, at that time */
        uint32_t full_bps;   /* with every picture at its best */
};

/* The room's part of the turn's end will come. */
void room_mark_busy(Room *room);
void room_tell(Room *room, SfuEvent event);

/* lines.c */
void lines_check_codecs(Room *room);
void lines_assign_watcher(Room *room, Peer *peer);
/* What lines of those who play show, after the air or the leading voice changed. */
void lines_assign_players(Room *room);
/* Who is heard where many microphones are open: after a window of the speakers', and when a voice that is not passed on
 * gets loud. */
void lines_look_at_voices(Room *room);
void lines_voice_begins(Room *room, unsigned seat);
/* Tells publishers which layers are wanted, where that changed; call often. */
void lines_tell_wanted(Room *room);
/* What a line shows, or would if it was sent; NULL for nothing. */
Source *lines_source(Room *room, const Watcher *watcher, unsigned slot);
/* The smallest layer that fills its place on the page, short of a quarter, or the highest; SLOT_NO_LAYER: not shown. */
int lines_fitting_layer(const Source *source, const Slot *slot);
/* The biggest layer of a source that is sent and may be shown, or NULL. */
Track *source_best(const Source *source);

/* share.c: gives each watcher's lines their part of what its network carries; call often. */
void share_tick(Room *room);

/* fan_out.c: what lines wait for, after all pending packets went out: the newest key frame again, or a new one. */
void fan_out_asking(Room *room);
/* From now on a watcher's pictures leave at the pace of its line, or at once. */
void fan_out_pace(Room *room, Peer *peer, bool on);
