/* ICE restarts over loopback: another address in the middle, on the same DTLS connection and with the same keys. */
#include "sfu/test_hall.h"

#include "rtc/sdp.h"
#include "rtc/sdp_fragment.h"

#include <string.h>

static const SfuTrack mic[] = { { "mic", SFU_MIC } };

/* Speaks until the watcher has heard something more. */
static void assert_heard(TestHall *hall, TestPeer *speaker, TestPeer *watcher)
{
        unsigned before = watcher->packets->len;
        test_hall_speak(hall, speaker, 3);
        WAIT_FOR(hall, watcher->packets->len >= before + 3);
}

static void assert_restarted(TestHall *hall, TestPeer *peer)
{
        WAIT_FOR(hall, peer->ice.state == ICE_CONNECTED);
        g_assert_null(test_hall_event(hall, SFU_PEER_GONE));
        g_assert_cmpuint(test_hall_counter(hall, "peers_connected"), ==, 2); /* nobody connected anew */
}

static void restart_speaker(TestHall *hall, TestPeer *speaker, SfuPeer peer, const char *first)
{
        g_autoptr(GError) error = NULL;
        test_peer_renew(speaker);
        g_autofree char *offer = test_peer_offer(speaker, false, false), *answer = NULL;
        sfu_publish_again(hall->sfu, peer, offer, mic, 1, &answer, &error);
        g_assert_no_error(error);
        g_autoptr(Sdp) before = sdp_parse(first, strlen(first), NULL), now = sdp_parse(answer, strlen(answer), NULL);
        g_assert_cmpstr(now->ufrag, !=, before->ufrag);
        g_assert_cmpstr(now->pwd, !=, before->pwd);
        g_assert_cmpmem(now->fingerprint, SDP_FINGERPRINT_SIZE, before->fingerprint, SDP_FINGERPRINT_SIZE);
        g_assert_cmpuint(now->version, >, before->version);
        test_peer_restart(speaker, now->ufrag, now->pwd);
}

static void publisher_moves(unsigned media_threads)
{
        TestHall hall;
        test_hall_init(&hall, media_threads);
        TestPeer *speaker = test_hall_publish(&hall, false);
        SfuPeer peer = hall.peer;
        g_autofree char *first = g_strdup(hall.description);
        TestPeer *watcher = test_hall_watch(&hall, false);
        assert_heard(&hall, speaker, watcher);
        IceClient before = speaker->ice;
        restart_speaker(&hall, speaker, peer, first);
        IceClient after = speaker->ice;
        speaker->ice = before; /* it has not begun: the old pair goes on */
        speaker->ice.next_us = 0;
        assert_heard(&hall, speaker, watcher);
        speaker->ice = after;
        test_peer_move(speaker);
        assert_restarted(&hall, speaker);
        assert_heard(&hall, speaker, watcher);
        restart_speaker(&hall, speaker, peer, first); /* and once more, at the same place */
        assert_restarted(&hall, speaker);
        assert_heard(&hall, speaker, watcher);
        test_hall_clear(&hall);
}

static void test_publisher_moves(void)
{
        publisher_moves(1);
}

static void test_publisher_moves_two_threads(void)
{
        publisher_moves(2);
}

static void test_watcher_moves(void)
{
        TestHall hall;
        g_autoptr(GError) error = NULL;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_publish(&hall, false), *watcher = test_hall_watch(&hall, false);
        SfuPeer peer = hall.peer;
        assert_heard(&hall, speaker, watcher);
        g_autofree char *offer = NULL;
        g_assert_true(sfu_subscribe_restart(hall.sfu, peer, &offer, &error));
        assert_heard(&hall, speaker, watcher); /* nothing is answered yet */
        test_peer_renew(watcher);
        g_autofree char *answer = test_peer_answer(watcher, offer, true);
        g_autoptr(Sdp) sdp = sdp_parse(offer, strlen(offer), NULL);
        test_peer_restart(watcher, sdp->ufrag, sdp->pwd);
        test_peer_move(watcher);
        test_peer_turn(watcher); /* its first check is there before its answer */
        g_assert_true(sfu_subscribed(hall.sfu, peer, answer, &error));
        assert_restarted(&hall, watcher);
        assert_heard(&hall, speaker, watcher);
        test_hall_clear(&hall);
}

/* An encoder has no further descriptions, but fragments. */
static void test_fragment(void)
{
        TestHall hall;
        g_autoptr(GError) error = NULL;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_publish(&hall, false);
        SfuPeer peer = hall.peer;
        TestPeer *watcher = test_hall_watch(&hall, false);
        test_peer_renew(speaker);
        g_autofree char *text = NULL;
        g_assert_true(sfu_restart(hall.sfu, peer, speaker->local.ufrag, speaker->local.pwd, &text, &error));
        SdpFragment fragment;
        g_assert_true(sdp_fragment_parse(text, strlen(text), &fragment, NULL));
        g_assert_cmpuint(fragment.n_candidates, >, 0);
        g_assert_null(strstr(hall.description, fragment.ufrag));
        test_peer_restart(speaker, fragment.ufrag, fragment.pwd);
        test_peer_move(speaker);
        assert_restarted(&hall, speaker);
        assert_heard(&hall, speaker, watcher);
        test_hall_clear(&hall);
}

static void test_refused(void)
{
        TestHall hall;
        g_autofree char *text = NULL;
        test_hall_init(&hall, 1);
        TestPeer *speaker = test_hall_publish(&hall, false);
        SfuPeer publisher = hall.peer;
        TestPeer *watcher = test_hall_watch(&hall, false);
        SfuPeer peer = hall.peer;
        /* the same credentials, half of new ones, malformed ones, nobody's */
        const IceCredentials *own = &speaker->local;
        static const char other[] = "0123456789abcdefghijkl";
        g_assert_false(sfu_restart(hall.sfu, publisher, own->ufrag, own->pwd, &text, NULL));
        g_assert_false(sfu_restart(hall.sfu, publisher, "another", own->pwd, &text, NULL));
        g_assert_false(sfu_restart(hall.sfu, publisher, own->ufrag, other, &text, NULL));
        g_assert_false(sfu_restart(hall.sfu, publisher, "a b c", other, &text, NULL));
        g_assert_false(sfu_restart(hall.sfu, (SfuPeer){ 5 }, "another", other, &text, NULL));
        g_assert_false(sfu_restart(hall.sfu, peer, "another", other, &text, NULL)); /* it has no offer of its own */
        g_assert_false(sfu_subscribe_restart(hall.sfu, publisher, &text, NULL));
        /* another certificate is another connection */
        g_autoptr(TestPeer) stranger = test_peer_new();
        g_autofree char *offer = test_peer_offer(stranger, false, false);
        g_assert_false(sfu_publish_again(hall.sfu, publisher, offer, mic, 1, &text, NULL));
        g_autofree char *again = NULL, *foreign = NULL;
        g_assert_true(sfu_subscribe_restart(hall.sfu, peer, &again, NULL));
        foreign = test_peer_answer(stranger, again, true);
        g_assert_false(sfu_subscribed(hall.sfu, peer, foreign, NULL));
        g_assert_null(text);
        assert_heard(&hall, speaker, watcher); /* none of it harmed anybody */
        test_hall_clear(&hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/restart/publisher-moves", test_publisher_moves);
        g_test_add_func("/restart/publisher-moves-two-threads", test_publisher_moves_two_threads);
        g_test_add_func("/restart/watcher-moves", test_watcher_moves);
        g_test_add_func("/restart/fragment", test_fragment);
        g_test_add_func("/restart/refused", test_refused);
        return g_test_run();
}
