#include "sfu/forward.h"

void slot_init(Slot *slot, uint32_t ssrc, uint32_t rtx_ssrc)
{
        *slot = (Slot){ .ssrc = ssrc,
                        .rtx_ssrc = rtx_ssrc,
                        .next_out = 1,
                        .rtx_next = 1,
                        .target_layer = TRACK_LAYERS - 1,
                        .target_temporal = TEMPORAL_LAYERS - 1,
                        .view_height = SFU_ANY_HEIGHT };
}

uint32_t slot_idle_ticks(const Slot *slot, uint32_t clock_hz, int64_t now_us)
{
        int64_t elapsed_us = CLAMP(now_us - slot->last_sent_us, 0, INT64_C(3600) * G_USEC_PER_SEC);
        return (uint32_t)(elapsed_us * clock_hz / G_USEC_PER_SEC);
}

void slot_switch(Slot *slot, uint32_t source, const Packet *first, uint32_t ticks)
{
        SlotMap map = {
                .source = source, .base_in = first->index, .base_out = slot->next_out, .temporal = slot->target_temporal
        };
        map.base_above = first->above[map.temporal];
        if (slot->started) {
                /* At least one tick, so that pictures differ. */
                map.timestamp_offset = slot->last_timestamp + MAX(ticks, 1) - first->timestamp;
                if (slot->now.source)
                        slot->past = slot->now;
        }
        if (slot->started && first->codec == CODEC_VP8) {
                map.picture_id_offset = (uint16_t)(slot->last_picture_id + 1 - first->vp8.picture_id);
                map.tl0_offset = (uint8_t)(slot->last_tl0 + 1 - first->vp8.tl0);
        }
        map.picture_id_offset += first->pictures_above[map.temporal];
        slot->now = map;
        slot->started = true;
}

void slot_stop(Slot *slot)
{
        if (slot->now.source)
                slot->past = slot->now;
        slot->now.source = 0;
}

/* From this packet on with another layer: no number of before changes, nor does this packet's own place. */
static void set_temporal(Slot *slot, const Packet *packet, uint8_t temporal)
{
        SlotMap map = slot->now;
        map.base_in = packet->index;
        map.base_out = slot_out_index(&slot->now, packet);
        map.base_above = packet->above[temporal];
        map.picture_id_offset += packet->pictures_above[temporal] - packet->pictures_above[slot->now.temporal];
        map.temporal = temporal;
        slot->past = slot->now;
        slot->now = map;
}

void slot_turn_temporal(Slot *slot, const Packet *packet)
{
        uint8_t now = slot->now.temporal, target = slot->target_temporal;
        if (target == now || !packet->frame_start || packet->late)
                return;
        /* In H.264 nothing leans on the upper layer. */
        bool free = packet->codec != CODEC_VP8 || !packet->vp8.has_tid;
        if (target < now || packet->key_start || free)
                set_temporal(slot, packet, target);
        /* One layer after the other: a picture of the second may lean on those of the first that were left out. */
        else if (packet->temporal == now + 1 && packet->vp8.layer_sync)
                set_temporal(slot, packet, now + 1);
}

const SlotMap *slot_past(const Slot *slot, uint32_t source, const Packet *packet)
{
        const SlotMap *past = &slot->past;
        if (!source || past->source != source || packet->index < past->base_in)
                return NULL;
        uint64_t out = slot_out_index(past, packet);
        uint64_t end = slot->now.source ? slot->now.base_out : slot->next_out;
        return out >= past->base_out && out < end ? past : NULL;
}

const SlotMap *slot_map_of(const Slot *slot, uint16_t sequence, uint64_t *ret_out_index)
{
        int64_t out = rtp_unwrap_sequence((int64_t)slot->next_out, sequence);
        *ret_out_index = (uint64_t)out;
        if (out <= 0 || out >= (int64_t)slot->next_out)
                return NULL;
        if (slot->now.source && (uint64_t)out >= slot->now.base_out)
                return &slot->now;
        return slot->past.source && (uint64_t)out >= slot->past.base_out ? &slot->past : NULL;
}

uint64_t slot_source_index(const SlotMap *map, const Track *track, uint64_t out_index)
{
        uint64_t index = out_index - map->base_out + map->base_in; /* too low by what was left out before */
        for (;;) {
                const Packet *packet = track_find_next(track, index);
                if (!packet)
                        return index;
                uint64_t found = out_index - map->base_out + map->base_in +
                                 (uint32_t)(packet->above[map->temporal] - map->base_above);
                if (found < packet->index)
                        return found; /* it is missing: counted as sent, and never came */
                if (found == packet->index && !slot_leaves_out(map, packet))
                        return found;
                index = MAX(found, packet->index + 1);
        }
}
