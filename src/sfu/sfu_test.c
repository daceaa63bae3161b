/* The whole media server over loopback: browsers made of the same protocol modules, one or two media threads. */
#include "sfu/sfu.h"

#include "sfu/test_peer.h"

#include "rtc/bytes.h"
#include "rtc/red.h"
#include "rtc/rtcp.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>

static const uint8_t key_sets[] = { 0x78, 0, 4, 0x67, 0x42, 0xe0, 0x1f, 0, 2, 0x68, 0xce };
static const uint8_t key_slice[] = { 0x65, 0x88, 1, 2, 3, 4, 5, 6 };
static const uint8_t delta_slice[] = { 0x61, 0xe0, 9, 8, 7, 6, 5, 4 };
static const uint8_t opus[] = { 0x78, 1, 2, 3, 4, 5, 6, 7 };
static const uint8_t vp8_key[] = { 0x90, 0x80, 0x81, 0x05, 0x10, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xf0, 0 };

/* A room, and what its loop told. */
typedef struct Hall {
        Sfu *sfu;
        SfuRoom room;
        GPtrArray *browsers; /* borrowed */
        GArray *events;
} Hall;

static void hall_init(Hall *hall, unsigned media_threads)
{
        g_autoptr(GError) error = NULL;
        hall->sfu = sfu_start(&(SfuConfig){ .media_threads = media_threads }, &error);
        g_assert_no_error(error);
        hall->room = sfu_room_open(hall->sfu);
        if (media_threads > 1) /* the second room lives on the thread that does not read the socket */
                hall->room = sfu_room_open(hall->sfu);
        g_assert_cmpuint(hall->room.value, !=, 0);
        hall->browsers = g_ptr_array_new();
        hall->events = g_array_new(FALSE, FALSE, sizeof(SfuEvent));
}

static void hall_clear(Hall *hall)
{
        sfu_stop(hall->sfu);
        g_ptr_array_unref(hall->browsers);
        g_array_unref(hall->events);
}

static void hall_turn(Hall *hall)
{
        struct pollfd wait[16] = { { sfu_events_fd(hall->sfu), POLLIN, 0 } };
        for (unsigned i = 0; i < hall->browsers->len; i++)
                wait[i + 1] = (struct pollfd){ ((TestPeer *)hall->browsers->pdata[i])->fd, POLLIN, 0 };
        poll(wait, hall->browsers->len + 1, 10);
        for (unsigned i = 0; i < hall->browsers->len; i++)
                test_peer_turn(hall->browsers->pdata[i]);
        SfuEvent event;
        while (sfu_next_event(hall->sfu, &event))
                g_array_append_val(hall->events, event);
}

/* Turns until the condition holds, or says that it never did. */
#define WAIT_FOR(hall, condition)                                                                                      \
        do {                                                                                                           \
                int64_t end_us = g_get_monotonic_time() + TEST_WAIT_US;                                                \
                while (!(condition) && g_get_monotonic_time() < end_us)                                                \
                        hall_turn(hall);                                                                               \
                g_assert_true(condition);                                                                              \
        } while (0)

static const SfuEvent *find_event(const Hall *hall, SfuEventKind kind)
{
        for (unsigned i = hall->events->len; i > 0; i--) {
                const SfuEvent *event = &g_array_index(hall->events, SfuEvent, i - 1);
                if (event->kind == kind)
                        return event;
        }
        return NULL;
}

static uint64_t counter(Hall *hall, const char *name)
{
        return test_counter(hall->sfu, name);
}

static SfuPeer publish(Hall *hall, TestPeer *browser, int seat, bool camera, bool copy)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC }, { "camera", SFU_CAMERA }, { "copy", SFU_CAMERA_VP8 } };
        g_autoptr(GError) error = NULL;
        g_autofree char *offer = test_peer_offer(browser, camera, copy), *answer = NULL;
        SfuPeer peer = { 0 };
        sfu_publish(hall->sfu, hall->room, (SfuParticipant){ 7 }, seat, offer, tracks, 1 + camera + copy, &peer,
                    &answer, &error);
        g_assert_no_error(error);
        test_peer_connect(browser, answer);
        g_ptr_array_add(hall->browsers, browser);
        WAIT_FOR(hall, test_peer_is_connected(browser) && find_event(hall, SFU_PEER_CONNECTED) &&
                               find_event(hall, SFU_PEER_CONNECTED)->peer.value == peer.value);
        return peer;
}

