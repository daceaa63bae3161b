/* A turn's packets to every watcher, encrypted from the tracks' rings straight into the send arena. */
#include "sfu/crew.h"
#include "sfu/room_private.h"

#include "sfu/publisher.h"

#include "rtc/opus.h"
#include "rtc/red.h"

enum {
        CLOCK_WILD_US = 1000 * 1000,
        REPEATED_BYTES_MAX = 1100,  /* the path takes it whole */
        GATHERED_MOST = 8,          /* packets of sound that may be between one that was held and the next */
        PACED_MAX_US = 1000 * 1000, /* what waits for longer goes at once: the line is not what it was believed to be */
        PART_WATCHERS = 8,          /* one thread's at a time, of a turn that several send */
};

/* Who sends a part of a turn: the loop, or one of its crew beside it. Then a packet's bytes are not to be changed, and
 * what the room is to know waits here until all have done. */
typedef struct Hand {
        Room *room;
        Sender *sender;
        bool beside; /* others */
        bool wants_changed;
        unsigned packets;
        size_t bytes;
} Hand;

static Hand own_hand(Room *room)
{
        return (Hand){ .room = room, .sender = &room->loop->sender };
}

static void count(const Hand *hand)
{
        counters_add(hand->sender->counters, COUNTER_PACKETS_FORWARDED, hand->packets);
        counters_add(hand->sender->counters, COUNTER_BYTES_FORWARDED, hand->bytes);
}

/* What the loop itself sent is the room's. */
static void finish(Hand *hand)
{
        hand->room->wants_changed |= hand->wants_changed;
        count(hand);
}

void room_forward(Room *room, Packet *packet)
{
        room_mark_busy(room);
        room->pending[room->n_pending++] = packet;
        if (room->n_pending == PORT_BATCH)
                room_fan_out(room);
}

/* --- One packet --------------------------------------------------------------------------------------------------- */

/* The time between the last packet of the line and the first of its new source. Between layers of one camera the
 * sender's reports tell when each picture was taken; else it is when they came. */
static uint32_t ticks_since_last(const Room *room, const Slot *slot, const Packet *first)
{
        const Track *track = first->track, *old = room_track(room, slot->now.source);
        uint32_t idle = slot_idle_ticks(slot, track->clock_hz, first->arrival_us);
        int64_t old_us, new_us;
        if (!old || old->seat != track->seat || !old->clock.has_report || !track->clock.has_report ||
            !room_capture_us(room, old, slot->last_timestamp - slot->now.timestamp_offset, &old_us) ||
            !room_capture_us(room, track, first->timestamp, &new_us))
                return idle;
        int64_t elapsed_us = new_us - old_us, came_us = first->arrival_us - slot->last_sent_us;
        if (ABS(elapsed_us - came_us) > CLOCK_WILD_US)
                return idle;
        return elapsed_us > 0 ? (uint32_t)(elapsed_us * track->clock_hz / G_USEC_PER_SEC) : 0;
}

static void take_source(Hand *hand, Slot *slot, const Packet *first)
{
        slot_switch(slot, first->track->id, first, ticks_since_last(hand->room, slot, first));
        slot->asking = false;
        slot->paced_next = first->index;
        hand->wants_changed = true; /* the source before is seen by one less */
        counters_add(hand->sender->counters, COUNTER_SWITCHES, 1);
}

/* What is not simply the next packet of what the line shows: the first of a new source, the first under another
 * temporal layer, one from before the last change. NULL: not for this line. */
static const SlotMap *turn_slot(Hand *hand, Slot *slot, const Packet *packet)
{
        uint32_t source = packet->track->id;
        if (slot->now.source != source && slot->wanted == source && packet->key_start)
                take_source(hand, slot, packet);
        if (slot->now.source != source || packet->index < slot->now.base_in)
                return slot_past(slot, source, packet);
        slot_turn_temporal(slot, packet);
        return packet->index < slot->now.base_in ? slot_past(slot, source, packet) : &slot->now;
}

typedef struct Payload {
        const uint8_t *bytes;
        size_t size;
        uint8_t type;
} Payload;

