#include "rtc/sdp.h"

#include <string.h>

/* Real descriptions of Chromium 156 and Firefox ESR 153, which are the fuzz target's seeds as well. */
static char *fixture(const char *name)
{
        g_autofree char *here = g_path_get_dirname(__FILE__);
        g_autofree char *path = g_build_filename(here, "../../tests/fuzz/seeds/sdp", name, NULL);
        char *text = NULL;
        g_autoptr(GError) error = NULL;
        if (!g_file_get_contents(path, &text, NULL, &error))
                g_error("%s", error->message);
        return text;
}

static Sdp *parse_fixture(const char *name)
{
        g_autofree char *text = fixture(name);
        SdpResult result = SDP_NOT_SDP;
        Sdp *sdp = sdp_parse(text, strlen(text), &result);
        g_assert_cmpstr(sdp_result_text(result), ==, sdp_result_text(SDP_OK));
        g_assert_nonnull(sdp);
        return sdp;
}

static void test_chromium_stage(void)
{
        g_autoptr(Sdp) sdp = parse_fixture("chromium-publish-stage.sdp");
        g_assert_cmpuint(sdp->n_media, ==, 4);
        g_assert_cmpstr(sdp->ufrag, ==, "DDTY");
        g_assert_cmpstr(sdp->pwd, ==, "17b+8FyrA4n2HfkvvwOgG6Ok");
        g_assert_true(sdp->has_fingerprint);
        g_assert_cmphex(sdp->fingerprint[0], ==, 0x42);
        g_assert_cmphex(sdp->fingerprint[31], ==, 0x0A);
        g_assert_cmpint(sdp->setup, ==, SDP_ACTPASS);

        const SdpMedia *mic = &sdp->media[0];
        g_assert_cmpint(mic->kind, ==, SDP_AUDIO);
        g_assert_cmpint(mic->direction, ==, SDP_SENDONLY);
        g_assert_cmpuint(mic->extensions.id[RTP_EXTENSION_AUDIO_LEVEL], ==, 1);
        g_assert_cmpuint(mic->extensions.id[RTP_EXTENSION_MID], ==, 4);
        g_assert_cmpuint(sdp_find_codec(mic, SDP_OPUS)->payload_type, ==, 111);
        g_assert_cmpuint(mic->ssrc, ==, 201163129);

        const SdpMedia *camera = &sdp->media[1];
        const SdpCodec *h264 = sdp_find_h264_baseline(camera);
        g_assert_cmpuint(h264->payload_type, ==, 108); /* 42e01f with mode 1, not the 42001f listed before */
        g_assert_cmpuint(sdp_find_rtx(camera, 108)->payload_type, ==, 109);
        g_assert_cmphex(h264->feedback, ==, SDP_NACK | SDP_NACK_PLI | SDP_CCM_FIR | SDP_REMB | SDP_TRANSPORT_CC);
        g_assert_cmpuint(camera->ssrc, ==, 1089552724);
        g_assert_cmpuint(camera->rtx_ssrc, ==, 125077420);

        g_assert_null(sdp_find_h264_baseline(&sdp->media[2]));
        g_assert_cmpuint(sdp_find_codec(&sdp->media[2], SDP_VP8)->payload_type, ==, 96);
}

static void test_firefox_stage(void)
{
        g_autoptr(Sdp) sdp = parse_fixture("firefox-publish-stage.sdp");
        g_assert_cmpuint(sdp->n_media, ==, 4);
        g_assert_cmpstr(sdp->ufrag, ==, "2adeba3d");
        g_assert_cmphex(sdp->fingerprint[0], ==, 0x3B); /* stands at session level */
        for (unsigned i = 0; i < 4; i++)
                g_assert_false(sdp->media[i].rejected); /* port 0, but bundle-only */
        g_assert_cmpuint(sdp_find_codec(&sdp->media[0], SDP_OPUS)->payload_type, ==, 109);
        const SdpMedia *camera = &sdp->media[1];
        g_assert_null(sdp_find_h264_baseline(camera));
        g_assert_cmpuint(sdp_find_codec(camera, SDP_VP8)->payload_type, ==, 120);
        g_assert_cmpuint(sdp_find_rtx(camera, 120)->payload_type, ==, 124);
        g_assert_cmpuint(camera->extensions.id[RTP_EXTENSION_MID], ==, 3);
        g_assert_cmpuint(camera->rtx_ssrc, ==, 2837532481);
}

