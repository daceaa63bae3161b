/* The whole media server over loopback: browsers made of the same protocol modules, one or two media threads. */
#include "sfu/test_hall.h"

#include <string.h>

static void check_forward(unsigned media_threads)
{
        TestHall hall;
        test_hall_init(&hall, media_threads);
        TestPeer *watcher = test_hall_watch(&hall, false);
        TestPeer *speaker = test_hall_film(&hall, 2, false);
        test_peer_send_picture(speaker, false, 0); /* before any key frame: nobody can use it */
        WAIT_FOR(&hall, test_peer_heard(speaker, RTCP_PLI));
        for (uint32_t i = 0; i < 20; i++) {
                test_peer_send_picture(speaker, i == 0, 3000 * (i + 1));
                test_peer_send_voice(speaker, 960 * i);
        }
        WAIT_FOR(&hall, test_peer_count(watcher, PAYLOAD_H264) == 21 && test_peer_count(watcher, PAYLOAD_OPUS) == 20);
        test_peer_assert_whole(watcher);
        const TestPacket *first = test_peer_nth(watcher, PAYLOAD_H264, 0);
        g_assert_cmpmem(first->payload, first->size, test_key_sets, sizeof test_key_sets);
        g_assert_cmpuint(first->header.extension_bytes, ==, 4); /* our number; the sender's levels and names stay */
        for (unsigned i = 0; i < watcher->packets->len; i++)    /* one count for sound and picture together */
                g_assert_cmpuint(g_array_index(watcher->packets, TestPacket, i).transport, ==, i);
        g_assert_cmpuint(test_peer_nth(watcher, PAYLOAD_OPUS, 0)->header.ssrc, !=, first->header.ssrc);
        WAIT_FOR(&hall, test_peer_heard(speaker, RTCP_REMB) && test_peer_heard(speaker, RTCP_RR));
        WAIT_FOR(&hall, speaker->arrivals_told >= 1 + 21 + 20);
        g_assert_cmpuint(speaker->arrivals_told, ==, 1 + 21 + 20);
        WAIT_FOR(&hall, test_hall_event(&hall, SFU_SPEAKING));
        g_assert_cmpint(test_hall_event(&hall, SFU_SPEAKING)->seat, ==, 2);
        g_assert_null(test_hall_event(&hall, SFU_CODECS_WANTED));
        if (media_threads > 1)
                g_assert_cmpuint(test_hall_counter(&hall, "routed"), >, 0);
        test_hall_clear(&hall);
}

static void test_forward(void)
{
        check_forward(1);
}

static void test_forward_two_threads(void)
{
        check_forward(2);
}

/* A watcher without H.264 gets the small copy, and live is told that one is wanted. */
static void test_vp8_copy(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, true);
        TestPeer *modern = test_hall_watch(&hall, false);
        TestPeer *plain = test_hall_watch_vp8(&hall);
        SfuPeer peer = hall.peer;
        WAIT_FOR(&hall, test_hall_event(&hall, SFU_CODECS_WANTED) && test_hall_event(&hall, SFU_CODECS_WANTED)->on);
        test_peer_send_picture(speaker, true, 3000);
        test_peer_send_copy(speaker, 3000);
        WAIT_FOR(&hall, test_peer_count(modern, PAYLOAD_H264) == 2 && test_peer_count(plain, PAYLOAD_VP8) == 1);
        g_assert_cmpuint(test_peer_count(modern, PAYLOAD_VP8), ==, 0);
        g_assert_cmpuint(test_peer_count(plain, PAYLOAD_H264), ==, 0);
        sfu_peer_close(hall.sfu, peer);
        WAIT_FOR(&hall, !test_hall_event(&hall, SFU_CODECS_WANTED)->on);
        test_hall_clear(&hall);
}

/* One packet of a VP8 layer: a key frame of that size, or a picture that depends on it. */
static void send_layer(TestPeer *browser, unsigned layer, bool key, uint32_t timestamp)
{
        uint8_t payload[] = { 0x90, 0x80, 0x81, 0x05, key ? 0x10 : 0x11, 0, 0, 0x9d, 1, 0x2a, 0, 1, 180, 0 };
        payload[12] = (uint8_t)(180 << layer);
        payload[13] = (uint8_t)(180 << layer >> 8);
        uint64_t index = browser->next_index[TEST_LAYER + layer]++;
        test_peer_send(browser, TEST_LAYER + layer, index, timestamp, true, payload, sizeof payload);
}