/* Sound with what was said just before, for who loses packets. Empty when nothing was. */
static Payload repeat_sound(const Watcher *watcher, const SlotMap *map, Packet *packet, uint8_t *out)
{
        RedBlock blocks[RED_BLOCKS_MAX];
        unsigned n = 0;
        for (unsigned back = watcher->redundancy; back > 0; back--) {
                bool of_this_source = packet->index >= map->base_in + back;
                Packet *before = of_this_source ? track_find(packet->track, packet->index - back) : NULL;
                if (before)
                        blocks[n++] = (RedBlock){ packet_payload(before), before->payload_size,
                                                  packet->timestamp - before->timestamp };
        }
        blocks[n++] = (RedBlock){ packet_payload(packet), packet->payload_size, 0 };
        size_t size = red_write(out, REPEATED_BYTES_MAX, watcher->payload_types[CODEC_OPUS], blocks, n);
        return (Payload){ out, size, watcher->red_type };
}

/* As this watcher gets it; in `own` where it is not the packet's bytes. */
static Payload payload_for(const Hand *hand, const Watcher *watcher, const SlotMap *map, Packet *packet,
                           uint8_t own[PACKET_BYTES])
{
        if (watcher->redundancy && packet->codec == CODEC_OPUS) {
                Payload repeated = repeat_sound(watcher, map, packet, own);
                if (repeated.size)
                        return repeated;
        }
        Payload payload = { packet_payload(packet), slot_payload_size(map, packet),
                            watcher->payload_types[packet->codec] };
        if (packet->codec == CODEC_VP8 && payload.size) {
                uint8_t *bytes = hand->beside ? memcpy(own, payload.bytes, payload.size) : packet_payload(packet);
                slot_rewrite_vp8(map, packet, bytes);
                payload.bytes = bytes;
        }
        return payload;
}

static void send_payload(Hand *hand, Peer *peer, Slot *slot, const SlotMap *map, const Packet *packet, Payload payload)
{
        Watcher *watcher = peer->watcher;
        Sender *sender = hand->sender;
        int64_t now_us = hand->room->loop->now_us;
        uint64_t out_index = slot_out_index(map, packet);
        const WatcherExtension *extension =
                track_is_video(packet->track) ? &watcher->video_extension : &watcher->audio_extension;
        uint8_t *out = sender_begin(sender, PACKET_BYTES + WATCHER_EXTENSION_BYTES + SRTP_OVERHEAD_BYTES);
        slot_write_header(slot, map, packet, payload.type, out_index, out);
        size_t header = RTP_HEADER_BYTES + watcher_extend_header(watcher, extension, out);
        size_t size = srtp_sender_protect(peer->sender, out_index, out, header, payload.bytes, payload.size, out);
        peer_note(peer, true, out, header, size);
        sender_commit(sender, &peer->destination, size);
        watcher_sent(watcher, extension, size, now_us);
        slot_sent(slot, map, packet, out_index, now_us);
        hand->packets++;
        hand->bytes += size;
}

static void send_packet(Hand *hand, Peer *peer, Slot *slot, const SlotMap *map, Packet *packet)
{
        uint8_t own[PACKET_BYTES];
        send_payload(hand, peer, slot, map, packet, payload_for(hand, peer->watcher, map, packet, own));
}

/* --- Sound on a narrow line --------------------------------------------------------------------------------------- */

/* Three packets of sound have as many headers as sound in them; joined they have one set. The line's map begins anew
 * behind each packet that was sent, so that numbers have no gap: what comes late has no place any more, and no number
 * is used twice. */
static void begin_anew(SlotMap *map, uint64_t index, uint64_t out_index)
{
        map->base_in = index;
        map->base_out = out_index;
}

/* All that is there, from the map's beginning to this packet, each by itself. */
static void send_singly(Hand *hand, Peer *peer, Slot *slot, const Packet *last)
{
        for (uint64_t index = slot->now.base_in; index <= last->index; index++) {
                Packet *packet = track_find(last->track, index);
                if (packet)
                        send_packet(hand, peer, slot, &slot->now, packet);
        }
        begin_anew(&slot->now, last->index + 1, slot_out_index(&slot->now, last) + 1);
}

/* 0: they do not follow each other, or are not of one sort. */
static size_t join_sound(const Slot *slot, const Packet *last, uint8_t *out)
{
        OpusPart parts[OPUS_JOIN_MAX];
        uint32_t ticks = 0;
        for (unsigned i = 0; i < OPUS_JOIN_MAX; i++) {
                Packet *packet = track_find(last->track, slot->now.base_in + i);
                OpusToc toc;
                if (!packet || opus_toc_read(packet_payload(packet), packet->payload_size, &toc) != DROP_NONE ||
                    (i > 0 && packet->timestamp != ticks))
                        return 0;
                ticks = packet->timestamp + opus_toc_ticks(&toc);
                parts[i] = (OpusPart){ packet_payload(packet), packet->payload_size };
        }
        return opus_join(out, REPEATED_BYTES_MAX, parts, OPUS_JOIN_MAX);
}

