/* RTCP compounds: every reader stays inside, and feedback that was read is written and read the same. */
#include "rtc/rtcp.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static RtcpPacket only(const RtcpWriter *writer, RtcpKind kind)
{
        RtcpReader reader;
        RtcpPacket packet;
        g_assert(rtcp_reader_init(&reader, writer->data, writer->size) == DROP_NONE);
        g_assert(rtcp_reader_next(&reader, &packet) && rtcp_kind(&packet) == kind);
        return packet;
}

static void check_twcc(const RtcpPacket *packet)
{
        static TwccFeedback feedback, again;
        static int64_t arrivals_us[TWCC_MAX_PACKETS];
        uint8_t out[4096];
        RtcpWriter writer;
        if (!rtcp_twcc_read(packet, &feedback))
                return;
        for (unsigned i = 0; i < feedback.n_packets; i++) {
                int64_t arrival_us = feedback.reference_us + feedback.packets[i].arrival_us;
                arrivals_us[i] = feedback.packets[i].received ? MAX(arrival_us, 0) : -1;
        }
        rtcp_writer_init(&writer, out, sizeof out);
        size_t n = rtcp_write_twcc(&writer, 1, 2, 3, feedback.packets[0].sequence, arrivals_us, feedback.n_packets);
        if (n == 0)
                return;
        RtcpPacket written = only(&writer, RTCP_TWCC);
        g_assert(rtcp_twcc_read(&written, &again) && again.n_packets == n);
        for (unsigned i = 0; i < n; i++) {
                g_assert(again.packets[i].received == feedback.packets[i].received);
                g_assert(!again.packets[i].received ||
                         (again.reference_us + again.packets[i].arrival_us - arrivals_us[i]) % (INT64_C(64000) << 24) ==
                                 0);
        }
}

static void check_nack(const RtcpPacket *packet)
{
        uint16_t sequences[64], again[2048];
        uint8_t out[1024];
        RtcpWriter writer;
        size_t n = rtcp_nack_read(packet, sequences, G_N_ELEMENTS(sequences));
        rtcp_writer_init(&writer, out, sizeof out);
        g_assert(rtcp_write_nack(&writer, 1, 2, sequences, n) == n);
        RtcpPacket written = only(&writer, RTCP_NACK);
        size_t m = rtcp_nack_read(&written, again, G_N_ELEMENTS(again));
        for (size_t i = 0; i < n; i++) { /* in any order, repeated or not: none is lost */
                bool found = false;
                for (size_t k = 0; k < m; k++)
                        found |= again[k] == sequences[i];
                g_assert(found);
        }
}

static void read_any(const RtcpPacket *packet)
{
        RtcpReport report;
        RtcpSenderInfo info = { 0 };
        RtcpRemb remb;
        uint32_t ssrc;
        uint8_t sequence;
        char cname[16];
        switch (rtcp_kind(packet)) {
        case RTCP_SR:
                rtcp_sender_info(packet, &info); /* fall through */
        case RTCP_RR:
                for (unsigned i = 0; i < rtcp_reports(packet); i++) {
                        rtcp_report(packet, i, &report);
                        g_assert(rtcp_round_trip_us(&report, info.ntp) >= -1);
                }
                break;
        case RTCP_SDES:
                if (rtcp_sdes_cname(packet, &ssrc, cname, sizeof cname))
                        g_assert(memchr(cname, 0, sizeof cname));
                break;
        case RTCP_BYE:
                for (unsigned i = 0; i < rtcp_bye_count(packet); i++)
                        rtcp_bye_ssrc(packet, i);
                break;
        case RTCP_NACK:
                check_nack(packet);
                break;
        case RTCP_FIR:
                for (unsigned i = 0; i < rtcp_fir_count(packet); i++)
                        rtcp_fir(packet, i, &ssrc, &sequence);
                break;
        case RTCP_REMB:
                g_assert(!rtcp_remb_read(packet, &remb) || remb.n_ssrcs <= G_N_ELEMENTS(remb.ssrcs));
                break;
        case RTCP_TWCC:
                check_twcc(packet);
                break;
        case RTCP_PLI:
        case RTCP_OTHER:
                break;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        RtcpReader reader;
        if (rtcp_reader_init(&reader, data, size) != DROP_NONE)
                return 0;
        for (RtcpPacket packet; rtcp_reader_next(&reader, &packet);) {
                g_assert(packet.body >= data && packet.body + packet.body_bytes <= data + size);
                rtcp_sender(&packet);
                rtcp_media(&packet);
                read_any(&packet);
        }
        return 0;
}
