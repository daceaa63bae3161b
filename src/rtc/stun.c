#include "rtc/stun.h"
#include "rtc/bytes.h"
#include "rtc/hmac_sha1.h"
#include <glib.h>
#include <openssl/crypto.h>
#include <string.h>

enum {
        HEADER_BYTES = 20,
        ATTRIBUTE_HEADER_BYTES = 4,
        TRANSACTION_OFFSET = 8,
        METHOD_BINDING = 1,
        INTEGRITY_BYTES = ATTRIBUTE_HEADER_BYTES + HMAC_SHA1_BYTES,
        FINGERPRINT_BYTES = ATTRIBUTE_HEADER_BYTES + 4,
        FAMILY_IPV4 = 1,
        FAMILY_IPV6 = 2,
};
#define MAGIC UINT32_C(0x2112A442)
#define FINGERPRINT_XOR UINT32_C(0x5354554e)

/* RFC 8489 18.3 and RFC 8445 16.1; below 0x8000 they must be understood. */
enum {
        ATTRIBUTE_USERNAME = 0x0006,
        ATTRIBUTE_INTEGRITY = 0x0008,
        ATTRIBUTE_ERROR_CODE = 0x0009,
        ATTRIBUTE_UNKNOWN = 0x000a,
        ATTRIBUTE_XOR_MAPPED = 0x0020,
        ATTRIBUTE_PRIORITY = 0x0024,
        ATTRIBUTE_USE_CANDIDATE = 0x0025,
        ATTRIBUTE_FINGERPRINT = 0x8028,
        ATTRIBUTE_CONTROLLED = 0x8029,
        ATTRIBUTE_CONTROLLING = 0x802a,
};

/* Understood in the sense that they may be passed over: other names of addresses, and what old servers send. */
static const uint16_t HARMLESS[] = { 0x0001 /* MAPPED-ADDRESS */, 0x0014 /* REALM */, 0x0015 /* NONCE */,
                                     0x001c /* MESSAGE-INTEGRITY-SHA256 */ };

static uint32_t crc32(const uint8_t *data, size_t size)
{
        static const uint32_t NIBBLES[16] = { 0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                              0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                              0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c };
        uint32_t crc = ~UINT32_C(0);
        for (size_t i = 0; i < size; i++) {
                crc = NIBBLES[(crc ^ data[i]) & 15] ^ crc >> 4;
                crc = NIBBLES[(crc ^ data[i] >> 4) & 15] ^ crc >> 4;
        }
        return ~crc;
}

bool stun_is(const uint8_t *data, size_t size)
{
        return size >= HEADER_BYTES && data[0] <= 3;
}

/* The class is two bits spread in the type (RFC 8489 5). */
static StunClass type_class(uint16_t type)
{
        return (type >> 7 & 2) | (type >> 4 & 1);
}

static uint16_t class_type(StunClass class)
{
        return (uint16_t)((class & 2) << 7 | (class & 1) << 4 | METHOD_BINDING);
}

/* RFC 8489 14.2: the port and address are mixed with the magic cookie and transaction. */
static bool read_mapped(StunMessage *message, const uint8_t *value, size_t size)
{
        bool ipv4 = size == 8 && value[1] == FAMILY_IPV4;
        if (!ipv4 && !(size == 20 && value[1] == FAMILY_IPV6))
                return false;
        NetAddress address = { .protocol = NET_UDP, .port = read_u16(value + 2) ^ (uint16_t)(MAGIC >> 16) };
        uint8_t *ip = address.ip + (ipv4 ? 12 : 0);
        for (size_t i = 0; i < size - 4; i++)
                ip[i] = value[4 + i] ^ message->data[4 + i];
        if (ipv4)
                address.ip[10] = address.ip[11] = 0xff;
        message->mapped = address;
        message->has_mapped = true;
        return true;
}

static bool read_error(StunMessage *message, const uint8_t *value, size_t size)
{
        if (size < 4)
                return false;
        unsigned hundreds = value[2] & 7, rest = value[3];
        if (hundreds < 3 || hundreds > 6 || rest > 99)
                return false;
        message->error_code = (uint16_t)(hundreds * 100 + rest);
        return true;
}

static bool read_role(StunMessage *message, StunRole role, const uint8_t *value, size_t size)
{
        if (size != 8)
                return false;
        message->role = role;
        message->tie_breaker = read_u64(value);
        return true;
}

static void note_unknown(StunMessage *message, uint16_t type)
{
        if (type >= 0x8000 || message->unknown != 0)
                return;
        for (unsigned i = 0; i < G_N_ELEMENTS(HARMLESS); i++)
                if (HARMLESS[i] == type)
                        return;
        message->unknown = type;
}

