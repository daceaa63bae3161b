/* An interpreter over loopback: the voice from the booth reaches who chose the channel, and nobody else; nobody's
 * description changes when somebody chooses, or when the next interpreter takes over. */
#include "sfu/test_hall.h"

#include <string.h>

enum { FIRST_BOOTH = SFU_SEATS, ENGLISH = 0, FRENCH = 1 };

static const uint8_t floor_voice[] = "x floor", first_voice[] = "x first", second_voice[] = "x second";

static TestPeer *enter_booth(TestHall *hall, int seat)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC } };
        g_autoptr(GError) error = NULL;
        TestPeer *browser = test_hall_come(hall, false);
        g_autofree char *offer = test_peer_offer(browser, false, false), *answer = NULL;
        sfu_publish(hall->sfu, hall->room, (SfuParticipant){ 9 }, seat, offer, tracks, 1, &hall->peer, &answer, &error);
        g_assert_no_error(error);
        test_peer_connect(browser, answer);
        WAIT_FOR(hall, test_peer_is_connected(browser));
        return browser;
}

static void say(TestHall *hall, TestPeer *browser, const uint8_t *voice)
{
        uint64_t index = browser->next_index[0]++;
        test_peer_send(browser, TEST_MIC, index, (uint32_t)index * 960, false, voice, strlen((const char *)voice));
        test_hall_turn(hall);
}

static unsigned heard(const TestPeer *browser, const uint8_t *voice)
{
        unsigned n = 0;
        for (unsigned i = 0; i < browser->packets->len; i++) {
                const TestPacket *packet = &g_array_index(browser->packets, TestPacket, i);
                size_t size = strlen((const char *)voice);
                n += packet->size >= size && memcmp(packet->payload + packet->size - size, voice, size) == 0;
        }
        return n;
}

typedef struct Story {
        TestHall hall;
        TestPeer *speaker, *first, *second, *listener, *other;
        SfuPeer listening, partner;
} Story;

static void everybody_speaks(Story *s)
{
        say(&s->hall, s->speaker, floor_voice);
        say(&s->hall, s->first, first_voice);
        say(&s->hall, s->second, second_voice);
}

/* Rounds until the browser has heard it ten times more. */
#define SPEAK_UNTIL_HEARD(story, browser, voice)                                                                       \
        do {                                                                                                           \
                unsigned had = heard(browser, voice);                                                                  \
                WAIT_FOR(&(story)->hall, (everybody_speaks(story), heard(browser, voice) >= had + 10));                \
        } while (0)

static void story_begin(Story *s)
{
        test_hall_init(&s->hall, 1);
        s->speaker = test_hall_publish(&s->hall, false);
        s->first = enter_booth(&s->hall, FIRST_BOOTH);
        s->partner = s->hall.peer;
        s->second = enter_booth(&s->hall, FIRST_BOOTH + 1);
        s->listener = test_hall_watch(&s->hall, false);
        s->listening = s->hall.peer;
        s->other = test_hall_watch(&s->hall, false);
        sfu_channel(s->hall.sfu, s->hall.room, FRENCH, FIRST_BOOTH);
}

static void test_who_chose(void)
{
        Story s;
        story_begin(&s);
        SPEAK_UNTIL_HEARD(&s, s.listener, floor_voice);
        g_assert_cmpuint(heard(s.listener, first_voice), ==, 0);
        sfu_listen(s.hall.sfu, s.listening, FRENCH);
        SPEAK_UNTIL_HEARD(&s, s.listener, first_voice);
        SPEAK_UNTIL_HEARD(&s, s.listener, floor_voice); /* lowered by the page, not by the server */
        SPEAK_UNTIL_HEARD(&s, s.other, floor_voice);
        g_assert_cmpuint(heard(s.other, first_voice) + heard(s.other, second_voice), ==, 0);
        g_assert_cmpuint(heard(s.listener, second_voice), ==, 0);
        sfu_listen(s.hall.sfu, s.listening, SFU_NO_CHANNEL);
        SPEAK_UNTIL_HEARD(&s, s.other, floor_voice);
        unsigned before = heard(s.listener, first_voice);
        SPEAK_UNTIL_HEARD(&s, s.other, floor_voice);
        g_assert_cmpuint(heard(s.listener, first_voice), ==, before);
        test_hall_clear(&s.hall);
}

