#include "sfu/forward.h"

void slot_init(Slot *slot, uint32_t ssrc, uint32_t rtx_ssrc)
{
        *slot = (Slot){ .ssrc = ssrc, .rtx_ssrc = rtx_ssrc, .next_out = 1, .rtx_next = 1 };
}

void slot_switch(Slot *slot, uint32_t source, const Packet *first, uint32_t clock_hz, int64_t now_us)
{
        slot->source = source;
        slot->base_in = first->index;
        slot->base_out = slot->next_out;
        if (!slot->started) {
                slot->timestamp_offset = 0;
                slot->picture_id_offset = 0;
                slot->tl0_offset = 0;
                slot->started = true;
                return;
        }
        /* The line's clock went on while nothing was sent; at least one tick, so that frames differ. */
        int64_t elapsed_us = CLAMP(now_us - slot->last_sent_us, 0, INT64_C(3600) * G_USEC_PER_SEC);
        uint32_t ticks = (uint32_t)(elapsed_us * clock_hz / G_USEC_PER_SEC);
        slot->timestamp_offset = slot->last_timestamp + MAX(ticks, 1) - first->timestamp;
        if (first->codec == CODEC_VP8) {
                slot->picture_id_offset = (uint16_t)(slot->last_picture_id + 1 - first->vp8.picture_id);
                slot->tl0_offset = (uint8_t)(slot->last_tl0 + 1 - first->vp8.tl0);
        }
}

uint64_t slot_source_index(const Slot *slot, uint16_t sequence)
{
        if (!slot->source)
                return 0;
        int64_t out = rtp_unwrap_sequence((int64_t)slot->next_out, sequence);
        if (out < (int64_t)slot->base_out || out >= (int64_t)slot->next_out)
                return 0;
        return (uint64_t)out - slot->base_out + slot->base_in;
}
