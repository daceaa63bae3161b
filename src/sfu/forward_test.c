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
        uint64_t out_index = slot_out_index(&slot->now, packet);
        uint8_t header[RTP_HEADER_BYTES];
        slot_rewrite_vp8(&slot->now, packet, packet_payload(packet));
        slot_write_header(slot, &slot->now, packet, 96, out_index, header);
        slot_sent(slot, &slot->now, packet, out_index, now_us);
        g_assert_cmphex(read_u32(header + 8), ==, slot->ssrc);
        const uint8_t *payload = packet_payload(packet);
        return (Sent){ read_u16(header + 2), read_u32(header + 4), read_u16(payload + 2) & 0x7fff, payload[4] };
}

static void switch_to(Slot *slot, uint32_t source, const Packet *first, int64_t now_us)
{
        slot_switch(slot, source, first, slot_idle_ticks(slot, VIDEO_HZ, now_us));
}

/* From one camera to another whose numbers are anything: what the browser sees runs on. */
static void test_switch_is_continuous(void)
{
        Slot slot;
        Packet packet;
        slot_init(&slot, 10, 11);
        vp8_packet(&packet, 70000, 1000, 0x7ffe, 200);
        switch_to(&slot, 1, &packet, 0);
        Sent first = send_one(&slot, &packet, 0);
        g_assert_cmpuint(first.sequence, <, 0x8000); /* SRTP's roll-over counter begins at 0 on both sides */
        vp8_packet(&packet, 70001, 4000, 0x7fff, 201);
        Sent second = send_one(&slot, &packet, 33333);
        g_assert_cmpuint(second.sequence, ==, first.sequence + 1);

        vp8_packet(&packet, 123456, 0xfffff000, 77, 3);
        switch_to(&slot, 2, &packet, 133333);
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
        switch_to(&a, 1, &packet, 0);
        send_one(&a, &packet, 0);
        vp8_packet(&packet, 900, 0, 100, 100);
        switch_to(&a, 2, &packet, 1000);
        switch_to(&b, 2, &packet, 1000);
        g_assert_cmpuint(send_one(&a, &packet, 1000).picture_id, ==, 6);
        g_assert_cmpuint(send_one(&b, &packet, 1000).picture_id, ==, 100);
        g_assert_cmpuint(send_one(&a, &packet, 1000).picture_id, ==, 6);
}

/* A track with its ring, filled as publisher.c does. */
typedef struct Bench {
        PacketPool pool;
        Counters counters;
        Track *track;
} Bench;

static void bench_init(Bench *bench, uint32_t id, MediaCodec codec)
{
        memset(bench, 0, sizeof *bench);
        packet_pool_init(&bench->pool);
        bench->track = track_new(id, &(TrackFormat){ .kind = SFU_CAMERA, .codec = codec }, 0, 2);
}

static void bench_clear(Bench *bench)
{
        track_free(bench->track, &bench->pool);
        packet_pool_clear(&bench->pool);
}

/* The packet as it lies in the ring, or NULL for a duplicate. */
static Packet *take(Bench *bench, const Packet *given)
{
        Packet *packet = packet_pool_take(&bench->pool), *stored = packet;
        *packet = *given;
        packet->track = bench->track;
        bool fresh = track_store(bench->track, &packet, &bench->counters);
        packet_pool_give(&bench->pool, packet);
        return fresh ? stored : NULL;
}

static uint64_t source_index(const Slot *slot, const Track *track, uint16_t sequence)
{
        uint64_t out_index;
        const SlotMap *map = slot_map_of(slot, sequence, &out_index);
        return map && map->source == track->id ? slot_source_index(map, track, out_index) : 0;
}

