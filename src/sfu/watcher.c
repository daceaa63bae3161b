#include "sfu/watcher.h"

#include "sfu/publisher.h"
#include "sfu/room.h"

#include <string.h>

enum {
        FEEDBACK_PER_SECOND = 200,
        RESENDS_PER_SECOND = 600,
        RESEND_TIMES = 5,            /* where a packet in five is lost, one in 3,000 is given up */
        RESEND_PAUSE_US = 10 * 1000, /* where the round trip is not known or tiny */
        REPORT_US = 1000 * 1000,
        LOSS_FROM = 65536 / 64, /* 1.6 % */
        LOSS_CLEAR = 65536 / 512,
        DELAY_WATCHING_MS = 250,
        DELAY_TALKING_MS = 120,
        DELAY_MAX_MS = 10000,
        DELAY_STEP_MS = 50,
        DELAY_STEP_US = 500 * 1000,
        REPORT_BYTES = 28 + 28, /* an SR and its SDES in a compound */
};

static void take_codecs(Watcher *watcher, const PeerPlan *plan)
{
        watcher->payload_types[CODEC_OPUS] = plan->opus;
        watcher->payload_types[CODEC_H264] = plan->h264;
        watcher->payload_types[CODEC_VP8] = plan->vp8;
        watcher->rtx_types[CODEC_H264] = plan->h264_rtx;
        watcher->rtx_types[CODEC_VP8] = plan->vp8_rtx;
        /* Without RTX a packet is sent again as it was, to the byte (srtp.h): then its header must not change. */
        bool rtx = (!plan->h264 || plan->h264_rtx) && (!plan->vp8 || plan->vp8_rtx);
        watcher->delay_id = rtx ? plan->playout_delay : 0;
}

static void add_slots(Watcher *watcher, unsigned n)
{
        for (; watcher->n_slots < n; watcher->n_slots++) {
                uint32_t ssrc = watcher->first_ssrc + 2 * watcher->n_slots;
                slot_init(&watcher->slots[watcher->n_slots], ssrc, ssrc + 1);
        }
}

Watcher *watcher_new(const PeerPlan *plan)
{
        Watcher *watcher = g_new0(Watcher, 1);
        watcher->own_seat = plan->seat;
        watcher->first_ssrc = plan->first_ssrc;
        watcher->plays = plan->plays;
        watcher->picture_lines = plan->picture_lines;
        for (unsigned i = 0; i < SLOT_COUNT; i++) {
                watcher->line_of[i] = plan->plays ? WATCHER_NO_LINE : (uint8_t)i;
                watcher->voices[i] = SFU_NO_SEAT;
        }
        take_codecs(watcher, plan);
        add_slots(watcher, plan->n_slots);
        return watcher;
}

void watcher_free(Watcher *watcher)
{
        g_free(watcher);
}

void watcher_update(Watcher *watcher, const PeerPlan *plan)
{
        take_codecs(watcher, plan);
        add_slots(watcher, plan->n_slots);
}

/* --- Feedback in -------------------------------------------------------------------------------------------------- */

static Slot *slot_of_ssrc(Watcher *watcher, uint32_t ssrc)
{
        uint32_t slot = (ssrc - watcher->first_ssrc) / 2;
        return slot < watcher->n_slots && watcher->slots[slot].ssrc == ssrc ? &watcher->slots[slot] : NULL;
}

static Track *track_of(Peer *peer, const Slot *slot, uint32_t id)
{
        return room_line_track(peer->room, peer->watcher, (unsigned)(slot - peer->watcher->slots), id);
}

typedef enum ResendVerdict {
        RESEND_NOW,
        RESEND_WAIT, /* the last copy may still come, or too much is asked */
        RESEND_NEVER,
} ResendVerdict;

/* At most RESEND_TIMES, and not again before the last copy can have come. */
static ResendVerdict may_resend(Peer *peer, unsigned slot, uint16_t sequence)
{
        Watcher *watcher = peer->watcher;
        int64_t now_us = peer->loop->now_us;
        Resend *entry = &watcher->resends[(sequence ^ slot << 4) % WATCHER_RESENDS];
        bool same = entry->times && entry->sequence == sequence && entry->slot == slot;
        int64_t pause_us = MAX(peer->round_trip_us, RESEND_PAUSE_US);
        if (same && now_us - entry->at_us < pause_us)
                return RESEND_WAIT;
        if (same && entry->times >= RESEND_TIMES)
                return RESEND_NEVER;
        if (!rate_take(&watcher->resend_rate, RESENDS_PER_SECOND, now_us))
                return RESEND_WAIT;
        *entry = (Resend){
                .sequence = sequence, .slot = (uint8_t)slot, .times = same ? entry->times + 1 : 1, .at_us = now_us
        };
        return RESEND_NOW;
}