static TestPeer *film_layers(TestHall *hall)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC }, { "camera", SFU_CAMERA } };
        TestPeer *browser = test_hall_come(hall, false);
        test_hall_go_on_stage(hall, browser, 0, test_peer_offer_layers(browser), tracks, 2);
        return browser;
}

/* The height that the last key frame says which the watcher got, 0 without one. */
static unsigned height_seen(const TestPeer *watcher)
{
        for (unsigned i = test_peer_count(watcher, PAYLOAD_VP8); i > 0; i--) {
                const TestPacket *packet = test_peer_nth(watcher, PAYLOAD_VP8, i - 1);
                if (packet->payload[4] == 0x10)
                        return packet->payload[12] | packet->payload[13] << 8;
        }
        return 0;
}

static unsigned layers_wanted(const TestHall *hall)
{
        const SfuEvent *event = test_hall_event(hall, SFU_LAYERS_WANTED);
        return event ? event->layers : 99;
}

/* All layers of a picture; once q and h have had their key frames, the rest follows. */
static void send_layers(TestPeer *browser, uint32_t *timestamp, unsigned layers)
{
        *timestamp += 3000;
        for (unsigned layer = 0; layer < 3; layer++)
                if (layers & 1u << layer)
                        send_layer(browser, layer, browser->asked_key == TEST_LAYER_SSRC + layer, *timestamp);
        browser->asked_key = 0;
}

/* The layer follows the size on the page, at key frames that are asked for; the rest is not wanted any more. */
static void test_simulcast(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = film_layers(&hall);
        SfuPeer publisher = hall.peer;
        WAIT_FOR(&hall, layers_wanted(&hall) == 0); /* nobody watches */
        g_assert_cmpuint(test_hall_event(&hall, SFU_LAYERS_WANTED)->peer.value, ==, publisher.value);
        TestPeer *watcher = test_hall_watch(&hall, false);
        SfuPeer peer = hall.peer;
        WAIT_FOR(&hall, layers_wanted(&hall) == 4);

        uint32_t timestamp = 0;
        speaker->asked_key = TEST_LAYER_SSRC; /* the smallest comes first, as from a browser that begins */
        WAIT_FOR(&hall, (send_layers(speaker, &timestamp, 1), height_seen(watcher) == 180));
        WAIT_FOR(&hall, (send_layers(speaker, &timestamp, 5), height_seen(watcher) == 720));
        const uint16_t small[SFU_LINES] = { [SLOT_SEATS + 1] = 100 }, large[SFU_LINES] = { [SLOT_SEATS + 1] = 720 },
                       none[SFU_LINES] = { 0 };
        sfu_view(hall.sfu, peer, small, 0);
        WAIT_FOR(&hall, layers_wanted(&hall) == 5); /* what is shown stays till the other is there */
        WAIT_FOR(&hall, (send_layers(speaker, &timestamp, 5), height_seen(watcher) == 180));
        WAIT_FOR(&hall, layers_wanted(&hall) == 1);
        sfu_view(hall.sfu, peer, large, 0);
        WAIT_FOR(&hall, (send_layers(speaker, &timestamp, 5), height_seen(watcher) == 720));
        /* The large one is sent no more, as when the line up is too thin: the small one stands in for it. */
        WAIT_FOR(&hall, (send_layers(speaker, &timestamp, 1), height_seen(watcher) == 180));
        test_peer_assert_whole(watcher);
        for (unsigned i = 1; i < test_peer_count(watcher, PAYLOAD_VP8); i++)
                g_assert_cmpint((int32_t)(test_peer_nth(watcher, PAYLOAD_VP8, i)->header.timestamp -
                                          test_peer_nth(watcher, PAYLOAD_VP8, i - 1)->header.timestamp),
                                >, 0);
        sfu_view(hall.sfu, peer, none, 0);
        WAIT_FOR(&hall, layers_wanted(&hall) == 0);
        test_hall_clear(&hall);
}

