#include "rtc/srtp.h"
#include "rtc/bytes.h"
#include "rtc/hmac_sha1.h"
#include "rtc/rtp.h"
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

enum {
        GCM_TAG_BYTES = 16,
        GCM_IV_BYTES = 12,
        CM_TAG_BYTES = 10,
        CM_IV_BYTES = 16,
        CM_AUTH_KEY_BYTES = 20,
        RTCP_HEADER_BYTES = 8,
        RTCP_INDEX_BYTES = 4,
        WINDOW_WORDS = SRTP_WINDOW / 64,
};
#define RTCP_ENCRYPTED UINT32_C(0x80000000) /* the E bit in front of the 31-bit index */
#define INDEX_MAX ((UINT64_C(1) << 48) - 1)

/* RFC 3711 4.3.1: labels of the key derivation; RTCP's are 3 higher. */
enum { LABEL_RTP = 0, LABEL_RTCP = 3, LABEL_ENCRYPTION = 0, LABEL_AUTHENTICATION = 1, LABEL_SALT = 2 };

/* Session keys of either RTP or RTCP: the cipher's key schedule and the HMAC's pads are kept. */
typedef struct Keying {
        EVP_CIPHER_CTX *cipher;
        HmacSha1 hmac; /* CM only */
        uint8_t salt[SRTP_SALT_BYTES];
} Keying;

typedef struct Crypto {
        SrtpProfile profile;
        Keying rtp, rtcp;
} Crypto;

struct SrtpSender {
        Crypto crypto;
        uint32_t rtcp_index; /* one count for all SSRCs: unique for each of them too (RFC 3711 3.4) */
};

typedef struct Window {
        bool started;
        uint64_t highest;
        uint64_t seen[WINDOW_WORDS]; /* bit index mod SRTP_WINDOW */
} Window;

typedef struct Stream {
        uint32_t ssrc;
        Window rtp, rtcp;
} Stream;

struct SrtpReceiver {
        Crypto crypto;
        Stream *streams; /* in the order they came: a peer has a handful, the last one found is tried first */
        unsigned n_streams, capacity, last;
};

const char *srtp_profile_name(SrtpProfile profile)
{
        return profile == SRTP_PROFILE_GCM ? "AEAD_AES_128_GCM" : "AES_CM_128_HMAC_SHA1_80";
}

/* Key derivation with rate 0 (RFC 3711 4.3.1 and 4.3.3): AES counter mode over zeros. */
static bool derive(EVP_CIPHER *ctr, const SrtpKeys *keys, uint8_t label, uint8_t *ret_key, int key_bytes)
{
        uint8_t iv[CM_IV_BYTES] = { 0 };
        static const uint8_t ZEROS[32] = { 0 };
        g_assert(key_bytes <= (int)sizeof ZEROS);
        memcpy(iv, keys->salt, SRTP_SALT_BYTES);
        iv[7] ^= label;

        int written = 0;
        EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
        bool done = cipher && EVP_EncryptInit_ex2(cipher, ctr, keys->key, iv, NULL) &&
                    EVP_EncryptUpdate(cipher, ret_key, &written, ZEROS, key_bytes) && written == key_bytes;
        EVP_CIPHER_CTX_free(cipher);
        return done;
}

static bool keying_init(Keying *keying, EVP_CIPHER *ctr, const SrtpKeys *keys, uint8_t label, bool encrypt)
{
        uint8_t key[SRTP_KEY_BYTES], authentication[CM_AUTH_KEY_BYTES];
        bool gcm = keys->profile == SRTP_PROFILE_GCM;
        EVP_CIPHER *gcm_cipher = gcm ? EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL) : NULL;
        keying->cipher = EVP_CIPHER_CTX_new();
        bool done = keying->cipher && derive(ctr, keys, label + LABEL_ENCRYPTION, key, sizeof key) &&
                    derive(ctr, keys, label + LABEL_AUTHENTICATION, authentication, sizeof authentication) &&
                    derive(ctr, keys, label + LABEL_SALT, keying->salt, gcm ? GCM_IV_BYTES : SRTP_SALT_BYTES) &&
                    EVP_CipherInit_ex2(keying->cipher, gcm ? gcm_cipher : ctr, key, NULL, encrypt || !gcm, NULL);
        hmac_sha1_init(&keying->hmac, authentication, sizeof authentication);
        OPENSSL_cleanse(key, sizeof key);
        OPENSSL_cleanse(authentication, sizeof authentication);
        EVP_CIPHER_free(gcm_cipher); /* the context keeps its own reference */
        return done;
}

