/* A weaker DTLS than ours is offered, and refused (ASVS 17.2.2). The client is OpenSSL's own, with everything allowed.
 */
#include "rtc/dtls.h"

#include <openssl/ec.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

typedef struct {
        const char *ciphers;
        int most; /* version */
        const char *profile;
} Offer;

static const Offer GOOD = { "ECDHE-ECDSA-AES128-GCM-SHA256", DTLS1_2_VERSION, "SRTP_AEAD_AES_128_GCM" };
static const Offer WEAK[] = {
        { "ECDHE-ECDSA-AES128-GCM-SHA256", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_32" }, /* a tag of 32 bits */
        { "ECDHE-ECDSA-AES128-GCM-SHA256", DTLS1_2_VERSION, NULL },
        { "ECDHE-ECDSA-AES128-SHA", DTLS1_VERSION, "SRTP_AES128_CM_SHA1_80" },
        { "ECDHE-ECDSA-AES128-SHA", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_80" }, /* CBC */
        { "ECDHE-ECDSA-AES128-SHA256", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_80" },
        { "ECDHE-ECDSA-NULL-SHA", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_80" },
        { "AECDH-AES128-SHA", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_80" }, /* nobody's certificate */
        { "ADH-AES128-GCM-SHA256", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_80" },
        { "AES128-GCM-SHA256", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_80" }, /* no forward secrecy */
        { "DHE-RSA-AES128-GCM-SHA256", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_80" },
        { "PSK-AES128-CBC-SHA256", DTLS1_2_VERSION, "SRTP_AES128_CM_SHA1_80" },
};

static unsigned give_psk(SSL *ssl, const char *hint, char *identity, unsigned identity_bytes, unsigned char *psk,
                         unsigned psk_bytes)
{
        g_strlcpy(identity, "anybody", identity_bytes);
        memset(psk, 1, MIN(psk_bytes, 16));
        return 16;
}

/* With a certificate as browsers make it; its fingerprint is what the description says. */
static SSL_CTX *client_context(const Offer *offer, uint8_t ret_fingerprint[DTLS_FINGERPRINT_BYTES])
{
        SSL_CTX *context = SSL_CTX_new(DTLS_client_method());
        EVP_PKEY *key = EVP_EC_gen("P-256");
        X509 *certificate = X509_new();
        unsigned size = DTLS_FINGERPRINT_BYTES;
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_sign(certificate, key, EVP_sha256());
        X509_digest(certificate, EVP_sha256(), ret_fingerprint, &size);
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_psk_client_callback(context, give_psk);
        g_assert_true(SSL_CTX_set_min_proto_version(context, DTLS1_VERSION) &&
                      SSL_CTX_set_max_proto_version(context, offer->most) &&
                      SSL_CTX_use_certificate(context, certificate) && SSL_CTX_use_PrivateKey(context, key));
        g_assert_true(SSL_CTX_set_cipher_list(context, offer->ciphers)); /* this OpenSSL has it */
        if (offer->profile)
                g_assert_cmpint(SSL_CTX_set_tlsext_use_srtp(context, offer->profile), ==, 0);
        X509_free(certificate);
        EVP_PKEY_free(key);
        return context;
}

/* Hands each datagram over until both are quiet. Returns whether the client believes that it is done. */
static bool shake(SSL *client, BIO *in, BIO *out, DtlsSession *server)
{
        bool done = false, moved = true;
        for (unsigned i = 0; i < 20 && moved; i++) {
                uint8_t datagram[DTLS_DATAGRAM_BYTES];
                moved = false;
                done = SSL_do_handshake(client) == 1 || done;
                for (int size; (size = BIO_read(out, datagram, sizeof datagram)) > 0; moved = true)
                        dtls_session_receive(server, datagram, (size_t)size);
                for (size_t size; (size = dtls_session_take(server, datagram)) > 0; moved = true)
                        BIO_write(in, datagram, (int)size);
        }
        return done;
}

static DtlsState offer_it(const Offer *offer)
{
        uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];
        SSL_CTX *context = client_context(offer, fingerprint);
        SSL *client = SSL_new(context);
        BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
        BIO_set_mem_eof_return(in, -1);
        BIO_set_mem_eof_return(out, -1);
        SSL_set_bio(client, in, out);
        SSL_set_options(client, SSL_OP_NO_QUERY_MTU);
        DTLS_set_link_mtu(client, DTLS_DATAGRAM_BYTES);
        SSL_set_connect_state(client);
        g_autoptr(DtlsIdentity) identity = dtls_identity_new();
        g_autoptr(DtlsSession) server = dtls_session_new(identity, DTLS_SERVER, fingerprint);
        bool done = shake(client, in, out, server);
        DtlsState state = dtls_session_state(server);
        SrtpKeys send, receive;
        g_assert_cmpint(dtls_session_keys(server, &send, &receive), ==, state == DTLS_CONNECTED);
        g_assert_true(done || state != DTLS_CONNECTED);
        SSL_free(client);
        SSL_CTX_free(context);
        return state;
}

static void test_weak(void)
{
        g_assert_cmpint(offer_it(&GOOD), ==, DTLS_CONNECTED); /* so what follows fails for what is weak in it */
        for (size_t i = 0; i < G_N_ELEMENTS(WEAK); i++) {
                g_test_message("%s %s", WEAK[i].ciphers, WEAK[i].profile ? WEAK[i].profile : "without SRTP");
                g_assert_cmpint(offer_it(&WEAK[i]), ==, DTLS_FAILED);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/dtls/weak", test_weak);
        return g_test_run();
}
