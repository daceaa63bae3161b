/* The headers of one participant's packets: both ways, nobody else's, nothing of what is said. */
#include "sfu/capture.h"
#include "sfu/test_hall.h"

#include "rtc/bytes.h"
#include "rtc/dtls.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"

#include <string.h>

typedef struct Seen {
        unsigned in, out, stun, dtls, rtp, rtcp;
        GHashTable *ssrcs;
} Seen;

static void look(Seen *seen, const SfuCaptured *packet)
{
        g_assert_cmpuint(packet->kept, <=, packet->size);
        g_assert_cmpuint(packet->kept, <=, sizeof packet->bytes);
        *(packet->out ? &seen->out : &seen->in) += 1;
        if (dtls_is(packet->bytes, packet->kept)) {
                seen->dtls++;
                g_assert_cmpuint(packet->kept, ==, 13);
        } else if (rtcp_is(packet->bytes, packet->kept)) {
                RtcpReader reader;
                seen->rtcp++;
                g_assert_cmpint(rtcp_reader_init(&reader, packet->bytes, packet->kept), ==, DROP_NONE);
        } else if (rtp_is(packet->bytes, packet->kept)) {
                seen->rtp++;
                g_assert_cmpuint(packet->size, >, packet->kept);
                g_assert_cmpuint(packet->kept, <=, 12 + 4 + 16);
                g_hash_table_add(seen->ssrcs, GUINT_TO_POINTER(read_u32(packet->bytes + 8)));
        } else {
                seen->stun++;
                g_assert_cmpuint(packet->kept, ==, 20);
                g_assert_cmphex(read_u32(packet->bytes + 4), ==, 0x2112a442);
        }
}

static void drain(SfuCapture *capture, Seen *seen)
{
        SfuCaptured packet;
        while (sfu_capture_next(capture, &packet))
                look(seen, &packet);
}

static void test_one_watcher(void)
{
        TestHall hall;
        Seen seen = { .ssrcs = g_hash_table_new(NULL, NULL) };
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_publish(&hall, false);
        TestPeer *other = test_hall_watch(&hall, false);
        test_hall_watch(&hall, false);
        SfuCapture *capture = sfu_capture_start(hall.sfu, hall.room, (SfuParticipant){ TEST_HALL_WATCHER + hall.n });
        g_assert_nonnull(capture);
        unsigned before = other->packets->len;
        WAIT_FOR(&hall, (test_hall_speak(&hall, speaker, 5), drain(capture, &seen), seen.rtp >= 50));
        g_assert_cmpuint(seen.out, >=, 50);
        g_assert_cmpuint(g_hash_table_size(seen.ssrcs), ==, 1);
        g_assert_cmpuint(seen.rtp, <=, other->packets->len - before + 10); /* one watcher's, not both */
        sfu_capture_stop(hall.sfu, hall.room, capture);
        test_hall_clear(&hall);
        g_hash_table_unref(seen.ssrcs);
}

/* Somebody who comes later under the same number: from the first packet of the handshake on. */
static void test_from_the_start(void)
{
        TestHall hall;
        Seen seen = { .ssrcs = g_hash_table_new(NULL, NULL) };
        test_hall_init(&hall, 1);
        SfuCapture *capture = sfu_capture_start(hall.sfu, hall.room, (SfuParticipant){ TEST_HALL_SPEAKER });
        TestPeer *speaker = test_hall_publish(&hall, false);
        WAIT_FOR(&hall, (test_hall_speak(&hall, speaker, 5), drain(capture, &seen), seen.rtcp > 0 && seen.rtp >= 20));
        g_assert_cmpuint(seen.stun, >=, 2);
        g_assert_cmpuint(seen.dtls, >=, 3);
        g_assert_cmpuint(sfu_capture_lost(capture), ==, 0);
        sfu_room_close(hall.sfu, hall.room);
        drain(capture, &seen);
        sfu_capture_stop(hall.sfu, hall.room, capture);
        test_hall_clear(&hall);
        g_hash_table_unref(seen.ssrcs);
}

static void test_full_is_counted(void)
{
        enum { MANY = 20000 };
        uint8_t rtp[100] = { 0x80, 111 };
        SfuCapture *capture = capture_new((SfuParticipant){ 1 }, 0);
        for (unsigned i = 0; i < MANY; i++)
                capture_note(capture, true, i, rtp, sizeof rtp, sizeof rtp);
        unsigned kept = 0;
        for (SfuCaptured packet; sfu_capture_next(capture, &packet); kept++) {
                g_assert_cmpint(packet.at_us, ==, kept); /* the first ones */
                g_assert_cmpuint(packet.kept, ==, 12);
        }
        g_assert_cmpuint(kept + sfu_capture_lost(capture), ==, MANY);
        g_assert_cmpuint(kept, >=, 4096);
        capture_unref(capture);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/capture/one-watcher", test_one_watcher);
        g_test_add_func("/capture/from-the-start", test_from_the_start);
        g_test_add_func("/capture/full-is-counted", test_full_is_counted);
        return g_test_run();
}
