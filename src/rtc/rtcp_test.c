#include "rtc/rtcp.h"
#include "rtc/bytes.h"
#include <glib.h>
#include <string.h>

static uint8_t buffer[2048];
static RtcpWriter writer;

static void begin(void)
{
        memset(buffer, 0xee, sizeof buffer);
        rtcp_writer_init(&writer, buffer, sizeof buffer);
}

/* The one packet that was written, checked to be of this kind. */
static RtcpPacket only(RtcpKind kind)
{
        RtcpReader reader;
        RtcpPacket packet = { 0 }, more;
        g_assert_cmpint(rtcp_reader_init(&reader, buffer, writer.size), ==, DROP_NONE);
        g_assert_true(rtcp_reader_next(&reader, &packet));
        g_assert_cmpint(rtcp_kind(&packet), ==, kind);
        g_assert_false(rtcp_reader_next(&reader, &more));
        return packet;
}

static void check_report(const RtcpReport *a, const RtcpReport *b)
{
        g_assert_cmpuint(a->ssrc, ==, b->ssrc);
        g_assert_cmpuint(a->fraction_lost, ==, b->fraction_lost);
        g_assert_cmpint(a->lost, ==, b->lost);
        g_assert_cmphex(a->highest, ==, b->highest);
        g_assert_cmpuint(a->jitter, ==, b->jitter);
        g_assert_cmphex(a->last_sr, ==, b->last_sr);
        g_assert_cmpuint(a->delay, ==, b->delay);
}

static void test_reports(void)
{
        RtcpReport reports[2] = { { 1, 25, -3, 0x10005, 80, 0x11112222, 65536 }, { 2, 255, 0x7fffff, 7, 8, 9, 10 } };
        RtcpReport report;
        RtcpSenderInfo info = { UINT64_C(0x0102030405060708), 90000, 17, 18000 }, read;
        begin();
        g_assert_true(rtcp_write_report(&writer, 99, &info, reports, 2));
        RtcpPacket packet = only(RTCP_SR);
        g_assert_cmpuint(rtcp_sender(&packet), ==, 99);
        rtcp_sender_info(&packet, &read);
        g_assert_cmphex(read.ntp, ==, info.ntp);
        g_assert_cmpuint(read.rtp_timestamp, ==, info.rtp_timestamp);
        g_assert_cmpuint(read.packets, ==, info.packets);
        g_assert_cmpuint(read.bytes, ==, info.bytes);
        g_assert_cmpuint(rtcp_reports(&packet), ==, 2);
        for (unsigned i = 0; i < 2; i++) {
                rtcp_report(&packet, i, &report);
                check_report(&report, &reports[i]);
        }
        begin();
        g_assert_true(rtcp_write_report(&writer, 99, NULL, reports, 1));
        packet = only(RTCP_RR);
        rtcp_report(&packet, 0, &report);
        g_assert_cmpint(report.lost, ==, -3);
}

static void test_round_trip(void)
{
        uint64_t sent = rtcp_ntp(INT64_C(1700000000000000)), now = rtcp_ntp(INT64_C(1700000001250000));
        RtcpReport report = { .last_sr = (uint32_t)(sent >> 16), .delay = 65536 };
        g_assert_cmpint(ABS(rtcp_round_trip_us(&report, now) - 250000), <, 50);
        report.delay = 3 * 65536; /* a client that counts wrong: not below zero */
        g_assert_cmpint(rtcp_round_trip_us(&report, now), ==, 0);
        report.last_sr = 0;
        g_assert_cmpint(rtcp_round_trip_us(&report, now), ==, -1);
        g_assert_cmpuint(sent >> 32, ==, 1700000000u + 2208988800u);
}

static void test_sdes_and_bye(void)
{
        uint32_t ssrc = 0;
        char cname[8];
        for (size_t length = 0; length < 12; length++) {
                g_autofree char *name = g_strnfill(length, 'c');
                begin();
                g_assert_true(rtcp_write_sdes_cname(&writer, 5, name));
                RtcpPacket packet = only(RTCP_SDES);
                g_assert_true(rtcp_sdes_cname(&packet, &ssrc, cname, sizeof cname));
                g_assert_cmpuint(ssrc, ==, 5);
                g_assert_cmpuint(strlen(cname), ==, MIN(length, 7));
        }
        begin();
        g_assert_true(rtcp_write_bye(&writer, (uint32_t[]){ 7, 8 }, 2));
        RtcpPacket packet = only(RTCP_BYE);
        g_assert_cmpuint(rtcp_bye_count(&packet), ==, 2);
        g_assert_cmpuint(rtcp_bye_ssrc(&packet, 1), ==, 8);
}