static bool crypto_init(Crypto *crypto, const SrtpKeys *keys, bool encrypt)
{
        SrtpKeys master = *keys;
        if (keys->profile == SRTP_PROFILE_GCM) /* RFC 7714 11: the 96-bit salt is padded with zeros */
                memset(master.salt + GCM_IV_BYTES, 0, SRTP_SALT_BYTES - GCM_IV_BYTES);
        crypto->profile = keys->profile;

        EVP_CIPHER *ctr = EVP_CIPHER_fetch(NULL, "AES-128-CTR", NULL);
        bool done = ctr && keying_init(&crypto->rtp, ctr, &master, LABEL_RTP, encrypt) &&
                    keying_init(&crypto->rtcp, ctr, &master, LABEL_RTCP, encrypt);
        EVP_CIPHER_free(ctr);
        OPENSSL_cleanse(&master, sizeof master);
        return done;
}

static void crypto_clear(Crypto *crypto)
{
        EVP_CIPHER_CTX_free(crypto->rtp.cipher);
        EVP_CIPHER_CTX_free(crypto->rtcp.cipher);
        OPENSSL_cleanse(crypto, sizeof *crypto);
}

static inline bool is_gcm(const Crypto *crypto)
{
        return crypto->profile == SRTP_PROFILE_GCM;
}

/* RFC 7714 8.1 for RTP (`index` is ROC and SEQ) and 9.1 for RTCP (the 31-bit index): both are SSRC, then 48 bits. */
static inline void gcm_iv(const Keying *keying, uint32_t ssrc, uint64_t index, uint8_t iv[GCM_IV_BYTES])
{
        iv[0] = iv[1] = 0;
        write_u32(iv + 2, ssrc);
        write_u16(iv + 6, (uint16_t)(index >> 32));
        write_u32(iv + 8, (uint32_t)index);
        for (unsigned i = 0; i < GCM_IV_BYTES; i++)
                iv[i] ^= keying->salt[i];
}

/* RFC 3711 4.1.1: salt · 2^16 ⊕ SSRC · 2^64 ⊕ index · 2^16. */
static inline void cm_iv(const Keying *keying, uint32_t ssrc, uint64_t index, uint8_t iv[CM_IV_BYTES])
{
        memset(iv, 0, 4);
        write_u32(iv + 4, ssrc);
        write_u16(iv + 8, (uint16_t)(index >> 32));
        write_u32(iv + 10, (uint32_t)index);
        for (unsigned i = 0; i < SRTP_SALT_BYTES; i++)
                iv[i] ^= keying->salt[i];
        iv[14] = iv[15] = 0;
}

static inline void cm_crypt(const Keying *keying, uint32_t ssrc, uint64_t index, const uint8_t *in, size_t size,
                            uint8_t *out)
{
        uint8_t iv[CM_IV_BYTES];
        int written;
        cm_iv(keying, ssrc, index, iv);
        int done = EVP_EncryptInit_ex2(keying->cipher, NULL, NULL, iv, NULL) &&
                   EVP_EncryptUpdate(keying->cipher, out, &written, in, (int)size);
        g_assert(done); /* a cipher that worked before and fails now must not let clear text out */
}

static inline void gcm_seal(const Keying *keying, uint32_t ssrc, uint64_t index, const uint8_t *aad, size_t aad_bytes,
                            const uint8_t *aad2, size_t aad2_bytes, const uint8_t *in, size_t size, uint8_t *out)
{
        uint8_t iv[GCM_IV_BYTES];
        int written;
        EVP_CIPHER_CTX *cipher = keying->cipher;
        gcm_iv(keying, ssrc, index, iv);
        int done = EVP_EncryptInit_ex2(cipher, NULL, NULL, iv, NULL) &&
                   EVP_EncryptUpdate(cipher, NULL, &written, aad, (int)aad_bytes) &&
                   (aad2_bytes == 0 || EVP_EncryptUpdate(cipher, NULL, &written, aad2, (int)aad2_bytes)) &&
                   EVP_EncryptUpdate(cipher, out, &written, in, (int)size) &&
                   EVP_EncryptFinal_ex(cipher, out + size, &written) &&
                   EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG_BYTES, out + size);
        g_assert(done);
}

