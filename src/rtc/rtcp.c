#include "rtc/rtcp.h"
#include "rtc/bytes.h"
#include <glib.h>
#include <string.h>

enum {
        VERSION = 2,
        HEAD_BYTES = 4,
        PADDING_BIT = 0x20,
        TYPE_SR = 200,
        TYPE_RR = 201,
        TYPE_SDES = 202,
        TYPE_BYE = 203,
        TYPE_TRANSPORT_FEEDBACK = 205,
        TYPE_PAYLOAD_FEEDBACK = 206,
        FORMAT_NACK = 1,
        FORMAT_TWCC = 15,
        FORMAT_PLI = 1,
        FORMAT_FIR = 4,
        FORMAT_APPLICATION = 15, /* REMB */
        SENDER_INFO_BYTES = 20,
        REPORT_BYTES = 24,
        REPORTS_MAX = 31,
        FEEDBACK_BYTES = 8, /* sender and media source */
        FIR_ENTRY_BYTES = 8,
        REMB_FIXED_BYTES = FEEDBACK_BYTES + 8,
        SDES_CNAME = 1,
        SDES_TEXT_MAX = 255,
};
#define NTP_UNIX_SECONDS UINT64_C(2208988800) /* 1900 to 1970 */

Drop rtcp_reader_init(RtcpReader *reader, const uint8_t *data, size_t size)
{
        if (size < HEAD_BYTES)
                return DROP_RTCP_MALFORMED;
        for (size_t at = 0; at < size;) {
                if (at + HEAD_BYTES > size || data[at] >> 6 != VERSION)
                        return DROP_RTCP_MALFORMED;
                size_t bytes = HEAD_BYTES + 4 * (size_t)read_u16(data + at + 2);
                if (at + bytes > size)
                        return DROP_RTCP_MALFORMED;
                if (data[at] & PADDING_BIT) {
                        /* By RFC 3550, 6.4.1, a multiple of four; libwebrtc fills its transport-wide feedback up
                         * with one to three bytes, most of the time. */
                        uint8_t padding = data[at + bytes - 1];
                        if (padding == 0 || padding > bytes - HEAD_BYTES)
                                return DROP_RTCP_MALFORMED;
                }
                at += bytes;
        }
        *reader = (RtcpReader){ data, data + size };
        return DROP_NONE;
}

bool rtcp_reader_next(RtcpReader *reader, RtcpPacket *ret_packet)
{
        const uint8_t *head = reader->next;
        if (head >= reader->end)
                return false;
        size_t body_bytes = 4 * (size_t)read_u16(head + 2);
        reader->next = head + HEAD_BYTES + body_bytes;
        *ret_packet = (RtcpPacket){
                .type = head[1],
                .count = head[0] & 31,
                .body = head + HEAD_BYTES,
                .body_bytes = body_bytes - (head[0] & PADDING_BIT ? reader->next[-1] : 0),
        };
        return true;
}

static RtcpKind feedback_kind(const RtcpPacket *packet)
{
        if (packet->body_bytes < FEEDBACK_BYTES)
                return RTCP_OTHER;
        size_t more = packet->body_bytes - FEEDBACK_BYTES;
        if (packet->type == TYPE_TRANSPORT_FEEDBACK) {
                if (packet->count == FORMAT_NACK && more >= 4)
                        return RTCP_NACK;
                return packet->count == FORMAT_TWCC && more >= 8 ? RTCP_TWCC : RTCP_OTHER;
        }
        if (packet->count == FORMAT_PLI)
                return RTCP_PLI;
        if (packet->count == FORMAT_FIR && more >= FIR_ENTRY_BYTES)
                return RTCP_FIR;
        if (packet->count == FORMAT_APPLICATION && packet->body_bytes >= REMB_FIXED_BYTES &&
            memcmp(packet->body + FEEDBACK_BYTES, "REMB", 4) == 0)
                return RTCP_REMB;
        return RTCP_OTHER;
}

