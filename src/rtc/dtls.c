#include "rtc/dtls.h"
#include "rtc/bytes.h"
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

enum {
        RECORD_HEADER_BYTES = 13, /* RFC 6347 4.1 */
        RECORD_LENGTH_OFFSET = 11,
        APPLICATION_DATA = 23,  /* content type, RFC 6347 4.1 */
        INPUT_MAX_BYTES = 4096, /* browsers' flights come in datagrams of at most 1,500 bytes */
        CERTIFICATE_DAYS = 365,
        SEND_FRAGMENT_BYTES = 1024, /* OpenSSL's own 16 KB would be kept for each session: 15 KB saved of 75 */
        FIRST_TIMEOUT_US = 100000,  /* RFC 6347 asks for a second, for fear of congestion; a flight here is 1 KB */
        LAST_TIMEOUT_US = 2000000,
};
#define CIPHERS                                                                                                        \
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:"                   \
        "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"

struct DtlsIdentity {
        SSL_CTX *context;
        uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];
};

struct DtlsSession {
        SSL *ssl;
        BIO *in, *out; /* owned by ssl */
        DtlsState state;
        uint8_t peer_fingerprint[DTLS_FINGERPRINT_BYTES];
};

static X509 *certificate_new(EVP_PKEY *key, int64_t serial)
{
        X509 *certificate = X509_new();
        if (!certificate)
                return NULL;
        /* A day back: a browser's clock may be behind. The name says nothing: it is trusted by its digest alone. */
        X509_NAME *name = X509_get_subject_name(certificate);
        if (X509_set_version(certificate, 2) && ASN1_INTEGER_set_int64(X509_get_serialNumber(certificate), serial) &&
            X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) &&
            X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * CERTIFICATE_DAYS) &&
            X509_set_pubkey(certificate, key) &&
            X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"WebRTC", -1, -1, 0) &&
            X509_set_issuer_name(certificate, name) && X509_sign(certificate, key, EVP_sha256()))
                return certificate;
        X509_free(certificate);
        return NULL;
}

static bool identity_set_certificate(DtlsIdentity *identity)
{
        int64_t serial = 0;
        unsigned size = sizeof identity->fingerprint;
        EVP_PKEY *key = EVP_EC_gen("P-256");
        X509 *certificate = NULL;
        bool done = key && RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
                    (certificate = certificate_new(key, serial & INT64_MAX)) &&
                    X509_digest(certificate, EVP_sha256(), identity->fingerprint, &size) &&
                    SSL_CTX_use_certificate(identity->context, certificate) == 1 &&
                    SSL_CTX_use_PrivateKey(identity->context, key) == 1;
        X509_free(certificate);
        EVP_PKEY_free(key);
        return done;
}

/* Instead of a chain of authorities: the digest that came by signalling (RFC 5763 5). An unequal one fails the
 * handshake with bad_certificate. */
static int on_peer_certificate(X509_STORE_CTX *store, void *data)
{
        const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
        const DtlsSession *session = SSL_get_app_data(ssl);
        X509 *certificate = X509_STORE_CTX_get0_cert(store);
        uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];
        unsigned size = 0;
        if (certificate && X509_digest(certificate, EVP_sha256(), fingerprint, &size) && size == sizeof fingerprint &&
            memcmp(fingerprint, session->peer_fingerprint, sizeof fingerprint) == 0)
                return 1;
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
        return 0;
}

