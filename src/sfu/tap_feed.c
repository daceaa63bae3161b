#include "sfu/tap.h"

#include "sfu/publisher.h"
#include "sfu/room.h"

#include <string.h>

enum {
        VIDEO_PATIENCE_US = 400 * 1000, /* for what is asked for again */
        AUDIO_PATIENCE_US = 80 * 1000,  /* for what merely came out of order */
        KEY_FRAME_US = 2000 * 1000,
        KEY_FRAME_VP8_US = 10000 * 1000, /* whoever transcodes makes key frames of its own */
};

void tap_feed_init(TapFeed *feed)
{
        *feed = (TapFeed){ 0 };
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++)
                feed->pictures[i].seat = SFU_NO_SEAT;
}

void tap_feed_start(TapFeed *feed, Tap *tap)
{
        tap_feed_init(feed);
        feed->tap = tap;
}

void tap_feed_stop(TapFeed *feed)
{
        if (feed->tap)
                tap_end(feed->tap);
        tap_feed_init(feed);
}

/* --- Choosing ----------------------------------------------------------------------------------------------------- */

/* A track is given once: what one picture holds, the other waits for. */
static bool is_given(const TapFeed *feed, uint32_t track)
{
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++)
                if (feed->pictures[i].current == track)
                        return true;
        return false;
}

static void choose(TapPicture *picture, Room *room)
{
        Track *track = picture->seat == SFU_NO_SEAT ? NULL : room_best_layer(room, picture->seat, picture->kind);
        picture->wanted = track ? track->id : 0;
        if (!track)
                picture->current = 0; /* a poster is better than a person who is not on air any more */
        else if (picture->current != picture->wanted)
                room_want_key(room, track);
}

void tap_feed_choose(TapFeed *feed, Room *room, SfuTapPicture which, int seat, SfuTrackKind kind)
{
        if (!feed->tap)
                return;
        feed->pictures[which].seat = seat;
        feed->pictures[which].kind = kind;
        choose(&feed->pictures[which], room);
}

void tap_feed_track_began(TapFeed *feed, Room *room, Track *track, bool first)
{
        if (first)
                track->tap_next = 0;
        tap_feed_layers_changed(feed, room, track);
}

void tap_feed_layers_changed(TapFeed *feed, Room *room, const Track *track)
{
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++) {
                TapPicture *picture = &feed->pictures[i];
                if (feed->tap && picture->seat == track->seat && picture->kind == track->format.kind)
                        choose(picture, room);
        }
}

void tap_feed_forget(TapFeed *feed, Track *track)
{
        track->tap_next = 0;
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++) {
                TapPicture *picture = &feed->pictures[i];
                if (picture->current == track->id)
                        picture->current = 0;
                if (picture->wanted == track->id)
                        picture->wanted = 0;
        }
}

/* --- Copying ------------------------------------------------------------------------------------------------------ */

static void push_packet(TapFeed *feed, Room *room, Track *track, SfuTapPicture picture, Packet *packet)
{
        int channel = room_channel_of(room, track->seat);
        bool unheard = track->seat >= SFU_SEATS && channel == SFU_NO_CHANNEL;
        if (packet->payload_size == 0 || unheard) /* padding; an interpreter whose turn it is not */
                return;
        TapPacket copy;
        copy.kind = track->format.kind;
        copy.codec = track->format.codec;
        copy.picture = picture;
        copy.seat = track->seat;
        copy.channel = channel;
        copy.participant = track->participant;
        copy.timestamp = packet->timestamp;
        copy.marker = packet->marker;
        copy.first = track->tap_first;
        copy.lost = track->tap_gap;
        copy.size = packet->payload_size;
        if (!room_capture_us(room, track, packet->timestamp, &copy.capture_us))
                return;
        memcpy(copy.bytes, packet_payload(packet), packet->payload_size);
        track->tap_gap = !tap_push(feed->tap, &copy);
        if (track->tap_gap)
                counters_add(room_counters(room), COUNTER_TAP_LOST, 1);
}

/* In sequence order; waits a little for what is missing, then goes on with a gap. */
static void pump_track(TapFeed *feed, Room *room, Track *track, SfuTapPicture picture, int64_t now_us)
{
        bool video = track_is_video(track);
        int64_t patience_us = video ? VIDEO_PATIENCE_US : AUDIO_PATIENCE_US;
        while (track->tap_next <= track->highest) {
                Packet *packet = track_find(track, track->tap_next);
                if (!packet) {
                        packet = track_find_next(track, track->tap_next);
                        if (!packet || now_us - packet->arrival_us < patience_us)
                                return;
                        track->tap_gap = true;
                        if (video)
                                room_want_key(room, track);
                }
                push_packet(feed, room, track, picture, packet);
                track->tap_first = false;
                track->tap_next = packet->index + 1;
        }
}

static void begin_at(Track *track, uint64_t index)
{
        track->tap_next = index;
        track->tap_first = true;
        track->tap_gap = false;
}

static void go_on_air(TapFeed *feed, TapPicture *picture, Packet *const *pending, unsigned n_pending)
{
        for (unsigned i = 0; i < n_pending && picture->wanted && picture->wanted != picture->current; i++) {
                Track *track = pending[i]->track;
                if (track->id != picture->wanted || !pending[i]->key_start || is_given(feed, track->id))
                        continue;
                picture->current = track->id;
                begin_at(track, pending[i]->index);
        }
}

static void pump_all(TapFeed *feed, Room *room)
{
        int64_t now_us = room_now_us(room);
        for (int seat = 0; seat < SFU_PLACES; seat++) {
                Track *mic = room_best_layer(room, seat, SFU_MIC);
                if (!mic)
                        continue;
                if (mic->tap_next == 0)
                        begin_at(mic, mic->highest);
                pump_track(feed, room, mic, SFU_TAP_ON_AIR, now_us);
        }
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++) {
                /* The old choice's until the new one's key frame. */
                Track *video = room_track(room, feed->pictures[i].current);
                if (video)
                        pump_track(feed, room, video, (SfuTapPicture)i, now_us);
        }
}

void tap_feed_pump(TapFeed *feed, Room *room, Packet *const *pending, unsigned n_pending)
{
        if (!feed->tap)
                return;
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++)
                go_on_air(feed, &feed->pictures[i], pending, n_pending);
        pump_all(feed, room);
}

/* A key frame now and then of what is given, and of what was not let in when its key frame came. */
static void ask_for_keys(TapPicture *picture, Room *room)
{
        Track *given = room_track(room, picture->current), *wanted = room_track(room, picture->wanted);
        Track *track = wanted && wanted != given ? wanted : given;
        if (!track || track->key_wanted)
                return;
        int64_t every_us = track->format.codec == CODEC_VP8 && track == given ? KEY_FRAME_VP8_US : KEY_FRAME_US;
        if (room_now_us(room) - track->last_key_us >= every_us)
                room_want_key(room, track);
}

void tap_feed_tick(TapFeed *feed, Room *room)
{
        if (!feed->tap)
                return;
        pump_all(feed, room);
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++)
                ask_for_keys(&feed->pictures[i], room);
}
