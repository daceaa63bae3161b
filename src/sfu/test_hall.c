#include "sfu/test_hall.h"

#include <poll.h>

void test_hall_init(TestHall *hall, unsigned media_threads)
{
        g_autoptr(GError) error = NULL;
        *hall = (TestHall){ .sfu = sfu_start(&(SfuConfig){ .media_threads = media_threads }, &error) };
        g_assert_no_error(error);
        hall->events = g_array_new(FALSE, FALSE, sizeof(SfuEvent));
        g_assert_cmpuint(sfu_tcp_port(hall->sfu), !=, 0);
        for (unsigned i = 0; i < media_threads; i++) /* the last one lives on another thread than the listening one */
                hall->room = sfu_room_open(hall->sfu);
}

void test_hall_clear(TestHall *hall)
{
        sfu_stop(hall->sfu);
        for (unsigned i = 0; i < hall->n; i++)
                test_peer_free(hall->browsers[i]);
        g_array_unref(hall->events);
        g_free(hall->description);
}

void test_hall_turn(TestHall *hall)
{
        struct pollfd wait[1 + TEST_HALL_BROWSERS] = { { sfu_events_fd(hall->sfu), POLLIN, 0 } };
        for (unsigned i = 0; i < hall->n; i++)
                wait[i + 1] = (struct pollfd){ hall->browsers[i]->fd, POLLIN, 0 };
        poll(wait, hall->n + 1, 10);
        for (unsigned i = 0; i < hall->n; i++)
                if (hall->browsers[i]->dtls)
                        test_peer_turn(hall->browsers[i]);
        SfuEvent event;
        while (sfu_next_event(hall->sfu, &event))
                g_array_append_val(hall->events, event);
}

const SfuEvent *test_hall_event(const TestHall *hall, SfuEventKind kind)
{
        for (unsigned i = hall->events->len; i > 0; i--) {
                const SfuEvent *event = &g_array_index(hall->events, SfuEvent, i - 1);
                if (event->kind == kind)
                        return event;
        }
        return NULL;
}

uint64_t test_hall_counter(TestHall *hall, const char *name)
{
        return test_counter(hall->sfu, name);
}

TestPeer *test_hall_come(TestHall *hall, bool tcp)
{
        g_assert_cmpuint(hall->n, <, TEST_HALL_BROWSERS);
        TestPeer *browser = hall->browsers[hall->n++] = test_peer_new();
        if (tcp)
                test_peer_use_tcp(browser);
        return browser;
}

static bool is_told_connected(const TestHall *hall)
{
        const SfuEvent *event = test_hall_event(hall, SFU_PEER_CONNECTED);
        return event && event->peer.value == hall->peer.value;
}

static void connect_browser(TestHall *hall, TestPeer *browser, char *description)
{
        g_free(hall->description);
        hall->description = description;
        test_peer_connect(browser, description);
        WAIT_FOR(hall, test_peer_is_connected(browser) && is_told_connected(hall));
}

void test_hall_go_on_stage(TestHall *hall, TestPeer *browser, int seat, char *offer, const SfuTrack *tracks,
                           unsigned n_tracks)
{
        g_autoptr(GError) error = NULL;
        g_autofree char *own = offer;
        char *answer = NULL;
        sfu_publish(hall->sfu, hall->room, (SfuParticipant){ TEST_HALL_SPEAKER }, seat, own, tracks, n_tracks,
                    &hall->peer, &answer, &error);
        g_assert_no_error(error);
        connect_browser(hall, browser, answer);
}

TestPeer *test_hall_publish(TestHall *hall, bool tcp)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC } };
        TestPeer *browser = test_hall_come(hall, tcp);
        test_hall_go_on_stage(hall, browser, (int)hall->speakers++, test_peer_offer(browser, false, false), tracks, 1);
        return browser;
}

TestPeer *test_hall_film(TestHall *hall, int seat, bool copy)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC }, { "camera", SFU_CAMERA }, { "copy", SFU_CAMERA_VP8 } };
        TestPeer *browser = test_hall_come(hall, false);
        test_hall_go_on_stage(hall, browser, seat, test_peer_offer(browser, true, copy), tracks, 2 + copy);
        return browser;
}

static TestPeer *watch(TestHall *hall, bool tcp, bool h264)
{
        g_autoptr(GError) error = NULL;
        char *offer = NULL;
        TestPeer *browser = test_hall_come(hall, tcp);
        sfu_subscribe(hall->sfu, hall->room, (SfuParticipant){ TEST_HALL_WATCHER + hall->n }, 4, SFU_NO_SEAT,
                      &hall->peer, &offer, &error);
        g_assert_no_error(error);
        g_autofree char *answer = test_peer_answer(browser, offer, h264);
        g_assert_true(sfu_subscribed(hall->sfu, hall->peer, answer, &error));
        connect_browser(hall, browser, offer);
        return browser;
}

TestPeer *test_hall_watch(TestHall *hall, bool tcp)
{
        return watch(hall, tcp, true);
}

TestPeer *test_hall_watch_vp8(TestHall *hall)
{
        return watch(hall, false, false);
}

void test_hall_speak(TestHall *hall, TestPeer *browser, unsigned packets)
{
        for (unsigned i = 0; i < packets; i++) {
                test_peer_send_voice(browser, (uint32_t)browser->next_index[TEST_MIC] * 960);
                test_hall_turn(hall);
        }
}
