/* QUALITY.md, case 20: what a hostile browser or a stranger may do to the transport. In each, an honest speaker is
 * heard by an honest watcher before, during and after. */
#include "sfu/test_hall.h"

#include "rtc/bytes.h"
#include "rtc/rtcp.h"
#include "rtc/sdp.h"

#include <stdatomic.h>
#include <string.h>

enum { STORM = 3000, FLOOD = 60000, SPOKEN = 20 };

typedef struct Honest {
        TestHall hall;
        TestPeer *speaker, *watcher;
} Honest;

static void are_heard(Honest *honest)
{
        unsigned before = honest->watcher->packets->len;
        test_hall_speak(&honest->hall, honest->speaker, SPOKEN);
        WAIT_FOR(&honest->hall, honest->watcher->packets->len >= before + SPOKEN);
        g_assert_cmpuint(honest->watcher->packets->len, ==, before + SPOKEN);
        g_assert_null(test_hall_event(&honest->hall, SFU_PEER_GONE));
}

static void honest_init(Honest *honest)
{
        test_hall_init(&honest->hall, 1);
        honest->speaker = test_hall_publish(&honest->hall, false);
        honest->watcher = test_hall_watch(&honest->hall, false);
        WAIT_FOR(&honest->hall, test_hall_counter(&honest->hall, "peers_connected") == 2);
        are_heard(honest);
}

/* A socket of nobody, at the server's port. */
static TestPeer *stranger(Honest *honest)
{
        TestPeer *peer = test_hall_come(&honest->hall, false);
        test_peer_connect(peer, honest->hall.description);
        return peer;
}

static uint64_t drops(Honest *honest, const char *name)
{
        g_autofree char *counter = g_strdup_printf("drop_%s", name);
        return test_hall_counter(&honest->hall, counter);
}

/* Checks with the right names and a wrong password, answers and errors nobody asked for, from another 5-tuple: none
 * moves a peer, none ends one. */
static void test_strangers_stun(void)
{
        Honest honest;
        honest_init(&honest);
        TestPeer *peer = stranger(&honest);
        g_autoptr(Sdp) sdp = sdp_parse(honest.hall.description, strlen(honest.hall.description), NULL);
        g_autofree char *username = g_strdup_printf("%s:%s", sdp->ufrag, honest.watcher->local.ufrag);
        StunRequest request = { .username = username,
                                .password = "not-the-password-of-this-one",
                                .role = STUN_ROLE_CONTROLLING,
                                .use_candidate = true };
        uint8_t out[STUN_BUILD_BYTES], answer[STUN_BUILD_BYTES];
        for (unsigned i = 0; i < 200; i++) {
                size_t size = stun_build_request(&request, out);
                StunMessage message;
                g_assert_cmpint(stun_parse(out, size, &message), ==, DROP_NONE);
                test_peer_send_raw(peer, out, size);
                size = stun_build_error(&message, 401, NULL, answer);
                test_peer_send_raw(peer, answer, size);
                if (i % 20 == 0)
                        test_hall_turn(&honest.hall);
        }
        WAIT_FOR(&honest.hall, drops(&honest, "stun_integrity") >= 200);
        are_heard(&honest);
        test_hall_clear(&honest.hall);
}

/* DTLS and RTP from an address without a check: the ClientHello that comes first must wait for the check, and nobody
 * speaks for another from a 5-tuple of his own. */
static void test_wrong_tuple(void)
{
        Honest honest;
        honest_init(&honest);
        TestPeer *peer = stranger(&honest);
        uint8_t hello[DTLS_DATAGRAM_BYTES];
        size_t size = dtls_session_take(peer->dtls, hello);
        g_assert_cmpuint(size, >, 0);
        uint64_t before = drops(&honest, "unknown_peer");
        uint8_t alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40 };
        uint8_t rtp[200] = { 0x80, TEST_MIC_TYPE, 0, 200 };
        write_u32(rtp + 8, TEST_MIC_SSRC);
        for (unsigned i = 0; i < 100; i++) {
                test_peer_send_raw(peer, hello, size);
                test_peer_send_raw(peer, alert, sizeof alert);
                test_peer_send_raw(peer, rtp, sizeof rtp);
                if (i % 20 == 0)
                        test_hall_turn(&honest.hall);
        }
        WAIT_FOR(&honest.hall, drops(&honest, "unknown_peer") >= before + 300);
        are_heard(&honest);
        g_assert_cmpuint(test_hall_counter(&honest.hall, "peers_connected"), ==, 2);
        test_hall_clear(&honest.hall);
}