static inline bool gcm_open(const Keying *keying, uint32_t ssrc, uint64_t index, const uint8_t *aad, size_t aad_bytes,
                            const uint8_t *aad2, size_t aad2_bytes, uint8_t *data, size_t size)
{
        uint8_t iv[GCM_IV_BYTES];
        int written;
        EVP_CIPHER_CTX *cipher = keying->cipher;
        gcm_iv(keying, ssrc, index, iv);
        return EVP_DecryptInit_ex2(cipher, NULL, NULL, iv, NULL) &&
               EVP_DecryptUpdate(cipher, NULL, &written, aad, (int)aad_bytes) &&
               (aad2_bytes == 0 || EVP_DecryptUpdate(cipher, NULL, &written, aad2, (int)aad2_bytes)) &&
               EVP_DecryptUpdate(cipher, data, &written, data, (int)size) &&
               EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG_BYTES, data + size) &&
               EVP_DecryptFinal_ex(cipher, data + size, &written) == 1;
}

SrtpSender *srtp_sender_new(const SrtpKeys *keys)
{
        SrtpSender *sender = g_new0(SrtpSender, 1);
        if (!crypto_init(&sender->crypto, keys, true))
                g_clear_pointer(&sender, srtp_sender_free);
        return sender;
}

void srtp_sender_free(SrtpSender *sender)
{
        if (!sender)
                return;
        crypto_clear(&sender->crypto);
        g_free(sender);
}

size_t srtp_sender_overhead(const SrtpSender *sender)
{
        return is_gcm(&sender->crypto) ? GCM_TAG_BYTES : CM_TAG_BYTES;
}

size_t srtp_sender_protect(SrtpSender *sender, uint64_t index, const uint8_t *header, size_t header_size,
                           const uint8_t *payload, size_t payload_size, uint8_t *out)
{
        g_assert(header_size >= RTP_HEADER_BYTES && index <= INDEX_MAX && read_u16(header + 2) == (uint16_t)index);
        const Keying *keying = &sender->crypto.rtp;
        uint32_t ssrc = read_u32(header + 8);
        size_t size = header_size + payload_size;
        if (header != out)
                memcpy(out, header, header_size);

        if (is_gcm(&sender->crypto)) {
                gcm_seal(keying, ssrc, index, out, header_size, NULL, 0, payload, payload_size, out + header_size);
                return size + GCM_TAG_BYTES;
        }
        uint8_t roll_over[4], digest[HMAC_SHA1_BYTES];
        cm_crypt(keying, ssrc, index, payload, payload_size, out + header_size);
        write_u32(roll_over, (uint32_t)(index >> 16));
        hmac_sha1_digest(&keying->hmac, out, size, roll_over, sizeof roll_over, digest);
        memcpy(out + size, digest, CM_TAG_BYTES);
        return size + CM_TAG_BYTES;
}

size_t srtp_sender_protect_rtcp(SrtpSender *sender, uint8_t *packet, size_t size)
{
        g_assert(size >= RTCP_HEADER_BYTES && sender->rtcp_index < RTCP_ENCRYPTED);
        const Keying *keying = &sender->crypto.rtcp;
        uint32_t ssrc = read_u32(packet + 4), index = sender->rtcp_index++;
        uint8_t *body = packet + RTCP_HEADER_BYTES, flagged_index[RTCP_INDEX_BYTES];
        size_t body_bytes = size - RTCP_HEADER_BYTES;
        write_u32(flagged_index, RTCP_ENCRYPTED | index);

        if (is_gcm(&sender->crypto)) { /* RFC 7714 9.2: header and index are the additional data; index last */
                gcm_seal(keying, ssrc, index, packet, RTCP_HEADER_BYTES, flagged_index, RTCP_INDEX_BYTES, body,
                         body_bytes, body);
                memcpy(packet + size + GCM_TAG_BYTES, flagged_index, RTCP_INDEX_BYTES);
                return size + GCM_TAG_BYTES + RTCP_INDEX_BYTES;
        }
        uint8_t digest[HMAC_SHA1_BYTES];
        cm_crypt(keying, ssrc, index, body, body_bytes, body);
        memcpy(packet + size, flagged_index, RTCP_INDEX_BYTES);
        hmac_sha1_digest(&keying->hmac, packet, size + RTCP_INDEX_BYTES, NULL, 0, digest);
        memcpy(packet + size + RTCP_INDEX_BYTES, digest, CM_TAG_BYTES);
        return size + RTCP_INDEX_BYTES + CM_TAG_BYTES;
}