static SfuPeer watch(Hall *hall, TestPeer *browser, bool h264)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *offer = NULL;
        SfuPeer peer = { 0 };
        sfu_subscribe(hall->sfu, hall->room, (SfuParticipant){ 8 }, 4, SFU_NO_SEAT, &peer, &offer, &error);
        g_assert_no_error(error);
        g_autofree char *answer = test_peer_answer(browser, offer, h264);
        g_assert_true(sfu_subscribed(hall->sfu, peer, answer, &error));
        test_peer_connect(browser, offer);
        g_ptr_array_add(hall->browsers, browser);
        WAIT_FOR(hall, test_peer_is_connected(browser) && find_event(hall, SFU_PEER_CONNECTED) &&
                               find_event(hall, SFU_PEER_CONNECTED)->peer.value == peer.value);
        return peer;
}

/* A key frame of two packets, or one packet of a picture that depends on it. */
static void send_camera(TestPeer *browser, bool key, uint32_t timestamp)
{
        uint64_t *next = &browser->next_index[1];
        if (key)
                test_peer_send(browser, 1, (*next)++, timestamp, false, key_sets, sizeof key_sets);
        const uint8_t *slice = key ? key_slice : delta_slice;
        test_peer_send(browser, 1, (*next)++, timestamp, true, slice, sizeof key_slice);
}

static void send_mic(TestPeer *browser, uint32_t timestamp)
{
        test_peer_send(browser, 0, browser->next_index[0]++, timestamp, false, opus, sizeof opus);
}

static unsigned count_type(const TestPeer *browser, uint8_t payload_type)
{
        unsigned n = 0;
        for (unsigned i = 0; i < browser->packets->len; i++)
                n += g_array_index(browser->packets, TestPacket, i).header.payload_type == payload_type;
        return n;
}

/* The nth packet of a payload type. */
static const TestPacket *nth(const TestPeer *browser, uint8_t payload_type, unsigned n)
{
        for (unsigned i = 0; i < browser->packets->len; i++) {
                const TestPacket *packet = &g_array_index(browser->packets, TestPacket, i);
                if (packet->header.payload_type == payload_type && n-- == 0)
                        return packet;
        }
        g_assert_not_reached();
}

static bool heard(const TestPeer *browser, RtcpKind kind)
{
        for (unsigned i = 0; i < browser->rtcp->len; i++)
                if (g_array_index(browser->rtcp, RtcpKind, i) == kind)
                        return true;
        return false;
}

static void assert_contiguous(const TestPeer *browser, uint8_t payload_type)
{
        for (unsigned i = 1; i < count_type(browser, payload_type); i++)
                g_assert_cmpuint((uint16_t)(nth(browser, payload_type, i)->header.sequence -
                                            nth(browser, payload_type, i - 1)->header.sequence),
                                 ==, 1);
}