static void test_the_next_takes_over(void)
{
        Story s;
        story_begin(&s);
        sfu_listen(s.hall.sfu, s.listening, FRENCH);
        SPEAK_UNTIL_HEARD(&s, s.listener, first_voice);
        sfu_channel(s.hall.sfu, s.hall.room, FRENCH, FIRST_BOOTH + 1);
        SPEAK_UNTIL_HEARD(&s, s.listener, second_voice);
        unsigned before = heard(s.listener, first_voice);
        SPEAK_UNTIL_HEARD(&s, s.listener, second_voice);
        g_assert_cmpuint(heard(s.listener, first_voice), ==, before);
        test_peer_assert_whole(s.listener);
        /* the channel is nobody's, another language is empty */
        sfu_channel(s.hall.sfu, s.hall.room, FRENCH, SFU_NO_SEAT);
        SPEAK_UNTIL_HEARD(&s, s.other, floor_voice);
        before = heard(s.listener, second_voice);
        sfu_listen(s.hall.sfu, s.listening, ENGLISH);
        SPEAK_UNTIL_HEARD(&s, s.other, floor_voice);
        g_assert_cmpuint(heard(s.listener, second_voice), ==, before);
        test_hall_clear(&s.hall);
}

static void test_not_to_oneself(void)
{
        Story s;
        story_begin(&s);
        sfu_listen(s.hall.sfu, s.listening, FRENCH);
        sfu_own_seat(s.hall.sfu, s.listening, FIRST_BOOTH);
        SPEAK_UNTIL_HEARD(&s, s.listener, floor_voice);
        g_assert_cmpuint(heard(s.listener, first_voice), ==, 0);
        /* a muted booth is silent */
        sfu_own_seat(s.hall.sfu, s.listening, SFU_NO_SEAT);
        SPEAK_UNTIL_HEARD(&s, s.listener, first_voice);
        sfu_mute(s.hall.sfu, s.hall.room, FIRST_BOOTH, SFU_MIC, true);
        SPEAK_UNTIL_HEARD(&s, s.listener, floor_voice);
        unsigned before = heard(s.listener, first_voice);
        SPEAK_UNTIL_HEARD(&s, s.listener, floor_voice);
        g_assert_cmpuint(heard(s.listener, first_voice), ==, before);
        test_hall_clear(&s.hall);
}

static void test_no_camera(void)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC }, { "camera", SFU_CAMERA } };
        TestHall hall;
        test_hall_init(&hall, 1);
        g_autoptr(GError) error = NULL;
        g_autofree char *offer = test_peer_offer(test_hall_come(&hall, false), true, false), *answer = NULL;
        SfuPeer peer;
        g_assert_false(sfu_publish(hall.sfu, hall.room, (SfuParticipant){ 9 }, FIRST_BOOTH, offer, tracks, 2, &peer,
                                   &answer, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
        g_clear_error(&error);
        g_assert_false(sfu_publish(hall.sfu, hall.room, (SfuParticipant){ 9 }, SFU_PLACES, offer, tracks, 1, &peer,
                                   &answer, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_STATE);
        test_hall_clear(&hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/channels/who-chose", test_who_chose);
        g_test_add_func("/channels/the-next-takes-over", test_the_next_takes_over);
        g_test_add_func("/channels/not-to-oneself", test_not_to_oneself);
        g_test_add_func("/channels/no-camera", test_no_camera);
        return g_test_run();
}
