#include "sfu/publisher.h"

#include "sfu/room.h"
#include "sfu/sender_clock.h"

#include "rtc/h264.h"

#include "rtc/twcc_receiver.h"

#include <string.h>

enum {
        STREAMS = 2 * PLAN_TRACKS,
        RESTARTS_PER_SECOND = 8, /* new SSRCs of one peer: three layers and what repairs them may begin anew together */
        REPORT_US = 1000 * 1000,
        EARLY_REMB_US = 200 * 1000, /* browsers leap to it in their first two seconds only */
        EARLY_US = 3000 * 1000,
        FLOWING_US = 2000 * 1000,
        AUDIO_KBPS = 64,
        H264_BASELINE = 66,    /* profile_idc */
        UNWRAP_BASE = 0x10000, /* added to indices, so that a late first packet is not below zero */
};

/* An SSRC of the browser: a track's stream or its RTX. */
typedef struct Stream {
        uint32_t ssrc;
        Track *track; /* NULL: free */
        bool rtx;
} Stream;

struct Publisher {
        Peer *peer;
        bool encoder;
        SfuTrouble trouble; /* the worst that was told */
        RtpExtensionIds extensions;
        Track *tracks[PLAN_TRACKS];
        unsigned n_tracks;
        Stream streams[STREAMS];
        Rate restarts;
        SenderClock clock; /* one for all tracks of a browser, so that their sound and picture stay in step */
        int64_t connected_us, report_us, remb_us;
        TwccReceiver arrivals;  /* for transport-wide feedback, where it was agreed */
        uint32_t arrivals_ssrc; /* one of its own, or browsers do not read the feedback */
};

/* --- Tracks and streams ------------------------------------------------------------------------------------------- */

static Stream *find_stream(Publisher *publisher, uint32_t ssrc)
{
        for (unsigned i = 0; i < STREAMS; i++)
                if (publisher->streams[i].track && publisher->streams[i].ssrc == ssrc)
                        return &publisher->streams[i];
        return NULL;
}

/* Each track has one stream and one for RTX; a new SSRC takes the place of the old. */
static Stream *set_stream(Publisher *publisher, uint32_t ssrc, Track *track, bool rtx)
{
        Stream *place = NULL;
        for (unsigned i = 0; i < STREAMS; i++) {
                Stream *stream = &publisher->streams[i];
                if (stream->track == track && stream->rtx == rtx)
                        place = stream;
                else if (!stream->track && !place)
                        place = stream;
        }
        *place = (Stream){ ssrc, track, rtx };
        if (!rtx)
                track->format.ssrc = ssrc;
        return place;
}

static void add_track(Publisher *publisher, const TrackFormat *format)
{
        Loop *loop = publisher->peer->loop;
        int seat = publisher->peer->seat;
        Track *track = track_new(loop_next_track_id(loop), format, seat, slot_of(seat, format->kind));
        track->participant = publisher->peer->participant;
        publisher->tracks[publisher->n_tracks++] = track;
        if (format->ssrc)
                set_stream(publisher, format->ssrc, track, false);
        if (format->rtx_ssrc && format->rtx_payload_type)
                set_stream(publisher, format->rtx_ssrc, track, true);
        room_add_track(publisher->peer->room, track);
}

static void remove_track(Publisher *publisher, unsigned place)
{
        Track *track = publisher->tracks[place];
        publisher->tracks[place] = publisher->tracks[--publisher->n_tracks];
        for (unsigned i = 0; i < STREAMS; i++)
                if (publisher->streams[i].track == track)
                        publisher->streams[i] = (Stream){ 0 };
        room_remove_track(publisher->peer->room, track);
        track_free(track, &publisher->peer->loop->pool);
}

Publisher *publisher_new(Peer *peer, const PeerPlan *plan)
{
        Publisher *publisher = g_new0(Publisher, 1);
        publisher->peer = peer;
        publisher->encoder = plan->encoder;
        publisher->extensions = plan->extensions;
        twcc_receiver_init(&publisher->arrivals);
        for (unsigned i = 0; i < plan->n_tracks; i++)
                add_track(publisher, &plan->tracks[i]);
        return publisher;
}