static void check_forward(unsigned media_threads)
{
        Hall hall;
        hall_init(&hall, media_threads);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) watcher = test_peer_new();
        watch(&hall, watcher, true);
        publish(&hall, speaker, 2, true, false);
        send_camera(speaker, false, 0); /* before any key frame: nobody can use it */
        WAIT_FOR(&hall, heard(speaker, RTCP_PLI));
        for (uint32_t i = 0; i < 20; i++) {
                send_camera(speaker, i == 0, 3000 * (i + 1));
                send_mic(speaker, 960 * i);
        }
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_H264) == 21 && count_type(watcher, PAYLOAD_OPUS) == 20);
        assert_contiguous(watcher, PAYLOAD_H264);
        assert_contiguous(watcher, PAYLOAD_OPUS);
        const TestPacket *first = nth(watcher, PAYLOAD_H264, 0);
        g_assert_cmpmem(first->payload, first->size, key_sets, sizeof key_sets);
        g_assert_cmpuint(first->header.extension_bytes, ==, 4); /* our number; the sender's levels and names stay */
        for (unsigned i = 0; i < watcher->packets->len; i++)    /* one count for sound and picture together */
                g_assert_cmpuint(g_array_index(watcher->packets, TestPacket, i).transport, ==, i);
        g_assert_cmpuint(nth(watcher, PAYLOAD_OPUS, 0)->header.ssrc, !=, first->header.ssrc);
        WAIT_FOR(&hall, heard(speaker, RTCP_REMB) && heard(speaker, RTCP_RR));
        WAIT_FOR(&hall, speaker->arrivals_told >= 1 + 21 + 20);
        g_assert_cmpuint(speaker->arrivals_told, ==, 1 + 21 + 20);
        WAIT_FOR(&hall, find_event(&hall, SFU_SPEAKING));
        g_assert_cmpint(find_event(&hall, SFU_SPEAKING)->seat, ==, 2);
        g_assert_null(find_event(&hall, SFU_CODECS_WANTED));
        if (media_threads > 1)
                g_assert_cmpuint(counter(&hall, "routed"), >, 0);
        hall_clear(&hall);
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
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) modern = test_peer_new();
        g_autoptr(TestPeer) plain = test_peer_new();
        publish(&hall, speaker, 0, true, true);
        watch(&hall, modern, true);
        SfuPeer peer = watch(&hall, plain, false);
        WAIT_FOR(&hall, find_event(&hall, SFU_CODECS_WANTED) && find_event(&hall, SFU_CODECS_WANTED)->on);
        send_camera(speaker, true, 3000);
        test_peer_send(speaker, 2, speaker->next_index[2]++, 3000, true, vp8_key, sizeof vp8_key);
        WAIT_FOR(&hall, count_type(modern, PAYLOAD_H264) == 2 && count_type(plain, PAYLOAD_VP8) == 1);
        g_assert_cmpuint(count_type(modern, PAYLOAD_VP8), ==, 0);
        g_assert_cmpuint(count_type(plain, PAYLOAD_H264), ==, 0);
        sfu_peer_close(hall.sfu, peer);
        WAIT_FOR(&hall, !find_event(&hall, SFU_CODECS_WANTED)->on);
        hall_clear(&hall);
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

static SfuPeer publish_layers(Hall *hall, TestPeer *browser)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC }, { "camera", SFU_CAMERA } };
        g_autoptr(GError) error = NULL;
        g_autofree char *offer = test_peer_offer_layers(browser), *answer = NULL;
        SfuPeer peer = { 0 };
        sfu_publish(hall->sfu, hall->room, (SfuParticipant){ 7 }, 0, offer, tracks, 2, &peer, &answer, &error);
        g_assert_no_error(error);
        test_peer_connect(browser, answer);
        g_ptr_array_add(hall->browsers, browser);
        WAIT_FOR(hall, test_peer_is_connected(browser) && find_event(hall, SFU_PEER_CONNECTED));
        return peer;
}

/* The height that the last key frame says which the watcher got, 0 without one. */
static unsigned height_seen(const TestPeer *watcher)
{
        for (unsigned i = count_type(watcher, PAYLOAD_VP8); i > 0; i--) {
                const TestPacket *packet = nth(watcher, PAYLOAD_VP8, i - 1);
                if (packet->payload[4] == 0x10)
                        return packet->payload[12] | packet->payload[13] << 8;
        }
        return 0;
}

static unsigned layers_wanted(const Hall *hall)
{
        const SfuEvent *event = find_event(hall, SFU_LAYERS_WANTED);
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
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) watcher = test_peer_new();
        SfuPeer publisher = publish_layers(&hall, speaker);
        WAIT_FOR(&hall, layers_wanted(&hall) == 0); /* nobody watches */
        g_assert_cmpuint(find_event(&hall, SFU_LAYERS_WANTED)->peer.value, ==, publisher.value);
        SfuPeer peer = watch(&hall, watcher, true);
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
        assert_contiguous(watcher, PAYLOAD_VP8);
        for (unsigned i = 1; i < count_type(watcher, PAYLOAD_VP8); i++)
                g_assert_cmpint((int32_t)(nth(watcher, PAYLOAD_VP8, i)->header.timestamp -
                                          nth(watcher, PAYLOAD_VP8, i - 1)->header.timestamp),
                                >, 0);
        sfu_view(hall.sfu, peer, none, 0);
        WAIT_FOR(&hall, layers_wanted(&hall) == 0);
        hall_clear(&hall);
}

