#include "load/publisher.h"
#include "base/time.h"
#include "load/sender.h"
#include "rtc/rtcp.h"
#include <string.h>

#define REPORT_INTERVAL_US SECOND_US
#define LATE_MAX_US (200 * INT64_C(1000)) /* later than this, frames are left out instead of sent in a heap */
#define SEQUENCES_MAX 512
#define WRAP_AFTER_S 3 /* of timestamps, where they are to start over */

typedef struct {
        Track track;
        SenderOptions options;
        Sender *sender;
        uint32_t timestamp;
        int64_t next_us, next_report_us;
} Line;

struct Publisher {
        Network *network;
        Link *link;
        Line lines[TRACKS_MAX];
        unsigned line_count;
        int64_t phase_us;
        uint16_t transport_sequence;
        PublisherCounts counts;
};

static void on_connected(void *owner, int64_t now_us)
{
        Publisher *publisher = owner;
        for (unsigned i = 0; i < publisher->line_count; i++) {
                Line *line = &publisher->lines[i];
                line->next_us = now_us + publisher->phase_us;
                line->next_report_us = now_us;
                if (line->track.source && line->track.source->want_key_frame)
                        line->track.source->want_key_frame(line->track.source);
        }
}

static void on_rtp(void *owner, uint8_t *packet, size_t size, int64_t now_us)
{
}

static void on_batch(void *owner, int64_t now_us)
{
}

static Line *line_find(Publisher *publisher, uint32_t ssrc)
{
        for (unsigned i = 0; i < publisher->line_count; i++)
                if (publisher->lines[i].options.ssrc == ssrc)
                        return &publisher->lines[i];
        return NULL;
}

static void want_key_frame(Publisher *publisher, uint32_t ssrc)
{
        Line *line = line_find(publisher, ssrc);
        if (!line || !line->track.source || !line->track.source->want_key_frame)
                return;
        line->track.source->want_key_frame(line->track.source);
        publisher->counts.key_frames_asked++;
}

static void repair(Publisher *publisher, const RtcpPacket *nack)
{
        uint16_t sequences[SEQUENCES_MAX];
        Line *line = line_find(publisher, rtcp_media(nack));
        if (!line || !line->sender)
                return;
        size_t count = rtcp_nack_read(nack, sequences, SEQUENCES_MAX);
        for (size_t i = 0; i < count; i++)
                publisher->counts.repaired += sender_repair(line->sender, sequences[i], &publisher->transport_sequence);
}

static void read_fir(Publisher *publisher, const RtcpPacket *packet)
{
        for (unsigned i = 0; i < rtcp_fir_count(packet); i++) {
                uint32_t ssrc;
                uint8_t number;
                rtcp_fir(packet, i, &ssrc, &number);
                want_key_frame(publisher, ssrc);
        }
}

static void on_rtcp(void *owner, const uint8_t *compound, size_t size, int64_t now_us)
{
        Publisher *publisher = owner;
        RtcpReader reader;
        RtcpRemb remb;
        if (rtcp_reader_init(&reader, compound, size) != DROP_NONE)
                return;
        for (RtcpPacket packet; rtcp_reader_next(&reader, &packet);) {
                switch (rtcp_kind(&packet)) {
                case RTCP_NACK:
                        repair(publisher, &packet);
                        break;
                case RTCP_PLI:
                        want_key_frame(publisher, rtcp_media(&packet));
                        break;
                case RTCP_FIR:
                        read_fir(publisher, &packet);
                        break;
                case RTCP_REMB:
                        if (rtcp_remb_read(&packet, &remb))
                                publisher->counts.bitrate_bps = remb.bitrate_bps;
                        break;
                default:
                        break;
                }
        }
}

static void line_init(Line *line, const Track *track, GRand *random, bool wraps)
{
        bool audio = track->codec == CODEC_OPUS, h264 = track->codec == CODEC_H264;
        line->track = *track;
        line->timestamp = wraps ? UINT32_MAX - WRAP_AFTER_S * (audio ? 48000 : 90000) : g_rand_int(random);
        line->options = (SenderOptions){ .ssrc = g_rand_int(random),
                                         .repair_ssrc = g_rand_int(random),
                                         .payload_type = audio  ? OFFER_OPUS
                                                         : h264 ? OFFER_H264
                                                                : OFFER_VP8,
                                         .repair_type = audio  ? 0
                                                        : h264 ? OFFER_H264_RTX
                                                               : OFFER_VP8_RTX,
                                         .clock_hz = audio ? 48000 : 90000 };
        g_strlcpy(line->options.mid, track->mid, sizeof line->options.mid);
        if (track->rid)
                g_strlcpy(line->options.rid, track->rid, sizeof line->options.rid);
}

Publisher *publisher_new(Network *network, const Track *tracks, unsigned count, int64_t phase_us, GError **error)
{
        static const LinkEvents events = { on_connected, on_rtp, on_rtcp, on_batch };
        g_assert(count <= TRACKS_MAX);
        Publisher *publisher = g_new0(Publisher, 1);
        publisher->network = network;
        publisher->phase_us = phase_us;
        publisher->line_count = count;
        publisher->transport_sequence = network->wraps ? UINT16_MAX - WRAP_AFTER_S * 100 : 0;
        for (unsigned i = 0; i < count; i++)
                line_init(&publisher->lines[i], &tracks[i], network->random, network->wraps);
        publisher->link = link_new(network, &events, publisher, network->stage_line, error);
        if (publisher->link)
                return publisher;
        publisher_free(publisher);
        return NULL;
}

