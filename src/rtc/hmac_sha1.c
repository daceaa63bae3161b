#include "rtc/hmac_sha1.h"
#include <openssl/crypto.h>
#include <string.h>

enum { BLOCK_BYTES = 64 };

void hmac_sha1_init(HmacSha1 *hmac, const void *key, size_t key_bytes)
{
        uint8_t block[BLOCK_BYTES] = { 0 };
        if (key_bytes > BLOCK_BYTES)
                SHA1(key, key_bytes, block);
        else
                memcpy(block, key, key_bytes);

        for (unsigned i = 0; i < BLOCK_BYTES; i++)
                block[i] ^= 0x36;
        SHA1_Init(&hmac->inner);
        SHA1_Update(&hmac->inner, block, sizeof block);

        for (unsigned i = 0; i < BLOCK_BYTES; i++)
                block[i] ^= 0x36 ^ 0x5c;
        SHA1_Init(&hmac->outer);
        SHA1_Update(&hmac->outer, block, sizeof block);
        OPENSSL_cleanse(block, sizeof block);
}

void hmac_sha1_digest(const HmacSha1 *hmac, const void *a, size_t a_bytes, const void *b, size_t b_bytes,
                      uint8_t ret_digest[HMAC_SHA1_BYTES])
{
        SHA_CTX hash = hmac->inner;
        SHA1_Update(&hash, a, a_bytes);
        if (b_bytes > 0)
                SHA1_Update(&hash, b, b_bytes);
        SHA1_Final(ret_digest, &hash);

        hash = hmac->outer;
        SHA1_Update(&hash, ret_digest, HMAC_SHA1_BYTES);
        SHA1_Final(ret_digest, &hash);
}