static void test_watch_offers(void)
{
        g_autoptr(Sdp) chromium = parse_fixture("chromium-watch.sdp");
        g_autoptr(Sdp) firefox = parse_fixture("firefox-watch.sdp");
        g_assert_cmpint(chromium->media[0].direction, ==, SDP_RECVONLY);
        g_assert_cmpint(firefox->media[1].direction, ==, SDP_RECVONLY);
        g_assert_nonnull(sdp_find_h264_baseline(&chromium->media[1]));
        g_assert_null(sdp_find_h264_baseline(&firefox->media[1]));
}

/* What is read from a real offer and printed is read back as the same. */
static void test_round_trip(void)
{
        static const char *const names[] = { "chromium-publish-stage.sdp", "firefox-publish-stage.sdp",
                                             "chromium-watch.sdp" };
        for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
                g_autoptr(Sdp) first = parse_fixture(names[i]);
                g_autofree char *text = sdp_print(first);
                g_autoptr(Sdp) second = sdp_parse(text, strlen(text), NULL);
                g_assert_nonnull(second);
                g_autofree char *again = sdp_print(second);
                g_assert_cmpstr(text, ==, again);
                g_assert_cmpuint(second->n_media, ==, first->n_media);
                for (unsigned m = 0; m < first->n_media; m++) {
                        g_assert_cmpstr(second->media[m].mid, ==, first->media[m].mid);
                        g_assert_cmpuint(second->media[m].n_codecs, ==, first->media[m].n_codecs);
                        g_assert_cmpuint(second->media[m].rtx_ssrc, ==, first->media[m].rtx_ssrc);
                        g_assert_cmpint(second->media[m].direction, ==, first->media[m].direction);
                }
        }
}

static SdpResult result_of(const char *text)
{
        SdpResult result = SDP_OK;
        g_autoptr(Sdp) sdp = sdp_parse(text, strlen(text), &result);
        g_assert_true((sdp != NULL) == (result == SDP_OK));
        return result;
}

#define HEAD "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
#define LINE "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"

