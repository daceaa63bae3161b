/* Nine open microphones over loopback: three voices reach a watcher, each whole; nobody's description changes. */
#include "sfu/test_hall.h"

#include "sfu/voices.h"

enum { MICROPHONES = VOICES_OPEN_MAX + 1 };

static TestPeer *watch_all_seats(TestHall *hall)
{
        g_autoptr(GError) error = NULL;
        TestPeer *browser = test_hall_come(hall, false);
        g_autofree char *offer = NULL;
        sfu_subscribe(hall->sfu, hall->room, (SfuParticipant){ 8 }, SFU_SEATS, SFU_NO_SEAT, &hall->peer, &offer,
                      &error);
        g_assert_no_error(error);
        g_autofree char *answer = test_peer_answer(browser, offer, true);
        g_assert_true(sfu_subscribed(hall->sfu, hall->peer, answer, &error));
        test_peer_connect(browser, offer);
        WAIT_FOR(hall, test_peer_is_connected(browser));
        return browser;
}

enum { LOOKED_AT = 3 * MICROPHONES };

/* A packet of each speaker; how many voices are among what reached the watcher last. */
static unsigned voices_after_round(TestHall *hall, TestPeer *const speakers[MICROPHONES], const TestPeer *watcher)
{
        for (unsigned i = 0; i < MICROPHONES; i++)
                test_hall_speak(hall, speakers[i], 1);
        if (watcher->packets->len < LOOKED_AT)
                return 0;
        g_autoptr(GHashTable) voices = g_hash_table_new(NULL, NULL);
        for (unsigned i = watcher->packets->len - LOOKED_AT; i < watcher->packets->len; i++) {
                const TestPacket *packet = &g_array_index(watcher->packets, TestPacket, i);
                g_hash_table_add(voices, GUINT_TO_POINTER(packet->header.ssrc));
        }
        return g_hash_table_size(voices);
}

static void test_three_of_nine(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *speakers[MICROPHONES];
        for (unsigned i = 0; i < MICROPHONES; i++)
                speakers[i] = test_hall_publish(&hall, false);
        TestPeer *watcher = watch_all_seats(&hall);
        WAIT_FOR(&hall, voices_after_round(&hall, speakers, watcher) == VOICES_HEARD);
        test_peer_assert_whole(watcher);
        test_hall_clear(&hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/many-voices/three-of-nine", test_three_of_nine);
        return g_test_run();
}