static void test_nack(void)
{
        static const uint16_t LOST[] = { 65533, 65534, 3, 13, 14, 15, 31, 32, 500 };
        uint16_t read[32];
        begin();
        g_assert_cmpuint(rtcp_write_nack(&writer, 1, 2, LOST, G_N_ELEMENTS(LOST)), ==, G_N_ELEMENTS(LOST));
        RtcpPacket packet = only(RTCP_NACK);
        g_assert_cmpuint(packet.body_bytes, ==, 8 + 4 * 4); /* 65533…13, 14…30, 31…, 500 */
        g_assert_cmpuint(rtcp_media(&packet), ==, 2);
        size_t n = rtcp_nack_read(&packet, read, G_N_ELEMENTS(read));
        g_assert_cmpmem(read, n * 2, LOST, sizeof LOST);
        g_assert_cmpuint(rtcp_nack_read(&packet, read, 3), ==, 3);

        rtcp_writer_init(&writer, buffer, 16 + 2); /* one entry fits: 65533 to 13 */
        g_assert_cmpuint(rtcp_write_nack(&writer, 1, 2, LOST, G_N_ELEMENTS(LOST)), ==, 4);
        only(RTCP_NACK);
        rtcp_writer_init(&writer, buffer, 15);
        g_assert_cmpuint(rtcp_write_nack(&writer, 1, 2, LOST, 1), ==, 0);
        g_assert_cmpuint(writer.size, ==, 0);
}

static void test_key_frame_requests(void)
{
        uint32_t ssrc;
        uint8_t sequence;
        begin();
        g_assert_true(rtcp_write_pli(&writer, 1, 2));
        RtcpPacket packet = only(RTCP_PLI);
        g_assert_cmpuint(rtcp_media(&packet), ==, 2);
        begin();
        g_assert_true(rtcp_write_fir(&writer, 1, 2, 200));
        packet = only(RTCP_FIR);
        g_assert_cmpuint(rtcp_fir_count(&packet), ==, 1);
        rtcp_fir(&packet, 0, &ssrc, &sequence);
        g_assert_cmpuint(ssrc, ==, 2);
        g_assert_cmpuint(sequence, ==, 200);
}

static void test_remb(void)
{
        static const uint64_t RATES[] = { 0, 1, 262143, 262144, 3000000, UINT64_C(40000000000) };
        for (unsigned i = 0; i < G_N_ELEMENTS(RATES); i++) {
                RtcpRemb remb;
                begin();
                g_assert_true(rtcp_write_remb(&writer, 1, RATES[i], (uint32_t[]){ 11, 12 }, 2));
                RtcpPacket packet = only(RTCP_REMB);
                g_assert_true(rtcp_remb_read(&packet, &remb));
                g_assert_cmpuint(remb.n_ssrcs, ==, 2);
                g_assert_cmpuint(remb.ssrcs[1], ==, 12);
                g_assert_cmpuint(remb.bitrate_bps, <=, RATES[i]);
                g_assert_cmpuint(RATES[i] - remb.bitrate_bps, <=, RATES[i] >> 17);
        }
        buffer[4 + 8 + 5] = 0xff; /* 2^63 × mantissa */
        RtcpPacket packet = only(RTCP_REMB);
        RtcpRemb remb;
        g_assert_false(rtcp_remb_read(&packet, &remb));
}

static void check_twcc(const int64_t *arrivals_us, size_t n, size_t expected)
{
        TwccFeedback feedback;
        begin();
        g_assert_cmpuint(rtcp_write_twcc(&writer, 1, 2, 77, 65530, arrivals_us, n), ==, expected);
        if (expected == 0)
                return;
        RtcpPacket packet = only(RTCP_TWCC);
        g_assert_true(rtcp_twcc_read(&packet, &feedback));
        g_assert_cmpuint(feedback.n_packets, ==, expected);
        g_assert_cmpuint(feedback.count, ==, 77);
        for (size_t i = 0; i < expected; i++) {
                TwccStatus status = feedback.packets[i];
                g_assert_cmpuint(status.sequence, ==, (uint16_t)(65530 + i));
                g_assert_cmpint(status.received, ==, arrivals_us[i] >= 0);
                if (status.received)
                        g_assert_cmpint(arrivals_us[i] / 250 * 250, ==, feedback.reference_us + status.arrival_us);
        }
}

