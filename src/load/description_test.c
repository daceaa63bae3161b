#include "load/description.h"
#include <glib.h>
#include <string.h>

static const uint8_t FINGERPRINT[SDP_FINGERPRINT_SIZE] = { 1, 2, 3 };

static Transport transport_new(SdpSetup setup)
{
        return (Transport){ .ufrag = "abcd",
                            .password = "passwordpasswordpassword",
                            .fingerprint = FINGERPRINT,
                            .setup = setup,
                            .address = "192.0.2.7",
                            .port = 5000 };
}

static char *offer_new(void)
{
        const Offered sections[] = { { "0", CODEC_OPUS, 11, 0 },
                                     { "1", CODEC_H264, 22, 23 },
                                     { "2", CODEC_VP8, 33, 34 } };
        Transport transport = transport_new(SDP_ACTPASS);
        return description_offer(&transport, sections, G_N_ELEMENTS(sections));
}

static void test_offer_is_read_as_it_was_meant(void)
{
        g_autofree char *offer = offer_new();
        Description read;
        g_assert_true(description_read(offer, &read));
        g_assert_cmpstr(read.ufrag, ==, "abcd");
        g_assert_cmpmem(read.fingerprint, sizeof read.fingerprint, FINGERPRINT, sizeof FINGERPRINT);
        g_assert_cmpuint(read.candidate_count, ==, 1);
        g_assert_cmpstr(read.candidates[0].address, ==, "192.0.2.7");
        g_assert_cmpuint(read.candidates[0].port, ==, 5000);
        g_assert_cmpint(read.payloads[OFFER_OPUS].codec, ==, CODEC_OPUS);
        g_assert_cmpint(read.payloads[OFFER_H264].codec, ==, CODEC_H264);
        g_assert_cmpint(read.payloads[OFFER_VP8_RTX].codec, ==, CODEC_RTX);
        g_assert_cmpuint(read.payloads[OFFER_VP8_RTX].repairs, ==, OFFER_VP8);
        g_assert_cmpuint(read.extensions.id[RTP_EXTENSION_MID], !=, 0);
        g_assert_nonnull(strstr(offer, "a=ssrc-group:FID 22 23"));
}

static void test_answer_leaves_out_what_is_not_wanted(void)
{
        g_autofree char *offer = offer_new();
        Transport transport = transport_new(SDP_ACTIVE);
        Description read;
        g_autofree char *all = description_answer(offer, &transport, CODEC_NONE, true);
        g_assert_true(description_read(all, &read));
        g_assert_true(read.active);
        g_assert_false(read.rejected[1]);
        g_assert_cmpuint(read.extensions.id[RTP_EXTENSION_TRANSPORT_CC], !=, 0);
        g_assert_nonnull(strstr(all, "a=recvonly"));
        g_autofree char *without = description_answer(offer, &transport, CODEC_H264, false);
        g_assert_true(description_read(without, &read));
        g_assert_true(read.rejected[1]);
        g_assert_false(read.rejected[2]);
        g_assert_cmpint(read.payloads[OFFER_H264].codec, ==, CODEC_NONE);
        g_assert_cmpuint(read.extensions.id[RTP_EXTENSION_TRANSPORT_CC], ==, 0);
}

static void test_layers_are_named_and_not_numbered(void)
{
        const Offered sections[] = { { .mid = "0",
                                       .codec = CODEC_VP8,
                                       .ssrc = 22,
                                       .repair_ssrc = 23,
                                       .layers = { "q", "h", "f" },
                                       .layer_count = 3 } };
        Transport transport = transport_new(SDP_ACTPASS);
        g_autofree char *offer = description_offer(&transport, sections, G_N_ELEMENTS(sections));
        g_assert_nonnull(strstr(offer, "a=simulcast:send q;h;f"));
        g_assert_nonnull(strstr(offer, "a=rid:h send"));
        g_assert_null(strstr(offer, "a=ssrc")); /* which is which says the header extension */
        Description read;
        g_assert_true(description_read(offer, &read));
        g_assert_cmpuint(read.extensions.id[RTP_EXTENSION_RID], !=, 0);
        g_assert_cmpuint(read.extensions.id[RTP_EXTENSION_REPAIRED_RID], !=, 0);
}

static void test_nonsense_is_refused(void)
{
        Description read;
        Transport transport = transport_new(SDP_ACTIVE);
        g_assert_false(description_read("", &read));
        g_assert_false(description_read("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", &read));
        g_assert_null(description_answer("hello", &transport, CODEC_NONE, true));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/load/description/offer", test_offer_is_read_as_it_was_meant);
        g_test_add_func("/load/description/answer", test_answer_leaves_out_what_is_not_wanted);
        g_test_add_func("/load/description/layers", test_layers_are_named_and_not_numbered);
        g_test_add_func("/load/description/nonsense", test_nonsense_is_refused);
        return g_test_run();
}
