#include "rtc/twcc_receiver.h"

#include <glib.h>
#include <string.h>

#define START_US INT64_C(7000000)

typedef struct Told {
        unsigned received, lost, packets;
        int64_t arrival_us[0x10000]; /* by sequence; 0: not told, −1: told as lost */
} Told;

static TwccReceiver receiver;
static Told told;

static void begin(void)
{
        twcc_receiver_init(&receiver);
        memset(&told, 0, sizeof told);
}

/* What is due now, read as the sender would. */
static unsigned flush(int64_t now_us)
{
        unsigned packets = 0;
        while (twcc_receiver_due(&receiver, now_us)) {
                uint8_t bytes[1200];
                RtcpWriter writer;
                rtcp_writer_init(&writer, bytes, sizeof bytes);
                uint8_t count = receiver.count;
                g_assert_true(twcc_receiver_write(&receiver, &writer, 1, 2, now_us));
                RtcpReader reader;
                RtcpPacket packet;
                static TwccFeedback feedback;
                g_assert_cmpint(rtcp_reader_init(&reader, bytes, writer.size), ==, DROP_NONE);
                g_assert_true(rtcp_reader_next(&reader, &packet));
                g_assert_true(rtcp_twcc_read(&packet, &feedback));
                g_assert_cmpuint(feedback.count, ==, count);
                for (unsigned i = 0; i < feedback.n_packets; i++) {
                        const TwccStatus *status = &feedback.packets[i];
                        told.arrival_us[status->sequence] =
                                status->received ? feedback.reference_us + status->arrival_us : -1;
                        told.received += status->received;
                        told.lost += !status->received;
                }
                packets++;
        }
        told.packets += packets;
        return packets;
}

static void check(uint16_t sequence, int64_t arrival_us)
{
        g_assert_cmpint(told.arrival_us[sequence], ==, arrival_us < 0 ? -1 : arrival_us / 250 * 250);
}

static void test_pace(void)
{
        begin();
        g_assert_false(twcc_receiver_due(&receiver, START_US));
        int64_t now_us = START_US;
        /* 100 packets a second of 100 bytes: ten feedbacks a second */
        for (unsigned i = 0; i < 300; i++, now_us += 10000) {
                twcc_receiver_note(&receiver, (uint16_t)i, 100, now_us);
                flush(now_us);
        }
        g_assert_cmpuint(told.packets, >=, 27);
        g_assert_cmpuint(told.packets, <=, 30);
        /* 1,000 packets a second of 500 bytes, 4 Mbit/s: twenty */
        told.packets = 0;
        for (unsigned i = 300; i < 3300; i++, now_us += 1000) {
                twcc_receiver_note(&receiver, (uint16_t)i, 500, now_us);
                flush(now_us);
        }
        g_assert_cmpuint(told.packets, >=, 56);
        g_assert_cmpuint(told.packets, <=, 60);
        g_assert_cmpuint(told.lost, ==, 0);
        /* Nothing came: nothing is told. */
        flush(now_us + 100000);
        told.packets = 0;
        g_assert_cmpuint(flush(now_us + 10000000), ==, 0);
}

static void test_wrap_and_loss(void)
{
        begin();
        int64_t now_us = START_US;
        for (unsigned i = 0; i < 200000; i++, now_us += 2000) {
                uint16_t sequence = (uint16_t)(65000 + i);
                if (i % 5 != 3) {
                        twcc_receiver_note(&receiver, sequence, 800, now_us);
                        flush(now_us);
                }
                if (i >= 200 && i % 1000 == 0)
                        check((uint16_t)(sequence - 200), (i - 200) % 5 != 3 ? now_us - 200 * 2000 : -1);
        }
        g_assert_cmpuint(told.received, >=, 159800);
        g_assert_cmpuint(told.lost, >=, 39900);
        g_assert_cmpuint(told.lost, <=, 40000);
}

/* One that is overtaken is told as lost first, and as received when it came. */
static void test_reorder(void)
{
        begin();
        int64_t now_us = START_US;
        for (unsigned i = 0; i < 40; i++, now_us += 10000) {
                if (i != 15)
                        twcc_receiver_note(&receiver, (uint16_t)i, 100, now_us);
                flush(now_us);
        }
        check(15, -1);
        twcc_receiver_note(&receiver, 15, 100, now_us);
        twcc_receiver_note(&receiver, 15, 100, now_us + 50000); /* twice: the first counts */
        flush(now_us + 100000);
        check(15, now_us);
        check(39, now_us - 10000);
}

/* The first of all may be overtaken too, and losses before the first of a feedback are told. */
static void test_edges(void)
{
        begin();
        twcc_receiver_note(&receiver, 1, 100, START_US);
        twcc_receiver_note(&receiver, 0, 100, START_US + 1000);
        flush(START_US + 100000);
        check(0, START_US + 1000);
        check(1, START_US);
        twcc_receiver_note(&receiver, 5, 100, START_US + 200000);
        flush(START_US + 200000);
        check(2, -1);
        check(4, -1);
        check(5, START_US + 200000);
        /* A leap over more than the ring: only what the ring holds is told. */
        twcc_receiver_note(&receiver, 5005, 100, START_US + 300000);
        flush(START_US + 300000);
        check(5005, START_US + 300000);
        g_assert_cmpuint(told.lost, <, 3 + TWCC_RECEIVER_RING);
        /* A pause that no delta holds: two feedbacks. */
        twcc_receiver_note(&receiver, 5006, 100, START_US + 310000);
        twcc_receiver_note(&receiver, 5007, 100, START_US + 9400000);
        g_assert_cmpuint(flush(START_US + 9400000), ==, 2);
        check(5006, START_US + 310000);
        check(5007, START_US + 9400000);
}

/* Any sequences at any pace: what is told as received came, at that time. */
static void test_any(void)
{
        begin();
        static int64_t came_us[0x10000];
        memset(came_us, 0, sizeof came_us);
        int64_t now_us = START_US;
        for (unsigned i = 0; i < 20000; i++) {
                now_us += g_test_rand_int_range(0, 4000);
                uint16_t sequence = (uint16_t)(i + (unsigned)g_test_rand_int_range(0, 40));
                twcc_receiver_note(&receiver, sequence, 1000, now_us);
                if (!came_us[sequence])
                        came_us[sequence] = now_us;
                flush(now_us);
        }
        flush(now_us + 100000);
        unsigned told_received = 0;
        for (unsigned i = 0; i < 20000; i++)
                if (told.arrival_us[i] > 0) {
                        told_received++;
                        g_assert_cmpint(told.arrival_us[i], ==, came_us[i] / 250 * 250);
                }
        g_assert_cmpuint(told_received, >, 10000);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/twcc-receiver/pace", test_pace);
        g_test_add_func("/twcc-receiver/wrap-and-loss", test_wrap_and_loss);
        g_test_add_func("/twcc-receiver/reorder", test_reorder);
        g_test_add_func("/twcc-receiver/edges", test_edges);
        g_test_add_func("/twcc-receiver/any", test_any);
        return g_test_run();
}
