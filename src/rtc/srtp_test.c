/* libsrtp2 is the oracle: what we protect it must open, what it protects we must open, byte for byte. */
#include "rtc/srtp.h"
#include "rtc/bytes.h"
#include "rtc/hmac_sha1.h"
#include <srtp2/srtp.h>
#include <string.h>

enum { SSRC = 0xcafebabe, BUFFER_BYTES = 2048 };

typedef struct Pair {
        SrtpSender *sender;
        SrtpReceiver *receiver;
        srtp_t their_sender, their_receiver;
} Pair;

static SrtpKeys some_keys(SrtpProfile profile)
{
        SrtpKeys keys = { .profile = profile };
        for (unsigned i = 0; i < sizeof keys.key; i++)
                keys.key[i] = (uint8_t)(0x11 * i + 3);
        for (unsigned i = 0; i < sizeof keys.salt; i++)
                keys.salt[i] = (uint8_t)(0xa0 + i);
        return keys;
}

static srtp_t theirs(const SrtpKeys *keys, srtp_ssrc_type_t direction)
{
        bool gcm = keys->profile == SRTP_PROFILE_GCM;
        uint8_t key[30];
        memcpy(key, keys->key, 16);
        memcpy(key + 16, keys->salt, gcm ? 12 : 14);

        srtp_policy_t policy = { .window_size = SRTP_WINDOW, .allow_repeat_tx = 1, .key = key };
        policy.ssrc.type = direction;
        if (gcm) {
                srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
                srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
        } else {
                srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
                srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
        }
        srtp_t session = NULL;
        g_assert_cmpint(srtp_create(&session, &policy), ==, srtp_err_status_ok);
        return session;
}

static void pair_init(Pair *pair, SrtpProfile profile)
{
        SrtpKeys keys = some_keys(profile);
        *pair = (Pair){ srtp_sender_new(&keys), srtp_receiver_new(&keys), theirs(&keys, ssrc_any_outbound),
                        theirs(&keys, ssrc_any_inbound) };
}

static void pair_clear(Pair *pair)
{
        srtp_sender_free(pair->sender);
        srtp_receiver_free(pair->receiver);
        srtp_dealloc(pair->their_sender);
        srtp_dealloc(pair->their_receiver);
}

/* A packet with an extension when `extended`; its payload depends on its index. */
static size_t make_packet(uint8_t *packet, uint32_t ssrc, uint64_t index, size_t payload_bytes, bool extended,
                          size_t *ret_header_bytes)
{
        memset(packet, 0, 20);
        packet[0] = extended ? 0x90 : 0x80;
        packet[1] = 96;
        write_u16(packet + 2, (uint16_t)index);
        write_u32(packet + 4, (uint32_t)index * 3000);
        write_u32(packet + 8, ssrc);
        size_t header_bytes = 12;
        if (extended) {
                write_u32(packet + 12, 0xbede0001);
                write_u32(packet + 16, 0x10aa0000);
                header_bytes = 20;
        }
        for (size_t i = 0; i < payload_bytes; i++)
                packet[header_bytes + i] = (uint8_t)(index * 7 + i);
        *ret_header_bytes = header_bytes;
        return header_bytes + payload_bytes;
}

static size_t protect(Pair *pair, uint64_t index, size_t payload_bytes, bool extended, uint8_t *clear,
                      size_t *ret_clear_bytes, uint8_t *out)
{
        size_t header_bytes;
        *ret_clear_bytes = make_packet(clear, SSRC, index, payload_bytes, extended, &header_bytes);
        return srtp_sender_protect(pair->sender, index, clear, header_bytes, clear + header_bytes, payload_bytes, out);
}

