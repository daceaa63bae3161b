/* What a watcher's network carries (rtc/bwe), shared out over its lines (allocate): sound first, which is always sent.
 */
#include "sfu/room_private.h"

enum {
        SHARE_US = 200 * 1000,
        NETWORK_US = 1000 * 1000, /* between two words about it to the page, */
        NARROW_US = 4000 * 1000,  /* and how long it must be worse: a line is still measured in its first seconds */
        LOSSY_FROM = 65536 / 20,  /* a line that loses more of 65,536 packets is called lossy, */
        LOSSY_CLEAR = 65536 / 50, /* until it loses no more than this */
        GUESSED_BPS = 150 * 1000, /* of a smallest layer that was not measured yet, */
        GUESSED_FACTOR = 3,       /* and of each above it, by the one below; */
        GUESSED_BELOW = 2,        /* or of each below one that was measured */
        WANT_PERCENT = 120,       /* of what the next step takes: as much as raising wants to spare, and repairs */
        FAIR_LINE_BPS = 1000 * 1000,
        HEADERS_BPS = 30 * 1000, /* of a voice's packets, fifty a second */
        NARROW_BPS = 150 * 1000,
};

/* --- What there is ------------------------------------------------------------------------------------------------ */

static uint32_t measured_bps(const Source *source, int layer, unsigned temporal)
{
        return source->layers[layer] ? track_bps(source->layers[layer], temporal) : 0;
}

/* Of a layer that was not sent yet: by those that were, the nearest above or below. */
static uint32_t guessed_bps(const Source *source, int layer)
{
        uint32_t guess = GUESSED_BPS;
        for (int i = 0; i < layer; i++) {
                uint32_t measured = measured_bps(source, i, TEMPORAL_LAYERS - 1);
                guess = (measured ? measured : guess) * GUESSED_FACTOR;
        }
        uint32_t above = 0;
        for (int i = TRACK_LAYERS - 1; i >= layer; i--) {
                uint32_t measured = measured_bps(source, i, TEMPORAL_LAYERS - 1);
                above = measured ? measured : above / GUESSED_BELOW;
        }
        return above ? MIN(guess, above) : guess;
}

static uint32_t layer_bps(const Source *source, int layer, unsigned temporal)
{
        if (!source->layers[layer])
                return 0;
        if (measured_bps(source, layer, TEMPORAL_LAYERS - 1))
                return MAX(measured_bps(source, layer, temporal), 1);
        return guessed_bps(source, layer);
}

static uint32_t source_bps(const Source *source)
{
        for (int layer = TRACK_LAYERS - 1; layer >= 0; layer--)
                if (source->layers[layer] && source_best(source))
                        return layer_bps(source, layer, TEMPORAL_LAYERS - 1);
        return 0;
}

static void measure(Room *room)
{
        room->audio_bps = room->full_bps = 0;
        for (unsigned seat = 0; seat < SFU_SEATS; seat++) {
                const Source *sources = room->sources[seat];
                room->audio_bps += voices_pass(&room->voices, (int)seat) ? source_bps(&sources[SFU_MIC]) : 0;
                room->full_bps += MAX(source_bps(&sources[SFU_CAMERA]), source_bps(&sources[SFU_CAMERA_VP8])) +
                                  MAX(source_bps(&sources[SFU_SCREEN]), source_bps(&sources[SFU_SCREEN_VP8]));
        }
        room->full_bps += room->audio_bps;
}

/* All microphones, and the interpreter whom it hears. */
static uint32_t audio_bps(Room *room, const Watcher *watcher)
{
        const Source *channel = lines_source(room, watcher, SLOT_CHANNEL);
        return room->audio_bps + (channel ? source_bps(channel) : 0);
}

/* --- One watcher -------------------------------------------------------------------------------------------------- */

/* The picture lines: the screen, then each seat. */
static unsigned slot_of_line(unsigned line)
{
        return line == 0 ? SLOT_SCREEN : slot_of((int)line - 1, SFU_CAMERA);
}

static AllocateLine describe(Room *room, const Watcher *watcher, unsigned i)
{
        unsigned slot = slot_of_line(i);
        const Source *source = lines_source(room, watcher, slot);
        AllocateLine line = { .role = ALLOCATE_OTHER, .max_layer = SLOT_NO_LAYER };
        if (slot == SLOT_SCREEN)
                line.role = ALLOCATE_SCREEN;
        else if (slot_seat(slot) == room->speakers.dominant)
                line.role = ALLOCATE_LEADER;
        if (!source || !source_best(source))
                return line;
        line.max_layer = lines_fitting_layer(source, &watcher->slots[slot]);
        for (int layer = 0; layer < TRACK_LAYERS; layer++)
                for (unsigned temporal = 0; temporal < TEMPORAL_LAYERS; temporal++)
                        line.bps[layer][temporal] = layer_bps(source, layer, temporal);
        return line;
}

/* A line that has all it wants, or is not shown now, is not held back: when more is wanted of it, it need not wait for
 * the next turn here. Only on a narrow network everything begins small. True when no line is held back. */
