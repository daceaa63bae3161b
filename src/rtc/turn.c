#include "rtc/turn.h"
#include "rtc/bytes.h"
#include "rtc/hmac_sha1.h"

#include <glib.h>
#include <string.h>

enum {
        ATTRIBUTE_HEADER_BYTES = 4,
        TRANSACTION_OFFSET = 8,
        INTEGRITY_BYTES = ATTRIBUTE_HEADER_BYTES + HMAC_SHA1_BYTES,
        KEY_BYTES = 16,
        UDP_PROTOCOL = 17,
        /* RFC 8656 17: methods with their class */
        ALLOCATE_REQUEST = 0x0003,
        ALLOCATE_SUCCESS = 0x0103,
        ALLOCATE_ERROR = 0x0113,
        REFRESH_REQUEST = 0x0004,
        /* RFC 8489 18.3, RFC 8656 18 */
        ATTRIBUTE_USERNAME = 0x0006,
        ATTRIBUTE_INTEGRITY = 0x0008,
        ATTRIBUTE_ERROR_CODE = 0x0009,
        ATTRIBUTE_LIFETIME = 0x000d,
        ATTRIBUTE_REALM = 0x0014,
        ATTRIBUTE_NONCE = 0x0015,
        ATTRIBUTE_XOR_RELAYED = 0x0016,
        ATTRIBUTE_REQUESTED_TRANSPORT = 0x0019,
};
#define MAGIC UINT32_C(0x2112A442)

static void append(uint8_t *out, size_t *size, uint16_t type, const void *value, size_t value_bytes)
{
        size_t padded = (value_bytes + 3) & ~(size_t)3;
        write_u16(out + *size, type);
        write_u16(out + *size + 2, (uint16_t)value_bytes);
        memset(out + *size + ATTRIBUTE_HEADER_BYTES, 0, padded);
        memcpy(out + *size + ATTRIBUTE_HEADER_BYTES, value, value_bytes);
        *size += ATTRIBUTE_HEADER_BYTES + padded;
}

/* The key of long-term credentials is MD5(user:realm:password) (RFC 8489 9.2.2). */
static void append_integrity(uint8_t *out, size_t *size, const TurnCredentials *credentials)
{
        g_autofree char *text =
                g_strdup_printf("%s:%s:%s", credentials->user, credentials->realm, credentials->password);
        g_autoptr(GChecksum) md5 = g_checksum_new(G_CHECKSUM_MD5);
        uint8_t key[KEY_BYTES], digest[HMAC_SHA1_BYTES];
        gsize key_bytes = sizeof key;
        g_checksum_update(md5, (const guchar *)text, -1);
        g_checksum_get_digest(md5, key, &key_bytes);
        HmacSha1 hmac;
        hmac_sha1_init(&hmac, key, sizeof key);
        write_u16(out + 2, (uint16_t)(*size + INTEGRITY_BYTES - TURN_HEADER_BYTES));
        hmac_sha1_digest(&hmac, out, *size, NULL, 0, digest);
        append(out, size, ATTRIBUTE_INTEGRITY, digest, sizeof digest);
}

static size_t build(uint16_t type, const uint8_t *transaction, uint16_t attribute, uint32_t value,
                    const TurnCredentials *credentials, uint8_t *out)
{
        size_t size = TURN_HEADER_BYTES;
        uint8_t bytes[4];
        write_u32(bytes, value);
        write_u16(out, type);
        write_u32(out + 4, MAGIC);
        memcpy(out + TRANSACTION_OFFSET, transaction, TURN_TRANSACTION_BYTES);
        append(out, &size, attribute, bytes, sizeof bytes);
        if (credentials) {
                append(out, &size, ATTRIBUTE_USERNAME, credentials->user, strlen(credentials->user));
                append(out, &size, ATTRIBUTE_REALM, credentials->realm, strlen(credentials->realm));
                append(out, &size, ATTRIBUTE_NONCE, credentials->nonce, strlen(credentials->nonce));
                append_integrity(out, &size, credentials);
        }
        write_u16(out + 2, (uint16_t)(size - TURN_HEADER_BYTES));
        return size;
}

size_t turn_build_allocate(const uint8_t transaction[TURN_TRANSACTION_BYTES], const TurnCredentials *credentials,
                           uint8_t out[TURN_BUILD_BYTES])
{
        return build(ALLOCATE_REQUEST, transaction, ATTRIBUTE_REQUESTED_TRANSPORT, (uint32_t)UDP_PROTOCOL << 24,
                     credentials, out);
}

size_t turn_build_release(const uint8_t transaction[TURN_TRANSACTION_BYTES], const TurnCredentials *credentials,
                          uint8_t out[TURN_BUILD_BYTES])
{
        return build(REFRESH_REQUEST, transaction, ATTRIBUTE_LIFETIME, 0, credentials, out);
}

size_t turn_message_bytes(const uint8_t header[TURN_HEADER_BYTES])
{
        size_t size = TURN_HEADER_BYTES + (size_t)read_u16(header + 2);
        return header[0] <= 3 && read_u32(header + 4) == MAGIC && size % 4 == 0 && size <= TURN_MAX_BYTES ? size : 0;
}

static bool read_text(char ret_text[TURN_TEXT_BYTES], const uint8_t *value, size_t size)
{
        if (size >= TURN_TEXT_BYTES || memchr(value, '\0', size))
                return false;
        memcpy(ret_text, value, size);
        ret_text[size] = '\0';
        return true;
}

/* False when it is malformed. */
static bool read_attribute(TurnAnswer *answer, uint16_t type, const uint8_t *value, size_t size)
{
        switch (type) {
        case ATTRIBUTE_ERROR_CODE:
                if (size < 4 || (value[2] & 7) < 3 || (value[2] & 7) > 6 || value[3] > 99)
                        return false;
                answer->error_code = (uint16_t)((value[2] & 7) * 100 + value[3]);
                return true;
        case ATTRIBUTE_REALM:
                return read_text(answer->realm, value, size);
        case ATTRIBUTE_NONCE:
                return read_text(answer->nonce, value, size);
        case ATTRIBUTE_XOR_RELAYED:
                answer->relayed = size == 8 || size == 20;
                return answer->relayed;
        default:
                return true;
        }
}

bool turn_parse(const uint8_t *data, size_t size, const uint8_t transaction[TURN_TRANSACTION_BYTES],
                TurnAnswer *ret_answer)
{
        if (size < TURN_HEADER_BYTES || turn_message_bytes(data) != size ||
            memcmp(data + TRANSACTION_OFFSET, transaction, TURN_TRANSACTION_BYTES) != 0)
                return false;
        uint16_t type = read_u16(data);
        TurnAnswer answer = { .success = type == ALLOCATE_SUCCESS };
        if (type != ALLOCATE_SUCCESS && type != ALLOCATE_ERROR)
                return false;
        for (size_t at = TURN_HEADER_BYTES; at < size;) {
                size_t value_bytes = read_u16(data + at + 2),
                       next = at + ATTRIBUTE_HEADER_BYTES + ((value_bytes + 3) & ~(size_t)3);
                if (next > size ||
                    !read_attribute(&answer, read_u16(data + at), data + at + ATTRIBUTE_HEADER_BYTES, value_bytes))
                        return false;
                at = next;
        }
        *ret_answer = answer;
        return true;
}
