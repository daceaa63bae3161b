#include "sfu/room_private.h"

#include "sfu/capture.h"
#include "sfu/publisher.h"

#include <string.h>

Room *room_new(Loop *loop, SfuRoom id)
{
        Room *room = g_new0(Room, 1);
        room->id = id;
        room->loop = loop;
        room->peers = g_ptr_array_new();
        room->watchers = g_ptr_array_new();
        room->screen_seat = room->air_seat = room->dominant_seat = SFU_NO_SEAT;
        memset(room->channels, SFU_NO_SEAT, sizeof room->channels);
        speakers_init(&room->speakers);
        tap_feed_init(&room->tap);
        return room;
}

void room_free(Room *room)
{
        if (!room)
                return;
        room_tap_stop(room);
        capture_unref(room->capture);
        g_ptr_array_unref(room->peers);
        g_ptr_array_unref(room->watchers);
        g_free(room);
}

SfuRoom room_id(const Room *room)
{
        return room->id;
}

const GPtrArray *room_peers(const Room *room)
{
        return room->peers;
}

static void give_capture(const Room *room, Peer *peer)
{
        bool meant = room->capture && capture_participant(room->capture).value == peer->participant.value;
        peer->capture = meant ? room->capture : NULL;
}

void room_add_peer(Room *room, Peer *peer)
{
        g_ptr_array_add(room->peers, peer);
        give_capture(room, peer);
        if (!peer->publisher)
                return;
        Peer **place = &room->publishers[peer->seat];
        if (*place)
                peer_lose(*place, SFU_GONE_REPLACED);
        *place = peer;
}

Peer *room_publisher(const Room *room, int seat)
{
        return room->publishers[seat];
}

void room_tell(Room *room, SfuEvent event)
{
        event.room = room->id;
        room_emit(room, &event);
}

void room_mark_busy(Room *room)
{
        if (!room->busy)
                loop_mark_busy(room->loop, room);
        room->busy = true;
}

bool room_timestamp_at(const Room *room, const Track *track, int64_t utc_us, uint32_t *ret_timestamp)
{
        const Peer *peer = room->publishers[track->seat];
        return peer && track_timestamp_at(track, utc_us, publisher_clock_offset_us(peer->publisher), ret_timestamp);
}

/* --- Peers and tracks --------------------------------------------------------------------------------------------- */

void room_peer_connected(Room *room, Peer *peer)
{
        if (!peer->watcher)
                return;
        g_ptr_array_add(room->watchers, peer);
        lines_check_codecs(room);
        lines_assign_watcher(room, peer);
}

void room_peer_gone(Room *room, Peer *peer)
{
        room_fan_out(room);
        peer->capture = NULL;
        g_ptr_array_remove_fast(room->peers, peer);
        if (g_ptr_array_remove_fast(room->watchers, peer)) {
                lines_check_codecs(room);
                room->wants_changed = true;
        }
        if (peer->publisher) {
                int seat = peer->seat;
                if (room->publishers[seat] == peer) /* first: while its tracks go, nobody may ask it for a key frame */
                        room->publishers[seat] = NULL;
                g_clear_pointer(&peer->publisher, publisher_free);
        }
}

void room_add_track(Room *room, Track *track)
{
        Source *source = &room->sources[track->seat][track->format.kind];
        source->layers[track->layer] = track;
        source->known = false;
        track->muted = source->muted;
        room->wants_changed = true;
}

void room_track_began(Room *room, Track *track, bool first)
{
        if (first && track->slot == SLOT_SCREEN && !track->muted)
                room->screen_seat = track->seat;
        room_assign(room);
        tap_feed_track_began(&room->tap, room, track, first);
}

void room_track_paused(Room *room, Track *track)
{
        room_fan_out(room);
        room_assign(room);
        tap_feed_layers_changed(&room->tap, room, track);
}

/* Whoever sends them lists layers in the order they like: here they stand by height. */
void room_track_sized(Room *room, Track *track)
{
        Track **layers = room->sources[track->seat][track->format.kind].layers;
        for (unsigned i = 0; i + 1 < TRACK_LAYERS; i++)
                for (unsigned k = i + 1; k < TRACK_LAYERS; k++) {
                        Track *a = layers[i], *b = layers[k];
                        if (!a || !b || !a->height || !b->height || a->height <= b->height)
                                continue;
                        layers[i] = b;
                        layers[k] = a;
                        a->layer = (uint8_t)k;
                        b->layer = (uint8_t)i;
                }
        room_assign(room);
        tap_feed_layers_changed(&room->tap, room, track);
}

void room_remove_track(Room *room, Track *track)
{
        room_fan_out(room);
        tap_feed_forget(&room->tap, track);
        Track **place = &room->sources[track->seat][track->format.kind].layers[track->layer];
        if (*place == track)
                *place = NULL;
        if (track->format.kind == SFU_MIC)
                speakers_leave(&room->speakers, (unsigned)track->seat);
        room_assign(room);
}

void room_want_key(Room *room, Track *track)
{
        Peer *peer = track ? room->publishers[track->seat] : NULL;
        if (peer)
                publisher_want_key(peer->publisher, track);
}