/* Ours and theirs give the same bytes and each opens them; over two wraps of the sequence number. */
static void test_both_ways(gconstpointer profile)
{
        Pair pair;
        pair_init(&pair, GPOINTER_TO_INT(profile));
        uint8_t clear[BUFFER_BYTES], ours[BUFFER_BYTES], other[BUFFER_BYTES];
        static const size_t SIZES[] = { 0, 1, 15, 16, 17, 160, 1200 };
        for (uint64_t index = 65000; index < 200000; index += index % 65536 < 65500 && index % 65536 > 40 ? 37 : 1) {
                size_t clear_bytes, received_bytes = 0, payload_bytes = SIZES[index % G_N_ELEMENTS(SIZES)];
                size_t size = protect(&pair, index, payload_bytes, index & 1, clear, &clear_bytes, ours);
                g_assert_cmpuint(size, ==, clear_bytes + srtp_sender_overhead(pair.sender));

                int their_bytes = (int)clear_bytes;
                memcpy(other, clear, clear_bytes);
                g_assert_cmpint(srtp_protect(pair.their_sender, other, &their_bytes), ==, srtp_err_status_ok);
                g_assert_cmpmem(ours, size, other, their_bytes);

                uint64_t received_index = 0;
                g_assert_cmpint(srtp_receiver_unprotect(pair.receiver, other, size, &received_bytes, &received_index),
                                ==, DROP_NONE);
                g_assert_cmpmem(other, received_bytes, clear, clear_bytes);
                g_assert_cmpuint(received_index, ==, index);

                their_bytes = (int)size;
                g_assert_cmpint(srtp_unprotect(pair.their_receiver, ours, &their_bytes), ==, srtp_err_status_ok);
                g_assert_cmpmem(ours, their_bytes, clear, clear_bytes);
        }
        pair_clear(&pair);
}

/* The payload may come from elsewhere, or lie in its place already. */
static void test_in_place(gconstpointer profile)
{
        Pair pair;
        pair_init(&pair, GPOINTER_TO_INT(profile));
        uint8_t clear[BUFFER_BYTES], apart[BUFFER_BYTES], place[BUFFER_BYTES];
        size_t header_bytes, size = make_packet(clear, SSRC, 5, 500, true, &header_bytes);
        memcpy(place, clear, size);
        size_t n = srtp_sender_protect(pair.sender, 5, clear, header_bytes, clear + header_bytes, 500, apart);
        size_t m = srtp_sender_protect(pair.sender, 5, place, header_bytes, place + header_bytes, 500, place);
        g_assert_cmpmem(apart, n, place, m);
        pair_clear(&pair);
}

static Drop receive(Pair *pair, uint64_t index, uint64_t *ret_index)
{
        uint8_t clear[BUFFER_BYTES], packet[BUFFER_BYTES];
        size_t clear_bytes, received;
        size_t size = protect(pair, index, 100, false, clear, &clear_bytes, packet);
        return srtp_receiver_unprotect(pair->receiver, packet, size, &received, ret_index);
}

static void test_replay_and_order(gconstpointer profile)
{
        Pair pair;
        pair_init(&pair, GPOINTER_TO_INT(profile));
        uint64_t index = 0;
        g_assert_cmpint(receive(&pair, 65530, &index), ==, DROP_NONE);
        g_assert_cmpint(receive(&pair, 65530, &index), ==, DROP_REPLAY);
        g_assert_cmpint(receive(&pair, 65540, &index), ==, DROP_NONE); /* over the wrap */
        g_assert_cmpuint(index, ==, 65540);
        g_assert_cmpint(receive(&pair, 65533, &index), ==, DROP_NONE); /* and back: the ROC of then */
        g_assert_cmpuint(index, ==, 65533);
        g_assert_cmpint(receive(&pair, 65533, &index), ==, DROP_REPLAY);
        g_assert_cmpint(receive(&pair, 65540 + SRTP_WINDOW - 1, &index), ==, DROP_NONE);
        g_assert_cmpint(receive(&pair, 65540, &index), ==, DROP_REPLAY); /* the window's last */
        g_assert_cmpint(receive(&pair, 65539, &index), ==, DROP_SRTP_OLD);
        g_assert_cmpint(receive(&pair, 65541, &index), ==, DROP_NONE);
        g_assert_cmpint(receive(&pair, 80000, &index), ==, DROP_NONE); /* a jump clears the window */
        g_assert_cmpint(receive(&pair, 79999, &index), ==, DROP_NONE);
        g_assert_cmpint(receive(&pair, 80000 - SRTP_WINDOW + 1, &index), ==, DROP_NONE);
        pair_clear(&pair);
}

/* Near the start a sequence number far off is ahead, never behind nothing. */
static void test_jump_at_start(gconstpointer profile)
{
        Pair pair;
        pair_init(&pair, GPOINTER_TO_INT(profile));
        uint64_t index;
        g_assert_cmpint(receive(&pair, 2, &index), ==, DROP_NONE);
        g_assert_cmpint(receive(&pair, 40000, &index), ==, DROP_NONE);
        g_assert_cmpuint(index, ==, 40000);
        pair_clear(&pair);
}