/* False when its size is impossible. */
static bool read_attribute(StunMessage *message, uint16_t type, const uint8_t *value, size_t size)
{
        switch (type) {
        case ATTRIBUTE_USERNAME:
                message->username = (const char *)value;
                message->username_size = size;
                return size <= STUN_USERNAME_MAX_BYTES;
        case ATTRIBUTE_INTEGRITY:
                message->integrity_offset = (size_t)(value - message->data) - ATTRIBUTE_HEADER_BYTES;
                return size == HMAC_SHA1_BYTES;
        case ATTRIBUTE_ERROR_CODE:
                return read_error(message, value, size);
        case ATTRIBUTE_XOR_MAPPED:
                return read_mapped(message, value, size);
        case ATTRIBUTE_PRIORITY:
                message->has_priority = size == 4;
                message->priority = size == 4 ? read_u32(value) : 0;
                return size == 4;
        case ATTRIBUTE_USE_CANDIDATE:
                message->use_candidate = true;
                return size == 0;
        case ATTRIBUTE_CONTROLLING:
                return read_role(message, STUN_ROLE_CONTROLLING, value, size);
        case ATTRIBUTE_CONTROLLED:
                return read_role(message, STUN_ROLE_CONTROLLED, value, size);
        default:
                note_unknown(message, type);
                return true;
        }
}

static bool fingerprint_right(const uint8_t *data, size_t offset, size_t size)
{
        return size == 4 && read_u32(data + offset + ATTRIBUTE_HEADER_BYTES) == (crc32(data, offset) ^ FINGERPRINT_XOR);
}

/* Attributes in their order; the fingerprint, if any, is the last. */
static Drop read_attributes(StunMessage *message)
{
        const uint8_t *data = message->data;
        for (size_t at = HEADER_BYTES; at < message->size;) {
                if (message->has_fingerprint || at + ATTRIBUTE_HEADER_BYTES > message->size)
                        return DROP_STUN_MALFORMED;
                uint16_t type = read_u16(data + at);
                size_t size = read_u16(data + at + 2), padded = (size + 3) & ~(size_t)3;
                if (at + ATTRIBUTE_HEADER_BYTES + padded > message->size)
                        return DROP_STUN_MALFORMED;
                if (type == ATTRIBUTE_FINGERPRINT) {
                        if (!fingerprint_right(data, at, size))
                                return DROP_STUN_FINGERPRINT;
                        message->has_fingerprint = true;
                } else if (message->integrity_offset == 0 &&
                           !read_attribute(message, type, data + at + ATTRIBUTE_HEADER_BYTES, size)) {
                        return DROP_STUN_MALFORMED;
                }
                at += ATTRIBUTE_HEADER_BYTES + padded;
        }
        return DROP_NONE;
}

Drop stun_parse(const uint8_t *data, size_t size, StunMessage *ret_message)
{
        if (!stun_is(data, size) || size > STUN_MAX_BYTES || size % 4 != 0 || read_u32(data + 4) != MAGIC ||
            HEADER_BYTES + (size_t)read_u16(data + 2) != size)
                return DROP_STUN_MALFORMED;
        uint16_t type = read_u16(data);
        if ((type & ~0x0110) != METHOD_BINDING)
                return DROP_STUN_UNEXPECTED;

        StunMessage message = {
                .data = data,
                .size = size,
                .class = type_class(type),
                .transaction = data + TRANSACTION_OFFSET,
        };
        Drop drop = read_attributes(&message);
        if (drop == DROP_NONE)
                *ret_message = message;
        return drop;
}

/* The digest covers the header with a length that ends after the integrity attribute (RFC 8489 14.5). */
static void integrity(const uint8_t *data, size_t offset, const char *password, uint8_t ret_digest[HMAC_SHA1_BYTES])
{
        uint8_t header[HEADER_BYTES];
        HmacSha1 hmac;
        memcpy(header, data, HEADER_BYTES);
        write_u16(header + 2, (uint16_t)(offset + INTEGRITY_BYTES - HEADER_BYTES));
        hmac_sha1_init(&hmac, password, strlen(password));
        hmac_sha1_digest(&hmac, header, HEADER_BYTES, data + HEADER_BYTES, offset - HEADER_BYTES, ret_digest);
}

bool stun_check_integrity(const StunMessage *message, const char *password)
{
        uint8_t digest[HMAC_SHA1_BYTES];
        if (message->integrity_offset == 0 || password[0] == '\0')
                return false;
        integrity(message->data, message->integrity_offset, password, digest);
        return CRYPTO_memcmp(digest, message->data + message->integrity_offset + ATTRIBUTE_HEADER_BYTES,
                             HMAC_SHA1_BYTES) == 0;
}

