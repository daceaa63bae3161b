#include "load/subscriber.h"
#include "base/time.h"
#include "rtc/bytes.h"
#include "rtc/nack.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"
#include <string.h>

#define STREAMS_MAX 32
#define VIDEO_REPORT_US SECOND_US /* browsers' pace, each time half as long to half as long again */
#define AUDIO_REPORT_US (5 * SECOND_US)
#define FEEDBACK_INTERVAL_US (50 * INT64_C(1000)) /* transport-wide, as Chromium's usual pace */
#define ARRIVALS_MAX 1024
#define COMPOUND_MAX_BYTES 1400

typedef struct {
        uint32_t ssrc;
        uint8_t payload_type;
        bool video;
        int64_t first, highest; /* sequence, unwrapped */
        uint64_t received;
        int64_t transit, jitter_16; /* RFC 3550 A.8; jitter times 16 */
        uint32_t clock_hz;
        uint64_t expected_before, received_before; /* at the last report */
        uint32_t last_sr;
        int64_t last_sr_us, next_report_us;
        NackList nack;
        Pictures *pictures; /* NULL: not looked at */
} Stream;

typedef struct {
        bool started;
        uint16_t base; /* first sequence not yet reported */
        size_t count;
        uint8_t number; /* of the feedback packet */
        int64_t arrivals_us[ARRIVALS_MAX];
} Feedback;

struct Subscriber {
        Network *network;
        SubscriberOptions options;
        unsigned number;
        uint32_t ssrc; /* of our reports */
        Link *link;
        Description offer;
        Stream *streams[STREAMS_MAX];
        unsigned stream_count;
        Stream *latest; /* packets of one stream come in runs */
        Feedback *feedback;
        SubscriberCounts counts;
        int64_t started_us, connected_us, first_packet_us, next_nack_us, next_feedback_us;
};

static void on_connected(void *owner, int64_t now_us)
{
        Subscriber *subscriber = owner;
        subscriber->connected_us = now_us;
}

static Stream *stream_find(Subscriber *subscriber, uint32_t ssrc)
{
        if (subscriber->latest && subscriber->latest->ssrc == ssrc)
                return subscriber->latest;
        for (unsigned i = 0; i < subscriber->stream_count; i++)
                if (subscriber->streams[i]->ssrc == ssrc)
                        return subscriber->latest = subscriber->streams[i];
        return NULL;
}

static Stream *stream_add(Subscriber *subscriber, uint32_t ssrc, uint8_t payload_type, uint16_t sequence,
                          int64_t now_us)
{
        if (subscriber->stream_count == STREAMS_MAX)
                return NULL;
        Stream *stream = g_new0(Stream, 1);
        stream->ssrc = ssrc;
        stream->payload_type = payload_type;
        stream->video = subscriber->offer.payloads[payload_type].codec != CODEC_OPUS;
        stream->clock_hz = stream->video ? 90000 : 48000;
        stream->first = stream->highest = 0x10000 + sequence;
        /* Each its own phase: browsers that came together do not report together. */
        stream->next_report_us = now_us + g_rand_int_range(subscriber->network->random, 0, VIDEO_REPORT_US);
        nack_list_init(&stream->nack);
        if (stream->video && subscriber->options.pictures)
                stream->pictures = pictures_new();
        subscriber->streams[subscriber->stream_count++] = stream;
        return stream;
}

static void measure_jitter(Stream *stream, uint32_t timestamp, int64_t now_us)
{
        int64_t arrival = now_us * stream->clock_hz / SECOND_US;
        int64_t transit = (int32_t)((uint32_t)arrival - timestamp);
        int64_t change = stream->received > 1 ? ABS((int32_t)(transit - stream->transit)) : 0;
        stream->transit = transit;
        stream->jitter_16 += change - ((stream->jitter_16 + 8) >> 4);
}

