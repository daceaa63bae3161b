/* What each watcher's lines show: the seat's picture or its VP8 copy, and of its layers the one that the network's
 * share and the size on the page allow; and which layers that leaves for nobody. */
#include "sfu/room_private.h"

#include "sfu/publisher.h"

#include <string.h>

enum {
        WANTED_LINGER_US = 2000 * 1000, /* a layer that nobody wants is sent for so long yet */
        GUESSED_HEIGHT = 180,           /* of a smallest layer not seen yet */
};

/* --- Layers ------------------------------------------------------------------------------------------------------- */

static bool may_show(const Source *source, const Track *track)
{
        return track && track->live && track->highest && !source->muted;
}

static bool is_live(const Source *source)
{
        return source_best(source) != NULL;
}

Track *source_best(const Source *source)
{
        for (unsigned i = TRACK_LAYERS; i > 0; i--)
                if (may_show(source, source->layers[i - 1]))
                        return source->layers[i - 1];
        return NULL;
}

static int highest_layer(const Source *source)
{
        for (int i = TRACK_LAYERS - 1; i >= 0; i--)
                if (source->layers[i])
                        return i;
        return SLOT_NO_LAYER;
}

/* Of a layer not seen yet by those that were: each has twice the height of the one below. */
static unsigned layer_height(const Source *source, int layer)
{
        for (int i = 0; i < TRACK_LAYERS; i++) {
                const Track *track = source->layers[i] && source->layers[i]->height ? source->layers[i] : NULL;
                if (track)
                        return i <= layer ? (unsigned)track->height << (layer - i)
                                          : (unsigned)track->height >> (i - layer);
        }
        return GUESSED_HEIGHT << layer;
}

int lines_fitting_layer(const Source *source, const Slot *slot)
{
        int highest = highest_layer(source);
        if (highest < 0 || slot->view_height == 0)
                return SLOT_NO_LAYER;
        for (int layer = 0; layer < highest; layer++) {
                const Track *track = source->layers[layer];
                unsigned height = track && track->height ? track->height : layer_height(source, layer);
                if (height * 4 >= slot->view_height * 3u)
                        return layer;
        }
        return highest;
}

/* The layer that a line should show if all were sent: no more than its target. */
static int ideal_layer(const Source *source, const Slot *slot)
{
        return MIN(lines_fitting_layer(source, slot), slot->target_layer);
}

/* The best layer that is sent, not above the ideal; one above only where there is no other and it is allowed. */
static Track *choose_layer(const Source *source, const Slot *slot)
{
        int ideal = ideal_layer(source, slot);
        for (int i = ideal; i >= 0; i--)
                if (may_show(source, source->layers[i]))
                        return source->layers[i];
        for (int i = ideal + 1; ideal >= 0 && i <= MIN(slot->target_layer, TRACK_LAYERS - 1); i++)
                if (may_show(source, source->layers[i]))
                        return source->layers[i];
        return NULL;
}

/* --- Lines -------------------------------------------------------------------------------------------------------- */

static bool can(const Watcher *watcher, const Source *source)
{
        int layer = highest_layer(source);
        return layer >= 0 && !source->muted && watcher_can(watcher, source->layers[layer]->format.codec);
}

/* The better one of a picture and its VP8 copy that the watcher can decode; NULL for none. */
static Source *choose_video(const Watcher *watcher, Source *picture, Source *copy)
{
        if (can(watcher, picture) && (is_live(picture) || !can(watcher, copy) || !is_live(copy)))
                return picture;
        return can(watcher, copy) ? copy : NULL;
}

/* --- Those who play what is on air (WHEP) ------------------------------------------------------------------------- */

static Source *choose_played(Room *room, const Watcher *watcher, unsigned line)
{
        if (watcher_line_is_sound(watcher, line)) {
                int seat = watcher->voices[line];
                Source *voice = seat == SFU_NO_SEAT ? NULL : &room->sources[seat][SFU_MIC];
                return voice && can(watcher, voice) ? voice : NULL;
        }
        if (room->air_seat == SFU_NO_SEAT)
                return NULL;
        Source *sources = room->sources[room->air_seat];
        bool screen = room->air_kind == SFU_SCREEN;
        return choose_video(watcher, &sources[screen ? SFU_SCREEN : SFU_CAMERA],
                            &sources[screen ? SFU_SCREEN_VP8 : SFU_CAMERA_VP8]);
}

static bool hears(const Watcher *watcher, int seat)
{
        for (unsigned i = 0; i < watcher->n_slots; i++)
                if (watcher_line_is_sound(watcher, i) && watcher->voices[i] == seat)
                        return true;
        return false;
}