const char *stun_local_ufrag(const StunMessage *message, size_t *ret_size)
{
        const char *colon = message->username ? memchr(message->username, ':', message->username_size) : NULL;
        if (!colon || colon == message->username)
                return NULL;
        *ret_size = (size_t)(colon - message->username);
        return message->username;
}

static size_t begin(uint8_t *out, StunClass class, const uint8_t *transaction)
{
        write_u16(out, class_type(class));
        write_u16(out + 2, 0);
        write_u32(out + 4, MAGIC);
        memcpy(out + TRANSACTION_OFFSET, transaction, STUN_TRANSACTION_BYTES);
        return HEADER_BYTES;
}

/* Writes an attribute's head and zeroed padding; the value's place is given back. */
static uint8_t *append(uint8_t *out, size_t *size, uint16_t type, size_t value_bytes)
{
        uint8_t *attribute = out + *size;
        size_t padded = (value_bytes + 3) & ~(size_t)3;
        write_u16(attribute, type);
        write_u16(attribute + 2, (uint16_t)value_bytes);
        memset(attribute + ATTRIBUTE_HEADER_BYTES + value_bytes, 0, padded - value_bytes);
        *size += ATTRIBUTE_HEADER_BYTES + padded;
        return attribute + ATTRIBUTE_HEADER_BYTES;
}

static size_t finish(uint8_t *out, size_t size, const char *password)
{
        if (password) {
                uint8_t digest[HMAC_SHA1_BYTES];
                integrity(out, size, password, digest);
                memcpy(append(out, &size, ATTRIBUTE_INTEGRITY, HMAC_SHA1_BYTES), digest, HMAC_SHA1_BYTES);
        }
        size_t offset = size;
        uint8_t *value = append(out, &size, ATTRIBUTE_FINGERPRINT, 4);
        write_u16(out + 2, (uint16_t)(size - HEADER_BYTES));
        write_u32(value, crc32(out, offset) ^ FINGERPRINT_XOR);
        return size;
}

size_t stun_build_success(const StunMessage *request, const NetAddress *mapped, const char *password, uint8_t *out)
{
        size_t size = begin(out, STUN_SUCCESS, request->transaction);
        bool ipv4 = net_address_is_ipv4(mapped);
        size_t ip_bytes = ipv4 ? 4 : 16;
        uint8_t *value = append(out, &size, ATTRIBUTE_XOR_MAPPED, 4 + ip_bytes);
        const uint8_t *ip = mapped->ip + (ipv4 ? 12 : 0);
        value[0] = 0;
        value[1] = ipv4 ? FAMILY_IPV4 : FAMILY_IPV6;
        write_u16(value + 2, mapped->port ^ (uint16_t)(MAGIC >> 16));
        for (size_t i = 0; i < ip_bytes; i++)
                value[4 + i] = ip[i] ^ out[4 + i];
        return finish(out, size, password);
}

static const char *error_reason(uint16_t code)
{
        switch (code) {
        case 400:
                return "Bad Request";
        case 401:
                return "Unauthenticated";
        case 420:
                return "Unknown Attribute";
        case 487:
                return "Role Conflict";
        default:
                return "Server Error";
        }
}

size_t stun_build_error(const StunMessage *request, uint16_t code, const char *password, uint8_t *out)
{
        size_t size = begin(out, STUN_ERROR, request->transaction);
        const char *reason = error_reason(code);
        uint8_t *value = append(out, &size, ATTRIBUTE_ERROR_CODE, 4 + strlen(reason));
        write_u16(value, 0);
        value[2] = (uint8_t)(code / 100);
        value[3] = (uint8_t)(code % 100);
        memcpy(value + 4, reason, strlen(reason));
        if (code == 420)
                write_u16(append(out, &size, ATTRIBUTE_UNKNOWN, 2), request->unknown);
        return finish(out, size, password);
}

size_t stun_build_request(const StunRequest *request, uint8_t *out)
{
        size_t size = begin(out, STUN_REQUEST, request->transaction);
        size_t username_bytes = strlen(request->username);
        g_assert(username_bytes <= STUN_USERNAME_MAX_BYTES);
        memcpy(append(out, &size, ATTRIBUTE_USERNAME, username_bytes), request->username, username_bytes);
        write_u32(append(out, &size, ATTRIBUTE_PRIORITY, 4), request->priority);
        if (request->role != STUN_ROLE_NONE) {
                bool controlling = request->role == STUN_ROLE_CONTROLLING;
                write_u64(append(out, &size, controlling ? ATTRIBUTE_CONTROLLING : ATTRIBUTE_CONTROLLED, 8),
                          request->tie_breaker);
        }
        if (request->use_candidate)
                append(out, &size, ATTRIBUTE_USE_CANDIDATE, 0);
        return finish(out, size, request->password);
}