/* RFC 3550 A.3 */
static void stream_report(const Stream *stream, int64_t now_us, RtcpReport *ret_report)
{
        uint64_t expected = (uint64_t)(stream->highest - stream->first) + 1;
        int64_t lost = (int64_t)(expected - stream->received);
        int64_t expected_now = (int64_t)(expected - stream->expected_before);
        int64_t lost_now = expected_now - (int64_t)(stream->received - stream->received_before);
        *ret_report = (RtcpReport){
                .ssrc = stream->ssrc,
                .fraction_lost =
                        expected_now > 0 && lost_now > 0 ? (uint8_t)MIN(255, lost_now * 256 / expected_now) : 0,
                .lost = (int32_t)CLAMP(lost, -0x800000, 0x7fffff),
                .highest = (uint32_t)(stream->highest - 0x10000),
                .jitter = (uint32_t)(stream->jitter_16 >> 4),
                .last_sr = stream->last_sr,
                .delay = stream->last_sr ? (uint32_t)((now_us - stream->last_sr_us) * 65536 / SECOND_US) : 0,
        };
}

static void write_report(const Subscriber *subscriber, const Stream *stream, int64_t now_us, RtcpWriter *writer)
{
        RtcpReport report;
        stream_report(stream, now_us, &report);
        rtcp_write_report(writer, subscriber->ssrc, NULL, &report, 1);
        rtcp_write_sdes_cname(writer, subscriber->ssrc, "load");
}

/* Feedback stands alone only where that was agreed (RFC 5506); else a report of its stream goes in front. Janus does
 * not agree to it, and finds the stream by that report. */
static void begin_feedback(const Subscriber *subscriber, const Stream *stream, int64_t now_us, RtcpWriter *writer)
{
        if (!subscriber->offer.reduced_size && stream)
                write_report(subscriber, stream, now_us, writer);
}

static void send_report(Subscriber *subscriber, Stream *stream, int64_t now_us)
{
        uint8_t bytes[COMPOUND_MAX_BYTES];
        RtcpWriter writer;
        rtcp_writer_init(&writer, bytes, sizeof bytes);
        write_report(subscriber, stream, now_us, &writer);
        link_send_rtcp(subscriber->link, bytes, writer.size);
        stream->expected_before = (uint64_t)(stream->highest - stream->first) + 1;
        stream->received_before = stream->received;
        subscriber->counts.reports++;
        int32_t usual_us = stream->video ? VIDEO_REPORT_US : AUDIO_REPORT_US;
        stream->next_report_us = now_us + g_rand_int_range(subscriber->network->random, usual_us / 2, usual_us * 3 / 2);
}

static void send_pli(Subscriber *subscriber, const Stream *stream, int64_t now_us)
{
        uint8_t bytes[256];
        RtcpWriter writer;
        rtcp_writer_init(&writer, bytes, sizeof bytes);
        begin_feedback(subscriber, stream, now_us, &writer);
        if (rtcp_write_pli(&writer, subscriber->ssrc, stream->ssrc))
                link_send_rtcp(subscriber->link, bytes, writer.size);
        subscriber->counts.plis++;
}

static void count_sequence(Subscriber *subscriber, Stream *stream, uint16_t sequence, int64_t now_us)
{
        bool key_frame = false;
        stream->highest = MAX(stream->highest, rtp_unwrap_sequence(stream->highest, sequence));
        stream->received++;
        if (!stream->video)
                return; /* browsers do not ask for audio again unless it was negotiated */
        if (nack_list_receive(&stream->nack, sequence, now_us, &key_frame))
                subscriber->counts.repaired++;
        if (key_frame)
                send_pli(subscriber, stream, now_us);
        if (nack_list_next_us(&stream->nack) < subscriber->next_nack_us)
                subscriber->next_nack_us = nack_list_next_us(&stream->nack);
}

static void show(Subscriber *subscriber, Stream *stream, Codec codec, const RtpHeader *header, const uint8_t *payload,
                 int64_t now_us)
{
        if (stream->pictures && pictures_receive(stream->pictures, codec, header, payload, now_us))
                send_pli(subscriber, stream, now_us);
}