static void gather_sound(Hand *hand, Peer *peer, Slot *slot, const Packet *packet)
{
        if (!slot->gathers || packet->index - slot->now.base_in > GATHERED_MOST)
                begin_anew(&slot->now, packet->index, slot_out_index(&slot->now, packet));
        slot->gathers = peer->watcher->gathers;
        slot->past.source = 0;
        uint64_t held = packet->index + 1 - slot->now.base_in;
        if (slot->gathers && held < OPUS_JOIN_MAX)
                return;
        uint8_t joined[REPEATED_BYTES_MAX];
        size_t size = slot->gathers && held == OPUS_JOIN_MAX ? join_sound(slot, packet, joined) : 0;
        if (!size) { /* it does so no longer, or they cannot be joined: what was held goes with this one */
                send_singly(hand, peer, slot, packet);
                return;
        }
        const Packet *first = track_find(packet->track, slot->now.base_in);
        send_payload(hand, peer, slot, &slot->now, first,
                     (Payload){ joined, size, peer->watcher->payload_types[CODEC_OPUS] });
        begin_anew(&slot->now, packet->index + 1, slot->now.base_out + 1);
}

/* --- At the pace of a narrow line --------------------------------------------------------------------------------- */

/* A picture's packet has come: it stays in its track's ring until the line is due. False for a late one, which goes at
 * once: those behind it are sent. What is still due of the source before a change is left out. */
static bool waits_its_turn(Hand *hand, Slot *slot, const Packet *packet)
{
        uint32_t source = packet->track->id;
        if (slot->now.source != source) {
                if (slot->wanted == source && packet->key_start)
                        take_source(hand, slot, packet);
                return true;
        }
        return packet->index >= slot->paced_next;
}

static Packet *due_packet(const Room *room, const Watcher *watcher, unsigned line)
{
        const Slot *slot = &watcher->slots[line];
        if (watcher_line_is_sound(watcher, line) || !slot->now.source)
                return NULL;
        const Track *track = room_line_track(room, watcher, line, slot->now.source);
        return track ? track_find_next(track, slot->paced_next) : NULL;
}

/* Sends what is due, line by line in turn, as far as the pace allows; all of it when it is off. */
static void pump(Hand *hand, Peer *peer)
{
        Watcher *watcher = peer->watcher;
        int64_t now_us = hand->room->loop->now_us;
        for (unsigned idle = 0; idle < watcher->n_slots;) {
                unsigned line = watcher->pace.line = (watcher->pace.line + 1) % watcher->n_slots;
                Packet *packet = due_packet(hand->room, watcher, line);
                bool goes = packet && (!watcher->pace.on || now_us - packet->arrival_us > PACED_MAX_US ||
                                       watcher_pace_left(watcher, now_us) > 0);
                idle = goes ? 0 : idle + 1;
                if (!goes)
                        continue;
                Slot *slot = &watcher->slots[line];
                slot->paced_next = packet->index + 1;
                const SlotMap *map = turn_slot(hand, slot, packet);
                if (map && !slot_leaves_out(map, packet))
                        send_packet(hand, peer, slot, map, packet);
        }
}

/* --- All of a turn ------------------------------------------------------------------------------------------------ */

static void send_pending(Hand *hand, Peer *peer)
{
        const Room *room = hand->room;
        Watcher *watcher = peer->watcher;
        bool paced = watcher->pace.on;
        for (unsigned i = 0; i < room->n_pending; i++) {
                Packet *packet = room->pending[i];
                const Track *track = packet->track;
                unsigned line = watcher->line_of[track->slot];
                if (line >= watcher->n_slots)
                        continue;
                Slot *slot = &watcher->slots[line];
                if (paced && track_is_video(track) && waits_its_turn(hand, slot, packet))
                        continue;
                const SlotMap *map = &slot->now;
                if (map->source != track->id || packet->index < map->base_in || map->temporal != slot->target_temporal)
                        map = turn_slot(hand, slot, packet);
                if (!map || slot_leaves_out(map, packet))
                        continue;
                if (packet->codec == CODEC_OPUS && map == &slot->now && (watcher->gathers || slot->gathers))
                        gather_sound(hand, peer, slot, packet);
                else
                        send_packet(hand, peer, slot, map, packet);
        }
        if (paced)
                pump(hand, peer);
}

