#include "sfu/track.h"

#include "rtc/h264.h"
#include "rtc/rtp.h"

#include <string.h>

enum {
        SILENT_US = 2000 * 1000, /* a source without packets for so long is not asked for key frames */
        RECENT_KEY_US = 300 * 1000,
        RECENT_KEY_PACKETS = 100,
};

static void reset(Track *track, uint32_t id)
{
        track->id = id;
        track->highest = 0;
        track->first = track->received = track->expected_before = track->received_before = 0;
        track->transit = 0;
        track->jitter = 0;
        track->last_report_ntp = 0;
        track->clock = (TrackClock){ 0 };
        track->meter = (TrackMeter){ 0 };
        track->tap_next = 0;
        track->key_index = PACKET_NO_INDEX;
        track->live = false;
        memset(track->above, 0, sizeof track->above);
        memset(track->pictures_above, 0, sizeof track->pictures_above);
        track->picture_temporal = 0;
        nack_list_init(&track->nack);
}

Track *track_new(uint32_t id, const TrackFormat *format, int seat, unsigned slot)
{
        Track *track = g_new0(Track, 1);
        track->format = *format;
        track->seat = seat;
        track->layer = format->layer;
        track->slot = slot;
        track->clock_hz = format->kind == SFU_MIC ? 48000 : 90000;
        unsigned size = format->kind == SFU_MIC ? TRACK_AUDIO_RING : TRACK_VIDEO_RING;
        track->ring = g_new0(Packet *, size);
        track->mask = size - 1;
        reset(track, id);
        return track;
}

void track_free(Track *track, PacketPool *pool)
{
        if (!track)
                return;
        for (uint64_t i = 0; i <= track->mask; i++)
                packet_pool_give(pool, track->ring[i]);
        g_free(track->ring);
        g_free(track);
}

void track_restart(Track *track, uint32_t id)
{
        for (uint64_t i = 0; i <= track->mask; i++)
                if (track->ring[i])
                        track->ring[i]->index = PACKET_NO_INDEX;
        reset(track, id);
}

/* A packet that comes late was counted as sent when those behind it were: its numbers are those of the next one that is
 * there, since what lies between is missing still and counted alike. */
static void place_late(const Track *track, Packet *packet)
{
        const Packet *next = track_find_next(track, packet->index + 1);
        packet->late = true;
        memcpy(packet->above, next->above, sizeof packet->above);
        memcpy(packet->pictures_above, next->pictures_above, sizeof packet->pictures_above);
}

/* Within a picture its own packets are not counted yet, whatever its layer. */
static void place_in_order(Track *track, Packet *packet)
{
        bool same = track->highest && packet->timestamp == track->picture_timestamp;
        packet->late = false;
        memcpy(packet->above, track->above, sizeof packet->above);
        memcpy(packet->pictures_above, track->pictures_above, sizeof packet->pictures_above);
        for (unsigned t = 0; t + 1 < TEMPORAL_LAYERS; t++) {
                bool above = packet->temporal > t;
                track->above[t] += above;
                if (same)
                        packet->pictures_above[t] -= track->picture_temporal > t;
                else
                        track->pictures_above[t] += above;
        }
        track->picture_timestamp = packet->timestamp;
        track->picture_temporal = same ? track->picture_temporal : packet->temporal;
}

bool track_store(Track *track, Packet **packet, Counters *counters)
{
        uint64_t index = (*packet)->index;
        Packet **place = &track->ring[index & track->mask];
        if (*place && (*place)->index == index) {
                counters_add(counters, COUNTER_DUPLICATES, 1);
                return false;
        }
        if (*place && (*place)->index > index) {
                counters_drop(counters, DROP_LATE);
                return false;
        }
        if (index > track->highest)
                place_in_order(track, *packet);
        else
                place_late(track, *packet);
        if ((*packet)->key_start)
                track->key_index = MAX(track->key_index, index);
        track->meter.bytes[(*packet)->temporal] += (*packet)->payload_size + TRACK_OVERHEAD_BYTES;
        Packet *old = *place;
        *place = *packet;
        *packet = old;
        track->highest = MAX(track->highest, index);
        return true;
}