/* RFC 4588: which stream it repairs is not said by the SSRC; the one that misses this number and has this type. */
static void receive_repair(Subscriber *subscriber, uint8_t *packet, size_t size, uint8_t repairs, int64_t now_us)
{
        RtpHeader header;
        size_t clear_size;
        subscriber->counts.rtx++;
        if (link_open(subscriber->link, packet, size, &clear_size) != DROP_NONE ||
            rtp_parse(packet, clear_size, &header) != DROP_NONE || header.payload_bytes < RTX_HEADER_BYTES)
                return;
        uint16_t sequence = read_u16(packet + header.header_bytes);
        for (unsigned i = 0; i < subscriber->stream_count; i++) {
                Stream *stream = subscriber->streams[i];
                for (unsigned n = 0; stream->payload_type == repairs && n < stream->nack.n_pending; n++) {
                        if (stream->nack.pending[n].sequence != sequence)
                                continue;
                        count_sequence(subscriber, stream, sequence, now_us);
                        header.sequence = sequence;
                        header.payload_bytes -= RTX_HEADER_BYTES;
                        show(subscriber, stream, subscriber->offer.payloads[repairs].codec, &header,
                             packet + header.header_bytes + RTX_HEADER_BYTES, now_us);
                        return;
                }
        }
}

static void note_arrival(Subscriber *subscriber, const uint8_t *packet, size_t size, int64_t now_us)
{
        RtpHeader header;
        RtpExtensions extensions;
        Feedback *feedback = subscriber->feedback;
        if (rtp_parse(packet, size, &header) != DROP_NONE)
                return;
        rtp_extensions_read(packet, &header, &subscriber->offer.extensions, &extensions);
        if (!extensions.has[RTP_EXTENSION_TRANSPORT_CC])
                return;
        uint16_t sequence = extensions.transport_sequence;
        if (!feedback->started) {
                feedback->started = true;
                feedback->base = sequence;
        }
        uint16_t at = (uint16_t)(sequence - feedback->base);
        if (at >= ARRIVALS_MAX)
                return; /* before what was reported, or too far ahead */
        while (feedback->count <= at)
                feedback->arrivals_us[feedback->count++] = -1;
        feedback->arrivals_us[at] = now_us;
}

static void open_packet(Subscriber *subscriber, Stream *stream, uint8_t *packet, size_t size, int64_t now_us)
{
        RtpHeader header;
        size_t clear_size;
        Drop drop = link_open(subscriber->link, packet, size, &clear_size);
        subscriber->counts.opened += drop == DROP_NONE;
        subscriber->counts.spoilt += drop == DROP_SRTP_TAG; /* one that came twice is no fault of the crypto */
        if (stream->pictures && drop == DROP_NONE && rtp_parse(packet, clear_size, &header) == DROP_NONE)
                show(subscriber, stream, subscriber->offer.payloads[header.payload_type].codec, &header,
                     packet + header.header_bytes, now_us);
}

static void on_rtp(void *owner, uint8_t *packet, size_t size, int64_t now_us)
{
        Subscriber *subscriber = owner;
        if (size < RTP_HEADER_BYTES)
                return;
        if (subscriber->first_packet_us < 0)
                subscriber->first_packet_us = now_us;
        if (subscriber->feedback)
                note_arrival(subscriber, packet, size, now_us);
        uint8_t payload_type = packet[1] & 0x7f;
        const Payload *payload = &subscriber->offer.payloads[payload_type];
        if (payload->codec == CODEC_RTX) {
                receive_repair(subscriber, packet, size, payload->repairs, now_us);
                return;
        }
        uint32_t ssrc = read_u32(packet + 8);
        uint16_t sequence = read_u16(packet + 2);
        Stream *stream = stream_find(subscriber, ssrc);
        if (!stream)
                stream = stream_add(subscriber, ssrc, payload_type, sequence, now_us);
        if (!stream)
                return;
        count_sequence(subscriber, stream, sequence, now_us);
        measure_jitter(stream, read_u32(packet + 4), now_us);
        subscriber->counts.bytes += size;
        if (subscriber->counts.packets++ % subscriber->options.open_every == 0)
                open_packet(subscriber, stream, packet, size, now_us);
}