static void test_twcc(void)
{
        static int64_t arrivals_us[1100];
        const int64_t start_us = INT64_C(5000123);
        check_twcc((int64_t[]){ start_us }, 1, 1);
        check_twcc((int64_t[]){ start_us, -1, start_us + 900, -1, -1, start_us + 80000, start_us + 70000 }, 7, 7);
        check_twcc((int64_t[]){ -1, start_us }, 2, 2); /* lost before the first that came */
        check_twcc((int64_t[]){ -1, -1 }, 2, 0);
        check_twcc((int64_t[]){ start_us, -1, start_us + 9000000 }, 3, 2); /* a delta over 8 s begins another */

        for (unsigned pattern = 0; pattern < 5; pattern++) {
                for (size_t i = 0; i < 600; i++) {
                        arrivals_us[i] = start_us + (int64_t)i * (pattern == 3 ? 100000 : 1000);
                        bool lost = (pattern == 1 && i % 3 == 1) || (pattern == 2 && i > 0 && i < 400) ||
                                    (pattern == 4 && i * i % 7 == 2);
                        if (lost)
                                arrivals_us[i] = -1;
                }
                check_twcc(arrivals_us, 600, 600);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(arrivals_us); i++)
                arrivals_us[i] = start_us;
        check_twcc(arrivals_us, G_N_ELEMENTS(arrivals_us), TWCC_MAX_PACKETS);

        rtcp_writer_init(&writer, buffer, 60);
        size_t covered = rtcp_write_twcc(&writer, 1, 2, 0, 0, arrivals_us, 500);
        g_assert_cmpuint(covered, >, 20);
        g_assert_cmpuint(writer.size, <=, 60);
        only(RTCP_TWCC);
}

/* The example's shape: run of small deltas, vector of one bit, vector of two; then too few deltas. */
static void test_twcc_malformed(void)
{
        uint8_t data[] = { 0x8f, 205, 0, 6, 0, 0, 0,           1, 0,    0, 0, 2, 0, 10,
                           0,    5,   0, 0, 9, 1, 0xd0 | 0x04, 0, 0x20, 0, 8, 1, 0, 0 };
        RtcpReader reader;
        RtcpPacket packet;
        TwccFeedback feedback;
        write_u16(data + 20, 0xc000 | 1 << 12 | 2 << 10 | 0 << 8 | 0 << 6 | 0 << 4);
        write_u16(data + 22, 0x1234); /* small delta 0x12, large delta's first byte */
        g_assert_cmpint(rtcp_reader_init(&reader, data, sizeof data), ==, DROP_NONE);
        g_assert_true(rtcp_reader_next(&reader, &packet));
        g_assert_true(rtcp_twcc_read(&packet, &feedback));
        g_assert_cmpint(feedback.reference_us, ==, 9 * 64000);
        g_assert_cmpint(feedback.packets[0].arrival_us, ==, 0x12 * 250);
        g_assert_cmpint(feedback.packets[1].arrival_us, ==, (0x12 + 0x3408) * 250);
        g_assert_false(feedback.packets[2].received);

        write_u16(data + 20, 0xc000 | 3 << 12); /* reserved symbol */
        g_assert_false(rtcp_twcc_read(&packet, &feedback));
        write_u16(data + 20, 0x4000 | 5); /* five large deltas in six bytes */
        g_assert_false(rtcp_twcc_read(&packet, &feedback));
        write_u16(data + 20, 0); /* runs of nothing never end */
        g_assert_false(rtcp_twcc_read(&packet, &feedback));
        write_u16(data + 14, 2000);
        g_assert_false(rtcp_twcc_read(&packet, &feedback));
        write_u16(data + 14, 0);
        g_assert_false(rtcp_twcc_read(&packet, &feedback));
}