/* Who comes just after a key frame gets that one and what followed; nobody is asked for another. */
static void test_key_frame_kept(void)
{
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) first = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        SfuPeer peer = watch(&hall, first, true);
        const uint16_t shown[SFU_LINES] = { [SLOT_SEATS + 1] = 720 }, hidden[SFU_LINES] = { 0 };
        sfu_view(hall.sfu, peer, hidden, 0);
        uint64_t taken = counter(&hall, "packets_taken");
        send_camera(speaker, true, 3000);
        send_camera(speaker, false, 6000);
        WAIT_FOR(&hall, counter(&hall, "packets_taken") == taken + 3);
        g_assert_cmpuint(count_type(first, PAYLOAD_H264), ==, 0);
        sfu_view(hall.sfu, peer, shown, 0);
        WAIT_FOR(&hall, count_type(first, PAYLOAD_H264) == 3);
        g_assert_cmpuint(counter(&hall, "key_frames_kept"), ==, 1);
        send_camera(speaker, false, 9000);
        WAIT_FOR(&hall, count_type(first, PAYLOAD_H264) == 4);
        assert_contiguous(first, PAYLOAD_H264);
        hall_clear(&hall);
}

static void test_mute(void)
{
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) watcher = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        watch(&hall, watcher, true);
        send_mic(speaker, 0);
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_OPUS) == 1);
        sfu_mute(hall.sfu, hall.room, 0, SFU_MIC, true);
        uint64_t taken = counter(&hall, "packets_taken");
        do { /* the command takes effect between two packets: then nothing passes */
                send_mic(speaker, 960);
                WAIT_FOR(&hall, counter(&hall, "packets_taken") > taken);
                taken = counter(&hall, "packets_taken");
        } while (count_type(watcher, PAYLOAD_OPUS) + 5 > taken);
        unsigned before = count_type(watcher, PAYLOAD_OPUS);
        sfu_mute(hall.sfu, hall.room, 0, SFU_MIC, false);
        while (count_type(watcher, PAYLOAD_OPUS) < before + 3) {
                send_mic(speaker, 1920);
                hall_turn(&hall);
        }
        assert_contiguous(watcher, PAYLOAD_OPUS); /* no hole that looks like loss */
        hall_clear(&hall);
}

