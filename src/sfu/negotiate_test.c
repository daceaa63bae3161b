#include "sfu/negotiate.h"

#include <string.h>

static const uint8_t fingerprint[SDP_FINGERPRINT_SIZE] = { 0x00, 0x11, 0x22 };

static LocalSide local_side(void)
{
        static const SdpCandidate candidates[] = { { "192.0.2.1", 5000 }, { "127.0.0.1", 5000 } };
        LocalSide local = {
                .session_id = 7, .version = 1, .fingerprint = fingerprint, .candidates = candidates, .n_candidates = 2
        };
        ice_credentials_set(&local.credentials, "abcdefgh", "passwordpasswordpassword");
        return local;
}

static Sdp *offer_of(const char *name)
{
        g_autofree char *here = g_path_get_dirname(__FILE__);
        g_autofree char *path = g_build_filename(here, "../../tests/fuzz/seeds/sdp", name, NULL);
        g_autofree char *text = NULL;
        if (!g_file_get_contents(path, &text, NULL, NULL))
                g_error("%s is missing", path);
        return sdp_parse(text, strlen(text), NULL);
}

static const SfuTrack stage[] = { { "0", SFU_MIC }, { "1", SFU_CAMERA }, { "2", SFU_CAMERA_VP8 }, { "3", SFU_SCREEN } };

static void test_chromium_publishes(void)
{
        g_autoptr(Sdp) offer = offer_of("chromium-publish-stage.sdp");
        LocalSide local = local_side();
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) answer = negotiate_publish(offer, stage, 4, &local, NULL, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(plan.n_tracks, ==, 4);
        g_assert_cmpint(plan.tracks[1].codec, ==, CODEC_H264);
        g_assert_cmpuint(plan.tracks[1].payload_type, ==, 108);
        g_assert_cmpuint(plan.tracks[1].rtx_payload_type, ==, 109);
        g_assert_cmpint(plan.tracks[2].codec, ==, CODEC_VP8);
        g_assert_cmpint(plan.tracks[3].codec, ==, CODEC_H264);
        g_assert_cmpuint(plan.extensions.id[RTP_EXTENSION_MID], ==, 4);
        g_assert_cmpuint(plan.extensions.id[RTP_EXTENSION_AUDIO_LEVEL], ==, 1);
        g_assert_cmpuint(plan.extensions.id[RTP_EXTENSION_TRANSPORT_CC], ==, 3);

        g_autofree char *text = sdp_print(answer);
        g_assert_nonnull(strstr(text, "a=ice-lite\r\n"));
        g_assert_nonnull(strstr(text, "a=setup:passive\r\n"));
        g_assert_nonnull(strstr(text, "m=video 9 UDP/TLS/RTP/SAVPF 108 109\r\n"));
        g_assert_nonnull(strstr(text, "a=recvonly\r\n"));
        g_assert_nonnull(strstr(text, "a=rtcp-fb:111 transport-cc\r\n"));
        g_assert_nonnull(strstr(text, "a=rtcp-fb:108 transport-cc\r\n"));
        g_assert_nonnull(strstr(text, "a=rtcp-fb:108 goog-remb\r\n")); /* the cap */
        g_assert_nonnull(strstr(text, "a=candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host\r\n"));
}

/* Either half of it alone is not taken: sequence numbers nobody answers, or feedback about no numbers. */
static void test_half_of_transport_cc(void)
{
        for (unsigned half = 0; half < 2; half++) {
                g_autoptr(Sdp) offer = offer_of("chromium-publish-stage.sdp");
                for (unsigned i = 0; i < offer->n_media; i++) {
                        SdpMedia *line = &offer->media[i];
                        if (half == 0)
                                line->extensions.id[RTP_EXTENSION_TRANSPORT_CC] = 0;
                        for (unsigned k = 0; half == 1 && k < line->n_codecs; k++)
                                line->codecs[k].feedback &= (uint8_t)~SDP_TRANSPORT_CC;
                }
                LocalSide local = local_side();
                PeerPlan plan = { 0 };
                g_autoptr(GError) error = NULL;
                g_autoptr(Sdp) answer = negotiate_publish(offer, stage, 4, &local, NULL, &plan, &error);
                g_assert_no_error(error);
                g_assert_cmpuint(plan.extensions.id[RTP_EXTENSION_TRANSPORT_CC], ==, 0);
                g_autofree char *text = sdp_print(answer);
                g_assert_null(strstr(text, "transport-"));
        }
}