typedef struct SharedTurn {
        Room *room;
        _Atomic bool wants_changed;
} SharedTurn;

static bool goes_by_tcp(const Peer *peer)
{
        return peer->destination.size == 0;
}

/* Part of a turn that several send. A TCP connection's queue is the loop's alone. */
static void send_part(void *job, unsigned part, Sender *sender)
{
        SharedTurn *turn = job;
        const GPtrArray *watchers = turn->room->watchers;
        Hand hand = { .room = turn->room, .sender = sender, .beside = true };
        for (unsigned i = part * PART_WATCHERS; i < MIN((part + 1) * PART_WATCHERS, watchers->len); i++)
                if (!goes_by_tcp(watchers->pdata[i]))
                        send_pending(&hand, watchers->pdata[i]);
        if (hand.wants_changed)
                turn->wants_changed = true;
        count(&hand);
}

static void send_shared(Room *room)
{
        SharedTurn turn = { .room = room };
        unsigned parts = (room->watchers->len + PART_WATCHERS - 1) / PART_WATCHERS;
        crew_run(room->loop->shared->crew, send_part, &turn, parts, &room->loop->sender);
        room->wants_changed |= turn.wants_changed;
}

void room_fan_out(Room *room)
{
        if (room->n_pending == 0)
                return;
        const LoopShared *shared = room->loop->shared;
        bool beside = shared->crew && room->n_pending * room->watchers->len >= shared->crew_from;
        if (beside)
                send_shared(room);
        Hand hand = own_hand(room);
        for (unsigned i = 0; i < room->watchers->len; i++)
                if (!beside || goes_by_tcp(room->watchers->pdata[i]))
                        send_pending(&hand, room->watchers->pdata[i]);
        finish(&hand);
        tap_feed_pump(&room->tap, room, room->pending, room->n_pending);
        room->n_pending = 0;
}

void room_pump(Room *room, Peer *peer)
{
        Hand hand = own_hand(room);
        pump(&hand, peer);
        finish(&hand);
}

void fan_out_pace(Room *room, Peer *peer, bool on)
{
        Watcher *watcher = peer->watcher;
        if (watcher->pace.on == on)
                return;
        room_fan_out(room);
        watcher->pace.on = on;
        watcher->pace.sent_bytes = watcher->bwe.sent_bytes;
        for (unsigned i = 0; on && i < watcher->n_slots; i++) {
                const Track *track = room_line_track(room, watcher, i, watcher->slots[i].now.source);
                watcher->slots[i].paced_next = track ? track->highest + 1 : 0;
        }
        if (!on)
                room_pump(room, peer);
}

/* --- Lines that wait ---------------------------------------------------------------------------------------------- */

static void answer_asking(Room *room, Peer *peer, unsigned i)
{
        Slot *slot = &peer->watcher->slots[i];
        Track *track = slot->asking ? room_line_track(room, peer->watcher, i, slot->wanted) : NULL;
        slot->asking = false;
        if (!track || slot->now.source == track->id)
                return;
        Packet *key = track_is_video(track) ? track_recent_key(track, room->loop->now_us) : NULL;
        if (!key) {
                room_want_key(room, track);
                return;
        }
        Hand hand = own_hand(room);
        take_source(&hand, slot, key);
        counters_add(&room->loop->counters, COUNTER_KEY_FRAMES_KEPT, 1);
        if (peer->watcher->pace.on)
                pump(&hand, peer);
        for (uint64_t index = key->index; !peer->watcher->pace.on && index <= track->highest; index++) {
                Packet *packet = track_find(track, index);
                if (!slot_leaves_out(&slot->now, packet))
                        send_packet(&hand, peer, slot, &slot->now, packet);
        }
        finish(&hand);
}

void fan_out_asking(Room *room)
{
        room->asking = false;
        for (unsigned i = 0; i < room->watchers->len; i++) {
                Peer *peer = room->watchers->pdata[i];
                if (!peer->watcher->asking)
                        continue;
                peer->watcher->asking = false;
                for (unsigned slot = 0; slot < peer->watcher->n_slots; slot++)
                        answer_asking(room, peer, slot);
        }
}

void room_end_turn(Room *room)
{
        room->busy = false;
        room_fan_out(room);
        if (room->asking)
                fan_out_asking(room);
        for (unsigned seat = 0; seat < SFU_PLACES; seat++)
                if (room->publishers[seat])
                        publisher_ask_missing(room->publishers[seat]->publisher);
}