void publisher_free(Publisher *publisher)
{
        if (!publisher)
                return;
        while (publisher->n_tracks)
                remove_track(publisher, publisher->n_tracks - 1);
        g_free(publisher);
}

static bool same_line(const TrackFormat *a, const TrackFormat *b)
{
        return a->kind == b->kind && !strcmp(a->mid, b->mid) && !strcmp(a->rid, b->rid) && a->codec == b->codec &&
               a->payload_type == b->payload_type;
}

static bool is_planned(const PeerPlan *plan, const TrackFormat *format)
{
        for (unsigned i = 0; i < plan->n_tracks; i++)
                if (same_line(&plan->tracks[i], format))
                        return true;
        return false;
}

static bool has_track(const Publisher *publisher, const TrackFormat *format)
{
        for (unsigned i = 0; i < publisher->n_tracks; i++)
                if (same_line(&publisher->tracks[i]->format, format))
                        return true;
        return false;
}

void publisher_update(Publisher *publisher, const PeerPlan *plan)
{
        publisher->extensions = plan->extensions;
        for (unsigned i = publisher->n_tracks; i > 0; i--)
                if (!is_planned(plan, &publisher->tracks[i - 1]->format))
                        remove_track(publisher, i - 1);
        for (unsigned i = 0; i < plan->n_tracks; i++)
                if (!has_track(publisher, &plan->tracks[i]))
                        add_track(publisher, &plan->tracks[i]);
}

int64_t publisher_clock_offset_us(const Publisher *publisher)
{
        return publisher->clock.offset_us;
}

/* --- Packets in --------------------------------------------------------------------------------------------------- */

static Track *track_of_line(const Publisher *publisher, const char *mid, const char *rid)
{
        for (unsigned i = 0; i < publisher->n_tracks; i++) {
                const TrackFormat *format = &publisher->tracks[i]->format;
                if (!strcmp(format->mid, mid) && (!format->rid[0] || !strcmp(format->rid, rid)))
                        return publisher->tracks[i];
        }
        return NULL;
}

/* An SSRC not seen before says by its extensions which line it belongs to, and which layer of it: what repairs one
 * names it by an extension of its own (RFC 8852, 4.3). */
static Stream *learn_stream(Publisher *publisher, const RtpHeader *header, const RtpExtensions *extensions)
{
        bool repairs = extensions->has[RTP_EXTENSION_REPAIRED_RID];
        const char *rid = repairs ? extensions->repaired_rid : extensions->rid; /* empty where there is none */
        Track *track = extensions->has[RTP_EXTENSION_MID] ? track_of_line(publisher, extensions->mid, rid) : NULL;
        if (!track || !rate_take(&publisher->restarts, RESTARTS_PER_SECOND, publisher->peer->loop->now_us))
                return NULL;
        if (header->payload_type == track->format.rtx_payload_type && track->format.rtx_payload_type)
                return set_stream(publisher, header->ssrc, track, true);
        if (header->payload_type != track->format.payload_type)
                return NULL;
        if (track->highest) { /* the sender began anew: the watchers' lines go on at its next key frame */
                track_restart(track, loop_next_track_id(publisher->peer->loop));
                room_assign(publisher->peer->room);
        }
        return set_stream(publisher, header->ssrc, track, false);
}

/* Makes of a retransmission the packet that it repeats (RFC 4588, 4). */
static Drop restore_rtx(const Track *track, Packet *packet)
{
        if (packet->payload_size < RTX_HEADER_BYTES || !track->highest)
                return DROP_LATE; /* padding, sent to probe the network */
        const uint8_t *original = packet_payload(packet);
        uint16_t sequence = (uint16_t)(original[0] << 8 | original[1]);
        packet->index = (uint64_t)rtp_unwrap_sequence((int64_t)track->highest, sequence);
        packet->payload_offset += RTX_HEADER_BYTES;
        packet->payload_size -= RTX_HEADER_BYTES;
        return DROP_NONE;
}