static void test_refused(void)
{
        static const struct {
                const char *text;
                SdpResult result;
        } cases[] = {
                { "", SDP_NOT_SDP },
                { "{\"type\":\"offer\"}", SDP_NOT_SDP },
                { "v=0\r\nnonsense\r\n", SDP_BAD_LINE },
                { "v=0\r\no=- x 2 IN IP4 127.0.0.1\r\n", SDP_BAD_LINE },
                { "v=0\r\no=- 99999999999999999999 2 IN IP4 1.1.1.1\r\n", SDP_BAD_LINE },
                { HEAD "m=audio 65536 UDP/TLS/RTP/SAVPF 0\r\n", SDP_BAD_MEDIA },
                { HEAD "m=audio 9 RTP/AVP 0\r\na=mid:0\r\n", SDP_BAD_MEDIA },
                { HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 128\r\n", SDP_BAD_MEDIA },
                { HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 96 96\r\n", SDP_BAD_MEDIA },
                { HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", SDP_BAD_MID },
                { HEAD LINE LINE, SDP_BAD_MID },
                { HEAD LINE "a=mid:1\r\n", SDP_BAD_MID },
                { HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:a b\r\n", SDP_BAD_MID },
                { HEAD "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:12345678901234567\r\n", SDP_BAD_MID },
                { HEAD LINE "a=ice-ufrag:abc\r\n", SDP_BAD_ICE },
                { HEAD LINE "a=ice-ufrag:ab\"d\r\n", SDP_BAD_ICE },
                { HEAD LINE "a=ice-pwd:short\r\n", SDP_BAD_ICE },
                { HEAD LINE "a=fingerprint:sha-256 3B:80\r\n", SDP_BAD_FINGERPRINT },
                { HEAD LINE "a=extmap:0 urn:x\r\n", SDP_BAD_ATTRIBUTE },
                { HEAD LINE "a=ssrc:4294967296 cname:x\r\n", SDP_BAD_ATTRIBUTE },
                { HEAD LINE "a=fmtp:111 apt=300\r\n", SDP_BAD_ATTRIBUTE },
                { HEAD LINE "a=ice-ufrag:abcd\r\n"
                            "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=ice-ufrag:efgh\r\n",
                  SDP_NOT_BUNDLED },
        };
        for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_test_message("%u: %s", i, cases[i].text);
                g_assert_cmpstr(sdp_result_text(result_of(cases[i].text)), ==, sdp_result_text(cases[i].result));
        }
}

static void test_limits(void)
{
        g_autoptr(GString) text = g_string_new(HEAD);
        for (unsigned i = 0; i < SDP_MAX_MEDIA + 1; i++)
                g_string_append_printf(text, "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:%u\r\n", i);
        g_assert_cmpint(result_of(text->str), ==, SDP_TOO_MANY_MEDIA);

        g_string_assign(text, HEAD "m=audio 9 UDP/TLS/RTP/SAVPF");
        for (unsigned i = 0; i < SDP_MAX_CODECS + 1; i++)
                g_string_append_printf(text, " %u", i);
        g_assert_cmpint(result_of(text->str), ==, SDP_TOO_MANY_CODECS);

        g_string_assign(text, HEAD);
        while (text->len <= SDP_MAX_BYTES)
                g_string_append(text, "a=x\r\n");
        g_assert_cmpint(result_of(text->str), ==, SDP_TOO_LONG);
}

/* A description cut anywhere is refused or read, never overrun; sanitizers watch. */
static void test_truncated(void)
{
        g_autofree char *text = fixture("firefox-publish-stage.sdp");
        size_t length = strlen(text);
        unsigned read = 0;
        for (size_t cut = 0; cut < length; cut++) {
                g_autofree char *exact = g_memdup2(text, cut + 1);
                g_autoptr(Sdp) sdp = sdp_parse(exact, cut, NULL);
                read += sdp != NULL;
        }
        g_assert_cmpuint(read, >, 0);
        g_assert_cmpuint(read, <, length);
}

static void test_simulcast(void)
{
        static const char line[] = HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n"
                                        "a=simulcast:send q,x;~h;none;f;g recv z\r\n"
                                        "a=rid:q send pt=96;max-width=320\r\na=rid:h send\r\na=rid:x send\r\n"
                                        "a=rid:f send\r\na=rid:g send\r\na=rid:q send\r\na=rid:z recv\r\n";
        g_autoptr(Sdp) sdp = sdp_parse(line, strlen(line), NULL);
        g_assert_nonnull(sdp);
        const SdpMedia *media = &sdp->media[0];
        g_assert_cmpuint(media->n_layers, ==, 3); /* the first of alternatives; no name without a rid; three at most */
        g_assert_cmpstr(media->layers[0], ==, "q");
        g_assert_cmpstr(media->layers[1], ==, "h");
        g_assert_cmpstr(media->layers[2], ==, "f");
        g_assert_cmpint(media->layers_direction, ==, SDP_SENDONLY);
        g_autofree char *text = sdp_print(sdp);
        g_assert_nonnull(strstr(text, "a=rid:h send\r\na=rid:f send\r\na=simulcast:send q;h;f\r\n"));

        static const char received[] = HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rid:lo recv\r\n"
                                            "a=rid:toolongnameofseventeen recv\r\na=rid:b@d recv\r\n"
                                            "a=simulcast:recv lo;toolongnameofseventeen;b@d\r\n";
        g_autoptr(Sdp) answer = sdp_parse(received, strlen(received), NULL);
        g_assert_cmpuint(answer->media[0].n_layers, ==, 1);
        g_assert_cmpint(answer->media[0].layers_direction, ==, SDP_RECVONLY);
}

static void test_rejected_line(void)
{
        g_autoptr(Sdp) sdp = sdp_parse(HEAD "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:7\r\n",
                                       strlen(HEAD "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:7\r\n"), NULL);
        g_assert_nonnull(sdp);
        g_assert_true(sdp->media[0].rejected);
        g_autofree char *text = sdp_print(sdp);
        g_assert_nonnull(strstr(text, "m=video 0 "));
        g_assert_null(strstr(text, "BUNDLE 7"));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/sdp/chromium-stage", test_chromium_stage);
        g_test_add_func("/sdp/firefox-stage", test_firefox_stage);
        g_test_add_func("/sdp/watch-offers", test_watch_offers);
        g_test_add_func("/sdp/round-trip", test_round_trip);
        g_test_add_func("/sdp/refused", test_refused);
        g_test_add_func("/sdp/limits", test_limits);
        g_test_add_func("/sdp/truncated", test_truncated);
        g_test_add_func("/sdp/simulcast", test_simulcast);
        g_test_add_func("/sdp/rejected-line", test_rejected_line);
        return g_test_run();
}