/* Late and lost packets: each has its own place, and a NACK leads back to it. */
static void test_places(void)
{
        Slot slot;
        Packet packet;
        Bench one, two;
        bench_init(&one, 1, CODEC_VP8);
        bench_init(&two, 2, CODEC_VP8);
        slot_init(&slot, 10, 11);
        vp8_packet(&packet, 1000, 0, 1, 1);
        switch_to(&slot, 1, take(&one, &packet), 0);
        uint16_t first = send_one(&slot, &packet, 0).sequence;
        vp8_packet(&packet, 1003, 3000, 2, 2);
        send_one(&slot, take(&one, &packet), 0);
        vp8_packet(&packet, 1001, 0, 1, 1);
        g_assert_cmpuint(send_one(&slot, take(&one, &packet), 0).sequence, ==, first + 1);
        g_assert_cmpuint(slot.next_out, ==, (uint64_t)first + 4);
        g_assert_cmpuint(source_index(&slot, one.track, first), ==, 1000);
        g_assert_cmpuint(source_index(&slot, one.track, first + 2), ==, 1002);
        g_assert_cmpuint(source_index(&slot, one.track, first + 4), ==, 0); /* not sent yet */
        vp8_packet(&packet, 5000, 0, 9, 9);
        switch_to(&slot, 2, take(&two, &packet), 0);
        send_one(&slot, &packet, 0);
        g_assert_cmpuint(source_index(&slot, two.track, first + 3), ==, 0);
        g_assert_cmpuint(source_index(&slot, one.track, first + 3), ==, 1003); /* the old source's, still known */
        g_assert_cmpuint(source_index(&slot, two.track, first + 4), ==, 5000);
        /* What is late from the old source finds its old place, what is new of it has none. */
        vp8_packet(&packet, 1002, 0, 1, 1);
        g_assert_true(slot_past(&slot, 1, take(&one, &packet)) == &slot.past);
        g_assert_cmpuint(slot_out_index(&slot.past, &packet), ==, (uint64_t)first + 2);
        vp8_packet(&packet, 1004, 6000, 3, 3);
        g_assert_null(slot_past(&slot, 1, take(&one, &packet)));
        bench_clear(&one);
        bench_clear(&two);
}

static void test_sequence_wraps(void)
{
        Slot slot;
        Packet packet;
        Bench bench;
        bench_init(&bench, 1, CODEC_VP8);
        slot_init(&slot, 10, 11);
        vp8_packet(&packet, 1, 0, 1, 1);
        switch_to(&slot, 1, take(&bench, &packet), 0);
        Sent before = send_one(&slot, &packet, 0);
        for (uint64_t index = 2; index < 200000; index++) {
                vp8_packet(&packet, index, (uint32_t)index, (uint16_t)(index & 0x7fff), (uint8_t)index);
                Sent sent = send_one(&slot, take(&bench, &packet), 0);
                g_assert_cmpuint((uint16_t)(sent.sequence - before.sequence), ==, 1);
                g_assert_cmpuint(source_index(&slot, bench.track, sent.sequence), ==, index);
                before = sent;
        }
        g_assert_cmpuint(slot.next_out >> 16, ==, 3); /* the roll-over counter went with it */
        bench_clear(&bench);
}

/* --- Random traces ------------------------------------------------------------------------------------------------ */

enum {
        TRACE_PICTURES = 400,
        TRACE_MAX = 6000,
        LAYERS = 2,
};

/* What a publisher sends of one picture: packets of two simulcast layers with three temporal layers each, or H.264's
 * two. Temporal layers follow 0 2 1 2; layer 1's pictures of the first in each four are what layer 2 leans on. */
typedef struct Event {
        unsigned layer;
        Packet packet;
        double at; /* when it comes: some later than their turn, some never */
} Event;

static int by_arrival(const void *a, const void *b)
{
        double x = ((const Event *)a)->at, y = ((const Event *)b)->at;
        return x < y ? -1 : x > y;
}