static bool set_targets(Room *room, Peer *peer, const AllocateLine *lines, unsigned n, uint32_t budget_bps)
{
        const Allocation *allocation = &peer->watcher->allocation;
        bool full = true;
        for (unsigned i = 0; i < n; i++) {
                bool shown = lines[i].max_layer != SLOT_NO_LAYER;
                bool free = shown ? allocation->next_bps == 0 : budget_bps >= FAIR_LINE_BPS;
                AllocateTarget target = shown ? allocation->targets[i] : (AllocateTarget){ 0, TEMPORAL_LAYERS - 1 };
                if (free)
                        target = (AllocateTarget){ TRACK_LAYERS - 1, TEMPORAL_LAYERS - 1 };
                full &= free;
                room_set_target(room, peer, slot_of_line(i), target.layer, target.temporal);
        }
        return full;
}

static void tell_network(Room *room, Peer *peer, SfuNetwork network)
{
        Watcher *watcher = peer->watcher;
        int64_t now_us = room->loop->now_us;
        if (network <= watcher->network || !watcher->narrow_us)
                watcher->narrow_us = now_us;
        if (network > watcher->network && now_us - watcher->narrow_us < NARROW_US)
                network = watcher->network;
        watcher->line_loss = (watcher->line_loss * 15 + watcher->bwe.loss) / 16;
        bool lossy = watcher->line_loss > (watcher->network_lossy ? LOSSY_CLEAR : LOSSY_FROM);
        bool news = network != watcher->network || lossy != watcher->network_lossy;
        if (!news || now_us - watcher->network_us < NETWORK_US)
                return;
        SfuEvent event = { .kind = SFU_NETWORK,
                           .room = room->id,
                           .peer = peer->id,
                           .participant = peer->participant,
                           .seat = SFU_NO_SEAT,
                           .network = network,
                           .lossy = lossy,
                           .kbps = bwe_budget_bps(&watcher->bwe) / 1000 };
        if (!room_emit(room, &event))
                return;
        watcher->network = network;
        watcher->network_lossy = lossy;
        watcher->network_us = now_us;
}

/* Its page shows no pictures until the line carries them: that is found out by probes, not by pictures. Nobody can tell
 * of a line whose packets have no numbers. */
static bool awaits(const Watcher *watcher)
{
        return watcher->sound_only && watcher->video_sequence_id &&
               bwe_budget_bps(&watcher->bwe) < watcher->awaited_bps;
}

static uint32_t wanted_bps(Room *room, const Watcher *watcher)
{
        const Allocation *allocation = &watcher->allocation;
        if (awaits(watcher))
                return watcher->awaited_bps / 100 * WANT_PERCENT;
        if (allocation->next_bps == 0)
                return 0;
        /* Before anything showed where the end is, all of it is tried. */
        uint32_t pictures = watcher->bwe.ceiling_bps ? allocation->next_bps : allocation->full_bps;
        return (uint32_t)MIN((uint64_t)pictures * WANT_PERCENT / 100 + audio_bps(room, watcher), UINT32_MAX);
}

static void share(Room *room, Peer *peer)
{
        Watcher *watcher = peer->watcher;
        uint32_t budget_bps = bwe_budget_bps(&watcher->bwe);
        if (watcher->plays) /* one picture in one size: nothing to choose */
                return;
        /* Most watchers, most of the time. */
        bool waits = awaits(watcher);
        if (watcher->full && !waits && watcher->mode == ALLOCATE_ALL && budget_bps >= room->full_bps) {
                tell_network(room, peer, SFU_NETWORK_FULL);
                return;
        }
        AllocateLine lines[ALLOCATE_LINES];
        unsigned n = watcher->n_slots / 2;
        for (unsigned i = 0; i < n; i++)
                lines[i] = describe(room, watcher, i);
        uint32_t sound_bps = audio_bps(room, watcher);
        budget_bps = budget_bps > sound_bps ? budget_bps - sound_bps : 0;
        allocation_update(&watcher->allocation, lines, n, watcher->mode, budget_bps, room->loop->now_us);
        watcher->full = set_targets(room, peer, lines, n, budget_bps);
        fan_out_pace(room, peer, !watcher->full && watcher->video_sequence_id);
        bwe_want(&watcher->bwe, wanted_bps(room, watcher));
        bool none, reduced = allocation_is_reduced(&watcher->allocation, lines, n, &none);
        tell_network(room, peer, none || waits ? SFU_NETWORK_AUDIO : reduced ? SFU_NETWORK_REDUCED : SFU_NETWORK_FULL);
}

/* Where sound is all that comes, by choice or for want of more, headers weigh as much as what is said: it goes three
 * packets at a time, and goes on so while a picture is tried, until the line is known to carry both: single packets
 * alone would fill it. On one that loses packets though it carries more, each is said twice instead (note_loss). */
static bool shall_gather(const Room *room, const Watcher *watcher)
{
        bool narrow = watcher->gathers && bwe_budget_bps(&watcher->bwe) < NARROW_BPS;
        bool alone = watcher->sound_only || watcher->network == SFU_NETWORK_AUDIO || narrow;
        bool twice = watcher->redundancy && bwe_budget_bps(&watcher->bwe) >= 2 * room->audio_bps + HEADERS_BPS;
        return alone && !watcher->plays && !twice;
}

void share_tick(Room *room)
{
        if (room->loop->now_us - room->shared_us < SHARE_US)
                return;
        room->shared_us = room->loop->now_us;
        measure(room);
        for (unsigned i = 0; i < room->watchers->len; i++) {
                Peer *peer = room->watchers->pdata[i];
                share(room, peer);
                peer->watcher->gathers = shall_gather(room, peer->watcher);
        }
}
