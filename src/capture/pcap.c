#include "capture/pcap.h"

enum {
        MAGIC_US = 0xa1b2c3d4,
        LINK_RAW_IP = 101,
        SNAPLEN = 65535,
        IP_BYTES = 20,
        UDP_BYTES = 8,
        UDP = 17,
        SERVER_PORT = 5004, /* RTP's own: readers guess right */
        PERSON_PORT = 49152
};

static const uint8_t server_address[4] = { 192, 0, 2, 1 }, person_address[4] = { 192, 0, 2, 2 };

static void add_host_u32(GByteArray *out, uint32_t value)
{
        g_byte_array_append(out, (const guint8 *)&value, sizeof value);
}

static void add_u16(GByteArray *out, unsigned value)
{
        guint8 bytes[2] = { (guint8)(value >> 8), (guint8)value };
        g_byte_array_append(out, bytes, sizeof bytes);
}

/* In the machine's byte order, which the magic number tells. */
GByteArray *pcap_new(void)
{
        GByteArray *pcap = g_byte_array_new();
        uint16_t version[2] = { 2, 4 };
        add_host_u32(pcap, MAGIC_US);
        g_byte_array_append(pcap, (const guint8 *)version, sizeof version);
        add_host_u32(pcap, 0);
        add_host_u32(pcap, 0);
        add_host_u32(pcap, SNAPLEN);
        add_host_u32(pcap, LINK_RAW_IP);
        return pcap;
}

static uint16_t ip_checksum(const guint8 *header)
{
        uint32_t sum = 0;
        for (unsigned i = 0; i < IP_BYTES; i += 2)
                sum += (uint32_t)header[i] << 8 | header[i + 1];
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (uint16_t)~sum;
}

/* RFC 791 3.1, RFC 768; UDP's checksum 0: none. */
static void add_headers(GByteArray *out, const SfuCaptured *packet)
{
        guint at = out->len;
        g_byte_array_append(out, (const guint8[]){ 0x45, 0 }, 2);
        add_u16(out, IP_BYTES + UDP_BYTES + packet->size);
        g_byte_array_append(out, (const guint8[]){ 0, 0, 0x40, 0, 64, UDP, 0, 0 }, 8);
        g_byte_array_append(out, packet->out ? server_address : person_address, 4);
        g_byte_array_append(out, packet->out ? person_address : server_address, 4);
        uint16_t sum = ip_checksum(out->data + at);
        out->data[at + 10] = (guint8)(sum >> 8);
        out->data[at + 11] = (guint8)sum;
        add_u16(out, packet->out ? SERVER_PORT : PERSON_PORT);
        add_u16(out, packet->out ? PERSON_PORT : SERVER_PORT);
        add_u16(out, UDP_BYTES + packet->size);
        add_u16(out, 0);
}

bool pcap_add(GByteArray *pcap, const SfuCaptured *packet)
{
        if (pcap->len + 16 + IP_BYTES + UDP_BYTES + packet->kept > PCAP_BYTES_MAX)
                return false;
        add_host_u32(pcap, (uint32_t)(packet->at_us / G_USEC_PER_SEC));
        add_host_u32(pcap, (uint32_t)(packet->at_us % G_USEC_PER_SEC));
        add_host_u32(pcap, IP_BYTES + UDP_BYTES + packet->kept);
        add_host_u32(pcap, IP_BYTES + UDP_BYTES + packet->size);
        add_headers(pcap, packet);
        g_byte_array_append(pcap, packet->bytes, packet->kept);
        return true;
}