/* Any changed bit of header, payload or tag is refused and changes nothing. */
static void test_tampered(gconstpointer profile)
{
        Pair pair;
        pair_init(&pair, GPOINTER_TO_INT(profile));
        uint8_t clear[BUFFER_BYTES], packet[BUFFER_BYTES], spoilt[BUFFER_BYTES];
        size_t clear_bytes, received = 12345;
        uint64_t index = 99;
        size_t size = protect(&pair, 100, 40, true, clear, &clear_bytes, packet);
        for (size_t bit = 0; bit < size * 8; bit++) {
                memcpy(spoilt, packet, size);
                spoilt[bit / 8] ^= 1 << bit % 8;
                g_assert_cmpint(srtp_receiver_unprotect(pair.receiver, spoilt, size, &received, &index), !=, DROP_NONE);
        }
        for (size_t cut = 0; cut < size; cut++) {
                memcpy(spoilt, packet, size);
                g_assert_cmpint(srtp_receiver_unprotect(pair.receiver, spoilt, cut, &received, &index), !=, DROP_NONE);
        }
        g_assert_cmpuint(received, ==, 12345);
        g_assert_cmpuint(index, ==, 99);
        g_assert_cmpint(srtp_receiver_unprotect(pair.receiver, packet, size, &received, &index), ==, DROP_NONE);
        pair_clear(&pair);
}

static void test_streams_apart(gconstpointer profile)
{
        Pair pair;
        pair_init(&pair, GPOINTER_TO_INT(profile));
        uint8_t packet[BUFFER_BYTES];
        size_t header_bytes, received;
        uint64_t index;
        for (uint32_t ssrc = 1; ssrc <= SRTP_STREAMS_MAX + 1; ssrc++)
                for (uint64_t i = 10; i < 12; i++) {
                        make_packet(packet, ssrc, i, 20, false, &header_bytes);
                        size_t size = srtp_sender_protect(pair.sender, i, packet, 12, packet + 12, 20, packet);
                        Drop drop = srtp_receiver_unprotect(pair.receiver, packet, size, &received, &index);
                        g_assert_cmpint(drop, ==, ssrc <= SRTP_STREAMS_MAX ? DROP_NONE : DROP_SRTP_SSRC_LIMIT);
                }
        pair_clear(&pair);
}

static size_t make_rtcp(uint8_t *packet, uint32_t ssrc, size_t words)
{
        packet[0] = 0x80;
        packet[1] = 201;
        write_u16(packet + 2, (uint16_t)(words - 1));
        write_u32(packet + 4, ssrc);
        for (size_t i = 8; i < words * 4; i++)
                packet[i] = (uint8_t)i;
        return words * 4;
}

static void test_rtcp_both_ways(gconstpointer profile)
{
        Pair pair;
        pair_init(&pair, GPOINTER_TO_INT(profile));
        uint8_t clear[BUFFER_BYTES], ours[BUFFER_BYTES], other[BUFFER_BYTES];
        for (unsigned i = 0; i < 300; i++) {
                size_t clear_bytes = make_rtcp(clear, SSRC, 2 + i % 50), received;
                memcpy(ours, clear, clear_bytes);
                size_t size = srtp_sender_protect_rtcp(pair.sender, ours, clear_bytes);
                g_assert_cmpuint(size, <=, clear_bytes + SRTCP_OVERHEAD_BYTES);
                int their_bytes = (int)size;
                g_assert_cmpint(srtp_unprotect_rtcp(pair.their_receiver, ours, &their_bytes), ==, srtp_err_status_ok);
                g_assert_cmpmem(ours, their_bytes, clear, clear_bytes);

                their_bytes = (int)clear_bytes;
                memcpy(other, clear, clear_bytes);
                g_assert_cmpint(srtp_protect_rtcp(pair.their_sender, other, &their_bytes), ==, srtp_err_status_ok);
                g_assert_cmpint(srtp_receiver_unprotect_rtcp(pair.receiver, other, their_bytes, &received), ==,
                                DROP_NONE);
                g_assert_cmpmem(other, received, clear, clear_bytes);
        }
        pair_clear(&pair);
}