/* Who comes just after a key frame gets that one and what followed; nobody is asked for another. */
static void test_key_frame_kept(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        TestPeer *first = test_hall_watch(&hall, false);
        SfuPeer peer = hall.peer;
        const uint16_t shown[SFU_LINES] = { [SLOT_SEATS + 1] = 720 }, hidden[SFU_LINES] = { 0 };
        sfu_view(hall.sfu, peer, hidden, 0);
        uint64_t taken = test_hall_counter(&hall, "packets_taken");
        test_peer_send_picture(speaker, true, 3000);
        test_peer_send_picture(speaker, false, 6000);
        WAIT_FOR(&hall, test_hall_counter(&hall, "packets_taken") == taken + 3);
        g_assert_cmpuint(test_peer_count(first, PAYLOAD_H264), ==, 0);
        sfu_view(hall.sfu, peer, shown, 0);
        WAIT_FOR(&hall, test_peer_count(first, PAYLOAD_H264) == 3);
        g_assert_cmpuint(test_hall_counter(&hall, "key_frames_kept"), ==, 1);
        test_peer_send_picture(speaker, false, 9000);
        WAIT_FOR(&hall, test_peer_count(first, PAYLOAD_H264) == 4);
        test_peer_assert_whole(first);
        test_hall_clear(&hall);
}

static void test_mute(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        TestPeer *watcher = test_hall_watch(&hall, false);
        test_peer_send_voice(speaker, 0);
        WAIT_FOR(&hall, test_peer_count(watcher, PAYLOAD_OPUS) == 1);
        sfu_mute(hall.sfu, hall.room, 0, SFU_MIC, true);
        uint64_t taken = test_hall_counter(&hall, "packets_taken");
        do { /* the command takes effect between two packets: then nothing passes */
                test_peer_send_voice(speaker, 960);
                WAIT_FOR(&hall, test_hall_counter(&hall, "packets_taken") > taken);
                taken = test_hall_counter(&hall, "packets_taken");
        } while (test_peer_count(watcher, PAYLOAD_OPUS) + 5 > taken);
        unsigned before = test_peer_count(watcher, PAYLOAD_OPUS);
        sfu_mute(hall.sfu, hall.room, 0, SFU_MIC, false);
        while (test_peer_count(watcher, PAYLOAD_OPUS) < before + 3) {
                test_peer_send_voice(speaker, 1920);
                test_hall_turn(&hall);
        }
        test_peer_assert_whole(watcher); /* no hole that looks like loss */
        test_hall_clear(&hall);
}

/* Another person takes the seat: the line goes on at the new camera's key frame. */
static void test_seat_changes_hands(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *first = test_hall_film(&hall, 1, false);
        SfuPeer old = hall.peer;
        TestPeer *watcher = test_hall_watch(&hall, false);
        test_peer_send_picture(first, true, 3000);
        WAIT_FOR(&hall, test_peer_count(watcher, PAYLOAD_H264) == 2);
        TestPeer *second = test_hall_film(&hall, 1, false);
        second->next_index[TEST_CAMERA] = 60000;
        g_assert_nonnull(test_hall_event(&hall, SFU_PEER_GONE));
        g_assert_cmpuint(test_hall_event(&hall, SFU_PEER_GONE)->peer.value, ==, old.value);
        g_assert_cmpint(test_hall_event(&hall, SFU_PEER_GONE)->reason, ==, SFU_GONE_REPLACED);
        test_peer_send_picture(second, false, 900000);
        test_peer_send_picture(second, true, 903000);
        test_peer_send_picture(second, false, 906000);
        WAIT_FOR(&hall, test_peer_count(watcher, PAYLOAD_H264) == 5);
        test_peer_assert_whole(watcher);
        g_assert_cmpuint(test_peer_nth(watcher, PAYLOAD_H264, 0)->header.ssrc, ==,
                         test_peer_nth(watcher, PAYLOAD_H264, 4)->header.ssrc);
        int32_t step = (int32_t)(test_peer_nth(watcher, PAYLOAD_H264, 2)->header.timestamp -
                                 test_peer_nth(watcher, PAYLOAD_H264, 1)->header.timestamp);
        g_assert_cmpint(step, >, 0);
        g_assert_cmpint(step, <, 90000 * 15);
        test_hall_clear(&hall);
}

