/* One line of a watcher: an outgoing stream whose SSRC stays while the source behind it changes. Sequence numbers,
 * timestamps, VP8 picture-IDs and TL0PICIDX run on through a change, as RFC 3550 and RFC 7741 want of one stream.
 *
 * Within a source the map is one offset, so a late packet finds its own place, and a NACK finds the source's packet:
 *
 *      out index = source index − base_in + base_out            source index = out index − base_out + base_in
 *
 * Pure values; the caller gives the time. */
#pragma once

#include "sfu/packet.h"

#include "rtc/rtp.h"

typedef struct Slot {
        uint32_t ssrc, rtx_ssrc;
        uint32_t source; /* Track.id forwarded now, 0: none */
        uint32_t wanted; /* Track.id to take at its next key frame, 0: none */
        uint64_t base_in, base_out;
        uint64_t next_out; /* one above the highest index sent; SRTP's index (RFC 3711, 3.3.1), begins low */
        uint64_t rtx_next;
        uint32_t timestamp_offset;
        uint32_t last_timestamp;
        int64_t last_sent_us;
        uint16_t picture_id_offset, last_picture_id;
        uint8_t tl0_offset, last_tl0;
        bool started;
        uint32_t packets, bytes; /* for sender reports */
        uint32_t reported;       /* packets at the last one */
} Slot;

void slot_init(Slot *slot, uint32_t ssrc, uint32_t rtx_ssrc);
/* Takes first's track (whose id is `source`) as source, from this packet on. */
void slot_switch(Slot *slot, uint32_t source, const Packet *first, uint32_t clock_hz, int64_t now_us);
/* The source's index of an outgoing sequence number, or 0 when it belongs to an earlier source or was not sent. */
uint64_t slot_source_index(const Slot *slot, uint16_t sequence);

static inline uint64_t slot_out_index(const Slot *slot, const Packet *packet)
{
        return packet->index - slot->base_in + slot->base_out;
}

/* Puts the line's own numbers into the VP8 descriptor, in place: each watcher's are derived from the packet's parsed
 * ones, so the next watcher simply overwrites them. */
static inline void slot_rewrite_vp8(const Slot *slot, Packet *packet)
{
        if (packet->codec == CODEC_VP8 && packet->payload_size)
                vp8_rewrite(packet_payload(packet), &packet->vp8,
                            (packet->vp8.picture_id + slot->picture_id_offset) & 0x7fff,
                            (uint8_t)(packet->vp8.tl0 + slot->tl0_offset));
}

/* Writes the 12 bytes of a header; no extension and no CSRC is passed on. */
static inline void slot_write_header(const Slot *slot, const Packet *packet, uint8_t payload_type, uint64_t out_index,
                                     uint8_t out[RTP_HEADER_BYTES])
{
        RtpHeader header = { .marker = packet->marker,
                             .payload_type = payload_type,
                             .sequence = (uint16_t)out_index,
                             .timestamp = packet->timestamp + slot->timestamp_offset,
                             .ssrc = slot->ssrc };
        rtp_write(out, &header, false);
}

/* Notes that a packet went out. */
static inline void slot_sent(Slot *slot, const Packet *packet, uint64_t out_index, int64_t now_us)
{
        slot->packets++;
        slot->bytes += packet->payload_size;
        if (out_index < slot->next_out)
                return;
        slot->next_out = out_index + 1;
        slot->last_timestamp = packet->timestamp + slot->timestamp_offset;
        slot->last_sent_us = now_us;
        if (packet->codec == CODEC_VP8 && packet->payload_size) {
                slot->last_picture_id = (packet->vp8.picture_id + slot->picture_id_offset) & 0x7fff;
                slot->last_tl0 = (uint8_t)(packet->vp8.tl0 + slot->tl0_offset);
        }
}