/* A handshake whose first flight came before its check is done all the same. */
static void test_early_hello(void)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC } };
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *early = test_hall_come(&hall, false);
        g_autofree char *offer = test_peer_offer(early, false, false), *answer = NULL;
        SfuPeer peer;
        g_assert_true(
                sfu_publish(hall.sfu, hall.room, (SfuParticipant){ 7 }, 0, offer, tracks, 1, &peer, &answer, NULL));
        test_peer_connect(early, answer);
        uint8_t hello[DTLS_DATAGRAM_BYTES];
        for (size_t size; (size = dtls_session_take(early->dtls, hello)) > 0;)
                test_peer_send_raw(early, hello, size);
        WAIT_FOR(&hall, test_peer_is_connected(early));
        test_hall_clear(&hall);
}

/* The same packet again and again, from the right address: heard once. */
static void test_replay(void)
{
        Honest honest;
        honest_init(&honest);
        uint8_t out[256];
        uint64_t index = honest.speaker->next_index[0]++;
        RtpHeader header = { .payload_type = TEST_MIC_TYPE, .sequence = (uint16_t)index, .ssrc = TEST_MIC_SSRC };
        rtp_write(out, &header, false);
        size_t size = srtp_sender_protect(honest.speaker->sender, index, out, RTP_HEADER_BYTES, test_opus,
                                          sizeof test_opus, out);
        unsigned before = honest.watcher->packets->len;
        for (unsigned i = 0; i < 500; i++) {
                test_peer_send_raw(honest.speaker, out, size);
                if (i % 50 == 0)
                        test_hall_turn(&honest.hall);
        }
        WAIT_FOR(&honest.hall, drops(&honest, "replay") == 499);
        WAIT_FOR(&honest.hall, honest.watcher->packets->len > before);
        g_assert_cmpuint(honest.watcher->packets->len, ==, before + 1);
        are_heard(&honest);
        test_hall_clear(&honest.hall);
}

/* A speaker who sends from ever new sources: they are dropped and counted, and what was described goes on. */
static void test_churn(void)
{
        Honest honest;
        honest_init(&honest);
        uint8_t out[256];
        for (unsigned i = 0; i < STORM; i++) {
                RtpHeader header = { .payload_type = TEST_MIC_TYPE, .sequence = 1, .ssrc = 0x10000 + i };
                rtp_write(out, &header, false);
                size_t size = srtp_sender_protect(honest.speaker->sender, 1, out, RTP_HEADER_BYTES, test_opus,
                                                  sizeof test_opus, out);
                test_peer_send_raw(honest.speaker, out, size);
                if (i % 50 == 0)
                        test_hall_turn(&honest.hall);
        }
        WAIT_FOR(&honest.hall, drops(&honest, "rtp_unknown_ssrc") + drops(&honest, "srtp_ssrc_limit") +
                                               drops(&honest, "rate") + drops(&honest, "replay") >
                                       STORM / 2);
        are_heard(&honest);
        test_hall_clear(&honest.hall);
}

/* Frames of the honest speaker that the recording gets. */
static void on_frame(void *owner, const SfuFrame *frame)
{
        _Atomic unsigned *heard = owner;
        if (frame->participant.value == 7)
                atomic_fetch_add(heard, 1);
}

static void on_stop(void *owner)
{
}

static bool is_still(Honest *honest)
{
        int64_t since_us = g_get_monotonic_time();
        for (unsigned last = 0; g_get_monotonic_time() - since_us < 200 * 1000;) {
                test_hall_turn(&honest->hall);
                if (honest->watcher->packets->len != last)
                        since_us = g_get_monotonic_time();
                last = honest->watcher->packets->len;
        }
        return true;
}

/* Somebody else on stage sends as much as the line takes, all of it well formed and with the right keys: what is too
 * much is dropped, the others are heard and recorded. */