static void trace_packet(Packet *packet, MediaCodec codec, uint64_t index, unsigned picture, unsigned part,
                         unsigned parts, unsigned layer)
{
        static const uint8_t pattern[] = { 0, 2, 1, 2 };
        bool key = picture % 40 == 10 * layer;
        uint8_t temporal = pattern[(picture - 10 * layer) % 4];
        vp8_packet(packet, index, picture * 3000 + layer * 777777, (uint16_t)((picture + layer * 500) & 0x7fff),
                   (uint8_t)(picture / 4 + layer * 9));
        packet->codec = codec;
        packet->frame_start = part == 0;
        packet->key_start = part == 0 && key;
        packet->marker = part + 1 == parts;
        packet->temporal = codec == CODEC_H264 ? temporal > 1 : temporal;
        packet->vp8.has_tid = true;
        packet->vp8.layer_sync = temporal > 0 && (picture - 10 * layer) % 4 < 3;
}

static unsigned make_trace(Event *events, MediaCodec codec)
{
        unsigned n = 0;
        uint64_t next[LAYERS] = { 70000, 90000 };
        for (unsigned picture = 20; picture < TRACE_PICTURES; picture++)
                for (unsigned layer = 0; layer < LAYERS; layer++) {
                        unsigned parts = (unsigned)g_test_rand_int_range(1, 5);
                        for (unsigned part = 0; part < parts; part++) {
                                Event *event = &events[n];
                                event->layer = layer;
                                event->at =
                                        n + (g_test_rand_int_range(0, 10) == 0 ? g_test_rand_double_range(0, 60) : 0);
                                trace_packet(&event->packet, codec, next[layer]++, picture, part, parts, layer);
                                n += g_test_rand_int_range(0, 50) > 0; /* else it is lost for good */
                        }
                }
        qsort(events, n, sizeof *events, by_arrival);
        return n;
}

/* All that a watcher received, by outgoing index. */
typedef struct Received {
        bool there, empty;
        uint32_t id;
        uint64_t source_index;
        uint32_t timestamp;
        uint16_t picture_id;
        uint8_t temporal, limit;
        bool key_start, frame_start;
} Received;

static void receive(Received *received, const Slot *slot, const SlotMap *map, Packet *packet, uint32_t id)
{
        uint64_t out = slot_out_index(map, packet);
        g_assert_cmpuint(out, >, 0);
        g_assert_cmpuint(out, <, TRACE_MAX);
        g_assert_false(received[out].there); /* no two packets in one place */
        received[out] = (Received){ .there = true,
                                    .empty = slot_payload_size(map, packet) == 0,
                                    .id = id,
                                    .source_index = packet->index,
                                    .timestamp = packet->timestamp + map->timestamp_offset,
                                    .picture_id = slot_picture_id(map, packet),
                                    .temporal = packet->temporal,
                                    .limit = map->temporal,
                                    .key_start = packet->key_start,
                                    .frame_start = packet->frame_start };
}

/* As fan_out.c does for each packet. */
static void forward(Slot *slot, Packet *packet, Received *received)
{
        uint32_t id = packet->track->id;
        const SlotMap *map = &slot->now;
        if (slot->now.source != id && slot->wanted == id && packet->key_start)
                slot_switch(slot, id, packet, slot_idle_ticks(slot, VIDEO_HZ, packet->arrival_us));
        if (slot->now.source != id || packet->index < slot->now.base_in) {
                map = slot_past(slot, id, packet);
        } else if (slot->now.temporal != slot->target_temporal) {
                slot_turn_temporal(slot, packet);
                map = packet->index < slot->now.base_in ? slot_past(slot, id, packet) : &slot->now;
        }
        if (!map || slot_leaves_out(map, packet))
                return;
        receive(received, slot, map, packet, id);
        slot_sent(slot, map, packet, slot_out_index(map, packet), packet->arrival_us);
}

/* In the order of sequence numbers: time never goes back, a picture-ID belongs to one picture, and where no packet is
 * missing there is no hole between two pictures' IDs: a decoder would wait for what fills it. */