void room_hear(Room *room, const Track *track, uint8_t level)
{
        if (track->muted)
                return;
        speakers_hear(&room->speakers, (unsigned)track->seat, level);
        bool on_stage = track->seat < SFU_SEATS;
        if (on_stage && level <= SPEAKERS_LOUD_LEVEL && !voices_pass(&room->voices, track->seat))
                lines_voice_begins(room, (unsigned)track->seat);
}

static void set_muted(Room *room, int seat, SfuTrackKind kind, bool muted)
{
        Source *source = &room->sources[seat][kind];
        source->muted = muted;
        for (unsigned i = 0; i < TRACK_LAYERS; i++) {
                Track *track = source->layers[i];
                if (!track || track->muted == muted)
                        continue;
                track->muted = muted;
                tap_feed_forget(&room->tap, track);
                if (muted && kind == SFU_MIC)
                        speakers_leave(&room->speakers, (unsigned)seat);
                if (!muted && track->live)
                        tap_feed_track_began(&room->tap, room, track, true);
        }
}

void room_mute(Room *room, int seat, SfuTrackKind kind, bool muted)
{
        room_fan_out(room);
        set_muted(room, seat, kind, muted);
        if (kind == SFU_CAMERA)
                set_muted(room, seat, SFU_CAMERA_VP8, muted);
        if (kind == SFU_SCREEN)
                set_muted(room, seat, SFU_SCREEN_VP8, muted);
        room_assign(room);
}

void room_key_frame(Room *room, int seat, SfuTrackKind kind)
{
        for (unsigned i = 0; i < TRACK_LAYERS; i++)
                room_want_key(room, room->sources[seat][kind].layers[i]);
}

void room_on_air(Room *room, int seat, SfuTrackKind kind)
{
        room->air_seat = seat;
        room->air_kind = kind;
        lines_assign_players(room);
}

void room_own_seat(Room *room, Peer *peer, int own_seat)
{
        peer->watcher->own_seat = own_seat;
        if (peer_is_connected(peer))
                lines_assign_watcher(room, peer);
}

void room_listen(Room *room, Peer *peer, int channel)
{
        peer->watcher->channel = (int8_t)channel;
        if (peer_is_connected(peer))
                lines_assign_watcher(room, peer);
}

void room_channel(Room *room, int channel, int seat)
{
        room_fan_out(room);
        room->channels[channel] = (int8_t)seat;
        room_assign(room);
}

/* --- Time --------------------------------------------------------------------------------------------------------- */

static void on_speaking(void *owner, unsigned seat, bool on)
{
        room_tell(owner, (SfuEvent){ .kind = SFU_SPEAKING, .seat = (int)seat, .on = on });
}

static void on_dominant(void *owner, int seat)
{
        Room *room = owner;
        room->dominant_seat = seat;
        lines_assign_players(room);
        room_tell(room, (SfuEvent){ .kind = SFU_DOMINANT, .seat = seat });
}

void room_tick(Room *room)
{
        SpeakersOut out = { room, on_speaking, on_dominant };
        if (speakers_tick(&room->speakers, room->loop->now_us, &out))
                lines_look_at_voices(room);
        tap_feed_tick(&room->tap, room);
        share_tick(room);
        lines_tell_wanted(room);
}

/* --- Tap ---------------------------------------------------------------------------------------------------------- */

Track *room_track(const Room *room, uint32_t id)
{
        for (int seat = 0; id && seat < SFU_PLACES; seat++)
                for (unsigned kind = 0; kind < SFU_N_TRACK_KINDS; kind++)
                        for (unsigned i = 0; i < TRACK_LAYERS; i++) {
                                Track *track = room->sources[seat][kind].layers[i];
                                if (track && track->id == id)
                                        return track;
                        }
        return NULL;
}

Track *room_best_layer(const Room *room, int seat, SfuTrackKind kind)
{
        return source_best(&room->sources[seat][kind]);
}

bool room_capture_us(const Room *room, const Track *track, uint32_t timestamp, int64_t *ret_capture_us)
{
        const Peer *peer = room->publishers[track->seat];
        return peer && track_capture_us(track, timestamp, publisher_clock_offset_us(peer->publisher), ret_capture_us);
}

int room_channel_of(const Room *room, int seat)
{
        for (int channel = 0; seat >= SFU_SEATS && channel < SFU_CHANNELS; channel++)
                if (room->channels[channel] == seat)
                        return channel;
        return SFU_NO_CHANNEL;
}

int64_t room_now_us(const Room *room)
{
        return room->loop->now_us;
}

Counters *room_counters(Room *room)
{
        return &room->loop->counters;
}

bool room_emit(Room *room, const SfuEvent *event)
{
        return loop_emit(room->loop, event);
}

void room_capture(Room *room, SfuCapture *capture)
{
        room_fan_out(room);
        capture_unref(room->capture);
        room->capture = capture;
        for (unsigned i = 0; i < room->peers->len; i++)
                give_capture(room, room->peers->pdata[i]);
}

void room_tap_start(Room *room, Tap *tap)
{
        room_fan_out(room);
        tap_feed_stop(&room->tap);
        tap_feed_start(&room->tap, tap);
        room->wants_changed = true;
}

void room_tap_video(Room *room, SfuTapPicture picture, int seat, SfuTrackKind kind)
{
        tap_feed_choose(&room->tap, room, picture, seat, kind);
        room->wants_changed = true;
}

void room_tap_stop(Room *room)
{
        tap_feed_stop(&room->tap);
        room->wants_changed = true;
}
