#include "sfu/tap.h"

#include "sfu/publisher.h"
#include "sfu/room.h"

#include <string.h>

enum {
        VIDEO_PATIENCE_US = 400 * 1000, /* for what is asked for again */
        AUDIO_PATIENCE_US = 80 * 1000,  /* for what merely came out of order */
        KEY_FRAME_US = 2000 * 1000,
};

void tap_feed_init(TapFeed *feed)
{
        *feed = (TapFeed){ .seat = SFU_NO_SEAT };
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

static void tell_no_h264(TapFeed *feed, Room *room)
{
        if (feed->told)
                return;
        SfuEvent event = { .kind = SFU_TAP_NO_H264, .room = room_id(room), .seat = feed->seat, .track = feed->kind };
        feed->told = room_emit(room, &event);
}

static void choose(TapFeed *feed, Room *room)
{
        Track *track = feed->seat == SFU_NO_SEAT ? NULL : room_best_layer(room, feed->seat, feed->kind);
        if (track && track->format.codec != CODEC_H264) {
                tell_no_h264(feed, room);
                track = NULL;
        }
        feed->wanted = track ? track->id : 0;
        if (!track)
                feed->current = 0; /* a poster is better than a person who is not on air any more */
        else if (feed->current != feed->wanted)
                room_want_key(room, track);
}

void tap_feed_choose(TapFeed *feed, Room *room, int seat, SfuTrackKind kind)
{
        if (!feed->tap)
                return;
        feed->seat = seat;
        feed->kind = kind;
        feed->told = false;
        choose(feed, room);
}

void tap_feed_track_began(TapFeed *feed, Room *room, Track *track, bool first)
{
        if (first)
                track->tap_next = 0;
        tap_feed_layers_changed(feed, room, track);
}

void tap_feed_layers_changed(TapFeed *feed, Room *room, const Track *track)
{
        if (feed->tap && feed->seat == track->seat && feed->kind == track->format.kind)
                choose(feed, room);
}

void tap_feed_forget(TapFeed *feed, Track *track)
{
        track->tap_next = 0;
        if (feed->current == track->id)
                feed->current = 0;
        if (feed->wanted == track->id)
                feed->wanted = 0;
}

/* --- Copying ------------------------------------------------------------------------------------------------------ */

static void push_packet(TapFeed *feed, Room *room, Track *track, Packet *packet, bool first)
{
        int channel = room_channel_of(room, track->seat);
        bool unheard = track->seat >= SFU_SEATS && channel == SFU_NO_CHANNEL;
        if (packet->payload_size == 0 || unheard) /* padding; an interpreter whose turn it is not */
                return;
        TapPacket copy;
        copy.kind = track->format.kind;
        copy.seat = track->seat;
        copy.channel = channel;
        copy.participant = track->participant;
        copy.timestamp = packet->timestamp;
        copy.marker = packet->marker;
        copy.first = first;
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
static void pump_track(TapFeed *feed, Room *room, Track *track, int64_t now_us)
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
                push_packet(feed, room, track, packet, track->tap_first);
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

static void go_on_air(TapFeed *feed, Packet *const *pending, unsigned n_pending)
{
        for (unsigned i = 0; i < n_pending && feed->wanted && feed->wanted != feed->current; i++) {
                Track *track = pending[i]->track;
                if (track->id != feed->wanted || !pending[i]->key_start)
                        continue;
                feed->current = track->id;
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
                pump_track(feed, room, mic, now_us);
        }
        Track *video = room_track(room, feed->current); /* the old choice's until the new one's key frame */
        if (video)
                pump_track(feed, room, video, now_us);
}

void tap_feed_pump(TapFeed *feed, Room *room, Packet *const *pending, unsigned n_pending)
{
        if (!feed->tap)
                return;
        go_on_air(feed, pending, n_pending);
        pump_all(feed, room);
}

void tap_feed_tick(TapFeed *feed, Room *room)
{
        if (!feed->tap)
                return;
        pump_all(feed, room);
        Track *track = room_track(room, feed->current);
        if (track && !track->key_wanted && room_now_us(room) - track->last_key_us >= KEY_FRAME_US)
                room_want_key(room, track);
}
