#include "rtc/rtp.h"
#include "rtc/bytes.h"
#include <glib.h>
#include <string.h>

static const RtpExtensionIds CHROMIUM = { .id = { 4, 10, 11, 1, 2, 3, 5 } };

static size_t make(uint8_t *packet, const RtpHeader *header, const RtpExtensionIds *ids, RtpExtensions *extensions,
                   const char *payload)
{
        size_t extension_bytes = extensions ? rtp_extensions_write(packet + 12, ids, extensions) : 0;
        rtp_write(packet, header, extension_bytes > 0);
        memcpy(packet + 12 + extension_bytes, payload, strlen(payload));
        return 12 + extension_bytes + strlen(payload);
}

static void test_header(void)
{
        uint8_t packet[256];
        RtpHeader header = {
                .marker = true, .payload_type = 96, .sequence = 65535, .timestamp = 0xdeadbeef, .ssrc = 7
        };
        size_t size = make(packet, &header, NULL, NULL, "hello");

        RtpHeader read;
        g_assert_cmpint(rtp_parse(packet, size, &read), ==, DROP_NONE);
        g_assert_true(read.marker);
        g_assert_cmpuint(read.payload_type, ==, 96);
        g_assert_cmpuint(read.sequence, ==, 65535);
        g_assert_cmphex(read.timestamp, ==, 0xdeadbeef);
        g_assert_cmpuint(read.ssrc, ==, 7);
        g_assert_cmpuint(read.header_bytes, ==, 12);
        g_assert_cmpuint(read.payload_bytes, ==, 5);
        g_assert_true(rtp_is(packet, size));
        g_assert_false(rtcp_is(packet, size));
}

static void test_csrc_and_padding(void)
{
        uint8_t packet[12 + 8 + 3 + 4] = { 0x80 | 0x20 | 2, 96 };
        packet[sizeof packet - 1] = 4;
        RtpHeader header;
        g_assert_cmpint(rtp_parse(packet, sizeof packet, &header), ==, DROP_NONE);
        g_assert_cmpuint(header.csrc_count, ==, 2);
        g_assert_cmpuint(header.header_bytes, ==, 20);
        g_assert_cmpuint(header.payload_bytes, ==, 3);
        g_assert_cmpuint(header.padding_bytes, ==, 4);

        packet[sizeof packet - 1] = 7; /* padding only, as bandwidth probes are */
        g_assert_cmpint(rtp_parse(packet, sizeof packet, &header), ==, DROP_NONE);
        g_assert_cmpuint(header.payload_bytes, ==, 0);
        packet[sizeof packet - 1] = 8;
        g_assert_cmpint(rtp_parse(packet, sizeof packet, &header), ==, DROP_RTP_MALFORMED);
        packet[sizeof packet - 1] = 0;
        g_assert_cmpint(rtp_parse(packet, sizeof packet, &header), ==, DROP_RTP_MALFORMED);
}

static void test_refused(void)
{
        uint8_t packet[20] = { 0x90, 96 };
        RtpHeader header;
        write_u16(packet + 14, 1);
        g_assert_cmpint(rtp_parse(packet, 20, &header), ==, DROP_NONE);
        for (size_t size = 0; size < 20; size++)
                g_assert_cmpint(rtp_parse(packet, size, &header), ==, DROP_RTP_MALFORMED);
        packet[0] = 0x40;
        g_assert_cmpint(rtp_parse(packet, 20, &header), ==, DROP_RTP_MALFORMED);
        packet[0] = 0x9f; /* fifteen CSRCs that are not there */
        g_assert_cmpint(rtp_parse(packet, 20, &header), ==, DROP_RTP_MALFORMED);
}

