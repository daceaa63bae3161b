#include "load/sender.h"
#include "base/time.h"
#include "rtc/bytes.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"
#include <string.h>

#define KEPT_PACKETS 512
#define PAYLOAD_MAX_BYTES 1400
#define WRAP_AFTER_PACKETS 200
#define WRAP_AFTER_REPAIRS 20

typedef struct {
        uint16_t sequence;
        uint16_t size; /* 0: empty */
        uint32_t timestamp;
        bool marker;
        uint8_t payload[RTX_HEADER_BYTES + PAYLOAD_MAX_BYTES]; /* room for the number in front */
} Kept;

struct Sender {
        Link *link;
        SenderOptions options;
        uint64_t index, repair_index; /* roll-over counter and sequence number */
        uint32_t packets, bytes;
        Kept *kept; /* NULL without RTX */
};

Sender *sender_new(Link *link, const SenderOptions *options, uint32_t seed, bool wraps)
{
        Sender *sender = g_new0(Sender, 1);
        sender->link = link;
        sender->options = *options;
        /* Low, so that a loss at the start cannot be taken for a roll-over; or with enough of them before the end. */
        sender->index = wraps ? 0xffff - WRAP_AFTER_PACKETS - (seed & 0xff) : seed & 0x3fff;
        sender->repair_index = wraps ? 0xffff - WRAP_AFTER_REPAIRS : seed >> 14 & 0x3fff;
        if (options->repair_type)
                sender->kept = g_new0(Kept, KEPT_PACKETS);
        return sender;
}

void sender_free(Sender *sender)
{
        if (!sender)
                return;
        g_free(sender->kept);
        g_free(sender);
}

/* The stream a packet belongs to is known by its mid and rid (RFC 8852); a repair names the rid of what it repairs. */
static void name_layer(const Sender *sender, const RtpHeader *header, RtpExtensions *extensions)
{
        if (!sender->options.rid[0])
                return;
        bool repair = header->ssrc == sender->options.repair_ssrc;
        extensions->has[repair ? RTP_EXTENSION_REPAIRED_RID : RTP_EXTENSION_RID] = true;
        g_strlcpy(repair ? extensions->repaired_rid : extensions->rid, sender->options.rid, sizeof extensions->rid);
}

static size_t write_header(const Sender *sender, RtpHeader *header, int level, uint16_t transport_sequence,
                           uint8_t *out)
{
        RtpExtensions extensions = { 0 };
        extensions.has[RTP_EXTENSION_MID] = true;
        g_strlcpy(extensions.mid, sender->options.mid, sizeof extensions.mid);
        name_layer(sender, header, &extensions);
        extensions.has[RTP_EXTENSION_TRANSPORT_CC] = true;
        extensions.transport_sequence = transport_sequence;
        if (level >= 0) {
                extensions.has[RTP_EXTENSION_AUDIO_LEVEL] = true;
                extensions.audio_level = (uint8_t)level;
                extensions.voice = level < 60;
        }
        size_t bytes = rtp_extensions_write(out + RTP_HEADER_BYTES, &sender->options.extensions, &extensions);
        rtp_write(out, header, bytes > 0);
        return RTP_HEADER_BYTES + bytes;
}

size_t sender_header_bytes(const Sender *sender, int level)
{
        uint8_t out[RTP_HEADER_BYTES + RTP_EXTENSIONS_MAX_BYTES];
        RtpHeader header = { 0 };
        return write_header(sender, &header, level, 0, out);
}

void sender_send(Sender *sender, const uint8_t *payload, size_t size, uint32_t timestamp, bool marker, int level,
                 uint16_t *transport_sequence)
{
        uint8_t head[RTP_HEADER_BYTES + RTP_EXTENSIONS_MAX_BYTES];
        RtpHeader header = { .marker = marker,
                             .payload_type = sender->options.payload_type,
                             .sequence = (uint16_t)++sender->index,
                             .timestamp = timestamp,
                             .ssrc = sender->options.ssrc };
        size_t head_size = write_header(sender, &header, level, (*transport_sequence)++, head);
        link_send_rtp(sender->link, sender->index, head, head_size, payload, size);
        sender->packets++;
        sender->bytes += (uint32_t)size;
        if (!sender->kept || size > PAYLOAD_MAX_BYTES)
                return;
        Kept *kept = &sender->kept[header.sequence % KEPT_PACKETS];
        kept->sequence = header.sequence;
        kept->size = (uint16_t)size;
        kept->timestamp = timestamp;
        kept->marker = marker;
        memcpy(kept->payload + RTX_HEADER_BYTES, payload, size);
}

bool sender_repair(Sender *sender, uint16_t sequence, uint16_t *transport_sequence)
{
        Kept *kept = sender->kept ? &sender->kept[sequence % KEPT_PACKETS] : NULL;
        if (!kept || !kept->size || kept->sequence != sequence)
                return false;
        uint8_t head[RTP_HEADER_BYTES + RTP_EXTENSIONS_MAX_BYTES];
        RtpHeader header = { .marker = kept->marker,
                             .payload_type = sender->options.repair_type,
                             .sequence = (uint16_t)++sender->repair_index,
                             .timestamp = kept->timestamp,
                             .ssrc = sender->options.repair_ssrc };
        size_t head_size = write_header(sender, &header, -1, (*transport_sequence)++, head);
        write_u16(kept->payload, sequence);
        link_send_rtp(sender->link, sender->repair_index, head, head_size, kept->payload,
                      RTX_HEADER_BYTES + kept->size);
        return true;
}

void sender_report(Sender *sender, uint32_t timestamp)
{
        uint8_t bytes[256];
        RtcpWriter writer;
        RtcpSenderInfo info = { rtcp_ntp(now_us()), timestamp, sender->packets, sender->bytes };
        rtcp_writer_init(&writer, bytes, sizeof bytes);
        if (rtcp_write_report(&writer, sender->options.ssrc, &info, NULL, 0) &&
            rtcp_write_sdes_cname(&writer, sender->options.ssrc, "load"))
                link_send_rtcp(sender->link, bytes, writer.size);
}

uint64_t sender_packets(const Sender *sender)
{
        return sender->packets;
}
