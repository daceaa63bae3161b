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
        LOSS_HEAVY = 65536 / 16, /* two lost in a row are often enough to be heard */
        DELAY_WATCHING_MS = 250,
        DELAY_TALKING_MS = 120,
        DELAY_MAX_MS = 10000,
        DELAY_STEP_MS = 50,
        DELAY_STEP_US = 500 * 1000,
        PROBE_REACH = 64, /* how far back packets are copied from */
        PROBE_LOOKS = 8,
        PROBE_BURST = 40, /* packets of one tick */
        PROBE_PADDING_BYTES = 240,
        UNTOLD_START_BPS = 10 * 1000 * 1000, /* of who gives no feedback: all, until loss is reported */
        REPORT_BYTES = 28 + 28,              /* an SR and its SDES in a compound */
};

static void make_extension(uint8_t sequence_id, uint8_t delay_id, uint16_t delay_ms, WatcherExtension *ret_extension)
{
        RtpExtensionIds ids = {
                .id = { [RTP_EXTENSION_TRANSPORT_CC] = sequence_id, [RTP_EXTENSION_PLAYOUT_DELAY] = delay_id }
        };
        RtpExtensions extensions = {
                .has = { [RTP_EXTENSION_TRANSPORT_CC] = true, [RTP_EXTENSION_PLAYOUT_DELAY] = true },
                .playout_min_ms = delay_ms,
                .playout_max_ms = DELAY_MAX_MS
        };
        uint8_t bytes[RTP_EXTENSIONS_MAX_BYTES];
        size_t size = rtp_extensions_write(bytes, &ids, &extensions);
        *ret_extension = (WatcherExtension){ 0 };
        if (size > WATCHER_EXTENSION_BYTES) /* numbers above 14, which our offers do not have */
                return;
        memcpy(ret_extension->bytes, bytes, size);
        ret_extension->size = (uint8_t)size;
        ret_extension->sequence_at = sequence_id ? (uint8_t)extensions.transport_sequence_offset : 0;
}

static void make_extensions(Watcher *watcher)
{
        uint8_t delay_id = watcher->told_delay ? watcher->delay_id : 0;
        make_extension(watcher->video_sequence_id, delay_id, watcher->delay_ms, &watcher->video_extension);
        make_extension(watcher->audio_sequence_id, 0, 0, &watcher->audio_extension);
}

static void take_codecs(Watcher *watcher, const PeerPlan *plan)
{
        watcher->payload_types[CODEC_OPUS] = plan->opus;
        watcher->red_type = plan->red;
        watcher->payload_types[CODEC_H264] = plan->h264;
        watcher->payload_types[CODEC_VP8] = plan->vp8;
        watcher->rtx_types[CODEC_H264] = plan->h264_rtx;
        watcher->rtx_types[CODEC_VP8] = plan->vp8_rtx;
        /* Without RTX a packet is sent again as it was, to the byte (srtp.h): then its header must not change. */
        bool rtx = (!plan->h264 || plan->h264_rtx) && (!plan->vp8 || plan->vp8_rtx);
        watcher->delay_id = rtx ? plan->playout_delay : 0;
        watcher->video_sequence_id = rtx ? plan->video_transport_cc : 0;
        watcher->audio_sequence_id = plan->audio_transport_cc;
        make_extensions(watcher);
}

static void add_slots(Watcher *watcher, unsigned n)
{
        for (; watcher->n_slots < n; watcher->n_slots++) {
                uint32_t ssrc = watcher->first_ssrc + 2 * watcher->n_slots;
                slot_init(&watcher->slots[watcher->n_slots], ssrc, ssrc + 1);
        }
}

