/* STUN messages as ICE uses them: binding requests, responses and indications (RFC 8489; attributes of RFC 8445 16.1).
 * Bytes in, bytes out. A parsed message borrows the bytes it was read from; nothing in it is trusted before
 * stun_check_integrity.
 *
 *      StunMessage message;
 *      Drop drop = stun_parse(data, size, &message);
 *      if (!drop && !stun_check_integrity(&message, pwd)) drop = DROP_STUN_INTEGRITY; */
#pragma once
#include "rtc/drop.h"
#include "rtc/net_address.h"

enum {
        STUN_TRANSACTION_BYTES = 12,
        STUN_MAX_BYTES = 1280,  /* longer datagrams are refused */
        STUN_BUILD_BYTES = 640, /* any message built here fits */
        STUN_USERNAME_MAX_BYTES = 513,
};

typedef enum { STUN_REQUEST, STUN_INDICATION, STUN_SUCCESS, STUN_ERROR } StunClass;
typedef enum { STUN_ROLE_NONE, STUN_ROLE_CONTROLLING, STUN_ROLE_CONTROLLED } StunRole;

typedef struct StunMessage {
        const uint8_t *data; /* the whole message, borrowed */
        size_t size;
        StunClass class;
        const uint8_t *transaction; /* STUN_TRANSACTION_BYTES, inside data */
        const char *username;       /* NULL when absent; not terminated */
        size_t username_size;
        bool has_priority;
        uint32_t priority;
        bool use_candidate;
        StunRole role;
        uint64_t tie_breaker;
        bool has_mapped;
        NetAddress mapped;       /* XOR-MAPPED-ADDRESS, as NET_UDP */
        uint16_t error_code;     /* 300 to 699, 0 when absent */
        uint16_t unknown;        /* first comprehension-required attribute that is unknown, else 0 */
        size_t integrity_offset; /* 0 when absent */
        bool has_fingerprint;    /* checked when present */
} StunMessage;

/* First byte 0 to 3 (RFC 7983 7). */
bool stun_is(const uint8_t *data, size_t size);
/* Only method Binding is taken. Attributes after MESSAGE-INTEGRITY are ignored but for FINGERPRINT (RFC 8489 14.5),
 * which must be right when present and is required from ICE peers by the callers in ice.h. */
Drop stun_parse(const uint8_t *data, size_t size, StunMessage *ret_message);
/* HMAC-SHA1 with a short-term password (RFC 8489 9.1, 14.5); in constant time. */
bool stun_check_integrity(const StunMessage *message, const char *password);
/* The part of USERNAME before the colon: the receiver's own ufrag, by which it finds the peer (RFC 8445 7.2.2).
 * NULL when there is none; not terminated. */
const char *stun_local_ufrag(const StunMessage *message, size_t *ret_size);

/* Builders write at most STUN_BUILD_BYTES into `out` and return the size. Integrity and fingerprint are added. */
size_t stun_build_success(const StunMessage *request, const NetAddress *mapped, const char *password, uint8_t *out);
/* 400, 401, 420 (with `message->unknown`) or 487. A NULL password leaves integrity out (for 400 and 401). */
size_t stun_build_error(const StunMessage *request, uint16_t code, const char *password, uint8_t *out);

typedef struct StunRequest {
        uint8_t transaction[STUN_TRANSACTION_BYTES]; /* random, from the caller */
        const char *username;                        /* "remote:local" */
        const char *password;                        /* the remote side's */
        uint32_t priority;
        StunRole role;
        uint64_t tie_breaker;
        bool use_candidate;
} StunRequest;
size_t stun_build_request(const StunRequest *request, uint8_t *out);
