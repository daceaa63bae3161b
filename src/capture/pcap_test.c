/* What the file says is what was captured, as a reader by the format's description finds it. */
#include "capture/pcap.h"

#include <string.h>

static uint32_t host_u32(const GByteArray *pcap, guint at)
{
        uint32_t value;
        memcpy(&value, pcap->data + at, sizeof value);
        return value;
}

static unsigned net_u16(const GByteArray *pcap, guint at)
{
        return (unsigned)pcap->data[at] << 8 | pcap->data[at + 1];
}

static void test_one_packet(void)
{
        g_autoptr(GByteArray) pcap = pcap_new();
        SfuCaptured packet = {
                .at_us = INT64_C(1764000000123456), .out = true, .size = 1200, .kept = 12, .bytes = { 0x80, 111, 0, 7 }
        };
        g_assert_cmpuint(pcap->len, ==, 24);
        g_assert_cmphex(host_u32(pcap, 0), ==, 0xa1b2c3d4);
        g_assert_cmpuint(host_u32(pcap, 20), ==, 101);
        g_assert_true(pcap_add(pcap, &packet));
        g_assert_cmpuint(pcap->len, ==, 24 + 16 + 28 + 12);
        g_assert_cmpuint(host_u32(pcap, 24), ==, 1764000000);
        g_assert_cmpuint(host_u32(pcap, 28), ==, 123456);
        g_assert_cmpuint(host_u32(pcap, 32), ==, 40);
        g_assert_cmpuint(host_u32(pcap, 36), ==, 1228);
        g_assert_cmpuint(net_u16(pcap, 42), ==, 1228); /* IP's length */
        g_assert_cmpuint(pcap->data[40 + 9], ==, 17);
        g_assert_cmpuint(net_u16(pcap, 60), ==, 5004); /* from the server */
        g_assert_cmpuint(net_u16(pcap, 64), ==, 1208);
        g_assert_cmpmem(pcap->data + 68, 12, packet.bytes, 12);
        uint32_t sum = 0; /* RFC 1071: a header with its checksum sums up to all ones */
        for (guint at = 40; at < 60; at += 2)
                sum += net_u16(pcap, at);
        g_assert_cmphex((sum & 0xffff) + (sum >> 16), ==, 0xffff);
}

static void test_full(void)
{
        g_autoptr(GByteArray) pcap = pcap_new();
        SfuCaptured packet = { .size = 1200, .kept = SFU_CAPTURED_BYTES };
        unsigned added = 0;
        while (pcap_add(pcap, &packet))
                added++;
        guint full = pcap->len;
        g_assert_cmpuint(full, <=, PCAP_BYTES_MAX);
        g_assert_cmpuint(added, >, 10000);
        g_assert_false(pcap_add(pcap, &packet));
        g_assert_cmpuint(pcap->len, ==, full);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/pcap/one-packet", test_one_packet);
        g_test_add_func("/pcap/full", test_full);
        return g_test_run();
}