/* As RTX where the browser took it, else the very same packet once more. */
static void resend(Peer *peer, Slot *slot, const SlotMap *map, Packet *packet)
{
        Watcher *watcher = peer->watcher;
        Sender *sender = &peer->loop->sender;
        uint8_t rtx_type = watcher->rtx_types[packet->codec];
        uint64_t out_index = slot_out_index(map, packet);
        size_t payload_size = slot_payload_size(map, packet);
        uint8_t *out = sender_begin(sender, PACKET_BYTES + RTX_HEADER_BYTES + SRTP_OVERHEAD_BYTES);
        uint8_t payload[PACKET_BYTES + RTX_HEADER_BYTES];
        slot_rewrite_vp8(map, packet);
        size_t size;
        if (rtx_type) {
                RtpHeader header = { .marker = packet->marker,
                                     .payload_type = rtx_type,
                                     .sequence = (uint16_t)slot->rtx_next,
                                     .timestamp = packet->timestamp + map->timestamp_offset,
                                     .ssrc = slot->rtx_ssrc };
                rtp_write(out, &header, false);
                payload[0] = (uint8_t)(out_index >> 8);
                payload[1] = (uint8_t)out_index;
                memcpy(payload + RTX_HEADER_BYTES, packet_payload(packet), payload_size);
                size = srtp_sender_protect(peer->sender, slot->rtx_next++, out, RTP_HEADER_BYTES, payload,
                                           payload_size + RTX_HEADER_BYTES, out);
        } else {
                slot_write_header(slot, map, packet, watcher->payload_types[packet->codec], out_index, out);
                size = srtp_sender_protect(peer->sender, out_index, out, RTP_HEADER_BYTES, packet_payload(packet),
                                           payload_size, out);
        }
        sender_commit(sender, &peer->destination, size);
        counters_add(&peer->loop->counters, COUNTER_RESENDS, 1);
}

/* Sends again what is asked for. True when it never will come, and what the line shows now does not go on without. */
static bool receive_missing(Peer *peer, Slot *slot, uint16_t sequence)
{
        uint64_t out_index, index = 0;
        const SlotMap *map = slot_map_of(slot, sequence, &out_index);
        const Track *track = map ? track_of(peer, slot, map->source) : NULL;
        if (track)
                index = slot_source_index(map, track, out_index);
        Packet *packet = track ? track_find(track, index) : NULL;
        ResendVerdict verdict = packet ? may_resend(peer, track->slot, sequence) : RESEND_NEVER;
        if (verdict == RESEND_NOW)
                resend(peer, slot, map, packet);
        else
                counters_add(&peer->loop->counters, packet ? COUNTER_RESENDS_REFUSED : COUNTER_RESENDS_GONE, 1);
        /* What the speaker's browser is being asked for may still come; a new source began with a key frame. */
        return verdict == RESEND_NEVER && track && track->id == slot->now.source &&
               !nack_list_has(&track->nack, (uint16_t)index);
}

static void receive_nack(Peer *peer, const RtcpPacket *rtcp)
{
        Watcher *watcher = peer->watcher;
        Slot *slot = slot_of_ssrc(watcher, rtcp_media(rtcp));
        if (!slot)
                return;
        uint16_t sequences[NACK_PENDING_MAX];
        size_t n = rtcp_nack_read(rtcp, sequences, G_N_ELEMENTS(sequences));
        bool lost = false;
        for (size_t i = 0; i < n; i++)
                lost |= receive_missing(peer, slot, sequences[i]);
        /* Left alone, Chromium's decoder waits 3 s for such a packet before it asks for a key frame. */
        if (lost)
                room_want_key(peer->room, track_of(peer, slot, slot->now.source));
}

static void want_key(Peer *peer, uint32_t ssrc)
{
        Slot *slot = slot_of_ssrc(peer->watcher, ssrc);
        if (slot)
                room_want_key(peer->room, track_of(peer, slot, slot->wanted ? slot->wanted : slot->now.source));
}

void watcher_want_pictures(Peer *peer)
{
        const Watcher *watcher = peer->watcher;
        for (unsigned i = 0; i < watcher->n_slots; i++)
                if (!slot_is_audio(i) && watcher->slots[i].now.source)
                        want_key(peer, watcher->slots[i].ssrc);
}

static void set_delay(Watcher *watcher, uint16_t delay_ms)
{
        RtpExtensionIds ids = { .id = { [RTP_EXTENSION_PLAYOUT_DELAY] = watcher->delay_id } };
        RtpExtensions extensions = { .has = { [RTP_EXTENSION_PLAYOUT_DELAY] = true },
                                     .playout_min_ms = delay_ms,
                                     .playout_max_ms = DELAY_MAX_MS };
        watcher->delay_ms = delay_ms;
        watcher->told_delay = rtp_extensions_write(watcher->delay, &ids, &extensions) == WATCHER_DELAY_BYTES;
}

