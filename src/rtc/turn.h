/* The asking side of TURN (RFC 8656), as much as shows whether a server takes us: an allocation is asked for with
 * long-term credentials (RFC 8489 9.2), and given back. Bytes in, bytes out; answers are not believed beyond that, so
 * their integrity is not looked at.
 *
 *      size = turn_build_allocate(transaction, NULL, out);       → 401 with realm and nonce
 *      size = turn_build_allocate(transaction, &challenged, out); → success */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        TURN_HEADER_BYTES = 20,
        TURN_TRANSACTION_BYTES = 12,
        TURN_MAX_BYTES = 1280,  /* longer answers are refused */
        TURN_BUILD_BYTES = 768, /* any request built here fits */
        TURN_TEXT_BYTES = 128,  /* of a realm or a nonce, as RFC 8489 14.9 and 14.10 allow in ASCII */
        TURN_USER_BYTES = 128,
};

/* Strings end with 0. */
typedef struct TurnCredentials {
        char user[TURN_USER_BYTES], password[TURN_USER_BYTES];
        char realm[TURN_TEXT_BYTES], nonce[TURN_TEXT_BYTES]; /* as the server said them */
} TurnCredentials;

typedef struct TurnAnswer {
        bool success, relayed;                               /* relayed: it names the address that was allocated */
        uint16_t error_code;                                 /* 300 to 699; 0 when absent */
        char realm[TURN_TEXT_BYTES], nonce[TURN_TEXT_BYTES]; /* empty when absent */
} TurnAnswer;

/* A UDP relay. credentials NULL: to be told realm and nonce. Returns the size. */
size_t turn_build_allocate(const uint8_t transaction[TURN_TRANSACTION_BYTES], const TurnCredentials *credentials,
                           uint8_t out[TURN_BUILD_BYTES]);
/* A refresh with lifetime 0: the allocation ends (RFC 8656 7). */
size_t turn_build_release(const uint8_t transaction[TURN_TRANSACTION_BYTES], const TurnCredentials *credentials,
                          uint8_t out[TURN_BUILD_BYTES]);

/* The size of a whole message by its header, TURN_HEADER_BYTES at least; 0 when it is none, or too long. For TCP. */
size_t turn_message_bytes(const uint8_t header[TURN_HEADER_BYTES]);
/* False when it is malformed, or not the answer to this transaction of Allocate. */
bool turn_parse(const uint8_t *data, size_t size, const uint8_t transaction[TURN_TRANSACTION_BYTES],
                TurnAnswer *ret_answer);
