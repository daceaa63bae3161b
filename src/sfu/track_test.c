#include "sfu/track.h"

#include <string.h>

typedef struct Bench {
        PacketPool pool;
        Counters counters;
        Track *track;
} Bench;

static void bench_init(Bench *bench, SfuTrackKind kind, MediaCodec codec)
{
        memset(bench, 0, sizeof *bench);
        packet_pool_init(&bench->pool);
        bench->track = track_new(1, &(TrackFormat){ .kind = kind, .codec = codec, .ssrc = 5 }, 0, 0);
}

static void bench_clear(Bench *bench)
{
        track_free(bench->track, &bench->pool);
        packet_pool_clear(&bench->pool);
}

static bool store(Bench *bench, uint64_t index)
{
        Packet *packet = packet_pool_take(&bench->pool);
        packet->index = index;
        bool stored = track_store(bench->track, &packet, &bench->counters);
        packet_pool_give(&bench->pool, packet);
        return stored;
}

static void test_ring(void)
{
        Bench bench;
        bench_init(&bench, SFU_CAMERA, CODEC_VP8);
        g_assert_true(store(&bench, 70000));
        g_assert_true(store(&bench, 70002));
        g_assert_true(store(&bench, 70001)); /* late */
        g_assert_false(store(&bench, 70001));
        g_assert_cmpuint(bench.counters.values[COUNTER_DUPLICATES], ==, 1);
        g_assert_nonnull(track_find(bench.track, 70001));
        g_assert_null(track_find(bench.track, 70003));
        for (uint64_t i = 70003; i < 70003 + TRACK_VIDEO_RING; i++)
                g_assert_true(store(&bench, i));
        g_assert_null(track_find(bench.track, 70001)); /* overwritten */
        g_assert_false(store(&bench, 70001));          /* too late: its place is taken */
        g_assert_cmpuint(bench.counters.drops[DROP_LATE], ==, 1);
        track_restart(bench.track, 2);
        g_assert_null(track_find(bench.track, 70500));
        g_assert_true(store(&bench, 70));
        bench_clear(&bench);
}

static void test_report(void)
{
        Bench bench;
        bench_init(&bench, SFU_CAMERA, CODEC_VP8);
        for (uint64_t i = 0; i < 100; i++) {
                if (i % 10 == 3)
                        continue; /* 10 of 100 are lost */
                store(&bench, 70000 + i);
                track_count(bench.track, 70000 + i, (uint32_t)(i * 3000), (int64_t)i * 33333 + 1000000);
        }
        RtcpReport report;
        track_report(bench.track, 5000000, &report);
        g_assert_cmpint(report.lost, ==, 10);
        g_assert_cmpuint(report.fraction_lost, ==, 10 * 256 / 100);
        g_assert_cmpuint(report.highest & 0xffff, ==, (70000 + 99) & 0xffff);
        g_assert_cmpuint(report.jitter, <, 10); /* evenly spaced */
        track_report(bench.track, 6000000, &report);
        g_assert_cmpuint(report.fraction_lost, ==, 0); /* nothing since */
        bench_clear(&bench);
}

static uint64_t ntp_of_us(int64_t us)
{
        return rtcp_ntp(us);
}

