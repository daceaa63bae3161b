/* What is lost on the way, to the server and from it: asked for again, sent again, and told where it will not come. */
#include "sfu/test_hall.h"

#include "rtc/bytes.h"
#include "rtc/red.h"
#include "rtc/rtcp.h"

static void send_nack(TestPeer *browser, uint32_t ssrc, uint16_t sequence)
{
        uint8_t compound[128];
        RtcpWriter writer;
        rtcp_writer_init(&writer, compound, 100);
        rtcp_write_report(&writer, 1, NULL, NULL, 0);
        rtcp_write_nack(&writer, 1, ssrc, &sequence, 1);
        test_peer_send_rtcp(browser, compound, writer.size);
}

static void test_resend(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        TestPeer *watcher = test_hall_watch(&hall, false);
        test_peer_send_picture(speaker, true, 3000);
        WAIT_FOR(&hall, test_peer_count(watcher, PAYLOAD_H264) == 2);
        const TestPacket original = *test_peer_nth(watcher, PAYLOAD_H264, 1);
        /* A packet that was sent often enough will not come: a key frame is asked for instead. */
        uint64_t wished = test_hall_counter(&hall, "key_frames_wished");
        WAIT_FOR(&hall, (send_nack(watcher, original.header.ssrc, original.header.sequence),
                         test_hall_counter(&hall, "key_frames_wished") > wished));
        WAIT_FOR(&hall, test_peer_count(watcher, PAYLOAD_H264_RTX) == test_hall_counter(&hall, "resends"));
        g_assert_cmpuint(test_hall_counter(&hall, "resends"), ==, 5);
        const TestPacket *again = test_peer_nth(watcher, PAYLOAD_H264_RTX, 0);
        g_assert_cmpuint(again->header.ssrc, ==, original.header.ssrc + 1);
        g_assert_cmpuint(read_u16(again->payload), ==, original.header.sequence);
        g_assert_cmpmem(again->payload + 2, again->size - 2, original.payload, original.size);
        send_nack(watcher, original.header.ssrc, original.header.sequence + 500); /* never sent */
        WAIT_FOR(&hall, test_hall_counter(&hall, "resends_gone") == 1);
        test_hall_clear(&hall);
}

static void send_report(TestPeer *browser, uint32_t ssrc, uint8_t fraction_lost)
{
        uint8_t compound[128];
        RtcpWriter writer;
        RtcpReport report = { .ssrc = ssrc, .fraction_lost = fraction_lost };
        rtcp_writer_init(&writer, compound, 100);
        rtcp_write_report(&writer, 1, NULL, &report, 1);
        test_peer_send_rtcp(browser, compound, writer.size);
}

/* A browser on a lossy network is asked to play later; one on a good network gets bare headers. */
static void test_later_on_loss(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        TestPeer *lossy = test_hall_watch(&hall, false);
        TestPeer *good = test_hall_watch(&hall, false);
        test_peer_send_picture(speaker, true, 3000);
        WAIT_FOR(&hall, test_peer_count(lossy, PAYLOAD_H264) == 2 && test_peer_count(good, PAYLOAD_H264) == 2);
        for (unsigned i = 0; i < 8; i++)
                send_report(lossy, test_peer_nth(lossy, PAYLOAD_H264, 0)->header.ssrc, 26); /* 10 % */
        test_peer_send_picture(speaker, false, 6000); /* read after the reports: one socket, one queue */
        WAIT_FOR(&hall, test_peer_count(lossy, PAYLOAD_H264) == 3 && test_peer_count(good, PAYLOAD_H264) == 3);
        g_assert_cmpuint(test_peer_nth(lossy, PAYLOAD_H264, 2)->header.extension_bytes, ==, 8);
        g_assert_cmpuint(test_peer_nth(good, PAYLOAD_H264, 2)->header.extension_bytes, ==, 4);
        g_assert_cmpuint(test_peer_nth(good, PAYLOAD_H264, 2)->transport, ==, 2);
        g_assert_cmpuint(test_peer_nth(lossy, PAYLOAD_H264, 2)->transport, ==, 2);
        test_peer_assert_whole(lossy);
        test_hall_clear(&hall);
}