RtcpKind rtcp_kind(const RtcpPacket *packet)
{
        size_t bytes = packet->body_bytes;
        switch (packet->type) {
        case TYPE_SR:
                return bytes >= 4 + SENDER_INFO_BYTES + (size_t)packet->count * REPORT_BYTES ? RTCP_SR : RTCP_OTHER;
        case TYPE_RR:
                return bytes >= 4 + (size_t)packet->count * REPORT_BYTES ? RTCP_RR : RTCP_OTHER;
        case TYPE_SDES:
                return RTCP_SDES;
        case TYPE_BYE:
                return packet->count > 0 && bytes >= (size_t)packet->count * 4 ? RTCP_BYE : RTCP_OTHER;
        case TYPE_TRANSPORT_FEEDBACK:
        case TYPE_PAYLOAD_FEEDBACK:
                return feedback_kind(packet);
        default:
                return RTCP_OTHER;
        }
}

uint32_t rtcp_sender(const RtcpPacket *packet)
{
        return packet->body_bytes >= 4 ? read_u32(packet->body) : 0;
}

uint32_t rtcp_media(const RtcpPacket *packet)
{
        return packet->body_bytes >= FEEDBACK_BYTES ? read_u32(packet->body + 4) : 0;
}

void rtcp_sender_info(const RtcpPacket *sr, RtcpSenderInfo *ret_info)
{
        const uint8_t *info = sr->body + 4;
        *ret_info = (RtcpSenderInfo){ read_u64(info), read_u32(info + 8), read_u32(info + 12), read_u32(info + 16) };
}

unsigned rtcp_reports(const RtcpPacket *sr_or_rr)
{
        return sr_or_rr->count;
}

void rtcp_report(const RtcpPacket *sr_or_rr, unsigned i, RtcpReport *ret_report)
{
        const uint8_t *block =
                sr_or_rr->body + 4 + (sr_or_rr->type == TYPE_SR ? SENDER_INFO_BYTES : 0) + i * REPORT_BYTES;
        uint32_t lost = read_u24(block + 5);
        *ret_report = (RtcpReport){
                .ssrc = read_u32(block),
                .fraction_lost = block[4],
                .lost = (int32_t)lost - (lost & 0x800000 ? 0x1000000 : 0),
                .highest = read_u32(block + 8),
                .jitter = read_u32(block + 12),
                .last_sr = read_u32(block + 16),
                .delay = read_u32(block + 20),
        };
}

uint64_t rtcp_ntp(int64_t utc_us)
{
        uint64_t seconds = (uint64_t)utc_us / 1000000, rest_us = (uint64_t)utc_us % 1000000;
        return (seconds + NTP_UNIX_SECONDS) << 32 | (rest_us << 32) / 1000000;
}

int64_t rtcp_utc_us(uint64_t ntp)
{
        int64_t seconds = (int64_t)(ntp >> 32) - (int64_t)NTP_UNIX_SECONDS;
        return seconds * 1000000 + (int64_t)(((ntp & 0xffffffff) * 1000000) >> 32);
}

int64_t rtcp_round_trip_us(const RtcpReport *report, uint64_t now_ntp)
{
        if (report->last_sr == 0)
                return -1;
        int32_t units = (int32_t)((uint32_t)(now_ntp >> 16) - report->last_sr - report->delay); /* 1/65536 s */
        return units < 0 ? 0 : (int64_t)units * 1000000 / 65536;
}

bool rtcp_sdes_cname(const RtcpPacket *sdes, uint32_t *ret_ssrc, char *ret_cname, size_t size)
{
        const uint8_t *body = sdes->body;
        size_t at = 4;
        if (sdes->count == 0)
                return false;
        while (at + 2 <= sdes->body_bytes && body[at] != 0) {
                size_t bytes = body[at + 1];
                if (at + 2 + bytes > sdes->body_bytes)
                        return false;
                if (body[at] == SDES_CNAME && size > 0) {
                        size_t kept = MIN(bytes, size - 1);
                        memcpy(ret_cname, body + at + 2, kept);
                        ret_cname[kept] = '\0';
                        *ret_ssrc = read_u32(body);
                        return true;
                }
                at += 2 + bytes;
        }
        return false;
}

unsigned rtcp_bye_count(const RtcpPacket *bye)
{
        return bye->count;
}

uint32_t rtcp_bye_ssrc(const RtcpPacket *bye, unsigned i)
{
        return read_u32(bye->body + 4 * (size_t)i);
}