/* Firefox has no H.264 here: the camera goes as VP8; its bundled lines with port 0 are answered with 9. */
static void test_firefox_publishes(void)
{
        g_autoptr(Sdp) offer = offer_of("firefox-publish-stage.sdp");
        LocalSide local = local_side();
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) answer = negotiate_publish(offer, stage, 2, &local, NULL, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(plan.n_tracks, ==, 2);
        g_assert_cmpint(plan.tracks[1].codec, ==, CODEC_VP8);
        g_assert_cmpuint(plan.tracks[1].payload_type, ==, 120);
        g_autofree char *text = sdp_print(answer);
        g_assert_nonnull(strstr(text, "m=video 9 UDP/TLS/RTP/SAVPF 120 124\r\n"));
        g_assert_nonnull(strstr(text, "m=video 0 UDP/TLS/RTP/SAVPF 120\r\n")); /* lines 2 and 3 have no kind */
        g_assert_nonnull(strstr(text, "a=group:BUNDLE 0 1\r\n"));
        g_assert_nonnull(strstr(text, "a=rtcp-fb:120 transport-cc\r\n"));
        g_assert_cmpuint(plan.extensions.id[RTP_EXTENSION_TRANSPORT_CC], !=, 0);
}

/* Layers are told apart by extensions, so without those the line is one stream. */
static void test_simulcast(void)
{
        g_autoptr(Sdp) offer = offer_of("chromium-publish-stage.sdp");
        SdpMedia *camera = &offer->media[1];
        camera->n_layers = 3;
        camera->layers_direction = SDP_SENDONLY;
        for (unsigned i = 0; i < 3; i++)
                g_snprintf(camera->layers[i], SDP_RID_SIZE, "r%u", i);
        LocalSide local = local_side();
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) answer = negotiate_publish(offer, stage, 4, &local, NULL, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(plan.n_tracks, ==, 6);
        for (unsigned i = 0; i < 3; i++) {
                const TrackFormat *layer = &plan.tracks[1 + i];
                g_assert_cmpint(layer->kind, ==, SFU_CAMERA);
                g_assert_cmpstr(layer->rid, ==, camera->layers[i]);
                g_assert_cmpuint(layer->layer, ==, i);
                g_assert_cmpuint(layer->rtx_payload_type, ==, 109);
                g_assert_cmpuint(layer->ssrc, ==, 0); /* learnt from the packets */
        }
        g_assert_cmpuint(plan.extensions.id[RTP_EXTENSION_RID], ==, camera->extensions.id[RTP_EXTENSION_RID]);
        g_assert_cmpuint(plan.extensions.id[RTP_EXTENSION_REPAIRED_RID], !=, 0);
        g_autofree char *text = sdp_print(answer);
        g_assert_nonnull(strstr(text, "a=rid:r2 recv\r\na=simulcast:recv r0;r1;r2\r\n"));

        camera->extensions.id[RTP_EXTENSION_RID] = 0;
        g_autoptr(Sdp) plain = negotiate_publish(offer, stage, 4, &local, NULL, &plan, &error);
        g_assert_cmpuint(plan.n_tracks, ==, 4);
        g_assert_cmpuint(plain->media[1].n_layers, ==, 0);
        g_assert_cmpuint(plan.tracks[1].ssrc, ==, 1089552724);
}