static void on_rtcp(void *owner, const uint8_t *compound, size_t size, int64_t now_us)
{
        Subscriber *subscriber = owner;
        RtcpReader reader;
        if (rtcp_reader_init(&reader, compound, size) != DROP_NONE)
                return;
        for (RtcpPacket packet; rtcp_reader_next(&reader, &packet);) {
                if (rtcp_kind(&packet) != RTCP_SR)
                        continue;
                Stream *stream = stream_find(subscriber, rtcp_sender(&packet));
                RtcpSenderInfo info;
                if (!stream)
                        continue;
                rtcp_sender_info(&packet, &info);
                stream->last_sr = (uint32_t)(info.ntp >> 16);
                stream->last_sr_us = now_us;
        }
}

static void send_nacks(Subscriber *subscriber, int64_t now_us)
{
        subscriber->next_nack_us = INT64_MAX;
        for (unsigned i = 0; i < subscriber->stream_count; i++) {
                Stream *stream = subscriber->streams[i];
                uint16_t sequences[NACK_PENDING_MAX];
                uint8_t bytes[COMPOUND_MAX_BYTES];
                RtcpWriter writer;
                size_t count = nack_list_due(&stream->nack, now_us, 0, sequences, G_N_ELEMENTS(sequences));
                int64_t next_us = nack_list_next_us(&stream->nack);
                subscriber->next_nack_us = MIN(subscriber->next_nack_us, next_us);
                if (!count)
                        continue;
                rtcp_writer_init(&writer, bytes, sizeof bytes);
                begin_feedback(subscriber, stream, now_us, &writer);
                subscriber->counts.nacked += rtcp_write_nack(&writer, subscriber->ssrc, stream->ssrc, sequences, count);
                link_send_rtcp(subscriber->link, bytes, writer.size);
        }
}

static void on_batch(void *owner, int64_t now_us)
{
        Subscriber *subscriber = owner;
        if (now_us >= subscriber->next_nack_us)
                send_nacks(subscriber, now_us);
}

static void send_feedback(Subscriber *subscriber, int64_t now_us)
{
        Feedback *feedback = subscriber->feedback;
        while (feedback->count > 0) {
                size_t skip = 0; /* a feedback begins with a packet that came */
                while (skip < feedback->count && feedback->arrivals_us[skip] < 0)
                        skip++;
                uint8_t bytes[COMPOUND_MAX_BYTES];
                RtcpWriter writer;
                rtcp_writer_init(&writer, bytes, sizeof bytes);
                begin_feedback(subscriber, subscriber->latest, now_us, &writer);
                size_t done =
                        rtcp_write_twcc(&writer, subscriber->ssrc, subscriber->latest ? subscriber->latest->ssrc : 0,
                                        feedback->number++, (uint16_t)(feedback->base + skip),
                                        feedback->arrivals_us + skip, feedback->count - skip);
                if (!done)
                        return;
                link_send_rtcp(subscriber->link, bytes, writer.size);
                done += skip;
                feedback->count -= done;
                feedback->base = (uint16_t)(feedback->base + done);
                memmove(feedback->arrivals_us, feedback->arrivals_us + done,
                        feedback->count * sizeof feedback->arrivals_us[0]);
        }
}

void subscriber_turn(Subscriber *subscriber, int64_t now_us)
{
        link_turn(subscriber->link, now_us);
        if (link_state(subscriber->link) != LINK_CONNECTED)
                return;
        if (now_us >= subscriber->next_nack_us)
                send_nacks(subscriber, now_us);
        for (unsigned i = 0; i < subscriber->stream_count; i++) {
                Stream *stream = subscriber->streams[i];
                if (now_us >= stream->next_report_us)
                        send_report(subscriber, stream, now_us);
                if (stream->pictures && pictures_turn(stream->pictures, now_us))
                        send_pli(subscriber, stream, now_us);
        }
        if (subscriber->feedback && now_us >= subscriber->next_feedback_us) {
                send_feedback(subscriber, now_us);
                subscriber->next_feedback_us = now_us + FEEDBACK_INTERVAL_US;
        }
}

