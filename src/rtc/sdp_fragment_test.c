#include "rtc/sdp_fragment.h"

#include <string.h>

static bool reads(const char *text, SdpFragment *fragment, SdpResult *result)
{
        return sdp_fragment_parse(text, strlen(text), fragment, result);
}

static void test_reads_what_clients_send(void)
{
        SdpFragment fragment;
        SdpResult result;
        /* the shape of RFC 9725, section 4.3.2 */
        g_assert_true(reads("a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\n"
                            "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
                            "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\n"
                            "a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host\r\n"
                            "a=end-of-candidates\r\n",
                            &fragment, &result));
        g_assert_cmpstr(fragment.ufrag, ==, "EsAw");
        g_assert_cmpstr(fragment.pwd, ==, "P2uYro0UCOQ4zxjKXaWCBui1");
        g_assert_cmpuint(fragment.n_candidates, ==, 2);
        g_assert_true(fragment.end_of_candidates);
        /* credentials repeated in each line of a bundle, and ends of lines without CR */
        g_assert_true(reads("a=ice-ufrag:EsAw\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\nm=audio 9 X 0\n"
                            "a=ice-ufrag:EsAw\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\n",
                            &fragment, &result));
        g_assert_true(reads("m=video 9 X 0\na=mid:1\na=end-of-candidates", &fragment, &result));
        g_assert_cmpstr(fragment.ufrag, ==, "");
}

static void test_refuses(void)
{
        static const struct {
                const char *text;
                SdpResult result;
        } cases[] = {
                { "", SDP_NOT_SDP },
                { "m=audio 9 X 0\r\n", SDP_NOT_SDP },
                { "hello", SDP_BAD_LINE },
                { "a=ice-ufrag:EsAw\r\na=end-of-candidates", SDP_BAD_ICE },
                { "a=ice-ufrag:E\r\n", SDP_BAD_ICE },
                { "a=ice-ufrag:Es w\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", SDP_BAD_ICE },
                { "a=ice-ufrag:EsAw\na=ice-pwd:short\n", SDP_BAD_ICE },
                { "a=ice-ufrag:EsAw\na=ice-ufrag:Other\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", SDP_BAD_ICE },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                SdpFragment fragment = { .n_candidates = 77 };
                SdpResult result;
                g_assert_false(reads(cases[i].text, &fragment, &result));
                g_assert_cmpint(result, ==, cases[i].result);
                g_assert_cmpuint(fragment.n_candidates, ==, 77);
        }
        g_autoptr(GString) many = g_string_new(NULL);
        for (unsigned i = 0; i <= SDP_FRAGMENT_MAX_CANDIDATES; i++)
                g_string_append(many, "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n");
        SdpFragment fragment;
        SdpResult result;
        g_assert_false(reads(many->str, &fragment, &result));
        g_assert_cmpint(result, ==, SDP_BAD_ATTRIBUTE);
        g_string_append_printf(many, "a=x:%0*d", SDP_FRAGMENT_MAX_BYTES, 1);
        g_assert_false(reads(many->str, &fragment, &result));
        g_assert_cmpint(result, ==, SDP_TOO_LONG);
}

static void test_prints_what_it_reads(void)
{
        g_autoptr(Sdp) local = sdp_new();
        local->ice_lite = true;
        local->has_fingerprint = true;
        local->setup = SDP_PASSIVE;
        g_strlcpy(local->ufrag, "abcd", sizeof local->ufrag);
        g_strlcpy(local->pwd, "0123456789abcdefghijkl", sizeof local->pwd);
        local->candidates[0] = (SdpCandidate){ .address = "192.0.2.7", .port = 5000 };
        local->n_candidates = 1;
        for (unsigned i = 0; i < 2; i++) {
                SdpMedia *line = sdp_add_media(local);
                line->kind = i ? SDP_VIDEO : SDP_AUDIO;
                g_snprintf(line->mid, sizeof line->mid, "%u", i);
                line->codecs[line->n_codecs++] = (SdpCodec){ .payload_type = 111, .name = SDP_OPUS };
        }
        g_autofree char *text = sdp_fragment_print(local);
        SdpFragment fragment;
        g_assert_true(reads(text, &fragment, NULL));
        g_assert_cmpstr(fragment.ufrag, ==, "abcd");
        g_assert_cmpstr(fragment.pwd, ==, "0123456789abcdefghijkl");
        g_assert_cmpuint(fragment.n_candidates, ==, 1);
        g_assert_nonnull(strstr(text, "a=mid:0\r\n"));
        g_assert_null(strstr(text, "a=mid:1"));
        g_assert_null(strstr(text, "a=fingerprint"));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/rtc/sdp-fragment/reads", test_reads_what_clients_send);
        g_test_add_func("/rtc/sdp-fragment/refuses", test_refuses);
        g_test_add_func("/rtc/sdp-fragment/prints", test_prints_what_it_reads);
        return g_test_run();
}