SrtpReceiver *srtp_receiver_new(const SrtpKeys *keys)
{
        SrtpReceiver *receiver = g_new0(SrtpReceiver, 1);
        if (!crypto_init(&receiver->crypto, keys, false))
                g_clear_pointer(&receiver, srtp_receiver_free);
        return receiver;
}

void srtp_receiver_free(SrtpReceiver *receiver)
{
        if (!receiver)
                return;
        crypto_clear(&receiver->crypto);
        g_free(receiver->streams);
        g_free(receiver);
}

static Stream *stream_find(SrtpReceiver *receiver, uint32_t ssrc)
{
        if (receiver->last < receiver->n_streams && receiver->streams[receiver->last].ssrc == ssrc)
                return &receiver->streams[receiver->last];
        for (unsigned i = 0; i < receiver->n_streams; i++)
                if (receiver->streams[i].ssrc == ssrc) {
                        receiver->last = i;
                        return &receiver->streams[i];
                }
        return NULL;
}

/* Called for authentic packets only: a stranger cannot make it grow. */
static Stream *stream_add(SrtpReceiver *receiver, uint32_t ssrc)
{
        if (receiver->n_streams == receiver->capacity) {
                receiver->capacity = receiver->capacity ? receiver->capacity * 2 : 4;
                receiver->streams = g_renew(Stream, receiver->streams, receiver->capacity);
        }
        receiver->last = receiver->n_streams++;
        receiver->streams[receiver->last] = (Stream){ .ssrc = ssrc };
        return &receiver->streams[receiver->last];
}

static Drop window_check(const Window *window, uint64_t index)
{
        if (!window->started || index > window->highest)
                return DROP_NONE;
        if (window->highest - index >= SRTP_WINDOW)
                return DROP_SRTP_OLD;
        unsigned bit = index % SRTP_WINDOW;
        return window->seen[bit / 64] >> (bit % 64) & 1 ? DROP_REPLAY : DROP_NONE;
}

static void window_accept(Window *window, uint64_t index)
{
        if (!window->started || (index > window->highest && index - window->highest >= SRTP_WINDOW))
                memset(window->seen, 0, sizeof window->seen);
        else
                for (uint64_t passed = window->highest + 1; passed <= index; passed++)
                        window->seen[passed % SRTP_WINDOW / 64] &= ~(UINT64_C(1) << passed % 64);
        if (!window->started || index > window->highest)
                window->highest = index;
        window->started = true;
        window->seen[index % SRTP_WINDOW / 64] |= UINT64_C(1) << index % 64;
}

/* The index of a received sequence number (RFC 3711 3.3.1, appendix A). One from before the first has no index; as in
 * libsrtp it is taken for one far ahead, and fails at its tag. */
static uint64_t index_guess(const Window *window, uint16_t sequence)
{
        int64_t index = window->started ? rtp_unwrap_sequence((int64_t)window->highest, sequence) : sequence;
        return index < 0 ? sequence : (uint64_t)index;
}

static bool rtp_open(const Crypto *crypto, uint64_t index, uint8_t *packet, size_t header_size, size_t clear_size)
{
        const Keying *keying = &crypto->rtp;
        uint32_t ssrc = read_u32(packet + 8);
        uint8_t *payload = packet + header_size;
        if (is_gcm(crypto))
                return gcm_open(keying, ssrc, index, packet, header_size, NULL, 0, payload, clear_size - header_size);

        uint8_t roll_over[4], digest[HMAC_SHA1_BYTES];
        write_u32(roll_over, (uint32_t)(index >> 16));
        hmac_sha1_digest(&keying->hmac, packet, clear_size, roll_over, sizeof roll_over, digest);
        if (CRYPTO_memcmp(digest, packet + clear_size, CM_TAG_BYTES) != 0)
                return false;
        cm_crypt(keying, ssrc, index, payload, clear_size - header_size, payload);
        return true;
}