static void check_received(const Received *received, uint64_t end, MediaCodec codec)
{
        const Received *before = NULL;
        uint64_t before_out = 0;
        for (uint64_t out = 1; out < end; out++) {
                const Received *now = &received[out];
                if (!now->there || now->empty)
                        continue;
                g_assert_cmpuint(now->temporal, <=, now->limit);
                if (before) {
                        int32_t passed = (int32_t)(now->timestamp - before->timestamp);
                        g_assert_cmpint(passed, >=, 0);
                        int16_t step = (int16_t)((uint16_t)(now->picture_id - before->picture_id) << 1) >> 1;
                        if (codec == CODEC_VP8)
                                g_assert_true(passed ? step > 0 : step == 0);
                        if (codec == CODEC_VP8 && passed && out == before_out + 1 && now->id == before->id)
                                g_assert_cmpint(step, ==, 1);
                        if (now->id != before->id)
                                g_assert_true(now->key_start || out > before_out + 1);
                }
                before = now;
                before_out = out;
        }
}

/* Every outgoing number leads back to the packet that was sent under it; else to one that is missing, or that came
 * before the key frame which it belongs to. */
static void check_nacks(const Slot *slot, Bench *benches, const Received *received, int64_t switched_us)
{
        if (!slot->now.source)
                return;
        for (uint64_t out = slot->past.source ? slot->past.base_out : slot->now.base_out; out < slot->next_out; out++) {
                uint64_t out_index;
                const SlotMap *map = slot_map_of(slot, (uint16_t)out, &out_index);
                g_assert_nonnull(map);
                const Track *track = benches[map->source - 1].track;
                uint64_t index = slot_source_index(map, track, out_index);
                Packet *packet = track_find(track, index);
                if (received[out].there)
                        g_assert_cmpuint(index, ==, received[out].source_index);
                else
                        g_assert_true(!packet || packet->arrival_us < switched_us);
        }
}

/* How often it switched. */
static unsigned check_trace(MediaCodec codec)
{
        g_autofree Event *events = g_new0(Event, TRACE_MAX);
        g_autofree Received *received = g_new0(Received, TRACE_MAX);
        Bench benches[LAYERS];
        Slot slot;
        for (unsigned i = 0; i < LAYERS; i++)
                bench_init(&benches[i], i + 1, codec);
        slot_init(&slot, 10, 11);
        slot.wanted = 1;
        int64_t switched_us = 0;
        unsigned n = make_trace(events, codec), switches = 0;
        for (unsigned i = 0; i < n; i++) {
                events[i].packet.arrival_us = i * INT64_C(4000);
                Packet *packet = take(&benches[events[i].layer], &events[i].packet);
                if (!packet)
                        continue;
                if (g_test_rand_int_range(0, 150) == 0)
                        slot.wanted = (uint32_t)g_test_rand_int_range(1, LAYERS + 1);
                if (g_test_rand_int_range(0, 150) == 0)
                        slot.target_temporal = (uint8_t)g_test_rand_int_range(0, TEMPORAL_LAYERS);
                uint32_t source = slot.now.source;
                forward(&slot, packet, received);
                if (slot.now.source != source) {
                        switched_us = packet->arrival_us;
                        switches++;
                }
                if (i % 50 == 0)
                        check_nacks(&slot, benches, received, switched_us);
        }
        check_received(received, slot.next_out, codec);
        for (unsigned i = 0; i < LAYERS; i++)
                bench_clear(&benches[i]);
        return switches;
}

static void test_random_traces(void)
{
        unsigned switches = 0;
        for (unsigned i = 0; i < 60; i++)
                switches += check_trace(i % 2 ? CODEC_VP8 : CODEC_H264);
        g_assert_cmpuint(switches, >, 120);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/forward/switch-is-continuous", test_switch_is_continuous);
        g_test_add_func("/forward/two-watchers-one-packet", test_two_watchers_one_packet);
        g_test_add_func("/forward/places", test_places);
        g_test_add_func("/forward/sequence-wraps", test_sequence_wraps);
        g_test_add_func("/forward/random-traces", test_random_traces);
        return g_test_run();
}
