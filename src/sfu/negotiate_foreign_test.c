/* What encoders and players that are no browsers offer: OBS 30 and 31, aiortc. Their descriptions are fuzz seeds too.
 */
#include "sfu/negotiate.h"

#include <string.h>

static const uint8_t fingerprint[SDP_FINGERPRINT_SIZE] = { 0x00, 0x11, 0x22 };

static LocalSide local_side(void)
{
        LocalSide local = { .session_id = 7, .version = 1, .fingerprint = fingerprint };
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
        SdpResult result;
        Sdp *offer = sdp_parse(text, strlen(text), &result);
        g_assert_cmpstr(sdp_result_text(result), ==, sdp_result_text(SDP_OK));
        return offer;
}

static Sdp *publish(const Sdp *offer, PeerPlan *plan, GError **error)
{
        SfuTrack tracks[2];
        LocalSide local = local_side();
        size_t n = negotiate_guess_tracks(offer, tracks);
        return negotiate_publish(offer, tracks, n, &local, NULL, plan, error);
}

/* Transport at session level, no extension at all: packets are told apart by their declared SSRC. */
static void test_obs_30(void)
{
        g_autoptr(Sdp) offer = offer_of("obs-30-publish.sdp");
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) answer = publish(offer, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(plan.n_tracks, ==, 2);
        g_assert_cmpint(plan.tracks[0].kind, ==, SFU_MIC);
        g_assert_cmpuint(plan.tracks[0].ssrc, ==, 2204118733);
        g_assert_cmpint(plan.tracks[1].kind, ==, SFU_CAMERA);
        g_assert_cmpint(plan.tracks[1].codec, ==, CODEC_H264);
        g_assert_cmpuint(plan.tracks[1].ssrc, ==, 2204118734);
        g_autofree char *text = sdp_print(answer);
        g_assert_nonnull(strstr(text, "a=group:BUNDLE 0 1\r\n"));
        g_assert_nonnull(strstr(text, "a=setup:passive\r\n"));
        g_assert_null(strstr(text, "a=extmap"));
}

static void test_obs_names_high_alone(void)
{
        g_autoptr(Sdp) offer = offer_of("obs-high-publish.sdp");
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) answer = publish(offer, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpint(plan.tracks[1].codec, ==, CODEC_H264);
        g_autofree char *text = sdp_print(answer);
        g_assert_nonnull(strstr(text, "profile-level-id=640c1f"));
}

static void test_obs_31_simulcast(void)
{
        g_autoptr(Sdp) offer = offer_of("obs-31-simulcast.sdp");
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) answer = publish(offer, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpuint(plan.n_tracks, ==, 4);
        g_autofree char *text = sdp_print(answer);
        g_assert_nonnull(strstr(text, "a=simulcast:recv 0;1;2\r\n"));
}

/* Without max-bundle each line brings its own transport; the group says that the first one's will do. */
static void test_aiortc(void)
{
        g_autoptr(Sdp) offer = offer_of("aiortc-publish.sdp");
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) answer = publish(offer, &plan, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(plan.remote.ufrag, ==, "qpda");
        g_assert_cmpuint(plan.n_tracks, ==, 2);
        g_assert_cmpint(plan.tracks[1].codec, ==, CODEC_H264);
        g_assert_cmpuint(plan.tracks[1].payload_type, ==, 101); /* constrained baseline before baseline */
        g_assert_cmpuint(plan.tracks[1].rtx_payload_type, ==, 102);
}

static void test_nothing_to_send(void)
{
        g_autoptr(Sdp) offer = offer_of("aiortc-play.sdp");
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_assert_null(publish(offer, &plan, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
}

static void test_plays(void)
{
        g_autoptr(Sdp) offer = offer_of("aiortc-play.sdp");
        LocalSide local = local_side();
        PeerPlan plan = { .first_ssrc = 1000 };
        g_autoptr(GError) error = NULL;
        g_autoptr(Sdp) answer = negotiate_play(offer, &local, &plan, &error);
        g_assert_no_error(error);
        g_assert_true(plan.plays);
        g_assert_cmpuint(plan.n_slots, ==, 2);
        g_assert_cmphex(plan.picture_lines, ==, 2);
        g_assert_cmpuint(plan.opus, ==, 96);
        g_assert_cmpuint(plan.h264, ==, 101);
        g_assert_cmpuint(plan.vp8, ==, 97);
        g_assert_cmpuint(plan.vp8_rtx, ==, 98);
        g_assert_cmpuint(answer->media[0].ssrc, ==, 1000);
        g_assert_cmpuint(answer->media[1].ssrc, ==, 1002);
        g_assert_cmpuint(answer->media[1].rtx_ssrc, ==, 1003);
        g_autofree char *text = sdp_print(answer);
        g_assert_nonnull(strstr(text, "a=sendonly\r\n"));
        g_assert_null(strstr(text, "a=sendrecv"));
}

/* Sound as often as it is offered, one picture; what cannot be filled is rejected, and the lines that are on count on.
 */
static void test_plays_several_voices(void)
{
        g_autoptr(Sdp) offer = offer_of("aiortc-play.sdp");
        g_assert_nonnull(sdp_add_media(offer));
        g_assert_nonnull(sdp_add_media(offer));
        offer->media[2] = offer->media[1];
        offer->media[3] = offer->media[0];
        g_strlcpy(offer->media[2].mid, "2", SDP_MID_SIZE);
        g_strlcpy(offer->media[3].mid, "3", SDP_MID_SIZE);
        LocalSide local = local_side();
        PeerPlan plan = { .first_ssrc = 1000 };
        g_autoptr(Sdp) answer = negotiate_play(offer, &local, &plan, NULL);
        g_assert_nonnull(answer);
        g_assert_cmpuint(plan.n_slots, ==, 3);
        g_assert_cmphex(plan.picture_lines, ==, 2);
        g_assert_true(answer->media[2].rejected);
        g_assert_cmpuint(answer->media[3].ssrc, ==, 1004);
}

static void test_nothing_to_play(void)
{
        g_autoptr(Sdp) offer = offer_of("obs-30-publish.sdp");
        LocalSide local = local_side();
        PeerPlan plan = { 0 };
        g_autoptr(GError) error = NULL;
        g_assert_null(negotiate_play(offer, &local, &plan, &error));
        g_assert_error(error, SFU_ERROR, SFU_ERROR_SDP);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/negotiate/obs-30", test_obs_30);
        g_test_add_func("/negotiate/obs-high", test_obs_names_high_alone);
        g_test_add_func("/negotiate/obs-31-simulcast", test_obs_31_simulcast);
        g_test_add_func("/negotiate/aiortc", test_aiortc);
        g_test_add_func("/negotiate/nothing-to-send", test_nothing_to_send);
        g_test_add_func("/negotiate/plays", test_plays);
        g_test_add_func("/negotiate/plays-voices", test_plays_several_voices);
        g_test_add_func("/negotiate/nothing-to-play", test_nothing_to_play);
        return g_test_run();
}