Drop srtp_receiver_unprotect(SrtpReceiver *receiver, uint8_t *packet, size_t size, size_t *ret_size,
                             uint64_t *ret_index)
{
        size_t tag_bytes = is_gcm(&receiver->crypto) ? GCM_TAG_BYTES : CM_TAG_BYTES;
        size_t header_size = rtp_header_bytes(packet, size);
        if (header_size == 0 || size > UINT16_MAX)
                return DROP_RTP_MALFORMED;
        if (header_size + tag_bytes > size)
                return DROP_SRTP_SHORT;

        uint32_t ssrc = read_u32(packet + 8);
        Stream *stream = stream_find(receiver, ssrc);
        if (!stream && receiver->n_streams == SRTP_STREAMS_MAX)
                return DROP_SRTP_SSRC_LIMIT;

        static const Window NEW_WINDOW = { 0 };
        const Window *window = stream ? &stream->rtp : &NEW_WINDOW;
        uint64_t index = index_guess(window, read_u16(packet + 2));
        Drop drop = index <= INDEX_MAX ? window_check(window, index) : DROP_SRTP_OLD;
        if (drop)
                return drop;
        if (!rtp_open(&receiver->crypto, index, packet, header_size, size - tag_bytes))
                return DROP_SRTP_TAG;

        if (!stream)
                stream = stream_add(receiver, ssrc);
        window_accept(&stream->rtp, index);
        *ret_size = size - tag_bytes;
        *ret_index = index;
        return DROP_NONE;
}

static bool rtcp_open(const Crypto *crypto, uint32_t flagged_index, uint8_t *packet, size_t clear_size)
{
        const Keying *keying = &crypto->rtcp;
        uint32_t ssrc = read_u32(packet + 4), index = flagged_index & ~RTCP_ENCRYPTED;
        uint8_t *body = packet + RTCP_HEADER_BYTES;
        size_t body_bytes = clear_size - RTCP_HEADER_BYTES;
        if (is_gcm(crypto))
                return gcm_open(keying, ssrc, index, packet, RTCP_HEADER_BYTES, body + body_bytes + GCM_TAG_BYTES,
                                RTCP_INDEX_BYTES, body, body_bytes);

        uint8_t digest[HMAC_SHA1_BYTES];
        hmac_sha1_digest(&keying->hmac, packet, clear_size + RTCP_INDEX_BYTES, NULL, 0, digest);
        if (CRYPTO_memcmp(digest, packet + clear_size + RTCP_INDEX_BYTES, CM_TAG_BYTES) != 0)
                return false;
        cm_crypt(keying, ssrc, index, body, body_bytes, body);
        return true;
}

Drop srtp_receiver_unprotect_rtcp(SrtpReceiver *receiver, uint8_t *packet, size_t size, size_t *ret_size)
{
        bool gcm = is_gcm(&receiver->crypto);
        size_t trailer_bytes = RTCP_INDEX_BYTES + (gcm ? GCM_TAG_BYTES : CM_TAG_BYTES);
        if (size < RTCP_HEADER_BYTES + trailer_bytes)
                return DROP_SRTP_SHORT;
        if (packet[0] >> 6 != 2 || size > UINT16_MAX)
                return DROP_RTCP_MALFORMED;

        size_t clear_size = size - trailer_bytes;
        uint32_t flagged_index = read_u32(packet + (gcm ? size - RTCP_INDEX_BYTES : clear_size));
        if (!(flagged_index & RTCP_ENCRYPTED)) /* RFC 8827 6.5: browsers encrypt RTCP, so must all */
                return DROP_SRTCP_CLEAR;

        uint32_t ssrc = read_u32(packet + 4), index = flagged_index & ~RTCP_ENCRYPTED;
        Stream *stream = stream_find(receiver, ssrc);
        if (!stream && receiver->n_streams == SRTP_STREAMS_MAX)
                return DROP_SRTP_SSRC_LIMIT;
        Drop drop = stream ? window_check(&stream->rtcp, index) : DROP_NONE;
        if (drop)
                return drop;
        if (!rtcp_open(&receiver->crypto, flagged_index, packet, clear_size))
                return DROP_SRTP_TAG;

        if (!stream)
                stream = stream_add(receiver, ssrc);
        window_accept(&stream->rtcp, index);
        *ret_size = clear_size;
        return DROP_NONE;
}