/* Capture times follow the sender's reports once there are, and sound and picture share one offset. */
static void test_clock(void)
{
        Bench bench;
        bench_init(&bench, SFU_CAMERA, CODEC_VP8);
        int64_t capture_us;
        g_assert_false(track_capture_us(bench.track, 0, 0, &capture_us));
        bench.track->clock.has_arrival = true;
        bench.track->clock.arrival_timestamp = 90000;
        bench.track->clock.arrival_utc_us = 5000000;
        g_assert_true(track_capture_us(bench.track, 90000 + 9000, 0, &capture_us));
        g_assert_cmpint(capture_us, ==, 5100000);

        /* The sender's clock is an hour ahead; timestamp 0xffffff00 was at its time 10,000 s. */
        int64_t ahead_us = INT64_C(3600) * G_USEC_PER_SEC, sent_us = INT64_C(10000) * G_USEC_PER_SEC;
        RtcpSenderInfo info = { .ntp = ntp_of_us(sent_us + ahead_us), .rtp_timestamp = 0xffffff00 };
        track_sender_report(bench.track, &info, 1);
        g_assert_true(track_capture_us(bench.track, 0xffffff00 + 45000, -ahead_us, &capture_us));
        g_assert_cmpint(ABS(capture_us - (sent_us + 500000)), <=, 1);
        uint32_t timestamp;
        g_assert_true(track_timestamp_at(bench.track, sent_us + 2000000, -ahead_us, &timestamp));
        g_assert_cmpint(ABS((int32_t)(timestamp - (0xffffff00 + 180000))), <=, 1);
        /* A report from a mad clock is of no use for reports of ours. */
        g_assert_false(track_timestamp_at(bench.track, sent_us, 0, &timestamp));
        bench_clear(&bench);
}

static void test_key_wishes_are_joined(void)
{
        Bench bench;
        bench_init(&bench, SFU_CAMERA, CODEC_VP8);
        store(&bench, 70000);
        bench.track->last_packet_us = 10000000;
        unsigned asked = 0;
        for (int64_t now_us = 10000000; now_us < 11000000; now_us += 10000)
                asked += track_want_key(bench.track, now_us); /* a hundred watchers within a second */
        g_assert_cmpuint(asked, ==, 2);
        bench.track->key_wanted = false; /* it came */
        g_assert_false(track_key_due(bench.track, 11600000));
        bench.track->key_wanted = true;
        g_assert_true(track_key_due(bench.track, 11600000));
        g_assert_false(track_key_due(bench.track, 20000000)); /* a source that is silent is left alone */
        bench_clear(&bench);
}

static Packet *payload_packet(Bench *bench, uint64_t index, uint32_t timestamp, const uint8_t *payload, size_t size)
{
        Packet *packet = packet_pool_take(&bench->pool);
        packet->index = index;
        packet->timestamp = timestamp;
        packet->codec = bench->track->format.codec;
        packet->payload_offset = 12;
        packet->payload_size = (uint16_t)size;
        memcpy(packet->bytes + 12, payload, size);
        return packet;
}

static bool begins(Bench *bench, uint64_t index, uint32_t timestamp, const uint8_t *payload, size_t size)
{
        Packet *packet = payload_packet(bench, index, timestamp, payload, size);
        g_assert_cmpint(track_parse_payload(bench->track, packet), ==, DROP_NONE);
        bool key_start = packet->key_start;
        track_store(bench->track, &packet, &bench->counters);
        packet_pool_give(&bench->pool, packet);
        return key_start;
}

/* A watcher may begin at the parameter sets, and not in the middle of the key frame they belong to. */
static void test_h264_beginning(void)
{
        static const uint8_t delta[] = { 0x61, 0xe0, 0, 0 }, idr[] = { 0x7c, 0x85, 0x88, 0 };
        static const uint8_t sets[] = { 0x78, 0, 4, 0x67, 0x42, 0xe0, 0x1f, 0, 2, 0x68, 0xce };
        Bench bench;
        bench_init(&bench, SFU_CAMERA, CODEC_H264);
        g_assert_false(begins(&bench, 70000, 0, delta, sizeof delta));
        g_assert_true(begins(&bench, 70001, 3000, sets, sizeof sets));
        g_assert_false(begins(&bench, 70002, 3000, idr, sizeof idr));
        g_assert_false(begins(&bench, 70003, 6000, delta, sizeof delta));
        g_assert_true(begins(&bench, 70004, 9000, idr, sizeof idr)); /* an encoder that sends the sets once */
        bench_clear(&bench);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/track/ring", test_ring);
        g_test_add_func("/track/report", test_report);
        g_test_add_func("/track/clock", test_clock);
        g_test_add_func("/track/key-wishes-are-joined", test_key_wishes_are_joined);
        g_test_add_func("/track/h264-beginning", test_h264_beginning);
        return g_test_run();
}