Packet *track_find_next(const Track *track, uint64_t index)
{
        uint64_t oldest = track->highest > track->mask ? track->highest - track->mask : 1;
        for (index = MAX(index, oldest); index <= track->highest; index++) {
                Packet *packet = track_find(track, index);
                if (packet)
                        return packet;
        }
        return NULL;
}

Packet *track_recent_key(const Track *track, int64_t now_us)
{
        Packet *key = track_find(track, track->key_index);
        if (!key || now_us - key->arrival_us > RECENT_KEY_US || track->highest - track->key_index >= RECENT_KEY_PACKETS)
                return NULL;
        for (uint64_t index = track->key_index; index <= track->highest; index++)
                if (!track_find(track, index))
                        return NULL;
        return key;
}

void track_measure(Track *track, int64_t now_us)
{
        TrackMeter *meter = &track->meter;
        int64_t elapsed_us = now_us - meter->since_us;
        if (elapsed_us < TRACK_METER_US)
                return;
        uint64_t all = 0;
        for (unsigned i = 0; i < TEMPORAL_LAYERS; i++)
                all += meter->bytes[i];
        bool known = meter->bps[0] > 0;
        for (unsigned i = 0; all && meter->since_us && i < TEMPORAL_LAYERS; i++) {
                uint64_t bps = meter->bytes[i] * UINT64_C(8) * G_USEC_PER_SEC / (uint64_t)elapsed_us;
                meter->bps[i] = (uint32_t)MIN(known ? (3 * (uint64_t)meter->bps[i] + bps) / 4 : bps, UINT32_MAX / 4);
        }
        memset(meter->bytes, 0, sizeof meter->bytes);
        meter->since_us = now_us;
}

uint32_t track_bps(const Track *track, unsigned temporal)
{
        uint32_t bps = 0;
        for (unsigned i = 0; i <= temporal; i++)
                bps += track->meter.bps[i];
        return bps;
}

Packet *track_find(const Track *track, uint64_t index)
{
        Packet *packet = track->ring[index & track->mask];
        return packet && index != PACKET_NO_INDEX && packet->index == index ? packet : NULL;
}

void track_count(Track *track, uint64_t index, uint32_t timestamp, int64_t now_us)
{
        if (!track->first)
                track->first = index;
        track->received++;
        track->last_packet_us = now_us;
        int64_t arrival = now_us * (int64_t)track->clock_hz / G_USEC_PER_SEC;
        int64_t transit = (int32_t)((uint32_t)arrival - timestamp);
        if (track->received > 1) {
                int64_t difference = ABS((int64_t)(int32_t)((uint32_t)transit - (uint32_t)track->transit));
                /* RFC 3550, A.8, kept ×16; a leap of the clock counts for one second at most. */
                difference = MIN(difference, track->clock_hz);
                track->jitter += (uint32_t)difference - ((track->jitter + 8) >> 4);
        }
        track->transit = transit;
}

void track_report(Track *track, int64_t now_us, RtcpReport *ret_report)
{
        uint64_t expected = track->first ? track->highest - track->first + 1 : 0;
        int64_t lost = (int64_t)expected - (int64_t)track->received;
        int64_t expected_now = (int64_t)(expected - track->expected_before);
        int64_t lost_now = expected_now - (int64_t)(track->received - track->received_before);
        track->expected_before = expected;
        track->received_before = track->received;
        *ret_report = (RtcpReport){
                .ssrc = track->format.ssrc,
                .fraction_lost =
                        expected_now > 0 && lost_now > 0 ? (uint8_t)MIN(lost_now * 256 / expected_now, 255) : 0,
                .lost = (int32_t)CLAMP(lost, -0x800000, 0x7fffff),
                .highest = (uint32_t)track->highest,
                .jitter = track->jitter >> 4,
                .last_sr = track->last_report_ntp,
                .delay = track->last_report_ntp ? (uint32_t)((now_us - track->last_report_us) * 65536 / G_USEC_PER_SEC)
                                                : 0,
        };
}

void track_sender_report(Track *track, const RtcpSenderInfo *info, int64_t now_us)
{
        track->last_report_ntp = (uint32_t)(info->ntp >> 16);
        track->last_report_us = now_us;
        track->clock.has_report = true;
        track->clock.report_timestamp = info->rtp_timestamp;
        track->clock.report_us = rtcp_utc_us(info->ntp); /* browsers' clocks are not trusted to be near */
}