static Drop place_packet(const Stream *stream, const RtpHeader *header, uint64_t index, int64_t now_us, Packet *packet)
{
        Track *track = stream->track;
        packet->track = track;
        packet->codec = track->format.codec;
        packet->marker = header->marker;
        packet->timestamp = header->timestamp;
        packet->payload_offset = header->header_bytes;
        packet->payload_size = header->payload_bytes;
        packet->arrival_us = now_us;
        if (stream->rtx)
                return header->payload_type == track->format.rtx_payload_type ? restore_rtx(track, packet)
                                                                              : DROP_RTP_PAYLOAD_TYPE;
        if (header->payload_type != track->format.payload_type)
                return DROP_RTP_PAYLOAD_TYPE;
        packet->index = index + UNWRAP_BASE;
        return DROP_NONE;
}

/* The first packet, or the first after a pause. */
static void begin_track(Publisher *publisher, Track *track, const Packet *packet, bool first)
{
        if (first) {
                track->clock.has_arrival = true;
                track->clock.arrival_timestamp = packet->timestamp;
                track->clock.arrival_utc_us = loop_utc_us(publisher->peer->loop);
        }
        track->live = true;
        room_track_began(publisher->peer->room, track, first);
}

/* Encoders send what they are set to, whatever their description says; told once, by whoever can mend it. */
static void look_for_trouble(Publisher *publisher, Packet *packet)
{
        H264Payload parsed;
        H264Sps sps;
        if (packet->payload_size == 0 || h264_parse(packet_payload(packet), packet->payload_size, &parsed))
                return;
        SfuTrouble trouble = SFU_NO_TROUBLE;
        if (parsed.b_slice)
                trouble = SFU_TROUBLE_B_FRAMES;
        else if (parsed.sps && h264_sps_read(parsed.sps, parsed.sps_bytes, &sps) && sps.profile != H264_BASELINE)
                trouble = SFU_TROUBLE_PROFILE;
        if (trouble <= publisher->trouble)
                return;
        const Peer *peer = publisher->peer;
        SfuEvent event = { .kind = SFU_TROUBLE,
                           .room = peer->room_id,
                           .peer = peer->id,
                           .participant = peer->participant,
                           .seat = peer->seat,
                           .trouble = trouble };
        if (loop_emit(peer->loop, &event))
                publisher->trouble = trouble;
}

/* A packet with its place known goes into the ring and on to the watchers. */
static Drop take_packet(Publisher *publisher, Packet **packet, bool rtx)
{
        Loop *loop = publisher->peer->loop;
        Packet *taken = *packet;
        Track *track = taken->track;
        uint16_t height = track->height;
        Drop drop = track_parse_payload(track, taken);
        if (drop)
                return drop;
        bool first = track->highest == 0, gap_too_large = false;
        if (!track_store(track, packet, &loop->counters))
                return DROP_NONE; /* counted there */
        if (!rtx)
                track_count(track, taken->index, taken->timestamp, loop->now_us);
        if (track_is_video(track) &&
            nack_list_receive(&track->nack, (uint16_t)taken->index, loop->now_us, &gap_too_large)) {
                counters_add(&loop->counters, COUNTER_RECOVERED, 1);
                if (rtx && track->nack.answer_us)
                        peer_note_round_trip(publisher->peer, track->nack.answer_us);
        }
        counters_add(&loop->counters, COUNTER_PACKETS_TAKEN, 1);
        if (publisher->encoder && taken->codec == CODEC_H264 && publisher->trouble < SFU_TROUBLE_B_FRAMES)
                look_for_trouble(publisher, taken);
        if (taken->key_start) {
                track->last_key_us = loop->now_us;
                track->key_wanted = false;
        }
        if (!track->live)
                begin_track(publisher, track, taken, first);
        if (track->height != height)
                room_track_sized(publisher->peer->room, track);
        if (gap_too_large)
                publisher_want_key(publisher, track);
        if (!track->muted)
                room_forward(publisher->peer->room, taken);
        return DROP_NONE;
}