static void test_rtcp_refused(gconstpointer profile)
{
        Pair pair;
        pair_init(&pair, GPOINTER_TO_INT(profile));
        uint8_t packet[BUFFER_BYTES], copy[BUFFER_BYTES];
        size_t received, size = srtp_sender_protect_rtcp(pair.sender, packet, make_rtcp(packet, SSRC, 8));
        for (size_t bit = 0; bit < size * 8; bit++) {
                memcpy(copy, packet, size);
                copy[bit / 8] ^= 1 << bit % 8;
                g_assert_cmpint(srtp_receiver_unprotect_rtcp(pair.receiver, copy, size, &received), !=, DROP_NONE);
        }
        for (size_t cut = 0; cut < size; cut++) {
                memcpy(copy, packet, size);
                g_assert_cmpint(srtp_receiver_unprotect_rtcp(pair.receiver, copy, cut, &received), !=, DROP_NONE);
        }
        memcpy(copy, packet, size);
        g_assert_cmpint(srtp_receiver_unprotect_rtcp(pair.receiver, copy, size, &received), ==, DROP_NONE);
        memcpy(copy, packet, size);
        g_assert_cmpint(srtp_receiver_unprotect_rtcp(pair.receiver, copy, size, &received), ==, DROP_REPLAY);
        pair_clear(&pair);
}

static void from_hex(const char *hex, uint8_t *bytes)
{
        for (; hex[0] && hex[1]; hex += 2)
                *bytes++ = (uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
}

/* RFC 2202 3, cases 2 and 6 (a key longer than a block). */
static void test_hmac_vectors(void)
{
        HmacSha1 hmac;
        uint8_t digest[HMAC_SHA1_BYTES], expected[HMAC_SHA1_BYTES], key[80];
        hmac_sha1_init(&hmac, "Jefe", 4);
        hmac_sha1_digest(&hmac, "what do ya want ", 16, "for nothing?", 12, digest);
        from_hex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", expected);
        g_assert_cmpmem(digest, 20, expected, 20);

        memset(key, 0xaa, sizeof key);
        hmac_sha1_init(&hmac, key, sizeof key);
        hmac_sha1_digest(&hmac, "Test Using Larger Than Block-Size Key - Hash Key First", 54, NULL, 0, digest);
        from_hex("aa4ae5e15272d00e95705637ce8a3b55ed402112", expected);
        g_assert_cmpmem(digest, 20, expected, 20);
}

/* The validation packets of libsrtp, whatever library is installed: RFC 3711 B.3's master key for CM. */
static void check_vector(SrtpProfile profile, const char *key, const char *salt, const char *tail)
{
        SrtpKeys keys = { .profile = profile };
        uint8_t packet[64], expected[64];
        from_hex(key, keys.key);
        from_hex(salt, keys.salt);
        from_hex("800f1234decafbadcafebabeabababababababababababababababab", packet);
        from_hex("800f1234decafbadcafebabe", expected);
        from_hex(tail, expected + 12);

        g_autoptr(SrtpSender) sender = srtp_sender_new(&keys);
        size_t size = srtp_sender_protect(sender, 0x1234, packet, 12, packet + 12, 16, packet);
        g_assert_cmpmem(packet, size, expected, 12 + strlen(tail) / 2);
}

static void test_vectors(void)
{
        check_vector(SRTP_PROFILE_CM, "e1f97a0d3e018be0d64fa32c06de4139", "0ec675ad498afeebb6960b3aabe6",
                     "4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb");
        check_vector(SRTP_PROFILE_GCM, "000102030405060708090a0b0c0d0e0f", "a0a1a2a3a4a5a6a7a8a9aaab",
                     "c5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392");
}

static void add(const char *name, GTestDataFunc test)
{
        g_autofree char *gcm = g_strconcat("/srtp/gcm/", name, NULL), *cm = g_strconcat("/srtp/cm/", name, NULL);
        g_test_add_data_func(gcm, GINT_TO_POINTER(SRTP_PROFILE_GCM), test);
        g_test_add_data_func(cm, GINT_TO_POINTER(SRTP_PROFILE_CM), test);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_assert_cmpint(srtp_init(), ==, srtp_err_status_ok);
        add("both-ways", test_both_ways);
        add("in-place", test_in_place);
        add("replay-and-order", test_replay_and_order);
        add("jump-at-start", test_jump_at_start);
        add("tampered", test_tampered);
        add("streams-apart", test_streams_apart);
        add("rtcp-both-ways", test_rtcp_both_ways);
        add("rtcp-refused", test_rtcp_refused);
        g_test_add_func("/srtp/hmac-vectors", test_hmac_vectors);
        g_test_add_func("/srtp/vectors", test_vectors);
        int result = g_test_run();
        srtp_shutdown();
        return result;
}