/* A line without a voice, else the one that has had the same for longest. WATCHER_NO_LINE: it has none of sound. */
static unsigned line_for_voice(const Watcher *watcher, bool free_only)
{
        unsigned found = WATCHER_NO_LINE;
        for (unsigned i = 0; i < watcher->n_slots; i++) {
                if (!watcher_line_is_sound(watcher, i))
                        continue;
                if (watcher->voices[i] == SFU_NO_SEAT)
                        return i;
                if (!free_only && (found == WATCHER_NO_LINE || watcher->voice_age[i] < watcher->voice_age[found]))
                        found = i;
        }
        return found;
}

static void give_voice(Watcher *watcher, int seat, bool free_only)
{
        unsigned line = hears(watcher, seat) ? WATCHER_NO_LINE : line_for_voice(watcher, free_only);
        if (line == WATCHER_NO_LINE)
                return;
        watcher->voices[line] = (int8_t)seat;
        watcher->voice_age[line] = ++watcher->voice_count;
}

/* Whoever leads the talk is heard; the others as there are lines. A voice stays on its line while it is there. */
static void choose_voices(Room *room, Watcher *watcher)
{
        for (unsigned i = 0; i < watcher->n_slots; i++) {
                int seat = watcher->voices[i];
                if (seat != SFU_NO_SEAT && !is_live(&room->sources[seat][SFU_MIC]))
                        watcher->voices[i] = SFU_NO_SEAT;
        }
        if (room->dominant_seat != SFU_NO_SEAT && is_live(&room->sources[room->dominant_seat][SFU_MIC]))
                give_voice(watcher, room->dominant_seat, false);
        for (int seat = 0; seat < SFU_SEATS; seat++)
                if (is_live(&room->sources[seat][SFU_MIC]))
                        give_voice(watcher, seat, true);
}

static void note_line(Room *room, Watcher *watcher, unsigned line, uint32_t id)
{
        const Track *track = room_track(room, id);
        if (track)
                watcher->line_of[track->slot] = (uint8_t)line;
}

/* Which packets are for which line: of the source it shows, and of the one that it waits for. */
static void note_lines(Room *room, Watcher *watcher)
{
        memset(watcher->line_of, WATCHER_NO_LINE, sizeof watcher->line_of);
        for (unsigned i = 0; i < watcher->n_slots; i++) {
                note_line(room, watcher, i, watcher->slots[i].now.source);
                note_line(room, watcher, i, watcher->slots[i].wanted);
        }
}

Track *room_line_track(const Room *room, const Watcher *watcher, unsigned line, uint32_t id)
{
        return watcher->plays ? room_track(room, id) : room_find_track(room, line, id);
}

static int channel_seat(const Room *room, const Watcher *watcher)
{
        return watcher->channel == SFU_NO_CHANNEL ? SFU_NO_SEAT : room->channels[watcher->channel];
}

/* --- Of every watcher --------------------------------------------------------------------------------------------- */

Source *lines_source(Room *room, const Watcher *watcher, unsigned slot)
{
        if (watcher->plays)
                return choose_played(room, watcher, slot);
        int seat = slot == SLOT_SCREEN    ? room->screen_seat
                   : slot == SLOT_CHANNEL ? channel_seat(room, watcher)
                                          : slot_seat(slot);
        if (seat == SFU_NO_SEAT || seat == watcher->own_seat)
                return NULL;
        Source *sources = room->sources[seat];
        if (slot == SLOT_SCREEN)
                return choose_video(watcher, &sources[SFU_SCREEN], &sources[SFU_SCREEN_VP8]);
        if (!slot_is_audio(slot))
                return choose_video(watcher, &sources[SFU_CAMERA], &sources[SFU_CAMERA_VP8]);
        bool passes = slot == SLOT_CHANNEL || voices_pass(&room->voices, seat);
        return passes && can(watcher, &sources[SFU_MIC]) ? &sources[SFU_MIC] : NULL;
}

static const Source *source_of(const Room *room, const Track *track)
{
        return &room->sources[track->seat][track->format.kind];
}

static void assign_slot(Room *room, Watcher *watcher, unsigned i)
{
        Slot *slot = &watcher->slots[i];
        const Source *source = lines_source(room, watcher, i);
        const Track *track = source ? choose_layer(source, slot) : NULL;
        slot->wanted = track ? track->id : 0;
        /* The old source goes on until the new one's key frame, if it still may be shown. */
        const Track *now = room_line_track(room, watcher, i, slot->now.source);
        if (!track || !now || !may_show(source_of(room, now), now) || !watcher_can(watcher, now->format.codec))
                slot_stop(slot);
        slot->asking = track && slot->now.source != track->id;
        if (!slot->asking)
                return;
        watcher->asking = room->asking = true;
        room_mark_busy(room);
}