Watcher *watcher_new(const PeerPlan *plan, int64_t now_us)
{
        Watcher *watcher = g_new0(Watcher, 1);
        watcher->own_seat = plan->seat;
        watcher->channel = SFU_NO_CHANNEL;
        watcher->first_ssrc = plan->first_ssrc;
        watcher->plays = plan->plays;
        watcher->picture_lines = plan->picture_lines;
        for (unsigned i = 0; i < SLOT_COUNT; i++) {
                watcher->line_of[i] = plan->plays ? WATCHER_NO_LINE : (uint8_t)i;
                watcher->voices[i] = SFU_NO_SEAT;
        }
        take_codecs(watcher, plan);
        add_slots(watcher, plan->n_slots);
        bool numbered = watcher->video_sequence_id;
        bwe_init(&watcher->bwe, numbered ? BWE_START_BPS : UNTOLD_START_BPS, now_us);
        watcher->full = !numbered;
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

/* On a line that is too full repairs are what fills it: they wait until the next time that they are asked for. */
static bool may_repair(Watcher *watcher, int64_t now_us)
{
        int64_t ahead_bytes = (int64_t)bwe_budget_bps(&watcher->bwe) * PACE_REPAIRS_US / 8 / G_USEC_PER_SEC;
        return watcher_pace_left(watcher, now_us) > -ahead_bytes;
}

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
        if (watcher->pace.on && !may_repair(watcher, now_us))
                return RESEND_WAIT;
        if (!rate_take(&watcher->resend_rate, RESENDS_PER_SECOND, now_us))
                return RESEND_WAIT;
        *entry = (Resend){
                .sequence = sequence, .slot = (uint8_t)slot, .times = same ? entry->times + 1 : 1, .at_us = now_us
        };
        return RESEND_NOW;
}

static void send_rtx(Peer *peer, Slot *slot, RtpHeader *header, const uint8_t *payload, size_t payload_size)
{
        Watcher *watcher = peer->watcher;
        Sender *sender = &peer->loop->sender;
        uint8_t *out =
                sender_begin(sender, PACKET_BYTES + RTX_HEADER_BYTES + WATCHER_EXTENSION_BYTES + SRTP_OVERHEAD_BYTES);
        header->sequence = (uint16_t)slot->rtx_next;
        header->ssrc = slot->rtx_ssrc;
        rtp_write(out, header, false);
        if (header->padding_bytes)
                out[0] |= 0x20;
        size_t header_bytes = RTP_HEADER_BYTES + watcher_extend_header(watcher, &watcher->video_extension, out);
        size_t size =
                srtp_sender_protect(peer->sender, slot->rtx_next++, out, header_bytes, payload, payload_size, out);
        peer_note(peer, true, out, header_bytes, size);
        sender_commit(sender, &peer->destination, size);
        watcher_sent(watcher, &watcher->video_extension, size, peer->loop->now_us);
}

/* As RTX where the browser took it, else the very same packet once more. Returns its size, about. */
static size_t resend(Peer *peer, Slot *slot, const SlotMap *map, Packet *packet)
{
        Watcher *watcher = peer->watcher;
        uint8_t rtx_type = watcher->rtx_types[packet->codec];
        uint64_t out_index = slot_out_index(map, packet);
        size_t payload_size = slot_payload_size(map, packet);
        slot_rewrite_vp8(map, packet, packet_payload(packet));
        if (rtx_type) {
                uint8_t payload[PACKET_BYTES + RTX_HEADER_BYTES];
                RtpHeader header = { .marker = packet->marker,
                                     .payload_type = rtx_type,
                                     .timestamp = packet->timestamp + map->timestamp_offset };
                payload[0] = (uint8_t)(out_index >> 8);
                payload[1] = (uint8_t)out_index;
                memcpy(payload + RTX_HEADER_BYTES, packet_payload(packet), payload_size);
                send_rtx(peer, slot, &header, payload, payload_size + RTX_HEADER_BYTES);
        } else {
                Sender *sender = &peer->loop->sender;
                uint8_t *out = sender_begin(sender, PACKET_BYTES + SRTP_OVERHEAD_BYTES);
                slot_write_header(slot, map, packet, watcher->payload_types[packet->codec], out_index, out);
                size_t size = srtp_sender_protect(peer->sender, out_index, out, RTP_HEADER_BYTES,
                                                  packet_payload(packet), payload_size, out);
                peer_note(peer, true, out, RTP_HEADER_BYTES, size);
                sender_commit(sender, &peer->destination, size);
                watcher->bwe.sent_bytes += size;
        }
        return payload_size + TRACK_OVERHEAD_BYTES;
}