static void check_round_trip(const RtpExtensionIds *ids, uint16_t profile)
{
        uint8_t packet[256];
        RtpHeader header = { .payload_type = 111 }, read;
        RtpExtensions written = { .has = { true, true, true, true, true, true, true },
                                  .mid = "0",
                                  .rid = "h",
                                  .repaired_rid = "sixteen-letters!",
                                  .audio_level = 33,
                                  .voice = true,
                                  .abs_send_time = 0xabcdef,
                                  .playout_min_ms = 250,
                                  .playout_max_ms = 10000,
                                  .transport_sequence = 4711 };
        size_t size = make(packet, &header, ids, &written, "x");
        g_assert_cmpint(rtp_parse(packet, size, &read), ==, DROP_NONE);
        g_assert_cmphex(read.extension_profile, ==, profile);
        g_assert_cmpuint(read.header_bytes % 4, ==, 0);
        g_assert_cmpuint(read.payload_bytes, ==, 1);

        RtpExtensions extensions;
        rtp_extensions_read(packet, &read, ids, &extensions);
        for (unsigned i = 0; i < RTP_EXTENSION_COUNT; i++)
                g_assert_true(extensions.has[i]);
        g_assert_cmpstr(extensions.mid, ==, "0");
        g_assert_cmpstr(extensions.rid, ==, "h");
        g_assert_cmpstr(extensions.repaired_rid, ==, "sixteen-letters!");
        g_assert_cmpuint(extensions.audio_level, ==, 33);
        g_assert_true(extensions.voice);
        g_assert_cmphex(extensions.abs_send_time, ==, 0xabcdef);
        g_assert_cmpuint(extensions.playout_min_ms, ==, 250);
        g_assert_cmpuint(extensions.playout_max_ms, ==, 10000);
        g_assert_cmpuint(extensions.transport_sequence, ==, 4711);
        g_assert_cmpuint(read_u16(packet + extensions.transport_sequence_offset), ==, 4711);
        g_assert_cmpuint(read_u16(packet + 12 + written.transport_sequence_offset), ==, 4711);
}

static void test_extensions(void)
{
        check_round_trip(&CHROMIUM, 0xbede);
        check_round_trip(&(RtpExtensionIds){ .id = { 4, 10, 11, 1, 200, 3, 5 } }, 0x1000);
}

static void test_extensions_not_negotiated(void)
{
        uint8_t out[RTP_EXTENSIONS_MAX_BYTES];
        RtpExtensions extensions = { .has = { true }, .mid = "a" };
        g_assert_cmpuint(rtp_extensions_write(out, &(RtpExtensionIds){ 0 }, &extensions), ==, 0);
}

static void test_extensions_malformed(void)
{
        /* mid "a", padding, then an element that claims 16 bytes and has two, or stop */
        uint8_t packet[] = { 0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0xbe, 0xde, 0, 2, 0x40, 'a', 0, 0x3f, 1, 2, 0, 0 };
        RtpHeader header;
        RtpExtensions extensions;
        g_assert_cmpint(rtp_parse(packet, sizeof packet, &header), ==, DROP_NONE);
        rtp_extensions_read(packet, &header, &CHROMIUM, &extensions);
        g_assert_true(extensions.has[RTP_EXTENSION_MID]);
        g_assert_false(extensions.has[RTP_EXTENSION_TRANSPORT_CC]);

        packet[19] = 0x31;
        rtp_extensions_read(packet, &header, &CHROMIUM, &extensions);
        g_assert_true(extensions.has[RTP_EXTENSION_TRANSPORT_CC]);
        packet[18] = 0xf0;
        rtp_extensions_read(packet, &header, &CHROMIUM, &extensions);
        g_assert_false(extensions.has[RTP_EXTENSION_TRANSPORT_CC]);
}

static void test_uris(void)
{
        for (unsigned i = 0; i < RTP_EXTENSION_COUNT; i++)
                g_assert_cmpint(rtp_extension_find(rtp_extension_uri(i)), ==, i);
        g_assert_cmpint(rtp_extension_find("urn:x"), ==, RTP_EXTENSION_COUNT);
}

static void test_unwrap(void)
{
        int64_t last = 0x1ffff;
        g_assert_cmpint(rtp_unwrap_sequence(last, 0), ==, 0x20000);
        g_assert_cmpint(rtp_unwrap_sequence(last, 0xfffe), ==, 0x1fffe);
        g_assert_cmpint(rtp_unwrap_sequence(0x20000, 0xffff), ==, 0x1ffff);
        g_assert_cmpint(rtp_unwrap_timestamp(INT64_C(0x1fffffff0), 0x10), ==, INT64_C(0x200000010));
        g_assert_true(rtp_sequence_newer(0, 65535));
        g_assert_false(rtp_sequence_newer(65535, 0));
        g_assert_false(rtp_sequence_newer(5, 5));
        g_assert_cmphex(rtp_abs_send_time(1500000), ==, 1 << 18 | 1 << 17);
        g_assert_cmphex(rtp_abs_send_time(64 * INT64_C(1000000)), ==, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/rtp/header", test_header);
        g_test_add_func("/rtp/csrc-and-padding", test_csrc_and_padding);
        g_test_add_func("/rtp/refused", test_refused);
        g_test_add_func("/rtp/extensions", test_extensions);
        g_test_add_func("/rtp/extensions-not-negotiated", test_extensions_not_negotiated);
        g_test_add_func("/rtp/extensions-malformed", test_extensions_malformed);
        g_test_add_func("/rtp/uris", test_uris);
        g_test_add_func("/rtp/unwrap", test_unwrap);
        return g_test_run();
}