Drop publisher_receive_rtp(Publisher *publisher, Packet **packet)
{
        Peer *peer = publisher->peer;
        Packet *taken = *packet;
        size_t size;
        uint64_t index;
        RtpHeader header;
        Drop drop = srtp_receiver_unprotect(peer->receiver, taken->bytes, taken->size, &size, &index);
        if (!drop)
                drop = rtp_parse(taken->bytes, size, &header);
        if (drop)
                return drop;
        Stream *stream = find_stream(publisher, header.ssrc);
        bool counts_arrivals = publisher->extensions.id[RTP_EXTENSION_TRANSPORT_CC];
        if (!stream || counts_arrivals || stream->track->format.kind == SFU_MIC) {
                RtpExtensions extensions;
                rtp_extensions_read(taken->bytes, &header, &publisher->extensions, &extensions);
                if (extensions.has[RTP_EXTENSION_TRANSPORT_CC]) {
                        twcc_receiver_note(&publisher->arrivals, extensions.transport_sequence, taken->size,
                                           peer->loop->now_us);
                        publisher->arrivals_ssrc = header.ssrc;
                }
                stream = stream ? stream : learn_stream(publisher, &header, &extensions);
                if (!stream)
                        return DROP_RTP_UNKNOWN_SSRC;
                if (extensions.has[RTP_EXTENSION_AUDIO_LEVEL] && stream->track->format.kind == SFU_MIC)
                        room_hear(peer->room, stream->track, extensions.audio_level);
        }
        drop = place_packet(stream, &header, index, peer->loop->now_us, taken);
        return drop ? drop : take_packet(publisher, packet, stream->rtx);
}

/* --- Feedback in -------------------------------------------------------------------------------------------------- */

void publisher_receive_rtcp(Publisher *publisher, const RtcpPacket *rtcp)
{
        if (rtcp_kind(rtcp) != RTCP_SR)
                return;
        Stream *stream = find_stream(publisher, rtcp_sender(rtcp));
        if (!stream || stream->rtx)
                return;
        RtcpSenderInfo info;
        rtcp_sender_info(rtcp, &info);
        sender_clock_note(&publisher->clock, rtcp_utc_us(info.ntp), loop_utc_us(publisher->peer->loop));
        track_sender_report(stream->track, &info, publisher->peer->loop->now_us);
}

/* --- Feedback out ------------------------------------------------------------------------------------------------- */

static void ask_key(Publisher *publisher, Track *track)
{
        RtcpWriter writer = peer_rtcp_begin(publisher->peer);
        rtcp_write_report(&writer, PEER_OWN_SSRC, NULL, NULL, 0);
        rtcp_write_pli(&writer, PEER_OWN_SSRC, track->format.ssrc);
        peer_rtcp_end(publisher->peer, &writer);
        counters_add(&publisher->peer->loop->counters, COUNTER_KEY_FRAMES_ASKED, 1);
}

void publisher_want_key(Publisher *publisher, Track *track)
{
        if (!track_is_video(track))
                return;
        counters_add(&publisher->peer->loop->counters, COUNTER_KEY_FRAMES_WISHED, 1);
        if (track_want_key(track, publisher->peer->loop->now_us) && peer_is_connected(publisher->peer))
                ask_key(publisher, track);
}

static void ask_missing(Publisher *publisher, Track *track)
{
        uint16_t sequences[NACK_PENDING_MAX];
        uint64_t given_up = track->nack.given_up;
        size_t n = nack_list_due(&track->nack, publisher->peer->loop->now_us, publisher->peer->round_trip_us, sequences,
                                 G_N_ELEMENTS(sequences));
        if (track->nack.given_up != given_up) /* nobody's picture goes on without it */
                publisher_want_key(publisher, track);
        if (n == 0)
                return;
        RtcpWriter writer = peer_rtcp_begin(publisher->peer);
        rtcp_write_report(&writer, PEER_OWN_SSRC, NULL, NULL, 0);
        rtcp_write_nack(&writer, PEER_OWN_SSRC, track->format.ssrc, sequences, n);
        peer_rtcp_end(publisher->peer, &writer);
        counters_add(&publisher->peer->loop->counters, COUNTER_NACKS_SENT, n);
}

void publisher_ask_missing(Publisher *publisher)
{
        for (unsigned i = 0; i < publisher->n_tracks; i++)
                if (publisher->tracks[i]->nack.n_pending)
                        ask_missing(publisher, publisher->tracks[i]);
}