/* Where much is lost, twice: the browser that loses the repair too asks again only after a round trip it has guessed,
 * and by then the picture has stood still. */
static void repair(Peer *peer, Slot *slot, const SlotMap *map, Packet *packet)
{
        Watcher *watcher = peer->watcher;
        resend(peer, slot, map, packet);
        if (watcher->lossy && watcher->bwe.state != BWE_CONGESTED && watcher->rtx_types[packet->codec] &&
            rate_take(&watcher->resend_rate, RESENDS_PER_SECOND, peer->loop->now_us))
                resend(peer, slot, map, packet);
}

/* Sends again what is asked for. True when it never will come, and what the line shows now does not go on without. */
static bool receive_missing(Peer *peer, Slot *slot, uint16_t sequence)
{
        uint64_t out_index, index = 0;
        const SlotMap *map = slot_map_of(slot, sequence, &out_index);
        if (map == &slot->past && slot->past.source != slot->now.source && peer->watcher->pace.on)
                return false; /* the key frame since does without, and needs the line */
        const Track *track = map ? track_of(peer, slot, map->source) : NULL;
        if (track)
                index = slot_source_index(map, track, out_index);
        Packet *packet = track ? track_find(track, index) : NULL;
        /* Without RTX it would be the same SRTP index with other numbers in its header. */
        bool repairable =
                packet &&
                (peer->watcher->rtx_types[packet->codec] ||
                 (track_is_video(track) ? peer->watcher->video_extension : peer->watcher->audio_extension).size == 0);
        ResendVerdict verdict = repairable ? may_resend(peer, track->slot, sequence) : RESEND_NEVER;
        if (verdict == RESEND_NOW)
                repair(peer, slot, map, packet);
        counters_add(&peer->loop->counters,
                     verdict == RESEND_NOW ? COUNTER_RESENDS
                     : packet              ? COUNTER_RESENDS_REFUSED
                                           : COUNTER_RESENDS_GONE,
                     1);
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
                if (!watcher_line_is_sound(watcher, i) && watcher->slots[i].now.source)
                        want_key(peer, watcher->slots[i].ssrc);
}

static void set_delay(Watcher *watcher, uint16_t delay_ms)
{
        watcher->delay_ms = delay_ms;
        watcher->told_delay = true;
        make_extensions(watcher);
}

/* Later for those who only watch than for those who also talk. */
static void note_loss(Watcher *watcher, const RtcpReport *report, int64_t now_us)
{
        watcher->loss = (watcher->loss * 7 + report->fraction_lost * 256u) / 8;
        watcher->lossy = watcher->loss > (watcher->lossy ? LOSS_CLEAR : LOSS_FROM);
        watcher->redundancy = !watcher->lossy || !watcher->red_type ? 0 : watcher->loss > LOSS_HEAVY ? 2 : 1;
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
                        peer_note_round_trip(peer, round_trip_us);
                bwe_report(&peer->watcher->bwe, report.fraction_lost, peer->watcher->bwe.sent_bytes,
                           peer->loop->now_us);
        }
}

static void receive_twcc(Peer *peer, const RtcpPacket *rtcp)
{
        TwccFeedback feedback;
        Watcher *watcher = peer->watcher;
        bool numbered = watcher->audio_sequence_id || watcher->video_sequence_id;
        if (numbered && rtcp_twcc_read(rtcp, &feedback))
                bwe_feedback(&watcher->bwe, &feedback, peer->loop->now_us);
}