bool track_capture_us(const Track *track, uint32_t timestamp, int64_t offset_us, int64_t *ret_capture_us)
{
        const TrackClock *clock = &track->clock;
        if (!clock->has_report && !clock->has_arrival)
                return false;
        uint32_t anchor = clock->has_report ? clock->report_timestamp : clock->arrival_timestamp;
        int64_t anchor_us = clock->has_report ? clock->report_us + offset_us : clock->arrival_utc_us;
        int64_t ticks = (int32_t)(timestamp - anchor);
        *ret_capture_us = anchor_us + ticks * G_USEC_PER_SEC / (int64_t)track->clock_hz;
        return true;
}

bool track_timestamp_at(const Track *track, int64_t utc_us, int64_t offset_us, uint32_t *ret_timestamp)
{
        const TrackClock *clock = &track->clock;
        int64_t elapsed_us = utc_us - clock->report_us - offset_us;
        /* A report older than some minutes says nothing any more, and a wild clock never did. */
        if (!clock->has_report || ABS(elapsed_us) > INT64_C(600) * G_USEC_PER_SEC)
                return false;
        *ret_timestamp = clock->report_timestamp + (uint32_t)(elapsed_us * track->clock_hz / G_USEC_PER_SEC);
        return true;
}

static Drop parse_h264(Track *track, Packet *packet)
{
        H264Payload payload;
        Drop drop = h264_parse(packet_payload(packet), packet->payload_size, &payload);
        if (drop)
                return drop;
        const Packet *before = track_find(track, packet->index - 1);
        packet->frame_start = payload.start && before && before->timestamp != packet->timestamp;
        /* What other pictures refer to is the layer of all; what nobody refers to can be left out. Messages and
         * delimiters never are referred to, and say nothing of the picture that they stand before. */
        track->temporal_unsure |= payload.unreferenced && !payload.slice;
        packet->temporal = payload.unreferenced && !track->temporal_unsure ? 1 : 0;
        if (!payload.key_frame)
                return DROP_NONE;
        /* Browsers send the parameter sets, then the IDR slice, as one frame: it begins with the sets. Where a slice
         * comes alone, it is a beginning only if the packet before belongs to another frame. */
        packet->key_start = payload.has_sps || (payload.has_idr && packet->frame_start);
        H264Sps sps;
        if (payload.sps && h264_sps_read(payload.sps, payload.sps_bytes, &sps))
                track->height = sps.height;
        return DROP_NONE;
}

static Drop parse_vp8(Track *track, Packet *packet)
{
        Drop drop = vp8_parse(packet_payload(packet), packet->payload_size, &packet->vp8);
        if (drop)
                return drop;
        packet->frame_start = packet->vp8.start;
        packet->key_start = packet->vp8.start && packet->vp8.key_frame;
        packet->temporal = MIN(packet->vp8.tid, TEMPORAL_LAYERS - 1);
        if (packet->key_start && packet->vp8.height)
                track->height = packet->vp8.height;
        return DROP_NONE;
}

Drop track_parse_payload(Track *track, Packet *packet)
{
        packet->key_start = packet->frame_start = false;
        packet->temporal = 0;
        if (packet->payload_size == 0)
                return DROP_NONE; /* padding alone: keeps the sequence whole */
        switch (packet->codec) {
        case CODEC_OPUS:
                packet->key_start = true;
                return DROP_NONE;
        case CODEC_H264:
                return parse_h264(track, packet);
        case CODEC_VP8:
                return parse_vp8(track, packet);
        }
        return DROP_NONE;
}

bool track_want_key(Track *track, int64_t now_us)
{
        track->key_wanted = true;
        return track_key_due(track, now_us);
}

bool track_key_due(Track *track, int64_t now_us)
{
        if (!track->key_wanted || !track_is_video(track) || !track->highest ||
            now_us - track->last_packet_us > SILENT_US || now_us - track->key_asked_us < TRACK_KEY_PAUSE_US)
                return false;
        track->key_asked_us = now_us;
        return true;
}
