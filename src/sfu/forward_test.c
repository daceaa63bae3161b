#include "sfu/forward.h"

#include "rtc/bytes.h"

#include <string.h>

enum { VIDEO_HZ = 90000 };

/* A VP8 packet with a 15-bit picture-ID and TL0PICIDX, as it lies in a ring. */
static void vp8_packet(Packet *packet, uint64_t index, uint32_t timestamp, uint16_t picture_id, uint8_t tl0)
{
        memset(packet, 0, sizeof *packet);
        uint8_t payload[] = {
                0x90, 0xe0, (uint8_t)(0x80 | picture_id >> 8), (uint8_t)picture_id, tl0, 0x20, 0x10, 0, 0
        };
        packet->index = index;
        packet->timestamp = timestamp;
        packet->codec = CODEC_VP8;
        packet->payload_offset = 12;
        packet->payload_size = sizeof payload;
        memcpy(packet->bytes + 12, payload, sizeof payload);
        g_assert_cmpint(vp8_parse(payload, sizeof payload, &packet->vp8), ==, DROP_NONE);
        g_assert_true(packet->vp8.has_picture_id && packet->vp8.has_tl0);
}

typedef struct Sent {
        uint16_t sequence;
        uint32_t timestamp;
        uint16_t picture_id;
        uint8_t tl0;
} Sent;

static Sent send_one(Slot *slot, Packet *packet, int64_t now_us)
{
        uint64_t out_index = slot_out_index(slot, packet);
        uint8_t header[RTP_HEADER_BYTES];
        slot_rewrite_vp8(slot, packet);
        slot_write_header(slot, packet, 96, out_index, header);
        slot_sent(slot, packet, out_index, now_us);
        g_assert_cmphex(read_u32(header + 8), ==, slot->ssrc);
        const uint8_t *payload = packet_payload(packet);
        return (Sent){ read_u16(header + 2), read_u32(header + 4), read_u16(payload + 2) & 0x7fff, payload[4] };
}

/* From one camera to another whose numbers are anything: what the browser sees runs on. */
static void test_switch_is_continuous(void)
{
        Slot slot;
        Packet packet;
        slot_init(&slot, 10, 11);
        vp8_packet(&packet, 70000, 1000, 0x7ffe, 200);
        slot_switch(&slot, 1, &packet, VIDEO_HZ, 0);
        Sent first = send_one(&slot, &packet, 0);
        g_assert_cmpuint(first.sequence, <, 0x8000); /* SRTP's roll-over counter begins at 0 on both sides */
        vp8_packet(&packet, 70001, 4000, 0x7fff, 201);
        Sent second = send_one(&slot, &packet, 33333);
        g_assert_cmpuint(second.sequence, ==, first.sequence + 1);

        vp8_packet(&packet, 123456, 0xfffff000, 77, 3);
        slot_switch(&slot, 2, &packet, VIDEO_HZ, 133333);
        Sent third = send_one(&slot, &packet, 133333);
        g_assert_cmpuint(third.sequence, ==, second.sequence + 1);
        g_assert_cmpuint(third.timestamp - second.timestamp, ==, 9000); /* the 100 ms that passed */
        g_assert_cmpuint(third.picture_id, ==, (second.picture_id + 1) & 0x7fff);
        g_assert_cmpuint(third.tl0, ==, (uint8_t)(second.tl0 + 1));

        vp8_packet(&packet, 123457, 0xfffff000 + 3000, 78, 4);
        Sent fourth = send_one(&slot, &packet, 166666);
        g_assert_cmpuint(fourth.timestamp - third.timestamp, ==, 3000);
        g_assert_cmpuint(fourth.picture_id, ==, (third.picture_id + 1) & 0x7fff);
}

/* The same packet for two watchers: each sees its own numbers, whoever came first. */
static void test_two_watchers_one_packet(void)
{
        Slot a, b;
        Packet packet;
        slot_init(&a, 10, 11);
        slot_init(&b, 20, 21);
        vp8_packet(&packet, 500, 0, 5, 5);
        slot_switch(&a, 1, &packet, VIDEO_HZ, 0);
        send_one(&a, &packet, 0);
        vp8_packet(&packet, 900, 0, 100, 100);
        slot_switch(&a, 2, &packet, VIDEO_HZ, 1000);
        slot_switch(&b, 2, &packet, VIDEO_HZ, 1000);
        g_assert_cmpuint(send_one(&a, &packet, 1000).picture_id, ==, 6);
        g_assert_cmpuint(send_one(&b, &packet, 1000).picture_id, ==, 100);
        g_assert_cmpuint(send_one(&a, &packet, 1000).picture_id, ==, 6);
}

/* Late and lost packets: each has its own place, and a NACK leads back to it. */
static void test_places(void)
{
        Slot slot;
        Packet packet;
        slot_init(&slot, 10, 11);
        vp8_packet(&packet, 1000, 0, 1, 1);
        slot_switch(&slot, 1, &packet, VIDEO_HZ, 0);
        uint16_t first = send_one(&slot, &packet, 0).sequence;
        vp8_packet(&packet, 1003, 3000, 2, 2);
        send_one(&slot, &packet, 0);
        vp8_packet(&packet, 1001, 0, 1, 1);
        g_assert_cmpuint(send_one(&slot, &packet, 0).sequence, ==, first + 1);
        g_assert_cmpuint(slot.next_out, ==, (uint64_t)first + 4);
        g_assert_cmpuint(slot_source_index(&slot, first), ==, 1000);
        g_assert_cmpuint(slot_source_index(&slot, first + 2), ==, 1002);
        g_assert_cmpuint(slot_source_index(&slot, first + 4), ==, 0); /* not sent yet */
        vp8_packet(&packet, 5000, 0, 9, 9);
        slot_switch(&slot, 2, &packet, VIDEO_HZ, 0);
        send_one(&slot, &packet, 0);
        g_assert_cmpuint(slot_source_index(&slot, first + 3), ==, 0); /* the old source's */
        g_assert_cmpuint(slot_source_index(&slot, first + 4), ==, 5000);
}

static void test_sequence_wraps(void)
{
        Slot slot;
        Packet packet;
        slot_init(&slot, 10, 11);
        vp8_packet(&packet, 1, 0, 1, 1);
        slot_switch(&slot, 1, &packet, VIDEO_HZ, 0);
        Sent before = send_one(&slot, &packet, 0);
        for (uint64_t index = 2; index < 200000; index++) {
                vp8_packet(&packet, index, (uint32_t)index, (uint16_t)(index & 0x7fff), (uint8_t)index);
                Sent sent = send_one(&slot, &packet, 0);
                g_assert_cmpuint((uint16_t)(sent.sequence - before.sequence), ==, 1);
                g_assert_cmpuint(slot_source_index(&slot, sent.sequence), ==, index);
                before = sent;
        }
        g_assert_cmpuint(slot.next_out >> 16, ==, 3); /* the roll-over counter went with it */
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/forward/switch-is-continuous", test_switch_is_continuous);
        g_test_add_func("/forward/two-watchers-one-packet", test_two_watchers_one_packet);
        g_test_add_func("/forward/places", test_places);
        g_test_add_func("/forward/sequence-wraps", test_sequence_wraps);
        return g_test_run();
}