size_t rtcp_nack_read(const RtcpPacket *nack, uint16_t *ret_sequences, size_t max)
{
        size_t n = 0;
        for (size_t at = FEEDBACK_BYTES; at + 4 <= nack->body_bytes; at += 4) {
                uint16_t first = read_u16(nack->body + at), following = read_u16(nack->body + at + 2);
                if (n < max)
                        ret_sequences[n++] = first;
                for (unsigned i = 0; i < 16 && n < max; i++)
                        if (following >> i & 1)
                                ret_sequences[n++] = (uint16_t)(first + 1 + i);
        }
        return n;
}

unsigned rtcp_fir_count(const RtcpPacket *fir)
{
        return (unsigned)((fir->body_bytes - FEEDBACK_BYTES) / FIR_ENTRY_BYTES);
}

void rtcp_fir(const RtcpPacket *fir, unsigned i, uint32_t *ret_ssrc, uint8_t *ret_sequence)
{
        const uint8_t *entry = fir->body + FEEDBACK_BYTES + (size_t)i * FIR_ENTRY_BYTES;
        *ret_ssrc = read_u32(entry);
        *ret_sequence = entry[4];
}

bool rtcp_remb_read(const RtcpPacket *remb, RtcpRemb *ret_remb)
{
        const uint8_t *fields = remb->body + FEEDBACK_BYTES + 4;
        unsigned n = fields[0], exponent = fields[1] >> 2;
        uint64_t mantissa = read_u24(fields + 1) & 0x3ffff;
        if (remb->body_bytes < REMB_FIXED_BYTES + 4 * (size_t)n || (mantissa << exponent) >> exponent != mantissa)
                return false;
        *ret_remb = (RtcpRemb){ .bitrate_bps = mantissa << exponent, .n_ssrcs = MIN(n, G_N_ELEMENTS(ret_remb->ssrcs)) };
        for (unsigned i = 0; i < ret_remb->n_ssrcs; i++)
                ret_remb->ssrcs[i] = read_u32(fields + 4 + 4 * (size_t)i);
        return true;
}

void rtcp_writer_init(RtcpWriter *writer, uint8_t *data, size_t capacity)
{
        *writer = (RtcpWriter){ .data = data, .capacity = capacity };
}

/* A packet's head, and the place of its body (of whole words); NULL when it does not fit. */
static uint8_t *begin(RtcpWriter *writer, uint8_t type, unsigned count, size_t body_bytes)
{
        if (body_bytes > 4 * UINT16_MAX || writer->capacity - writer->size < HEAD_BYTES + body_bytes)
                return NULL;
        uint8_t *head = writer->data + writer->size;
        head[0] = (uint8_t)(VERSION << 6 | count);
        head[1] = type;
        write_u16(head + 2, (uint16_t)(body_bytes / 4));
        writer->size += HEAD_BYTES + body_bytes;
        return head + HEAD_BYTES;
}

static uint8_t *begin_feedback(RtcpWriter *writer, uint8_t type, unsigned format, uint32_t sender, uint32_t media,
                               size_t fci_bytes)
{
        uint8_t *body = begin(writer, type, format, FEEDBACK_BYTES + fci_bytes);
        if (!body)
                return NULL;
        write_u32(body, sender);
        write_u32(body + 4, media);
        return body + FEEDBACK_BYTES;
}

static void write_report_block(uint8_t *block, const RtcpReport *report)
{
        write_u32(block, report->ssrc);
        block[4] = report->fraction_lost;
        write_u24(block + 5, (uint32_t)CLAMP(report->lost, -0x800000, 0x7fffff) & 0xffffff);
        write_u32(block + 8, report->highest);
        write_u32(block + 12, report->jitter);
        write_u32(block + 16, report->last_sr);
        write_u32(block + 20, report->delay);
}

bool rtcp_write_report(RtcpWriter *writer, uint32_t sender, const RtcpSenderInfo *info, const RtcpReport *reports,
                       unsigned n_reports)
{
        size_t info_bytes = info ? SENDER_INFO_BYTES : 0;
        g_assert(n_reports <= REPORTS_MAX);
        uint8_t *body = begin(writer, info ? TYPE_SR : TYPE_RR, n_reports, 4 + info_bytes + n_reports * REPORT_BYTES);
        if (!body)
                return false;
        write_u32(body, sender);
        if (info) {
                write_u64(body + 4, info->ntp);
                write_u32(body + 12, info->rtp_timestamp);
                write_u32(body + 16, info->packets);
                write_u32(body + 20, info->bytes);
        }
        for (unsigned i = 0; i < n_reports; i++)
                write_report_block(body + 4 + info_bytes + i * REPORT_BYTES, &reports[i]);
        return true;
}