Subscriber *subscriber_new(Network *network, const SubscriberOptions *options, unsigned number, GError **error)
{
        static const LinkEvents events = { on_connected, on_rtp, on_rtcp, on_batch };
        Subscriber *subscriber = g_new0(Subscriber, 1);
        subscriber->link = link_new(network, &events, subscriber, network->watcher_line, error);
        if (!subscriber->link) {
                g_free(subscriber);
                return NULL;
        }
        subscriber->network = network;
        subscriber->options = *options;
        subscriber->options.open_every = options->pictures ? 1 : MAX(1, options->open_every);
        subscriber->number = number;
        subscriber->ssrc = g_rand_int(network->random) | 1;
        subscriber->started_us = monotonic_us();
        subscriber->connected_us = subscriber->first_packet_us = -1;
        subscriber->next_nack_us = INT64_MAX;
        return subscriber;
}

void subscriber_free(Subscriber *subscriber)
{
        if (!subscriber)
                return;
        link_free(subscriber->link);
        for (unsigned i = 0; i < subscriber->stream_count; i++) {
                pictures_free(subscriber->streams[i]->pictures);
                g_free(subscriber->streams[i]);
        }
        g_free(subscriber->feedback);
        g_free(subscriber);
}

unsigned subscriber_number(const Subscriber *subscriber)
{
        return subscriber->number;
}

char *subscriber_answer(Subscriber *subscriber, const char *offer, int64_t now_us)
{
        if (!description_read(offer, &subscriber->offer) ||
            !link_connect(subscriber->link, &subscriber->offer, DTLS_CLIENT, now_us))
                return NULL;
        if (subscriber->options.transport_cc && subscriber->offer.extensions.id[RTP_EXTENSION_TRANSPORT_CC])
                subscriber->feedback = g_new0(Feedback, 1);
        Transport transport = link_transport(subscriber->link, SDP_ACTIVE);
        return description_answer(offer, &transport, subscriber->options.unwanted, subscriber->options.transport_cc);
}

LinkState subscriber_state(const Subscriber *subscriber)
{
        return link_state(subscriber->link);
}

SrtpProfile subscriber_profile(const Subscriber *subscriber)
{
        return link_profile(subscriber->link);
}

void subscriber_count(const Subscriber *subscriber, SubscriberCounts *counts)
{
        counts->packets += subscriber->counts.packets;
        counts->bytes += subscriber->counts.bytes;
        counts->rtx += subscriber->counts.rtx;
        counts->repaired += subscriber->counts.repaired;
        counts->nacked += subscriber->counts.nacked;
        counts->reports += subscriber->counts.reports;
        counts->plis += subscriber->counts.plis;
        counts->opened += subscriber->counts.opened;
        counts->spoilt += subscriber->counts.spoilt;
        for (unsigned i = 0; i < subscriber->stream_count; i++)
                counts->expected += (uint64_t)(subscriber->streams[i]->highest - subscriber->streams[i]->first) + 1;
}

int64_t subscriber_connected_us(const Subscriber *subscriber)
{
        return subscriber->connected_us < 0 ? -1 : subscriber->connected_us - subscriber->started_us;
}

int64_t subscriber_first_packet_us(const Subscriber *subscriber)
{
        return subscriber->first_packet_us < 0 ? -1 : subscriber->first_packet_us - subscriber->started_us;
}

void subscriber_count_pictures(const Subscriber *subscriber, PictureCounts *counts)
{
        for (unsigned i = 0; i < subscriber->stream_count; i++) {
                const Pictures *pictures = subscriber->streams[i]->pictures;
                PictureCounts own;
                if (!pictures)
                        continue;
                own = *pictures_counts(pictures);
                if (own.first_us >= 0)
                        own.first_us -= subscriber->started_us;
                picture_counts_add(counts, &own);
        }
}

int64_t subscriber_first_picture_us(const Subscriber *subscriber)
{
        PictureCounts counts = { .first_us = -1 };
        subscriber_count_pictures(subscriber, &counts);
        return counts.first_us;
}

uint64_t subscriber_sound_lost(const Subscriber *subscriber)
{
        uint64_t lost = 0;
        for (unsigned i = 0; i < subscriber->stream_count; i++) {
                const Stream *stream = subscriber->streams[i];
                uint64_t expected = (uint64_t)(stream->highest - stream->first) + 1;
                if (!stream->video && expected > stream->received)
                        lost += expected - stream->received;
        }
        return lost;
}