/* Sound goes on in one line of numbers, each packet with the two before it where much is lost. */
static void test_redundant_sound(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        TestPeer *lossy = test_hall_watch(&hall, false);
        TestPeer *good = test_hall_watch(&hall, false);
        for (uint32_t i = 0; i < 2; i++)
                test_peer_send_voice(speaker, 960 * i);
        WAIT_FOR(&hall, test_peer_count(lossy, PAYLOAD_OPUS) == 2 && test_peer_count(good, PAYLOAD_OPUS) == 2);
        const TestPacket last = *test_peer_nth(lossy, PAYLOAD_OPUS, 1);
        for (unsigned i = 0; i < 8; i++)
                send_report(lossy, last.header.ssrc, 26); /* 10 % */
        for (uint32_t i = 2; i < 5; i++)
                test_peer_send_voice(speaker, 960 * i);
        WAIT_FOR(&hall, test_peer_count(lossy, PAYLOAD_RED) == 3 && test_peer_count(good, PAYLOAD_OPUS) == 5);
        for (unsigned i = 0; i < 3; i++) {
                const TestPacket *packet = test_peer_nth(lossy, PAYLOAD_RED, i),
                                 *plain = test_peer_nth(good, PAYLOAD_OPUS, 2 + i);
                size_t size;
                unsigned earlier;
                const uint8_t *payload = red_read(packet->payload, packet->size, &size, &earlier);
                g_assert_cmpmem(payload, size, plain->payload, plain->size);
                g_assert_cmpuint(earlier, ==, 2);
                g_assert_cmpuint(packet->header.sequence, ==, (uint16_t)(last.header.sequence + 1 + i));
                g_assert_cmpuint(packet->header.timestamp, ==, last.header.timestamp + 960 * (1 + i));
        }
        test_hall_clear(&hall);
}

/* Where the line carries nothing more the picture is paused, the sound goes on, and the page can say why. */
static void test_narrow_line(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        TestPeer *watcher = test_hall_watch(&hall, false);
        SfuPeer peer = hall.peer;
        unsigned told = 0;
        int64_t end_us = g_get_monotonic_time() + TEST_WAIT_US;
        for (uint32_t i = 0; !test_hall_event(&hall, SFU_NETWORK) && g_get_monotonic_time() < end_us; i++) {
                test_peer_send_voice(speaker, 960 * i);
                test_peer_send_picture(speaker, i % 50 == 0, 900 * (i + 1));
                test_hall_turn(&hall);
                test_peer_tell_arrivals(watcher, &told, 10000, 0); /* as over a line that is far too narrow */
        }
        const SfuEvent *event = test_hall_event(&hall, SFU_NETWORK);
        g_assert_nonnull(event);
        g_assert_cmpuint(event->peer.value, ==, peer.value);
        g_assert_cmpint(event->network, ==, SFU_NETWORK_AUDIO);
        g_assert_cmpuint(event->kbps, <, 100);
        unsigned heard_before = test_peer_count(watcher, PAYLOAD_OPUS), seen = test_peer_count(watcher, PAYLOAD_H264);
        for (uint32_t i = 0; i < 10; i++) {
                test_peer_send_voice(speaker, 960 * (100000 + i));
                test_peer_send_picture(speaker, i == 0, 900 * (100000 + i));
        }
        WAIT_FOR(&hall,
                 test_peer_count(watcher, PAYLOAD_OPUS) >= heard_before + 10 / 3); /* three in one: gather_test */
        g_assert_cmpuint(test_peer_count(watcher, PAYLOAD_H264), ==, seen);
        test_hall_clear(&hall);
}

/* What a lost packet of the speaker's leads to: it is asked for, and fills its place. */
static void test_asks_for_missing(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        TestPeer *watcher = test_hall_watch(&hall, false);
        test_peer_send_picture(speaker, true, 3000);
        uint64_t missing = speaker->next_index[1]++;
        test_peer_send_picture(speaker, false, 9000);
        WAIT_FOR(&hall, test_peer_heard(speaker, RTCP_NACK));
        test_peer_send(speaker, 1, missing, 6000, true, test_delta_slice, sizeof test_delta_slice);
        WAIT_FOR(&hall, test_peer_count(watcher, PAYLOAD_H264) == 4);
        const TestPacket *late = test_peer_nth(watcher, PAYLOAD_H264, 3);
        g_assert_cmpuint((uint16_t)(late->header.sequence - test_peer_nth(watcher, PAYLOAD_H264, 1)->header.sequence),
                         ==, 1);
        WAIT_FOR(&hall, test_hall_counter(&hall, "recovered") == 1);

        /* One that never comes, however often it is asked for: a key frame instead. */
        uint64_t wished = test_hall_counter(&hall, "key_frames_wished");
        speaker->next_index[1]++;
        test_peer_send_picture(speaker, false, 12000);
        WAIT_FOR(&hall, test_hall_counter(&hall, "key_frames_wished") > wished);
        test_hall_clear(&hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/repair/resend", test_resend);
        g_test_add_func("/repair/later-on-loss", test_later_on_loss);
        g_test_add_func("/repair/redundant-sound", test_redundant_sound);
        g_test_add_func("/repair/narrow-line", test_narrow_line);
        g_test_add_func("/repair/asks-for-missing", test_asks_for_missing);
        return g_test_run();
}