DtlsIdentity *dtls_identity_new(void)
{
        g_autoptr(DtlsIdentity) identity = g_new0(DtlsIdentity, 1);
        SSL_CTX *context = identity->context = SSL_CTX_new(DTLS_method());
        if (!context || !identity_set_certificate(identity) ||
            !SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) || !SSL_CTX_set_cipher_list(context, CIPHERS) ||
            !SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") ||
            SSL_CTX_set_tlsext_use_srtp(context, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80") != 0)
                return NULL;
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
        SSL_CTX_set_cert_verify_callback(context, on_peer_certificate, NULL);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_QUERY_MTU |
                                             SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
        SSL_CTX_set_max_send_fragment(context, SEND_FRAGMENT_BYTES);
        return g_steal_pointer(&identity);
}

void dtls_identity_free(DtlsIdentity *identity)
{
        if (!identity)
                return;
        SSL_CTX_free(identity->context);
        g_free(identity);
}

const uint8_t *dtls_identity_fingerprint(const DtlsIdentity *identity)
{
        return identity->fingerprint;
}

bool dtls_identity_set_profile(DtlsIdentity *identity, SrtpProfile profile)
{
        const char *name = profile == SRTP_PROFILE_GCM ? "SRTP_AEAD_AES_128_GCM" : "SRTP_AES128_CM_SHA1_80";
        return SSL_CTX_set_tlsext_use_srtp(identity->context, name) == 0;
}

/* OpenSSL asks with the time it waited last, 0 at first. */
static unsigned on_timer(SSL *ssl, unsigned last_us)
{
        return last_us == 0 ? FIRST_TIMEOUT_US : MIN(2 * last_us, LAST_TIMEOUT_US);
}

/* A handshake goes on as far as it can; errors are this session's, so the thread's queue is emptied. */
static void handshake(DtlsSession *session)
{
        ERR_clear_error();
        int result = SSL_do_handshake(session->ssl);
        if (result == 1)
                session->state = SSL_get_selected_srtp_profile(session->ssl) ? DTLS_CONNECTED : DTLS_FAILED;
        else if (SSL_get_error(session->ssl, result) != SSL_ERROR_WANT_READ)
                session->state = DTLS_FAILED;
        ERR_clear_error();
}

DtlsSession *dtls_session_new(DtlsIdentity *identity, DtlsRole role,
                              const uint8_t peer_fingerprint[DTLS_FINGERPRINT_BYTES])
{
        g_autoptr(DtlsSession) session = g_new0(DtlsSession, 1);
        session->ssl = SSL_new(identity->context);
        BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
        if (!session->ssl || !in || !out) {
                BIO_free(in);
                BIO_free(out);
                return NULL;
        }
        session->in = in;
        session->out = out;
        memcpy(session->peer_fingerprint, peer_fingerprint, DTLS_FINGERPRINT_BYTES);
        BIO_set_mem_eof_return(in, -1);
        SSL_set_bio(session->ssl, in, out);
        SSL_set_app_data(session->ssl, session);
        DTLS_set_link_mtu(session->ssl, DTLS_DATAGRAM_BYTES); /* a memory BIO counts no IP and UDP headers */
        DTLS_set_timer_cb(session->ssl, on_timer);
        if (role == DTLS_SERVER) {
                SSL_set_accept_state(session->ssl);
        } else {
                SSL_set_connect_state(session->ssl);
                handshake(session);
        }
        return g_steal_pointer(&session);
}

void dtls_session_free(DtlsSession *session)
{
        if (!session)
                return;
        SSL_free(session->ssl);
        g_free(session);
}

bool dtls_is(const uint8_t *data, size_t size)
{
        return size >= RECORD_HEADER_BYTES && data[0] >= 20 && data[0] <= 63;
}

/* Datagram borders are lost in a memory BIO, so a record that overruns would swallow the next datagram's. */
static bool records_whole(const uint8_t *data, size_t size)
{
        size_t at = 0;
        while (at + RECORD_HEADER_BYTES <= size)
                at += RECORD_HEADER_BYTES + read_u16(data + at + RECORD_LENGTH_OFFSET);
        return at == size && size > 0;
}

/* After the handshake only a goodbye and answers to a repeated last flight are of interest; application data is
 * dropped. A record that OpenSSL cannot read is no reason to end: anyone can send one (3.0.20 calls it an error, later
 * ones drop it), media have their keys already, and whether the peer is alive is for ICE's consent to say. */
static void read_on(DtlsSession *session)
{
        uint8_t ignored[2048];
        int result;
        ERR_clear_error();
        do
                result = SSL_read(session->ssl, ignored, sizeof ignored);
        while (result > 0);
        if (SSL_get_error(session->ssl, result) == SSL_ERROR_ZERO_RETURN)
                session->state = DTLS_CLOSED;
        ERR_clear_error();
}

Drop dtls_session_receive(DtlsSession *session, const uint8_t *data, size_t size)
{
        if (session->state == DTLS_CLOSED || session->state == DTLS_FAILED)
                return DROP_DTLS_CLOSED;
        if (!dtls_is(data, size) || size > INPUT_MAX_BYTES || !records_whole(data, size))
                return DROP_DTLS_MALFORMED;
        /* Nobody has data for us before the handshake is done; OpenSSL 3.0.20 fails the session over such a record. */
        if (session->state == DTLS_HANDSHAKE && data[0] == APPLICATION_DATA)
                return DROP_DTLS_MALFORMED;
        if (BIO_write(session->in, data, (int)size) != (int)size)
                return DROP_DTLS_MALFORMED;

        if (session->state == DTLS_HANDSHAKE)
                handshake(session);
        if (session->state == DTLS_CONNECTED)
                read_on(session);
        return DROP_NONE;
}

size_t dtls_session_take(DtlsSession *session, uint8_t out[DTLS_DATAGRAM_BYTES])
{
        char *waiting;
        size_t left = (size_t)BIO_get_mem_data(session->out, &waiting), size = 0;
        while (size + RECORD_HEADER_BYTES <= left) {
                size_t record = RECORD_HEADER_BYTES + read_u16((uint8_t *)waiting + size + RECORD_LENGTH_OFFSET);
                if (size + record > DTLS_DATAGRAM_BYTES || size + record > left)
                        break;
                size += record;
        }
        if (size == 0) {
                (void)BIO_reset(
                        session->out); /* nothing, or a record over the MTU, which OpenSSL was told not to make */
                return 0;
        }
        return (size_t)BIO_read(session->out, out, (int)size);
}

DtlsState dtls_session_state(const DtlsSession *session)
{
        return session->state;
}

bool dtls_session_keys(const DtlsSession *session, SrtpKeys *ret_send, SrtpKeys *ret_receive)
{
        if (session->state != DTLS_CONNECTED)
                return false;
        bool gcm = SSL_get_selected_srtp_profile(session->ssl)->id == SRTP_PROFILE_GCM;
        size_t salt_bytes = gcm ? 12 : SRTP_SALT_BYTES;
        uint8_t material[2 * (SRTP_KEY_BYTES + SRTP_SALT_BYTES)];
        static const char LABEL[] = "EXTRACTOR-dtls_srtp";
        if (SSL_export_keying_material(session->ssl, material, 2 * (SRTP_KEY_BYTES + salt_bytes), LABEL,
                                       sizeof LABEL - 1, NULL, 0, 0) != 1)
                return false;

        /* RFC 5764 4.2: client's key, server's key, client's salt, server's salt */
        SrtpKeys client = { .profile = gcm ? SRTP_PROFILE_GCM : SRTP_PROFILE_CM }, server = client;
        const uint8_t *salts = material + 2 * SRTP_KEY_BYTES;
        memcpy(client.key, material, SRTP_KEY_BYTES);
        memcpy(server.key, material + SRTP_KEY_BYTES, SRTP_KEY_BYTES);
        memcpy(client.salt, salts, salt_bytes);
        memcpy(server.salt, salts + salt_bytes, salt_bytes);
        OPENSSL_cleanse(material, sizeof material);

        bool serving = SSL_is_server(session->ssl);
        *ret_send = serving ? server : client;
        *ret_receive = serving ? client : server;
        return true;
}

int64_t dtls_session_timeout_us(DtlsSession *session)
{
        struct timeval left;
        if (session->state != DTLS_HANDSHAKE || !DTLSv1_get_timeout(session->ssl, &left))
                return -1;
        return (int64_t)left.tv_sec * 1000000 + left.tv_usec;
}

void dtls_session_handle_timeout(DtlsSession *session)
{
        if (session->state != DTLS_HANDSHAKE)
                return;
        ERR_clear_error();
        if (DTLSv1_handle_timeout(session->ssl) < 0)
                session->state = DTLS_FAILED;
        ERR_clear_error();
}

void dtls_session_close(DtlsSession *session)
{
        if (session->state == DTLS_CONNECTED) {
                ERR_clear_error();
                SSL_shutdown(session->ssl);
                ERR_clear_error();
        }
        if (session->state != DTLS_FAILED)
                session->state = DTLS_CLOSED;
}