/* Another person takes the seat: the line goes on at the new camera's key frame. */
static void test_seat_changes_hands(void)
{
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) first = test_peer_new();
        g_autoptr(TestPeer) second = test_peer_new();
        g_autoptr(TestPeer) watcher = test_peer_new();
        SfuPeer old = publish(&hall, first, 1, true, false);
        watch(&hall, watcher, true);
        second->next_index[1] = 60000;
        send_camera(first, true, 3000);
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_H264) == 2);
        publish(&hall, second, 1, true, false);
        g_assert_nonnull(find_event(&hall, SFU_PEER_GONE));
        g_assert_cmpuint(find_event(&hall, SFU_PEER_GONE)->peer.value, ==, old.value);
        g_assert_cmpint(find_event(&hall, SFU_PEER_GONE)->reason, ==, SFU_GONE_REPLACED);
        send_camera(second, false, 900000);
        send_camera(second, true, 903000);
        send_camera(second, false, 906000);
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_H264) == 5);
        assert_contiguous(watcher, PAYLOAD_H264);
        g_assert_cmpuint(nth(watcher, PAYLOAD_H264, 0)->header.ssrc, ==, nth(watcher, PAYLOAD_H264, 4)->header.ssrc);
        int32_t step = (int32_t)(nth(watcher, PAYLOAD_H264, 2)->header.timestamp -
                                 nth(watcher, PAYLOAD_H264, 1)->header.timestamp);
        g_assert_cmpint(step, >, 0);
        g_assert_cmpint(step, <, 90000 * 15);
        hall_clear(&hall);
}

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
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) watcher = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        watch(&hall, watcher, true);
        send_camera(speaker, true, 3000);
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_H264) == 2);
        const TestPacket original = *nth(watcher, PAYLOAD_H264, 1);
        /* A packet that was sent often enough will not come: a key frame is asked for instead. */
        uint64_t wished = counter(&hall, "key_frames_wished");
        WAIT_FOR(&hall, (send_nack(watcher, original.header.ssrc, original.header.sequence),
                         counter(&hall, "key_frames_wished") > wished));
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_H264_RTX) == counter(&hall, "resends"));
        g_assert_cmpuint(counter(&hall, "resends"), ==, 5);
        const TestPacket *again = nth(watcher, PAYLOAD_H264_RTX, 0);
        g_assert_cmpuint(again->header.ssrc, ==, original.header.ssrc + 1);
        g_assert_cmpuint(read_u16(again->payload), ==, original.header.sequence);
        g_assert_cmpmem(again->payload + 2, again->size - 2, original.payload, original.size);
        send_nack(watcher, original.header.ssrc, original.header.sequence + 500); /* never sent */
        WAIT_FOR(&hall, counter(&hall, "resends_gone") == 1);
        hall_clear(&hall);
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
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) lossy = test_peer_new();
        g_autoptr(TestPeer) good = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        watch(&hall, lossy, true);
        watch(&hall, good, true);
        send_camera(speaker, true, 3000);
        WAIT_FOR(&hall, count_type(lossy, PAYLOAD_H264) == 2 && count_type(good, PAYLOAD_H264) == 2);
        for (unsigned i = 0; i < 8; i++)
                send_report(lossy, nth(lossy, PAYLOAD_H264, 0)->header.ssrc, 26); /* 10 % */
        send_camera(speaker, false, 6000); /* read after the reports: one socket, one queue */
        WAIT_FOR(&hall, count_type(lossy, PAYLOAD_H264) == 3 && count_type(good, PAYLOAD_H264) == 3);
        g_assert_cmpuint(nth(lossy, PAYLOAD_H264, 2)->header.extension_bytes, ==, 8);
        g_assert_cmpuint(nth(good, PAYLOAD_H264, 2)->header.extension_bytes, ==, 4);
        g_assert_cmpuint(nth(good, PAYLOAD_H264, 2)->transport, ==, 2);
        g_assert_cmpuint(nth(lossy, PAYLOAD_H264, 2)->transport, ==, 2);
        assert_contiguous(lossy, PAYLOAD_H264);
        hall_clear(&hall);
}

/* Sound goes on in one line of numbers, each packet with the two before it where much is lost. */
static void test_redundant_sound(void)
{
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) lossy = test_peer_new();
        g_autoptr(TestPeer) good = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        watch(&hall, lossy, true);
        watch(&hall, good, true);
        for (uint32_t i = 0; i < 2; i++)
                send_mic(speaker, 960 * i);
        WAIT_FOR(&hall, count_type(lossy, PAYLOAD_OPUS) == 2 && count_type(good, PAYLOAD_OPUS) == 2);
        const TestPacket last = *nth(lossy, PAYLOAD_OPUS, 1);
        for (unsigned i = 0; i < 8; i++)
                send_report(lossy, last.header.ssrc, 26); /* 10 % */
        for (uint32_t i = 2; i < 5; i++)
                send_mic(speaker, 960 * i);
        WAIT_FOR(&hall, count_type(lossy, PAYLOAD_RED) == 3 && count_type(good, PAYLOAD_OPUS) == 5);
        for (unsigned i = 0; i < 3; i++) {
                const TestPacket *packet = nth(lossy, PAYLOAD_RED, i), *plain = nth(good, PAYLOAD_OPUS, 2 + i);
                size_t size;
                unsigned earlier;
                const uint8_t *payload = red_read(packet->payload, packet->size, &size, &earlier);
                g_assert_cmpmem(payload, size, plain->payload, plain->size);
                g_assert_cmpuint(earlier, ==, 2);
                g_assert_cmpuint(packet->header.sequence, ==, (uint16_t)(last.header.sequence + 1 + i));
                g_assert_cmpuint(packet->header.timestamp, ==, last.header.timestamp + 960 * (1 + i));
        }
        hall_clear(&hall);
}