bool rtcp_write_sdes_cname(RtcpWriter *writer, uint32_t ssrc, const char *cname)
{
        size_t bytes = strnlen(cname, SDES_TEXT_MAX);
        size_t body_bytes = (4 + 2 + bytes + 1 + 3) & ~(size_t)3; /* one zero at least ends the chunk */
        uint8_t *body = begin(writer, TYPE_SDES, 1, body_bytes);
        if (!body)
                return false;
        memset(body, 0, body_bytes);
        write_u32(body, ssrc);
        body[4] = SDES_CNAME;
        body[5] = (uint8_t)bytes;
        memcpy(body + 6, cname, bytes);
        return true;
}

bool rtcp_write_bye(RtcpWriter *writer, const uint32_t *ssrcs, unsigned n_ssrcs)
{
        g_assert(n_ssrcs <= REPORTS_MAX);
        uint8_t *body = begin(writer, TYPE_BYE, n_ssrcs, 4 * (size_t)n_ssrcs);
        if (!body)
                return false;
        for (unsigned i = 0; i < n_ssrcs; i++)
                write_u32(body + 4 * (size_t)i, ssrcs[i]);
        return true;
}

size_t rtcp_write_nack(RtcpWriter *writer, uint32_t sender, uint32_t media, const uint16_t *sequences, size_t n)
{
        size_t space = writer->capacity - writer->size, done = 0;
        uint8_t *fci = n > 0 ? begin_feedback(writer, TYPE_TRANSPORT_FEEDBACK, FORMAT_NACK, sender, media, 4) : NULL;
        if (!fci)
                return 0;
        uint8_t *head = fci - FEEDBACK_BYTES - HEAD_BYTES, *end = head + space;
        for (; done < n && fci + 4 <= end; fci += 4) {
                uint16_t first = sequences[done++], following = 0;
                for (; done < n && (uint16_t)(sequences[done] - first - 1) < 16; done++)
                        following |= (uint16_t)(1u << (uint16_t)(sequences[done] - first - 1));
                write_u16(fci, first);
                write_u16(fci + 2, following);
        }
        writer->size = (size_t)(fci - writer->data);
        write_u16(head + 2, (uint16_t)((fci - head) / 4 - 1));
        return done;
}

bool rtcp_write_pli(RtcpWriter *writer, uint32_t sender, uint32_t media)
{
        return begin_feedback(writer, TYPE_PAYLOAD_FEEDBACK, FORMAT_PLI, sender, media, 0) != NULL;
}

bool rtcp_write_fir(RtcpWriter *writer, uint32_t sender, uint32_t media, uint8_t sequence)
{
        /* RFC 5104 4.3.1.2: the media source is in the entry, the common field is 0 */
        uint8_t *fci = begin_feedback(writer, TYPE_PAYLOAD_FEEDBACK, FORMAT_FIR, sender, 0, FIR_ENTRY_BYTES);
        if (!fci)
                return false;
        write_u32(fci, media);
        write_u32(fci + 4, (uint32_t)sequence << 24);
        return true;
}

bool rtcp_write_remb(RtcpWriter *writer, uint32_t sender, uint64_t bitrate_bps, const uint32_t *ssrcs, unsigned n_ssrcs)
{
        g_assert(n_ssrcs <= UINT8_MAX);
        uint8_t *fci =
                begin_feedback(writer, TYPE_PAYLOAD_FEEDBACK, FORMAT_APPLICATION, sender, 0, 8 + 4 * (size_t)n_ssrcs);
        if (!fci)
                return false;
        unsigned exponent = 0;
        while (bitrate_bps >> exponent > 0x3ffff)
                exponent++;
        memcpy(fci, "REMB", 4);
        fci[4] = (uint8_t)n_ssrcs;
        write_u24(fci + 5, (uint32_t)(exponent << 18 | bitrate_bps >> exponent));
        for (unsigned i = 0; i < n_ssrcs; i++)
                write_u32(fci + 8 + 4 * (size_t)i, ssrcs[i]);
        return true;
}
