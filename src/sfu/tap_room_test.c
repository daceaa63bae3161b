/* A tap of a real room: what the recorder hears and sees of it. */
#include "sfu/test_hall.h"

#include "rtc/bytes.h"

#include <stdatomic.h>

typedef struct Taped {
        _Atomic unsigned opus, units, vp8, keys, stops;
} Taped;

static void on_frame(void *owner, const SfuFrame *frame)
{
        Taped *taped = owner;
        g_assert_cmpuint(frame->participant.value, ==, TEST_HALL_SPEAKER);
        if (frame->kind == SFU_MIC) {
                g_assert_cmpmem(frame->bytes, frame->length, test_opus, sizeof test_opus);
                taped->opus++;
                return;
        }
        if (frame->vp8) {
                taped->vp8++;
                return;
        }
        g_assert_cmphex(read_u32(frame->bytes), ==, 1); /* Annex B */
        taped->units++;
        taped->keys += frame->key;
}

static void on_stop(void *owner)
{
        ((Taped *)owner)->stops++;
}

static void test_tap(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        Taped taped = { 0 };
        SfuTapSink sink = { &taped, on_frame, on_stop };
        g_autoptr(GError) error = NULL;
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        g_assert_true(sfu_tap_start(hall.sfu, hall.room, &sink, &error));
        g_assert_false(sfu_tap_start(hall.sfu, hall.room, &sink, &error));
        sfu_tap_video(hall.sfu, hall.room, SFU_TAP_ON_AIR, 0, SFU_CAMERA);
        test_peer_send_picture(speaker, false, 0);
        test_peer_send_picture(speaker, true, 3000);
        test_peer_send_picture(speaker, false, 6000);
        test_peer_send_voice(speaker, 0);
        WAIT_FOR(&hall, taped.units == 2 && taped.opus == 1);
        g_assert_cmpuint(taped.keys, ==, 1);
        sfu_tap_video(hall.sfu, hall.room, SFU_TAP_ON_AIR, SFU_NO_SEAT, SFU_CAMERA);
        sfu_tap_stop(hall.sfu, hall.room);
        g_assert_cmpuint(taped.stops, ==, 1);
        test_hall_clear(&hall);
}

static void test_tap_vp8(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        Taped taped = { 0 };
        SfuTapSink sink = { &taped, on_frame, on_stop };
        static const SfuTrack tracks[] = { { "mic", SFU_MIC }, { "copy", SFU_CAMERA } };
        TestPeer *speaker = test_hall_come(&hall, false);
        test_hall_go_on_stage(&hall, speaker, 3, test_peer_offer(speaker, false, true), tracks, 2);
        g_assert_true(sfu_tap_start(hall.sfu, hall.room, &sink, NULL));
        sfu_tap_video(hall.sfu, hall.room, SFU_TAP_ON_AIR, 3, SFU_CAMERA);
        test_peer_send_copy(speaker, 3000);
        WAIT_FOR(&hall, taped.vp8 == 1);
        g_assert_cmpuint(taped.units, ==, 0);
        sfu_room_close(hall.sfu, hall.room); /* stops the tap */
        g_assert_cmpuint(taped.stops, ==, 1);
        test_hall_clear(&hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/tap-room/tap", test_tap);
        g_test_add_func("/tap-room/tap-vp8", test_tap_vp8);
        return g_test_run();
}