/* Where the line carries nothing more the picture is paused, the sound goes on, and the page can say why. */
static void test_narrow_line(void)
{
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) watcher = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        SfuPeer peer = watch(&hall, watcher, true);
        unsigned told = 0;
        int64_t until_us = g_get_monotonic_time() + TEST_WAIT_US;
        for (uint32_t i = 0; !find_event(&hall, SFU_NETWORK) && g_get_monotonic_time() < until_us; i++) {
                send_mic(speaker, 960 * i);
                send_camera(speaker, i % 50 == 0, 900 * (i + 1));
                hall_turn(&hall);
                test_peer_tell_arrivals(watcher, &told, 10000, 0); /* as over a line that is far too narrow */
        }
        const SfuEvent *event = find_event(&hall, SFU_NETWORK);
        g_assert_nonnull(event);
        g_assert_cmpuint(event->peer.value, ==, peer.value);
        g_assert_cmpint(event->network, ==, SFU_NETWORK_AUDIO);
        g_assert_cmpuint(event->kbps, <, 100);
        unsigned heard_before = count_type(watcher, PAYLOAD_OPUS), seen = count_type(watcher, PAYLOAD_H264);
        for (uint32_t i = 0; i < 10; i++) {
                send_mic(speaker, 960 * (100000 + i));
                send_camera(speaker, i == 0, 900 * (100000 + i));
        }
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_OPUS) >= heard_before + 10 / 3); /* three in one: gather_test */
        g_assert_cmpuint(count_type(watcher, PAYLOAD_H264), ==, seen);
        hall_clear(&hall);
}

/* What a lost packet of the speaker's leads to: it is asked for, and fills its place. */
static void test_asks_for_missing(void)
{
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) watcher = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        watch(&hall, watcher, true);
        send_camera(speaker, true, 3000);
        uint64_t missing = speaker->next_index[1]++;
        send_camera(speaker, false, 9000);
        WAIT_FOR(&hall, heard(speaker, RTCP_NACK));
        test_peer_send(speaker, 1, missing, 6000, true, delta_slice, sizeof delta_slice);
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_H264) == 4);
        const TestPacket *late = nth(watcher, PAYLOAD_H264, 3);
        g_assert_cmpuint((uint16_t)(late->header.sequence - nth(watcher, PAYLOAD_H264, 1)->header.sequence), ==, 1);
        WAIT_FOR(&hall, counter(&hall, "recovered") == 1);

        /* One that never comes, however often it is asked for: a key frame instead. */
        uint64_t wished = counter(&hall, "key_frames_wished");
        speaker->next_index[1]++;
        send_camera(speaker, false, 12000);
        WAIT_FOR(&hall, counter(&hall, "key_frames_wished") > wished);
        hall_clear(&hall);
}

/* A certificate that is not that of the description. */
static void test_wrong_certificate(void)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC } };
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) thief = test_peer_new();
        g_autofree char *offer = test_peer_offer(thief, false, false), *answer = NULL;
        dtls_identity_free(thief->identity);
        thief->identity = dtls_identity_new();
        SfuPeer peer;
        g_assert_true(
                sfu_publish(hall.sfu, hall.room, (SfuParticipant){ 7 }, 0, offer, tracks, 1, &peer, &answer, NULL));
        test_peer_connect(thief, answer);
        g_ptr_array_add(hall.browsers, thief);
        WAIT_FOR(&hall, find_event(&hall, SFU_PEER_GONE));
        g_assert_cmpint(find_event(&hall, SFU_PEER_GONE)->reason, ==, SFU_GONE_DTLS);
        g_assert_null(find_event(&hall, SFU_PEER_CONNECTED));
        hall_clear(&hall);
}

/* Rubbish of every kind is counted, and the room goes on. */
static void test_rubbish(void)
{
        Hall hall;
        hall_init(&hall, 1);
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autoptr(TestPeer) watcher = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        watch(&hall, watcher, true);
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
                        hall_turn(&hall);
        }
        send_camera(speaker, true, 3000);
        WAIT_FOR(&hall, count_type(watcher, PAYLOAD_H264) == 2);
        g_assert_cmpuint(counter(&hall, "drop_srtp_tag") + counter(&hall, "drop_srtp_short"), >, 0);
        g_assert_cmpuint(counter(&hall, "drop_stun_malformed"), >, 0);
        g_assert_cmpuint(counter(&hall, "drop_unknown_kind"), >, 0);
        hall_clear(&hall);
}