/* Later for those who only watch than for those who also talk. */
static void note_loss(Watcher *watcher, const RtcpReport *report, int64_t now_us)
{
        watcher->loss = (watcher->loss * 7 + report->fraction_lost * 256u) / 8;
        watcher->lossy = watcher->loss > (watcher->lossy ? LOSS_CLEAR : LOSS_FROM);
        int aim_ms = !watcher->lossy ? 0 : watcher->own_seat == SFU_NO_SEAT ? DELAY_WATCHING_MS : DELAY_TALKING_MS;
        int step_ms = CLAMP(aim_ms - watcher->delay_ms, -DELAY_STEP_MS, DELAY_STEP_MS);
        if (!watcher->delay_id || step_ms == 0 || now_us - watcher->delay_step_us < DELAY_STEP_US)
                return;
        watcher->delay_step_us = now_us;
        set_delay(watcher, (uint16_t)(watcher->delay_ms + step_ms));
}

static void receive_reports(Peer *peer, const RtcpPacket *rtcp)
{
        uint64_t now_ntp = rtcp_ntp(loop_utc_us(peer->loop));
        for (unsigned i = 0; i < rtcp_reports(rtcp); i++) {
                RtcpReport report;
                rtcp_report(rtcp, i, &report);
                note_loss(peer->watcher, &report, peer->loop->now_us);
                int64_t round_trip_us = rtcp_round_trip_us(&report, now_ntp);
                if (round_trip_us >= 0)
                        peer->round_trip_us = MIN(round_trip_us, G_USEC_PER_SEC);
        }
}

void watcher_receive_rtcp(Peer *peer, const RtcpPacket *rtcp)
{
        if (!rate_take(&peer->watcher->feedback_rate, FEEDBACK_PER_SECOND, peer->loop->now_us)) {
                counters_add(&peer->loop->counters, COUNTER_RTCP_STORM, 1);
                return;
        }
        switch (rtcp_kind(rtcp)) {
        case RTCP_NACK:
                receive_nack(peer, rtcp);
                break;
        case RTCP_PLI:
                want_key(peer, rtcp_media(rtcp));
                break;
        case RTCP_FIR:
                for (unsigned i = 0; i < rtcp_fir_count(rtcp); i++) {
                        uint32_t ssrc;
                        uint8_t sequence;
                        rtcp_fir(rtcp, i, &ssrc, &sequence);
                        want_key(peer, ssrc);
                }
                break;
        case RTCP_SR:
        case RTCP_RR:
                receive_reports(peer, rtcp);
                break;
        default:
                break;
        }
}

/* --- Reports out -------------------------------------------------------------------------------------------------- */

/* The line's clock as the browser shall read it: what its timestamps are at this moment of the server's clock. The same
 * clock serves a seat's sound and picture, so they are played in step. */
static bool write_report(Peer *peer, Slot *slot, RtcpWriter *writer)
{
        const Track *track = track_of(peer, slot, slot->now.source);
        int64_t utc_us = loop_utc_us(peer->loop);
        uint32_t timestamp;
        if (!track || !room_timestamp_at(peer->room, track, utc_us, &timestamp))
                return false;
        RtcpSenderInfo info = { .ntp = rtcp_ntp(utc_us),
                                .rtp_timestamp = timestamp + slot->now.timestamp_offset,
                                .packets = slot->packets,
                                .bytes = slot->bytes };
        int seat = slot_seat(track->slot);
        char cname[16];
        if (peer->watcher->plays)
                g_strlcpy(cname, "stage", sizeof cname);
        else
                g_snprintf(cname, sizeof cname, seat == SFU_NO_SEAT ? "screen" : "seat-%d", seat);
        return rtcp_write_report(writer, slot->ssrc, &info, NULL, 0) &&
               rtcp_write_sdes_cname(writer, slot->ssrc, cname);
}

void watcher_tick(Peer *peer)
{
        Watcher *watcher = peer->watcher;
        int64_t now_us = peer->loop->now_us;
        if (now_us - watcher->report_us < REPORT_US)
                return;
        watcher->report_us = now_us;
        RtcpWriter writer = { 0 };
        for (unsigned i = 0; i < watcher->n_slots; i++) {
                Slot *slot = &watcher->slots[i];
                if (slot->packets == slot->reported)
                        continue;
                slot->reported = slot->packets;
                if (!writer.data)
                        writer = peer_rtcp_begin(peer);
                write_report(peer, slot, &writer);
                if (writer.capacity - writer.size < REPORT_BYTES) {
                        peer_rtcp_end(peer, &writer);
                        writer.data = NULL;
                }
        }
        if (writer.data)
                peer_rtcp_end(peer, &writer);
}