static void test_publishes_again(void)
{
        g_autoptr(Sdp) offer = offer_of("chromium-publish-stage.sdp");
        LocalSide local = local_side();
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) first = negotiate_publish(offer, stage, 3, &local, NULL, &plan, &error);
        g_assert_true(first->media[3].rejected);
        g_autoptr(Sdp) second = negotiate_publish(offer, stage, 4, &local, first, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(plan.n_tracks, ==, 4);
        offer->media[1].direction = SDP_INACTIVE; /* the camera stops */
        g_autoptr(Sdp) third = negotiate_publish(offer, stage, 4, &local, second, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(plan.n_tracks, ==, 3);
        g_assert_cmpint(third->media[1].direction, ==, SDP_INACTIVE);
        g_assert_false(third->media[1].rejected);
        offer->n_media = 2;
        g_assert_null(negotiate_publish(offer, stage, 2, &local, third, &plan, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
}

static void test_publish_refused(void)
{
        static const SfuTrack missing[] = { { "9", SFU_MIC } };
        static const SfuTrack twice[] = { { "1", SFU_CAMERA }, { "2", SFU_CAMERA } };
        static const SfuTrack wrong[] = { { "1", SFU_MIC } }; /* a video line */
        const struct {
                const SfuTrack *tracks;
                size_t n;
        } cases[] = { { missing, 1 }, { twice, 2 }, { wrong, 1 }, { NULL, 0 } };
        LocalSide local = local_side();
        for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autoptr(Sdp) offer = offer_of("chromium-publish-stage.sdp");
                g_autoptr(GError) error = NULL;
                PeerPlan plan = { 0 };
                g_assert_null(negotiate_publish(offer, cases[i].tracks, cases[i].n, &local, NULL, &plan, &error));
                g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
        }
        g_autoptr(Sdp) bare = offer_of("chromium-publish-stage.sdp");
        g_autoptr(GError) error = NULL;
        PeerPlan plan = { 0 };
        bare->has_fingerprint = false;
        g_assert_null(negotiate_publish(bare, stage, 4, &local, NULL, &plan, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
}

/* A browser's answer: our own offer turned round, as far as reading it goes. */
static Sdp *answer_to(const Sdp *offer)
{
        g_autofree char *text = sdp_print(offer);
        Sdp *answer = sdp_parse(text, strlen(text), NULL);
        answer->setup = SDP_ACTIVE;
        return answer;
}

static void test_watch(void)
{
        LocalSide local = local_side();
        g_autoptr(Sdp) offer = negotiate_offer(2, 1000, &local);
        static const char *const mids[] = { "s", "c", "a0", "v0", "a1", "v1" };
        g_assert_cmpuint(offer->n_media, ==, 6);
        for (unsigned i = 0; i < 6; i++)
                g_assert_cmpstr(offer->media[i].mid, ==, mids[i]);
        g_assert_cmpstr(offer->media[4].msid, ==, offer->media[5].msid);
        g_assert_cmpuint(offer->media[5].rtx_ssrc, ==, 1011);

        g_autoptr(Sdp) answer = answer_to(offer);
        g_autoptr(GError) error = NULL;
        PeerPlan plan = { 0 };
        g_assert_true(negotiate_answer(answer, 2, &plan, &error));
        g_assert_cmpuint(plan.opus, ==, PAYLOAD_OPUS);
        g_assert_cmpuint(plan.red, ==, PAYLOAD_RED);
        g_assert_cmpuint(plan.h264_rtx, ==, PAYLOAD_H264_RTX);
        g_assert_cmpuint(plan.vp8, ==, PAYLOAD_VP8);
        g_assert_cmpuint(plan.n_slots, ==, 6);
        g_assert_cmpuint(plan.audio_transport_cc, ==, EXTENSION_TRANSPORT_CC);
        g_assert_cmpuint(plan.video_transport_cc, ==, EXTENSION_TRANSPORT_CC);

        /* Firefox counts pictures alone; and numbers without feedback are of no use. */
        for (unsigned i = 0; i < 6; i++)
                if (answer->media[i].kind == SDP_AUDIO)
                        answer->media[i].codecs[0].feedback = 0;
        g_assert_true(negotiate_answer(answer, 2, &plan, &error));
        g_assert_cmpuint(plan.audio_transport_cc, ==, 0);
        g_assert_cmpuint(plan.video_transport_cc, ==, EXTENSION_TRANSPORT_CC);

        /* A browser without H.264 leaves it out. */
        for (unsigned i = 0; i < 6; i++)
                if (answer->media[i].kind == SDP_VIDEO)
                        answer->media[i].codecs[0].name = SDP_OTHER_CODEC;
        g_assert_true(negotiate_answer(answer, 2, &plan, &error));
        g_assert_cmpuint(plan.h264, ==, 0);
        g_assert_cmpuint(plan.vp8, ==, PAYLOAD_VP8);
}

static void test_watch_refused(void)
{
        LocalSide local = local_side();
        g_autoptr(Sdp) offer = negotiate_offer(2, 1000, &local);
        PeerPlan plan = { 0 };
        g_autoptr(Sdp) answer = answer_to(offer);
        g_autoptr(GError) error = NULL;
        g_assert_false(negotiate_answer(answer, 1, &plan, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
        g_clear_error(&error);
        g_strlcpy(answer->media[3].mid, "v1", SDP_MID_SIZE);
        g_assert_false(negotiate_answer(answer, 2, &plan, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
        g_clear_error(&error);
        answer->setup = SDP_PASSIVE;
        g_assert_false(negotiate_answer(answer, 2, &plan, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
}

/* Appending is all that growing does. */
static void test_grow(void)
{
        LocalSide local = local_side();
        g_autoptr(Sdp) small = negotiate_offer(4, 1000, &local);
        g_autoptr(Sdp) large = negotiate_offer(SFU_SEATS, 1000, &local);
        g_assert_cmpuint(large->n_media, ==, SLOT_COUNT);
        g_assert_cmpmem(small->media, small->n_media * sizeof *small->media, large->media,
                        small->n_media * sizeof *small->media);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/negotiate/chromium-publishes", test_chromium_publishes);
        g_test_add_func("/negotiate/half-of-transport-cc", test_half_of_transport_cc);
        g_test_add_func("/negotiate/firefox-publishes", test_firefox_publishes);
        g_test_add_func("/negotiate/simulcast", test_simulcast);
        g_test_add_func("/negotiate/publishes-again", test_publishes_again);
        g_test_add_func("/negotiate/publish-refused", test_publish_refused);
        g_test_add_func("/negotiate/watch", test_watch);
        g_test_add_func("/negotiate/watch-refused", test_watch_refused);
        g_test_add_func("/negotiate/grow", test_grow);
        return g_test_run();
}
