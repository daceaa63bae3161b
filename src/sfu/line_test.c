/* What is said of a watcher's line: its own losses, and not those of a speaker's. */
#include "sfu/test_hall.h"

enum { LOST_EACH = 8, STEP_US = 250, MORE = 400 };

/* One packet of sound, and the two watchers' feedback; the speaker's line loses every tenth. */
static void speak(TestHall *hall, TestPeer *speaker, TestPeer *lossy, TestPeer *good, unsigned told[2])
{
        speaker->next_index[0] += speaker->next_index[0] % 10 == 0;
        test_hall_speak(hall, speaker, 1);
        test_peer_tell_arrivals(lossy, &told[0], STEP_US, LOST_EACH);
        test_peer_tell_arrivals(good, &told[1], STEP_US, 0);
}

/* Whether somebody's line is said to lose much; nobody's but this one's. */
static bool is_told_lossy(const TestHall *hall, SfuPeer peer)
{
        bool lossy = false;
        for (unsigned i = 0; i < hall->events->len; i++) {
                const SfuEvent *event = &g_array_index(hall->events, SfuEvent, i);
                if (event->kind == SFU_NETWORK && event->lossy) {
                        g_assert_cmpuint(event->peer.value, ==, peer.value);
                        lossy = true;
                }
        }
        return lossy;
}

static void test_lossy_line(void)
{
        TestHall hall;
        unsigned told[2] = { 0, 0 };
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_publish(&hall, false);
        TestPeer *good = test_hall_watch(&hall, false), *lossy = test_hall_watch(&hall, false);
        SfuPeer peer = hall.peer;
        WAIT_FOR(&hall, (speak(&hall, speaker, lossy, good, told), is_told_lossy(&hall, peer)));
        for (unsigned until = told[1] + MORE; told[1] < until;)
                speak(&hall, speaker, lossy, good, told);
        is_told_lossy(&hall, peer);
        test_hall_clear(&hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/sfu/lossy-line", test_lossy_line);
        return g_test_run();
}
