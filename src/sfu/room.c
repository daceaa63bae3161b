#include "sfu/room.h"

#include "sfu/publisher.h"
#include "sfu/speakers.h"
#include "sfu/tap.h"
#include "sfu/watcher.h"

struct Room {
        SfuRoom id;
        Loop *loop;
        GPtrArray *peers;
        GPtrArray *watchers; /* the connected ones among them */
        Peer *publishers[SFU_SEATS];
        Track *tracks[SFU_SEATS][SFU_N_TRACK_KINDS];
        bool muted[SFU_SEATS][SFU_N_TRACK_KINDS];
        int screen_seat; /* whose screen the line "s" shows */
        bool vp8_wanted;
        Packet *pending[PORT_BATCH]; /* of this turn, in the order they came */
        unsigned n_pending;
        Speakers speakers;
        TapFeed tap;
};

Room *room_new(Loop *loop, SfuRoom id)
{
        Room *room = g_new0(Room, 1);
        room->id = id;
        room->loop = loop;
        room->peers = g_ptr_array_new();
        room->watchers = g_ptr_array_new();
        room->screen_seat = SFU_NO_SEAT;
        speakers_init(&room->speakers);
        tap_feed_init(&room->tap);
        return room;
}

void room_free(Room *room)
{
        if (!room)
                return;
        room_tap_stop(room);
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

void room_add_peer(Room *room, Peer *peer)
{
        g_ptr_array_add(room->peers, peer);
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

static void emit(Room *room, SfuEvent event)
{
        event.room = room->id;
        room_emit(room, &event);
}

/* --- What a line shows -------------------------------------------------------------------------------------------- */

static bool is_live(const Track *track)
{
        return track && track->highest && !track->muted;
}

/* The better one of a picture and its VP8 copy that the watcher can decode. */
static Track *choose_video(const Watcher *watcher, Track *picture, Track *copy)
{
        if (is_live(picture) && watcher_can(watcher, picture->format.codec))
                return picture;
        if (is_live(copy) && watcher_can(watcher, copy->format.codec))
                return copy;
        return NULL;
}

static Track *choose_track(const Room *room, const Watcher *watcher, unsigned slot)
{
        int seat = slot == SLOT_SCREEN ? room->screen_seat : slot_seat(slot);
        if (seat == SFU_NO_SEAT || seat == watcher->own_seat)
                return NULL;
        Track *const *tracks = room->tracks[seat];
        if (slot == SLOT_SCREEN)
                return choose_video(watcher, tracks[SFU_SCREEN], tracks[SFU_SCREEN_VP8]);
        if (!slot_is_audio(slot))
                return choose_video(watcher, tracks[SFU_CAMERA], tracks[SFU_CAMERA_VP8]);
        bool wanted = is_live(tracks[SFU_MIC]) && watcher_can(watcher, CODEC_OPUS);
        return wanted ? tracks[SFU_MIC] : NULL;
}

static void assign_slot(Room *room, Watcher *watcher, unsigned i)
{
        Slot *slot = &watcher->slots[i];
        Track *track = choose_track(room, watcher, i);
        slot->wanted = track ? track->id : 0;
        /* The old source goes on until the new one's key frame, if it still may be shown. */
        Track *source = slot->source ? room_find_track(room, i, slot->source) : NULL;
        if (!track || !is_live(source) || !watcher_can(watcher, source->format.codec))
                slot->source = 0;
        if (track && slot->source != track->id)
                room_want_key(room, track);
}

static void choose_screen(Room *room)
{
        int seat = room->screen_seat;
        if (seat != SFU_NO_SEAT &&
            (is_live(room->tracks[seat][SFU_SCREEN]) || is_live(room->tracks[seat][SFU_SCREEN_VP8])))
                return;
        room->screen_seat = SFU_NO_SEAT;
        for (int i = 0; i < SFU_SEATS; i++)
                if (is_live(room->tracks[i][SFU_SCREEN]) || is_live(room->tracks[i][SFU_SCREEN_VP8]))
                        room->screen_seat = i;
}

static void check_codecs(Room *room)
{
        bool wanted = false;
        for (unsigned i = 0; i < room->watchers->len; i++) {
                const Peer *peer = room->watchers->pdata[i];
                wanted |= watcher_can(peer->watcher, CODEC_VP8) && !watcher_can(peer->watcher, CODEC_H264);
        }
        if (wanted == room->vp8_wanted)
                return;
        room->vp8_wanted = wanted;
        emit(room, (SfuEvent){ .kind = SFU_CODECS_WANTED, .seat = SFU_NO_SEAT, .on = wanted });
}

static void assign_watcher(Room *room, Peer *peer)
{
        for (unsigned slot = 0; slot < peer->watcher->n_slots; slot++)
                assign_slot(room, peer->watcher, slot);
}

void room_assign(Room *room)
{
        choose_screen(room);
        check_codecs(room);
        for (unsigned i = 0; i < room->watchers->len; i++)
                assign_watcher(room, room->watchers->pdata[i]);
}

Track *room_find_track(const Room *room, unsigned slot, uint32_t id)
{
        static const SfuTrackKind audio[] = { SFU_MIC, SFU_MIC }, camera[] = { SFU_CAMERA, SFU_CAMERA_VP8 },
                                  screen[] = { SFU_SCREEN, SFU_SCREEN_VP8 };
        const SfuTrackKind *kinds = slot == SLOT_SCREEN ? screen : slot_is_audio(slot) ? audio : camera;
        int first = slot == SLOT_SCREEN ? 0 : slot_seat(slot);
        int last = slot == SLOT_SCREEN ? SFU_SEATS - 1 : first;
        for (int seat = first; id && seat <= last; seat++)
                for (unsigned i = 0; i < 2; i++) {
                        Track *track = room->tracks[seat][kinds[i]];
                        if (track && track->id == id)
                                return track;
                }
        return NULL;
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
        check_codecs(room);
        assign_watcher(room, peer);
}

void room_peer_gone(Room *room, Peer *peer)
{
        room_fan_out(room);
        g_ptr_array_remove_fast(room->peers, peer);
        if (g_ptr_array_remove_fast(room->watchers, peer))
                check_codecs(room);
        if (peer->publisher) {
                int seat = peer->seat;
                if (room->publishers[seat] == peer) /* first: while its tracks go, nobody may ask it for a key frame */
                        room->publishers[seat] = NULL;
                g_clear_pointer(&peer->publisher, publisher_free);
        }
}

void room_add_track(Room *room, Track *track)
{
        SfuTrackKind kind = track->format.kind;
        room->tracks[track->seat][kind] = track;
        track->muted = room->muted[track->seat][kind];
}

void room_track_began(Room *room, Track *track)
{
        if (track->slot == SLOT_SCREEN && !track->muted)
                room->screen_seat = track->seat;
        room_assign(room);
        tap_feed_track_began(&room->tap, room, track);
}

void room_remove_track(Room *room, Track *track)
{
        room_fan_out(room);
        tap_feed_forget(&room->tap, track);
        Track **place = &room->tracks[track->seat][track->format.kind];
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
        if (!track->muted)
                speakers_hear(&room->speakers, (unsigned)track->seat, level);
}

static void set_muted(Room *room, int seat, SfuTrackKind kind, bool muted)
{
        room->muted[seat][kind] = muted;
        Track *track = room->tracks[seat][kind];
        if (!track || track->muted == muted)
                return;
        track->muted = muted;
        tap_feed_forget(&room->tap, track);
        if (muted && kind == SFU_MIC)
                speakers_leave(&room->speakers, (unsigned)seat);
        if (!muted && track->highest)
                tap_feed_track_began(&room->tap, room, track);
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
        room_want_key(room, room->tracks[seat][kind]);
}

void room_own_seat(Room *room, Peer *peer, int own_seat)
{
        peer->watcher->own_seat = own_seat;
        if (peer_is_connected(peer))
                assign_watcher(room, peer);
}

/* --- Forwarding --------------------------------------------------------------------------------------------------- */

void room_forward(Room *room, Packet *packet)
{
        if (room->n_pending == 0)
                loop_mark_busy(room->loop, room);
        room->pending[room->n_pending++] = packet;
        if (room->n_pending == PORT_BATCH)
                room_fan_out(room);
}

static bool take_source(Peer *peer, Slot *slot, const Packet *packet)
{
        const Track *track = packet->track;
        if (slot->wanted != track->id || !packet->key_start)
                return false;
        slot_switch(slot, track->id, packet, track->clock_hz, peer->loop->now_us);
        counters_add(&peer->loop->counters, COUNTER_SWITCHES, 1);
        return true;
}

/* Encrypts the turn's packets for one watcher, from the ring straight into the arena. Returns bytes, adds packets. */
static size_t send_pending(Room *room, Peer *peer, unsigned *packets)
{
        Watcher *watcher = peer->watcher;
        Sender *sender = &room->loop->sender;
        size_t bytes = 0;
        for (unsigned i = 0; i < room->n_pending; i++) {
                Packet *packet = room->pending[i];
                const Track *track = packet->track;
                if (track->slot >= watcher->n_slots)
                        continue;
                Slot *slot = &watcher->slots[track->slot];
                if (slot->source != track->id && !take_source(peer, slot, packet))
                        continue;
                if (packet->index < slot->base_in)
                        continue; /* late, from before the line took this source */
                uint64_t out_index = slot_out_index(slot, packet);
                slot_rewrite_vp8(slot, packet);
                uint8_t *out = sender_begin(sender, PACKET_BYTES + WATCHER_DELAY_BYTES + SRTP_OVERHEAD_BYTES);
                slot_write_header(slot, packet, watcher->payload_types[packet->codec], out_index, out);
                size_t header = RTP_HEADER_BYTES;
                if (track_is_video(track))
                        header += watcher_extend_header(watcher, out);
                size_t size = srtp_sender_protect(peer->sender, out_index, out, header, packet_payload(packet),
                                                  packet->payload_size, out);
                sender_commit(sender, &peer->destination, size);
                slot_sent(slot, packet, out_index, room->loop->now_us);
                bytes += size;
                ++*packets;
        }
        return bytes;
}

void room_fan_out(Room *room)
{
        if (room->n_pending == 0)
                return;
        size_t bytes = 0;
        unsigned packets = 0;
        for (unsigned i = 0; i < room->watchers->len; i++)
                bytes += send_pending(room, room->watchers->pdata[i], &packets);
        tap_feed_pump(&room->tap, room, room->pending, room->n_pending);
        room->n_pending = 0;
        counters_add(&room->loop->counters, COUNTER_PACKETS_FORWARDED, packets);
        counters_add(&room->loop->counters, COUNTER_BYTES_FORWARDED, bytes);
}

void room_end_turn(Room *room)
{
        room_fan_out(room);
        for (unsigned seat = 0; seat < SFU_SEATS; seat++)
                if (room->publishers[seat])
                        publisher_ask_missing(room->publishers[seat]->publisher);
}

/* --- Time --------------------------------------------------------------------------------------------------------- */

static void on_speaking(void *owner, unsigned seat, bool on)
{
        emit(owner, (SfuEvent){ .kind = SFU_SPEAKING, .seat = (int)seat, .on = on });
}

static void on_dominant(void *owner, int seat)
{
        emit(owner, (SfuEvent){ .kind = SFU_DOMINANT, .seat = seat });
}

void room_tick(Room *room)
{
        SpeakersOut out = { room, on_speaking, on_dominant };
        speakers_tick(&room->speakers, room->loop->now_us, &out);
        tap_feed_tick(&room->tap, room);
}

/* --- Tap ---------------------------------------------------------------------------------------------------------- */

Track *room_track(const Room *room, uint32_t id)
{
        for (int seat = 0; id && seat < SFU_SEATS; seat++)
                for (unsigned kind = 0; kind < SFU_N_TRACK_KINDS; kind++)
                        if (room->tracks[seat][kind] && room->tracks[seat][kind]->id == id)
                                return room->tracks[seat][kind];
        return NULL;
}

bool room_capture_us(const Room *room, const Track *track, uint32_t timestamp, int64_t *ret_capture_us)
{
        const Peer *peer = room->publishers[track->seat];
        return peer && track_capture_us(track, timestamp, publisher_clock_offset_us(peer->publisher), ret_capture_us);
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

void room_tap_start(Room *room, Tap *tap)
{
        room_fan_out(room);
        tap_feed_stop(&room->tap);
        tap_feed_start(&room->tap, tap);
}

void room_tap_video(Room *room, int seat, SfuTrackKind kind)
{
        tap_feed_choose(&room->tap, room, seat, kind);
}

void room_tap_stop(Room *room)
{
        tap_feed_stop(&room->tap);
}