static void test_compound(void)
{
        static const RtcpKind KINDS[] = { RTCP_RR, RTCP_SDES, RTCP_NACK, RTCP_PLI, RTCP_BYE };
        RtcpReader reader;
        RtcpPacket packet;
        unsigned n = 0;
        begin();
        rtcp_write_report(&writer, 1, NULL, NULL, 0);
        rtcp_write_sdes_cname(&writer, 1, "x");
        rtcp_write_nack(&writer, 1, 2, (uint16_t[]){ 3 }, 1);
        rtcp_write_pli(&writer, 1, 2);
        rtcp_write_bye(&writer, (uint32_t[]){ 1 }, 1);
        g_assert_cmpint(rtcp_reader_init(&reader, buffer, writer.size), ==, DROP_NONE);
        for (; rtcp_reader_next(&reader, &packet); n++)
                g_assert_cmpint(rtcp_kind(&packet), ==, KINDS[n]);
        g_assert_cmpuint(n, ==, G_N_ELEMENTS(KINDS));
        for (size_t cut = 0; cut < writer.size; cut++) {
                bool at_border = cut == 8 || cut == 20 || cut == 36 || cut == 48;
                g_assert_cmpint(rtcp_reader_init(&reader, buffer, cut) == DROP_NONE, ==, at_border);
        }
}

static void test_malformed(void)
{
        RtcpReader reader;
        RtcpPacket packet;
        uint8_t padded[] = { 0xa0, 201, 0, 2, 0, 0, 0, 1, 0, 0, 0, 4 };
        g_assert_cmpint(rtcp_reader_init(&reader, padded, sizeof padded), ==, DROP_NONE);
        g_assert_true(rtcp_reader_next(&reader, &packet));
        g_assert_cmpuint(packet.body_bytes, ==, 4);
        g_assert_cmpint(rtcp_kind(&packet), ==, RTCP_RR);
        static const uint8_t WRONG[] = { 0, 12, 255 };
        for (unsigned i = 0; i < G_N_ELEMENTS(WRONG); i++) {
                padded[11] = WRONG[i];
                g_assert_cmpint(rtcp_reader_init(&reader, padded, sizeof padded), ==, DROP_RTCP_MALFORMED);
        }
        /* what Chromium fills its feedback up with is no multiple of four */
        static const uint8_t chromium[] = { 0xaf, 205, 0, 5, 0, 0, 0, 1, 0,    0,    0,    2,
                                            0,    9,   0, 1, 0, 0, 7, 3, 0x20, 0x01, 0x10, 1 };
        g_assert_cmpint(rtcp_reader_init(&reader, chromium, sizeof chromium), ==, DROP_NONE);
        g_assert_true(rtcp_reader_next(&reader, &packet));
        g_assert_cmpuint(packet.body_bytes, ==, 19);
        g_assert_cmpint(rtcp_kind(&packet), ==, RTCP_TWCC);
        TwccFeedback feedback;
        g_assert_true(rtcp_twcc_read(&packet, &feedback));
        g_assert_cmpuint(feedback.n_packets, ==, 1);
        g_assert_true(feedback.packets[0].received);
        g_assert_cmpint(feedback.packets[0].arrival_us, ==, 4000);
        /* counts that promise more than there is are of no kind */
        uint8_t short_rr[] = { 0x81, 201, 0, 1, 0, 0, 0, 1 };
        g_assert_cmpint(rtcp_reader_init(&reader, short_rr, sizeof short_rr), ==, DROP_NONE);
        g_assert_true(rtcp_reader_next(&reader, &packet));
        g_assert_cmpint(rtcp_kind(&packet), ==, RTCP_OTHER);
        short_rr[0] = 0x41;
        g_assert_cmpint(rtcp_reader_init(&reader, short_rr, sizeof short_rr), ==, DROP_RTCP_MALFORMED);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/rtcp/reports", test_reports);
        g_test_add_func("/rtcp/round-trip", test_round_trip);
        g_test_add_func("/rtcp/sdes-and-bye", test_sdes_and_bye);
        g_test_add_func("/rtcp/nack", test_nack);
        g_test_add_func("/rtcp/key-frame-requests", test_key_frame_requests);
        g_test_add_func("/rtcp/remb", test_remb);
        g_test_add_func("/rtcp/twcc", test_twcc);
        g_test_add_func("/rtcp/twcc-malformed", test_twcc_malformed);
        g_test_add_func("/rtcp/compound", test_compound);
        g_test_add_func("/rtcp/malformed", test_malformed);
        return g_test_run();
}
