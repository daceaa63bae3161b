/* HMAC-SHA1 (RFC 2104) with its pads hashed once per key. Only rtc includes this.
 *
 * It stands on OpenSSL's SHA_CTX, deprecated since 3.0 but there in every 3.x, because the replacements cost more and
 * allocate: EVP_MD_CTX_copy_ex and EVP_MAC_init duplicate the provider's state with malloc and free for each packet.
 * Measured here for 1,200 and 160 bytes: SHA_CTX 0.67 and 0.14 µs, EVP_MD copies 0.74 and 0.21, EVP_MAC 0.79 and 0.26,
 * hashing the pads again 0.84 and 0.31. If the interface goes, this file alone changes. */
#pragma once
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

enum { HMAC_SHA1_BYTES = 20 };

typedef struct HmacSha1 {
        SHA_CTX inner, outer; /* behind the pads */
} HmacSha1;

void hmac_sha1_init(HmacSha1 *hmac, const void *key, size_t key_bytes);
/* The digest of `a` followed by `b`; `b` may be NULL with 0 bytes. */
void hmac_sha1_digest(const HmacSha1 *hmac, const void *a, size_t a_bytes, const void *b, size_t b_bytes,
                      uint8_t ret_digest[HMAC_SHA1_BYTES]);