static void choose_screen(Room *room)
{
        int seat = room->screen_seat;
        if (seat != SFU_NO_SEAT &&
            (is_live(&room->sources[seat][SFU_SCREEN]) || is_live(&room->sources[seat][SFU_SCREEN_VP8])))
                return;
        room->screen_seat = SFU_NO_SEAT;
        for (int i = 0; i < SFU_SEATS; i++)
                if (is_live(&room->sources[i][SFU_SCREEN]) || is_live(&room->sources[i][SFU_SCREEN_VP8]))
                        room->screen_seat = i;
}

/* The seats whose microphones send, as bits. */
static uint32_t open_microphones(Room *room)
{
        uint32_t open = 0;
        for (unsigned seat = 0; seat < SFU_SEATS; seat++)
                open |= (uint32_t)is_live(&room->sources[seat][SFU_MIC]) << seat;
        return open;
}

void lines_look_at_voices(Room *room)
{
        if (!voices_look(&room->voices, &room->speakers, open_microphones(room)))
                return;
        room_fan_out(room);
        room_assign(room);
}

void lines_voice_begins(Room *room, unsigned seat)
{
        if (!voices_begin(&room->voices, &room->speakers, seat))
                return;
        room_fan_out(room);
        room_assign(room);
}

void lines_check_codecs(Room *room)
{
        bool wanted = false;
        for (unsigned i = 0; i < room->watchers->len; i++) {
                const Peer *peer = room->watchers->pdata[i];
                wanted |= watcher_can(peer->watcher, CODEC_VP8) && !watcher_can(peer->watcher, CODEC_H264);
        }
        if (wanted == room->vp8_wanted)
                return;
        room->vp8_wanted = wanted;
        room_tell(room, (SfuEvent){ .kind = SFU_CODECS_WANTED, .seat = SFU_NO_SEAT, .on = wanted });
}

void lines_assign_watcher(Room *room, Peer *peer)
{
        if (peer->watcher->plays)
                choose_voices(room, peer->watcher);
        for (unsigned slot = 0; slot < peer->watcher->n_slots; slot++)
                assign_slot(room, peer->watcher, slot);
        if (peer->watcher->plays)
                note_lines(room, peer->watcher);
        room->wants_changed = true;
}

void lines_assign_players(Room *room)
{
        room_fan_out(room);
        for (unsigned i = 0; i < room->watchers->len; i++) {
                Peer *peer = room->watchers->pdata[i];
                if (peer->watcher->plays)
                        lines_assign_watcher(room, peer);
        }
}

void room_assign(Room *room)
{
        choose_screen(room);
        lines_check_codecs(room);
        for (unsigned i = 0; i < room->watchers->len; i++)
                lines_assign_watcher(room, room->watchers->pdata[i]);
        room->wants_changed = true; /* also where nobody watches */
}

void room_set_target(Room *room, Peer *peer, unsigned slot, int layer, unsigned temporal)
{
        Slot *line = &peer->watcher->slots[slot];
        line->target_temporal = (uint8_t)MIN(temporal, TEMPORAL_LAYERS - 1);
        if (line->target_layer == layer)
                return;
        line->target_layer = (int8_t)CLAMP(layer, SLOT_NO_LAYER, TRACK_LAYERS - 1);
        assign_slot(room, peer->watcher, slot);
        room->wants_changed = true;
}

void room_set_view(Room *room, Peer *peer, const uint16_t heights[SLOT_COUNT], uint32_t awaited_bps)
{
        Watcher *watcher = peer->watcher;
        watcher->awaited_bps = awaited_bps;
        watcher->sound_only = true;
        for (unsigned slot = 0; slot < SLOT_COUNT; slot++) {
                watcher->slots[slot].view_height = heights[slot];
                watcher->sound_only &= slot_is_audio(slot) || heights[slot] == 0;
        }
        if (peer_is_connected(peer))
                lines_assign_watcher(room, peer);
}