static unsigned track_kbps(const Publisher *publisher, SfuTrackKind kind)
{
        uint32_t camera = publisher->peer->loop->shared->camera_kbps;
        switch (kind) {
        case SFU_MIC:
                return AUDIO_KBPS;
        case SFU_CAMERA_VP8:
        case SFU_SCREEN_VP8:
                return camera / 5;
        default:
                return camera;
        }
}

static bool flows(const Track *track, int64_t now_us)
{
        return track->highest && now_us - track->last_packet_us < FLOWING_US;
}

/* One figure for the connection: what the pictures and voices that flow may have, and a camera at least, so that it can
 * begin. The layers of a picture share its figure. */
static void write_remb(Publisher *publisher, RtcpWriter *writer)
{
        uint32_t ssrcs[PLAN_TRACKS];
        unsigned n = 0, kbps = 0, counted = 0;
        for (unsigned i = 0; i < publisher->n_tracks; i++) {
                const Track *track = publisher->tracks[i];
                unsigned kind = 1u << track->format.kind;
                if (flows(track, publisher->peer->loop->now_us) && !(counted & kind)) {
                        kbps += track_kbps(publisher, track->format.kind);
                        counted |= kind;
                }
                if (track->format.ssrc)
                        ssrcs[n++] = track->format.ssrc;
        }
        kbps = MAX(kbps, AUDIO_KBPS + track_kbps(publisher, SFU_CAMERA));
        if (n)
                rtcp_write_remb(writer, PEER_OWN_SSRC, (uint64_t)kbps * 1000, ssrcs, n);
}

/* When each packet came, for the browser's estimate of its line. */
static void tell_arrivals(Publisher *publisher, int64_t now_us)
{
        while (twcc_receiver_due(&publisher->arrivals, now_us)) {
                RtcpWriter writer = peer_rtcp_begin(publisher->peer);
                rtcp_write_report(&writer, PEER_OWN_SSRC, NULL, NULL, 0);
                bool told = twcc_receiver_write(&publisher->arrivals, &writer, PEER_OWN_SSRC, publisher->arrivals_ssrc,
                                                now_us);
                g_assert(told); /* an empty compound holds any feedback's beginning */
                peer_rtcp_end(publisher->peer, &writer);
        }
}

/* REMB and, once a second, receiver reports. */
static void report(Publisher *publisher, int64_t now_us)
{
        RtcpReport reports[PLAN_TRACKS];
        unsigned n = 0;
        if (now_us - publisher->report_us >= REPORT_US) {
                publisher->report_us = now_us;
                for (unsigned i = 0; i < publisher->n_tracks; i++)
                        if (publisher->tracks[i]->highest)
                                track_report(publisher->tracks[i], now_us, &reports[n++]);
        }
        RtcpWriter writer = peer_rtcp_begin(publisher->peer);
        rtcp_write_report(&writer, PEER_OWN_SSRC, NULL, reports, n);
        write_remb(publisher, &writer);
        peer_rtcp_end(publisher->peer, &writer);
}

/* A layer that its browser sends no more: the watchers' lines go on with another. */
static void note_pause(Publisher *publisher, Track *track, int64_t now_us)
{
        if (!track->live || !track->format.rid[0] || now_us - track->last_packet_us < TRACK_PAUSED_US)
                return;
        track->live = false;
        room_track_paused(publisher->peer->room, track);
}

void publisher_tick(Publisher *publisher)
{
        int64_t now_us = publisher->peer->loop->now_us;
        for (unsigned i = 0; i < publisher->n_tracks; i++) {
                Track *track = publisher->tracks[i];
                if (track_key_due(track, now_us))
                        ask_key(publisher, track);
                note_pause(publisher, track, now_us);
                track_measure(track, now_us);
        }
        publisher_ask_missing(publisher);
        tell_arrivals(publisher, now_us);
        if (!publisher->connected_us)
                publisher->connected_us = now_us;
        int64_t pause_us = now_us - publisher->connected_us < EARLY_US ? EARLY_REMB_US : REPORT_US;
        if (now_us - publisher->remb_us >= pause_us) {
                publisher->remb_us = now_us;
                report(publisher, now_us);
        }
}