/* A certificate that is not that of the description. */
static void test_wrong_certificate(void)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC } };
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *thief = test_hall_come(&hall, false);
        g_autofree char *offer = test_peer_offer(thief, false, false), *answer = NULL;
        dtls_identity_free(thief->identity);
        thief->identity = dtls_identity_new();
        SfuPeer peer;
        g_assert_true(sfu_publish(hall.sfu, hall.room, (SfuParticipant){ TEST_HALL_SPEAKER }, 0, offer, tracks, 1,
                                  &peer, &answer, NULL));
        test_peer_connect(thief, answer);
        WAIT_FOR(&hall, test_hall_event(&hall, SFU_PEER_GONE));
        g_assert_cmpint(test_hall_event(&hall, SFU_PEER_GONE)->reason, ==, SFU_GONE_DTLS);
        g_assert_null(test_hall_event(&hall, SFU_PEER_CONNECTED));
        test_hall_clear(&hall);
}

/* Rubbish of every kind is counted, and the room goes on. */
static void test_rubbish(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_film(&hall, 0, false);
        TestPeer *watcher = test_hall_watch(&hall, false);
        uint8_t rubbish[1500];
        for (unsigned i = 0; i < 2000; i++) {
                size_t size = (size_t)g_test_rand_int_range(1, sizeof rubbish);
                for (size_t k = 0; k < MIN(size, 64); k++)
                        rubbish[k] = (uint8_t)g_test_rand_int();
                rubbish[0] = (uint8_t[]){ 0, 22, 128, 144, 200 }[i % 5];
                if (i % 5 == 1) /* a DTLS alert in clear would end the connection of an honest browser as well */
                        rubbish[0] = 23;
                test_peer_send_raw(speaker, rubbish, size);
                if (i % 100 == 0)
                        test_hall_turn(&hall);
        }
        test_peer_send_picture(speaker, true, 3000);
        WAIT_FOR(&hall, test_peer_count(watcher, PAYLOAD_H264) == 2);
        g_assert_cmpuint(test_hall_counter(&hall, "drop_srtp_tag") + test_hall_counter(&hall, "drop_srtp_short"), >, 0);
        g_assert_cmpuint(test_hall_counter(&hall, "drop_stun_malformed"), >, 0);
        g_assert_cmpuint(test_hall_counter(&hall, "drop_unknown_kind"), >, 0);
        test_hall_clear(&hall);
}

static void test_states_refused(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        SfuPeer peer = { 1 };
        char *sdp = NULL;
        g_autoptr(GError) error = NULL;
        g_assert_false(sfu_subscribe(hall.sfu, hall.room, (SfuParticipant){ 1 }, SFU_SEATS + 1, SFU_NO_SEAT, &peer,
                                     &sdp, NULL));
        g_assert_false(
                sfu_subscribe(hall.sfu, (SfuRoom){ 5 }, (SfuParticipant){ 1 }, 4, SFU_NO_SEAT, &peer, &sdp, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_STATE);
        g_assert_cmpuint(peer.value, ==, 1);
        g_assert_null(sdp);
        g_assert_false(sfu_subscribed(hall.sfu, peer, "v=0", NULL));
        g_assert_true(sfu_subscribe(hall.sfu, hall.room, (SfuParticipant){ 1 }, 4, SFU_NO_SEAT, &peer, &sdp, NULL));
        g_clear_pointer(&sdp, g_free);
        g_assert_false(sfu_subscribe_grow(hall.sfu, peer, 4, &sdp, NULL));
        g_assert_true(sfu_subscribe_grow(hall.sfu, peer, 8, &sdp, NULL));
        g_clear_pointer(&sdp, g_free);
        sfu_peer_close(hall.sfu, peer);
        sfu_peer_close(hall.sfu, peer);
        sfu_room_close(hall.sfu, hall.room);
        sfu_room_close(hall.sfu, hall.room);
        test_hall_clear(&hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/sfu/forward", test_forward);
        g_test_add_func("/sfu/forward-two-threads", test_forward_two_threads);
        g_test_add_func("/sfu/vp8-copy", test_vp8_copy);
        g_test_add_func("/sfu/simulcast", test_simulcast);
        g_test_add_func("/sfu/key-frame-kept", test_key_frame_kept);
        g_test_add_func("/sfu/mute", test_mute);
        g_test_add_func("/sfu/seat-changes-hands", test_seat_changes_hands);
        g_test_add_func("/sfu/wrong-certificate", test_wrong_certificate);
        g_test_add_func("/sfu/rubbish", test_rubbish);
        g_test_add_func("/sfu/states-refused", test_states_refused);
        return g_test_run();
}
