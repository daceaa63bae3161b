/* Someone on stage: one connection with up to five tracks (a layer of a simulcast is one), each fed by a source, with
 * sender reports, RTX and key frames as they are asked for.
 */
#pragma once
#include "load/link.h"
#include "load/source.h"

#define TRACKS_MAX 5

typedef struct {
        const char *mid;
        const char *name; /* in the room's protocol: mic, camera, camera-vp8 … */
        Codec codec;
        Source *source;  /* NULL: offered, but never sends; owned by the publisher from publisher_new on */
        bool off;        /* does not send until publisher_enable */
        const char *rid; /* of a simulcast: its layers stand one after another, in rising size, with the same mid */
} Track;

typedef struct {
        uint64_t packets, repaired, key_frames_asked, bitrate_bps; /* bitrate: the last REMB */
} PublisherCounts;

typedef struct Publisher Publisher;
/* Takes the sources, also when it fails. */
Publisher *publisher_new(Network *network, const Track *tracks, unsigned count, int64_t phase_us, GError **error);
void publisher_free(Publisher *publisher);
/* (transfer full) */
char *publisher_offer(const Publisher *publisher);
const Track *publisher_track(const Publisher *publisher, unsigned i); /* NULL behind the last */
/* The server's answer in; the transport then starts. False when it is of no use. */
bool publisher_accept(Publisher *publisher, const char *answer, int64_t now_us);
/* Sends what is due; call it at least every 5 ms. */
void publisher_turn(Publisher *publisher, int64_t now_us);
void publisher_enable(Publisher *publisher, unsigned track, bool on);
/* Which layers of a picture anybody sees: bit 0 the smallest. The others are not sent. */
void publisher_want_layers(Publisher *publisher, const char *name, unsigned bits);
LinkState publisher_state(const Publisher *publisher);
PublisherCounts publisher_counts(const Publisher *publisher);