void publisher_free(Publisher *publisher)
{
        if (!publisher)
                return;
        link_free(publisher->link);
        for (unsigned i = 0; i < publisher->line_count; i++) {
                sender_free(publisher->lines[i].sender);
                source_free(publisher->lines[i].track.source);
        }
        g_free(publisher);
}

/* A further layer of the picture before it. */
static bool continues_section(const Publisher *publisher, unsigned line)
{
        return line > 0 && publisher->lines[line].track.rid &&
               strcmp(publisher->lines[line].track.mid, publisher->lines[line - 1].track.mid) == 0;
}

char *publisher_offer(const Publisher *publisher)
{
        Offered offered[TRACKS_MAX];
        unsigned count = 0;
        for (unsigned i = 0; i < publisher->line_count; i++) {
                const Line *line = &publisher->lines[i];
                if (!continues_section(publisher, i))
                        offered[count++] = (Offered){ .mid = line->track.mid,
                                                      .codec = line->track.codec,
                                                      .ssrc = line->options.ssrc,
                                                      .repair_ssrc = line->options.repair_ssrc };
                Offered *section = &offered[count - 1];
                if (line->track.rid && section->layer_count < SDP_MAX_LAYERS)
                        section->layers[section->layer_count++] = line->track.rid;
        }
        Transport transport = link_transport(publisher->link, SDP_ACTPASS);
        return description_offer(&transport, offered, count);
}

const Track *publisher_track(const Publisher *publisher, unsigned i)
{
        return i < publisher->line_count ? &publisher->lines[i].track : NULL;
}

bool publisher_accept(Publisher *publisher, const char *answer, int64_t now_us)
{
        Description remote;
        if (!description_read(answer, &remote))
                return false;
        for (unsigned i = 0, section = 0; i < publisher->line_count; i++) {
                Line *line = &publisher->lines[i];
                section += i > 0 && !continues_section(publisher, i);
                bool repairs = remote.payloads[line->options.repair_type].codec == CODEC_RTX;
                bool rejected = remote.rejected[section];
                if (!repairs)
                        line->options.repair_type = 0;
                line->options.extensions = remote.extensions;
                if (line->track.source && !rejected)
                        line->sender = sender_new(publisher->link, &line->options,
                                                  g_rand_int(publisher->network->random), publisher->network->wraps);
        }
        /* RFC 5763 5: who answered "active" sends the first flight. */
        DtlsRole role = remote.active ? DTLS_SERVER : DTLS_CLIENT;
        return link_connect(publisher->link, &remote, role, now_us);
}

static void send_frame(Publisher *publisher, Line *line, int64_t now_us)
{
        uint8_t payload[BURST_PACKET_BYTES];
        Source *source = line->track.source;
        bool last = false;
        source->next_frame(source, now_us);
        size_t room = sizeof payload - sender_header_bytes(line->sender, source->audio_level);
        for (size_t size; (size = source->next_payload(source, room, payload, &last)) > 0;) {
                sender_send(line->sender, payload, size, line->timestamp, last, source->audio_level,
                            &publisher->transport_sequence);
                publisher->counts.packets++;
        }
}

static void line_turn(Publisher *publisher, Line *line, int64_t now_us)
{
        const Source *source = line->track.source;
        while (line->next_us <= now_us) {
                if (!line->track.off && now_us - line->next_us < LATE_MAX_US)
                        send_frame(publisher, line, now_us);
                line->timestamp += source->ticks;
                line->next_us += source->interval_us;
        }
        if (line->track.off || now_us < line->next_report_us)
                return;
        sender_report(line->sender, line->timestamp);
        line->next_report_us = now_us + REPORT_INTERVAL_US;
}

void publisher_turn(Publisher *publisher, int64_t now_us)
{
        link_turn(publisher->link, now_us);
        if (link_state(publisher->link) != LINK_CONNECTED)
                return;
        for (unsigned i = 0; i < publisher->line_count; i++)
                if (publisher->lines[i].sender)
                        line_turn(publisher, &publisher->lines[i], now_us);
}

void publisher_enable(Publisher *publisher, unsigned track, bool on)
{
        Line *line = &publisher->lines[track];
        if (on && line->track.off && line->track.source && line->track.source->want_key_frame)
                line->track.source->want_key_frame(line->track.source);
        line->track.off = !on;
}

void publisher_want_layers(Publisher *publisher, const char *name, unsigned bits)
{
        unsigned layer = 0;
        for (unsigned i = 0; i < publisher->line_count; i++) {
                const Track *track = &publisher->lines[i].track;
                if (!track->rid || strcmp(track->name, name) != 0)
                        continue;
                publisher_enable(publisher, i, bits >> layer & 1);
                layer++;
        }
}

LinkState publisher_state(const Publisher *publisher)
{
        return link_state(publisher->link);
}

PublisherCounts publisher_counts(const Publisher *publisher)
{
        return publisher->counts;
}