typedef struct Taped {
        _Atomic unsigned opus, units, vp8, keys, stops;
} Taped;

static void on_frame(void *owner, const SfuFrame *frame)
{
        Taped *taped = owner;
        g_assert_cmpuint(frame->participant.value, ==, 7);
        if (frame->kind == SFU_MIC) {
                g_assert_cmpmem(frame->bytes, frame->length, opus, sizeof opus);
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
        Hall hall;
        hall_init(&hall, 1);
        Taped taped = { 0 };
        SfuTapSink sink = { &taped, on_frame, on_stop };
        g_autoptr(GError) error = NULL;
        g_autoptr(TestPeer) speaker = test_peer_new();
        publish(&hall, speaker, 0, true, false);
        g_assert_true(sfu_tap_start(hall.sfu, hall.room, &sink, &error));
        g_assert_false(sfu_tap_start(hall.sfu, hall.room, &sink, &error));
        sfu_tap_video(hall.sfu, hall.room, SFU_TAP_ON_AIR, 0, SFU_CAMERA);
        send_camera(speaker, false, 0);
        send_camera(speaker, true, 3000);
        send_camera(speaker, false, 6000);
        send_mic(speaker, 0);
        WAIT_FOR(&hall, taped.units == 2 && taped.opus == 1);
        g_assert_cmpuint(taped.keys, ==, 1);
        sfu_tap_video(hall.sfu, hall.room, SFU_TAP_ON_AIR, SFU_NO_SEAT, SFU_CAMERA);
        sfu_tap_stop(hall.sfu, hall.room);
        g_assert_cmpuint(taped.stops, ==, 1);
        hall_clear(&hall);
}

static void test_tap_vp8(void)
{
        Hall hall;
        hall_init(&hall, 1);
        Taped taped = { 0 };
        SfuTapSink sink = { &taped, on_frame, on_stop };
        static const SfuTrack tracks[] = { { "mic", SFU_MIC }, { "copy", SFU_CAMERA } };
        g_autoptr(TestPeer) speaker = test_peer_new();
        g_autofree char *offer = test_peer_offer(speaker, false, true), *answer = NULL;
        SfuPeer peer;
        g_assert_true(
                sfu_publish(hall.sfu, hall.room, (SfuParticipant){ 7 }, 3, offer, tracks, 2, &peer, &answer, NULL));
        test_peer_connect(speaker, answer);
        g_ptr_array_add(hall.browsers, speaker);
        WAIT_FOR(&hall, test_peer_is_connected(speaker) && find_event(&hall, SFU_PEER_CONNECTED));
        g_assert_true(sfu_tap_start(hall.sfu, hall.room, &sink, NULL));
        sfu_tap_video(hall.sfu, hall.room, SFU_TAP_ON_AIR, 3, SFU_CAMERA);
        test_peer_send(speaker, 2, speaker->next_index[2]++, 3000, true, vp8_key, sizeof vp8_key);
        WAIT_FOR(&hall, taped.vp8 == 1);
        g_assert_cmpuint(taped.units, ==, 0);
        sfu_room_close(hall.sfu, hall.room); /* stops the tap */
        g_assert_cmpuint(taped.stops, ==, 1);
        hall_clear(&hall);
}

static void test_states_refused(void)
{
        Hall hall;
        hall_init(&hall, 1);
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
        hall_clear(&hall);
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
        g_test_add_func("/sfu/resend", test_resend);
        g_test_add_func("/sfu/later-on-loss", test_later_on_loss);
        g_test_add_func("/sfu/redundant-sound", test_redundant_sound);
        g_test_add_func("/sfu/narrow-line", test_narrow_line);
        g_test_add_func("/sfu/asks-for-missing", test_asks_for_missing);
        g_test_add_func("/sfu/wrong-certificate", test_wrong_certificate);
        g_test_add_func("/sfu/rubbish", test_rubbish);
        g_test_add_func("/sfu/tap", test_tap);
        g_test_add_func("/sfu/tap-vp8", test_tap_vp8);
        g_test_add_func("/sfu/states-refused", test_states_refused);
        return g_test_run();
}