static void test_flood(void)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC } };
        _Atomic unsigned recorded = 0;
        SfuTapSink sink = { &recorded, on_frame, on_stop };
        Honest honest;
        honest_init(&honest);
        g_assert_true(sfu_tap_start(honest.hall.sfu, honest.hall.room, &sink, NULL));
        TestPeer *loud = test_hall_come(&honest.hall, false);
        g_autofree char *offer = test_peer_offer(loud, false, false), *answer = NULL;
        SfuPeer peer;
        g_assert_true(sfu_publish(honest.hall.sfu, honest.hall.room, (SfuParticipant){ 9 }, 1, offer, tracks, 1, &peer,
                                  &answer, NULL));
        test_peer_connect(loud, answer);
        WAIT_FOR(&honest.hall, test_peer_is_connected(loud));
        unsigned before = honest.watcher->packets->len;
        for (unsigned i = 0; i < FLOOD; i++) {
                uint64_t index = loud->next_index[TEST_MIC]++;
                test_peer_send(loud, TEST_MIC, index, (uint32_t)index * 960, false, test_opus, sizeof test_opus);
                if (i % 1000 == 0)
                        test_hall_speak(&honest.hall, honest.speaker, 1);
        }
        WAIT_FOR(&honest.hall, drops(&honest, "rate") > 0);
        g_assert_true(is_still(&honest));
        g_assert_cmpuint(honest.watcher->packets->len, >, before);
        unsigned heard = atomic_load(&recorded);
        are_heard(&honest);
        WAIT_FOR(&honest.hall, atomic_load(&recorded) >= heard + SPOKEN);
        sfu_tap_stop(honest.hall.sfu, honest.hall.room);
        test_hall_clear(&honest.hall);
}

/* One watcher's NACK, PLI, FIR and transport feedback by the thousand: bounded for that peer, nothing for others. */
static void test_storms(void)
{
        Honest honest;
        honest_init(&honest);
        TestPeer *angry = test_hall_watch(&honest.hall, false);
        for (unsigned i = 0; i < STORM; i++) {
                uint8_t bytes[256];
                RtcpWriter writer;
                rtcp_writer_init(&writer, bytes, 200);
                uint16_t sequences[16];
                for (unsigned k = 0; k < G_N_ELEMENTS(sequences); k++)
                        sequences[k] = (uint16_t)(i + k);
                rtcp_write_nack(&writer, 1, 0x10000 + i % 64, sequences, G_N_ELEMENTS(sequences));
                rtcp_write_pli(&writer, 1, 0x10000 + i % 64);
                test_peer_send_rtcp(angry, bytes, writer.size);
                if (i % 50 == 0)
                        test_hall_turn(&honest.hall);
        }
        WAIT_FOR(&honest.hall, test_hall_counter(&honest.hall, "rtcp_storm") > STORM / 2);
        g_assert_cmpuint(test_hall_counter(&honest.hall, "resends"), <=, 1200);
        g_assert_cmpuint(test_hall_counter(&honest.hall, "key_frames_asked"), <, 50);
        are_heard(&honest);
        test_hall_clear(&honest.hall);
}

/* Descriptions: 65,000 lines, none of the keys, another's. All refused with a sentence, at once. */
static void test_descriptions(void)
{
        static const SfuTrack tracks[] = { { "mic", SFU_MIC } };
        Honest honest;
        honest_init(&honest);
        TestPeer *liar = test_hall_come(&honest.hall, false);
        g_autofree char *good = test_peer_offer(liar, false, false);
        g_autoptr(GString) many = g_string_new(good), keyless = g_string_new(NULL);
        for (unsigned i = 0; i < 65000; i++)
                g_string_append(many, "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n");
        g_auto(GStrv) lines = g_strsplit(good, "\r\n", -1);
        for (char **line = lines; *line; line++)
                if (**line && !g_str_has_prefix(*line, "a=fingerprint"))
                        g_string_append_printf(keyless, "%s\r\n", *line);
        const char *const bad[] = { many->str, keyless->str, "", "v=0\r\n" };
        for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autoptr(GError) error = NULL;
                g_autofree char *answer = NULL;
                SfuPeer peer;
                g_assert_false(sfu_publish(honest.hall.sfu, honest.hall.room, (SfuParticipant){ 9 }, 1, bad[i], tracks,
                                           1, &peer, &answer, &error));
                g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
        }
        are_heard(&honest);
        test_hall_clear(&honest.hall);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/case20/strangers-stun", test_strangers_stun);
        g_test_add_func("/case20/wrong-tuple", test_wrong_tuple);
        g_test_add_func("/case20/early-hello", test_early_hello);
        g_test_add_func("/case20/replay", test_replay);
        g_test_add_func("/case20/ssrc-churn", test_churn);
        g_test_add_func("/case20/flood", test_flood);
        g_test_add_func("/case20/storms", test_storms);
        g_test_add_func("/case20/descriptions", test_descriptions);
        return g_test_run();
}