static void receive_remb(Peer *peer, const RtcpPacket *rtcp)
{
        RtcpRemb remb;
        if (rtcp_remb_read(rtcp, &remb))
                bwe_remb(&peer->watcher->bwe, remb.bitrate_bps);
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
        case RTCP_TWCC:
                receive_twcc(peer, rtcp);
                break;
        case RTCP_REMB:
                receive_remb(peer, rtcp);
                break;
        default:
                break;
        }
}

/* --- Probing ------------------------------------------------------------------------------------------------------ */

/* A packet of those that the line sent last, other ones each time; NULL when there is none to copy. */
static Packet *packet_to_copy(Peer *peer, const Slot *slot)
{
        const Track *track = track_of(peer, slot, slot->now.source);
        if (!track || !peer->watcher->rtx_types[track->format.codec])
                return NULL;
        for (unsigned i = 0; i < PROBE_LOOKS; i++) {
                uint64_t index = track->highest - peer->watcher->probed++ % PROBE_REACH;
                Packet *packet = index >= slot->now.base_in ? track_find(track, index) : NULL;
                if (packet && !slot_leaves_out(&slot->now, packet) && packet->payload_size > 0)
                        return packet;
        }
        return NULL;
}

static size_t send_padding(Peer *peer, Slot *slot)
{
        static const uint8_t padding[PROBE_PADDING_BYTES] = { [PROBE_PADDING_BYTES - 1] = PROBE_PADDING_BYTES };
        const Watcher *watcher = peer->watcher;
        uint8_t type = watcher->rtx_types[CODEC_H264] ? watcher->rtx_types[CODEC_H264] : watcher->rtx_types[CODEC_VP8];
        RtpHeader header = { .payload_type = type,
                             .timestamp = slot->last_timestamp,
                             .padding_bytes = PROBE_PADDING_BYTES };
        send_rtx(peer, slot, &header, padding, sizeof padding);
        return sizeof padding + TRACK_OVERHEAD_BYTES;
}

/* Beside the media, what a probe wants at this moment: pictures once more, which at worst repair a loss; padding on the
 * same stream where there are none. Every packet of it is one that browsers take as a repair. */
static void send_probe(Peer *peer)
{
        Watcher *watcher = peer->watcher;
        size_t left = bwe_probe_bytes(&watcher->bwe, peer->loop->now_us);
        bool repairs = watcher->rtx_types[CODEC_H264] || watcher->rtx_types[CODEC_VP8];
        if (left == 0 || !watcher->video_sequence_id || !repairs)
                return;
        Slot *slot = &watcher->slots[SLOT_SCREEN];
        for (unsigned i = 0; i < watcher->n_slots; i++)
                if (!watcher_line_is_sound(watcher, i) && watcher->slots[i].now.source)
                        slot = &watcher->slots[i];
        for (unsigned i = 0; left > 0 && i < PROBE_BURST; i++) {
                Packet *packet = packet_to_copy(peer, slot);
                size_t sent = packet ? resend(peer, slot, &slot->now, packet) : send_padding(peer, slot);
                left -= MIN(left, sent);
                counters_add(&peer->loop->counters, COUNTER_PROBES, 1);
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
        else if (seat == SFU_NO_SEAT)
                g_strlcpy(cname, track->slot == SLOT_SCREEN ? "screen" : "channel", sizeof cname);
        else
                g_snprintf(cname, sizeof cname, "seat-%d", seat);
        return rtcp_write_report(writer, slot->ssrc, &info, NULL, 0) &&
               rtcp_write_sdes_cname(writer, slot->ssrc, cname);
}

void watcher_tick(Peer *peer)
{
        Watcher *watcher = peer->watcher;
        int64_t now_us = peer->loop->now_us;
        bwe_tick(&watcher->bwe, now_us);
        if (watcher->pace.on)
                room_pump(peer->room, peer);
        send_probe(peer);
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
