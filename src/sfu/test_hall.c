#include "sfu/test_hall.h"

#include <poll.h>
#include <string.h>

const uint8_t test_opus[8] = { 0x78, 1, 2, 3, 4, 5, 6, 7 };

void test_hall_init(TestHall *hall, unsigned media_threads)
{
        g_autoptr(GError) error = NULL;
        *hall = (TestHall){ .sfu = sfu_start(&(SfuConfig){ .media_threads = media_threads }, &error) };
        g_assert_no_error(error);
        g_assert_cmpuint(sfu_tcp_port(hall->sfu), !=, 0);
        for (unsigned i = 0; i < media_threads; i++) /* the last one lives on another thread than the listening one */
                hall->room = sfu_room_open(hall->sfu);
}

void test_hall_clear(TestHall *hall)
{
        sfu_stop(hall->sfu);
        for (unsigned i = 0; i < hall->n; i++)
                test_peer_free(hall->browsers[i]);
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
        while (sfu_next_event(hall->sfu, &event)) {
                hall->gone += event.kind == SFU_PEER_GONE;
                if (event.kind == SFU_NETWORK)
                        hall->network = event;
        }
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

static void connect_browser(TestHall *hall, TestPeer *browser, char *description)
{
        g_free(hall->description);
        hall->description = description;
        test_peer_connect(browser, description);
        WAIT_FOR(hall, test_peer_is_connected(browser));
}

TestPeer *test_hall_publish(TestHall *hall, bool tcp)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC } };
        g_autoptr(GError) error = NULL;
        TestPeer *browser = test_hall_come(hall, tcp);
        g_autofree char *offer = test_peer_offer(browser, false, false);
        char *answer = NULL;
        sfu_publish(hall->sfu, hall->room, (SfuParticipant){ TEST_HALL_SPEAKER }, (int)hall->speakers++, offer, tracks,
                    1, &hall->peer, &answer, &error);
        g_assert_no_error(error);
        connect_browser(hall, browser, answer);
        return browser;
}

TestPeer *test_hall_watch(TestHall *hall, bool tcp)
{
        g_autoptr(GError) error = NULL;
        char *offer = NULL;
        TestPeer *browser = test_hall_come(hall, tcp);
        sfu_subscribe(hall->sfu, hall->room, (SfuParticipant){ TEST_HALL_WATCHER + hall->n }, 4, SFU_NO_SEAT,
                      &hall->peer, &offer, &error);
        g_assert_no_error(error);
        g_autofree char *answer = test_peer_answer(browser, offer, true);
        g_assert_true(sfu_subscribed(hall->sfu, hall->peer, answer, &error));
        connect_browser(hall, browser, offer);
        return browser;
}

void test_hall_speak(TestHall *hall, TestPeer *browser, unsigned packets)
{
        for (unsigned i = 0; i < packets; i++) {
                uint64_t index = browser->next_index[0]++;
                test_peer_send(browser, 0, index, (uint32_t)index * 960, false, test_opus, sizeof test_opus);
                test_hall_turn(hall);
        }
}
