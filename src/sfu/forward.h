/* One line of a watcher: an outgoing stream whose SSRC stays while the source behind it changes, from camera to camera
 * and from layer to layer of one. Sequence numbers, timestamps, VP8 picture-IDs and TL0PICIDX run on through a change,
 * as RFC 3550 and RFC 7741 want of one stream.
 *
 * Within a source the map is one offset, less what the upper temporal layers left out before (Packet.above), so a late
 * packet finds its own place, and a NACK finds the source's packet:
 *
 *      out index = source index − base_in − (above[temporal] − base_above) + base_out
 *
 * The map before the last change is kept: what is late from then still finds its place, and what was lost can be sent
 * again. Pure values; the caller gives the time. */
#pragma once

#include "sfu/packet.h"
#include "sfu/track.h"

#include "rtc/rtp.h"

enum { SLOT_NO_LAYER = -1 }; /* no picture at all */

/* From a source's numbers to the line's, from one packet on. */
typedef struct SlotMap {
        uint32_t source; /* Track.id, 0: none */
        uint32_t base_above;
        uint64_t base_in, base_out;
        uint32_t timestamp_offset;
        uint16_t picture_id_offset;
        uint8_t tl0_offset;
        uint8_t temporal; /* the highest layer that passes */
} SlotMap;

typedef struct Slot {
        uint32_t ssrc, rtx_ssrc;
        uint32_t wanted;   /* Track.id to take at its next key frame, or being forwarded; 0: none */
        SlotMap now, past; /* past.source 0: nothing before */
        uint64_t next_out; /* one above the highest index sent; SRTP's index (RFC 3711, 3.3.1), begins low */
        uint64_t rtx_next;
        uint32_t last_timestamp;
        int64_t last_sent_us;
        uint16_t last_picture_id;
        uint8_t last_tl0;
        bool started;
        bool gathers; /* sound is held here until three packets can go as one: begins behind the last that went */
        bool asking;  /* wants a source that is not there yet, and nothing was done about it */
        /* What may be shown: the layer given by what the network carries, and the height that the page shows. */
        int8_t target_layer;
        uint8_t target_temporal;
        uint64_t paced_next; /* on a paced line: the source's index that is due next */
        uint16_t view_height;
        uint32_t packets, bytes; /* for sender reports */
        uint32_t reported;       /* packets at the last one */
} Slot;

void slot_init(Slot *slot, uint32_t ssrc, uint32_t rtx_ssrc);
/* Takes first's track (whose id is `source`) as source, from this packet on, which is `ticks` of the clock after the
 * last that was sent. */
void slot_switch(Slot *slot, uint32_t source, const Packet *first, uint32_t ticks);
/* Ticks of the clock since the last packet was sent. */
uint32_t slot_idle_ticks(const Slot *slot, uint32_t clock_hz, int64_t now_us);
/* Shows nothing until another source is taken. */
void slot_stop(Slot *slot);
/* Whether a packet of the present source, the first of a picture, lets the line go to another temporal layer; then it
 * does: down at once, up where the picture leans on lower layers alone. */
void slot_turn_temporal(Slot *slot, const Packet *packet);
/* The map by which a late packet, from before the last change, still has a place; else NULL. */
const SlotMap *slot_past(const Slot *slot, uint32_t source, const Packet *packet);
/* The map under which an outgoing sequence number was sent, NULL for none that is known. */
const SlotMap *slot_map_of(const Slot *slot, uint16_t sequence, uint64_t *ret_out_index);
/* The source's index of an outgoing one: the packet of `track` (map->source), there or missing. */
uint64_t slot_source_index(const SlotMap *map, const Track *track, uint64_t out_index);

static inline uint64_t slot_out_index(const SlotMap *map, const Packet *packet)
{
        return packet->index - map->base_in - (uint32_t)(packet->above[map->temporal] - map->base_above) +
               map->base_out;
}

/* Whether a packet of the source is left out. One that came late has a place in the numbers all the same: it goes as an
 * empty packet, so that no gap looks like a loss. */
static inline bool slot_leaves_out(const SlotMap *map, const Packet *packet)
{
        return packet->temporal > map->temporal && !packet->late;
}
static inline size_t slot_payload_size(const SlotMap *map, const Packet *packet)
{
        return packet->temporal > map->temporal ? 0 : packet->payload_size;
}

static inline uint16_t slot_picture_id(const SlotMap *map, const Packet *packet)
{
        return (packet->vp8.picture_id - packet->pictures_above[map->temporal] + map->picture_id_offset) & 0x7fff;
}

/* Puts the line's own numbers into the VP8 descriptor of the packet's payload or of a copy: each watcher's are derived
 * from the parsed ones, so the next watcher simply overwrites them. */
static inline void slot_rewrite_vp8(const SlotMap *map, const Packet *packet, uint8_t *payload)
{
        if (packet->codec == CODEC_VP8 && packet->payload_size)
                vp8_rewrite(payload, &packet->vp8, slot_picture_id(map, packet),
                            (uint8_t)(packet->vp8.tl0 + map->tl0_offset));
}

/* Writes the 12 bytes of a header; no extension and no CSRC is passed on. */
static inline void slot_write_header(const Slot *slot, const SlotMap *map, const Packet *packet, uint8_t payload_type,
                                     uint64_t out_index, uint8_t out[RTP_HEADER_BYTES])
{
        RtpHeader header = { .marker = packet->marker,
                             .payload_type = payload_type,
                             .sequence = (uint16_t)out_index,
                             .timestamp = packet->timestamp + map->timestamp_offset,
                             .ssrc = slot->ssrc };
        rtp_write(out, &header, false);
}

/* Notes that a packet went out. */
static inline void slot_sent(Slot *slot, const SlotMap *map, const Packet *packet, uint64_t out_index, int64_t now_us)
{
        slot->packets++;
        slot->bytes += packet->payload_size;
        if (out_index < slot->next_out)
                return;
        slot->next_out = out_index + 1;
        slot->last_timestamp = packet->timestamp + map->timestamp_offset;
        slot->last_sent_us = now_us;
        if (packet->codec == CODEC_VP8 && packet->payload_size) {
                slot->last_picture_id = slot_picture_id(map, packet);
                slot->last_tl0 = (uint8_t)(packet->vp8.tl0 + map->tl0_offset);
        }
}