Track *room_find_track(const Room *room, unsigned slot, uint32_t id)
{
        static const SfuTrackKind audio[] = { SFU_MIC, SFU_MIC }, camera[] = { SFU_CAMERA, SFU_CAMERA_VP8 },
                                  screen[] = { SFU_SCREEN, SFU_SCREEN_VP8 };
        const SfuTrackKind *kinds = slot == SLOT_SCREEN ? screen : slot_is_audio(slot) ? audio : camera;
        int first = slot == SLOT_SCREEN ? 0 : slot == SLOT_CHANNEL ? SFU_SEATS : slot_seat(slot);
        int last = slot == SLOT_SCREEN ? SFU_SEATS - 1 : slot == SLOT_CHANNEL ? SFU_PLACES - 1 : first;
        for (int seat = first; id && seat <= last; seat++)
                for (unsigned i = 0; i < 2; i++) {
                        Track *const *layers = room->sources[seat][kinds[i]].layers;
                        for (unsigned layer = 0; layer < TRACK_LAYERS; layer++)
                                if (layers[layer] && layers[layer]->id == id)
                                        return layers[layer];
                }
        return NULL;
}

/* --- Which layers anybody wants ----------------------------------------------------------------------------------- */

static void want_layer(Source *source, int layer)
{
        if (layer >= 0)
                source->wanted |= 1u << layer;
}

static void want_track(Room *room, const Track *track)
{
        if (track)
                want_layer(&room->sources[track->seat][track->format.kind], track->layer);
}

/* The picture that a watcher is shown the VP8 copy of, since it is not sent at the moment, and would rather see. Unless
 * it is wanted, nobody would send it again. */
static Source *preferred(Room *room, const Watcher *watcher, Source *shown)
{
        unsigned kind = (unsigned)(shown - &room->sources[0][0]) % SFU_N_TRACK_KINDS;
        if (kind != SFU_CAMERA_VP8 && kind != SFU_SCREEN_VP8)
                return NULL;
        Source *picture = shown - 1;
        return can(watcher, picture) ? picture : NULL;
}

static void collect_wants(Room *room)
{
        for (unsigned seat = 0; seat < SFU_SEATS; seat++)
                for (unsigned kind = 0; kind < SFU_N_TRACK_KINDS; kind++)
                        room->sources[seat][kind].wanted = 0;
        for (unsigned i = 0; i < room->watchers->len; i++) {
                const Watcher *watcher = ((const Peer *)room->watchers->pdata[i])->watcher;
                for (unsigned slot = 0; slot < watcher->n_slots; slot++) {
                        Source *source =
                                watcher_line_is_sound(watcher, slot) ? NULL : lines_source(room, watcher, slot);
                        if (!source)
                                continue;
                        /* What is shown until the ideal one is there stays as well. */
                        want_layer(source, ideal_layer(source, &watcher->slots[slot]));
                        Source *picture = preferred(room, watcher, source);
                        if (picture)
                                want_layer(picture, ideal_layer(picture, &watcher->slots[slot]));
                        want_track(room, room_line_track(room, watcher, slot, watcher->slots[slot].now.source));
                }
        }
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++) {
                const TapPicture *picture = &room->tap.pictures[i];
                if (room->tap.tap && picture->seat != SFU_NO_SEAT) {
                        Source *source = &room->sources[picture->seat][picture->kind];
                        want_layer(source, source->muted ? SLOT_NO_LAYER : highest_layer(source));
                }
                want_track(room, room_track(room, picture->current));
        }
}

/* True when the browser need not be told more for now. */
static bool tell_wanted(Room *room, int seat, SfuTrackKind kind)
{
        Source *source = &room->sources[seat][kind];
        const Peer *peer = room->publishers[seat];
        uint8_t lingers = 0;
        if (!peer || !peer->publisher || highest_layer(source) < 0)
                return true;
        for (unsigned i = 0; i < TRACK_LAYERS; i++) {
                if (source->wanted & 1u << i)
                        source->wanted_us[i] = room->loop->now_us;
                else if (source->told & 1u << i && room->loop->now_us - source->wanted_us[i] < WANTED_LINGER_US)
                        lingers |= 1u << i;
        }
        uint8_t layers = source->wanted | lingers;
        if (source->known && source->told == layers)
                return lingers == 0;
        SfuEvent event = { .kind = SFU_LAYERS_WANTED,
                           .room = room->id,
                           .peer = peer->id,
                           .participant = peer->participant,
                           .seat = seat,
                           .track = kind,
                           .layers = layers };
        if (!room_emit(room, &event))
                return false;
        source->known = true;
        source->told = layers;
        return lingers == 0;
}

void lines_tell_wanted(Room *room)
{
        if (!room->wants_changed)
                return;
        collect_wants(room);
        bool done = true;
        for (int seat = 0; seat < SFU_SEATS; seat++)
                for (unsigned kind = SFU_CAMERA; kind < SFU_N_TRACK_KINDS; kind++)
                        done &= tell_wanted(room, seat, kind);
        room->wants_changed = !done;
}
