/* ICE in the two halves this project needs (RFC 8445): IceLite answers as the server does (section 2.5; always
 * controlled), IceClient checks and nominates as a controlling full agent does (the load generator, tests). Consent
 * is RFC 7675: 30 s without an authenticated check (lite) or answer (client) and the peer is gone.
 * Both are plain values: zeroed memory is `init`ed, nothing is allocated, no `_clear`. Time is any steady clock. */
#pragma once
#include "rtc/stun.h"

enum {
        ICE_UFRAG_MAX_BYTES = 256, /* RFC 8839 5.4 */
        ICE_PWD_MAX_BYTES = 256,
        ICE_RANDOM_BYTES =
                24,        /* for ice_credentials_make: 4 + 20 characters of 6 bits, RFC 8445 5.3 asks 24 + 128 bits */
        ICE_ADDRESSES = 8, /* addresses a peer may be known by at a time */
        ICE_CHECKS = 32,   /* checks of a client that wait for an answer */
};
#define ICE_CONSENT_US (30 * INT64_C(1000000))

typedef struct IceCredentials {
        char ufrag[ICE_UFRAG_MAX_BYTES + 1];
        char pwd[ICE_PWD_MAX_BYTES + 1];
} IceCredentials;

/* 8 + 24 letters of the ice-char alphabet from ICE_RANDOM_BYTES random bytes. A caller that wants to find peers by an
 * index may overwrite the ufrag. */
void ice_credentials_make(IceCredentials *credentials, const uint8_t random[ICE_RANDOM_BYTES]);
/* Copies a remote side's; false when shorter than 4 and 22 characters, too long, or outside ice-char. */
bool ice_credentials_set(IceCredentials *credentials, const char *ufrag, const char *pwd);

typedef struct IceResult {
        Drop drop;          /* DROP_NONE when the message was authentic */
        size_t reply_bytes; /* > 0: send `reply` back to `from`, also with some drops (400, 487) */
        bool added;         /* `from` is new: map it to this peer */
        bool removed;       /* `removed_address` is forgotten: unmap it */
        NetAddress removed_address;
        bool selected; /* the address to send to changed: use ice->selected */
} IceResult;

typedef struct IceLite {
        IceCredentials local, remote;
        IceCredentials next_local, next_remote; /* of a restart under way; an empty user name: there is none */
        NetAddress addresses[ICE_ADDRESSES];    /* authenticated ones, latest first */
        unsigned n_addresses;
        bool has_selected;
        NetAddress selected; /* of the last USE-CANDIDATE, or the first authentic one before any */
        bool nominated;
        int64_t consent_until_us;
} IceLite;

/* `remote` may be NULL: only its ufrag is checked, once known. `now_us` starts the time for the first check. */
void ice_lite_init(IceLite *ice, const IceCredentials *local, const IceCredentials *remote, int64_t now_us);
/* An ICE restart (RFC 8445 9): from now on the peer is also known by these credentials, and what was selected stays
 * until a check of theirs nominates an address; then the old ones count no more. `remote` may be NULL, and told later
 * by another call with the same `local`. A restart takes the place of one that is under way. */
void ice_lite_restart(IceLite *ice, const IceCredentials *local, const IceCredentials *remote);
bool ice_lite_restarting(const IceLite *ice);
/* A message whose stun_local_ufrag is this peer's. Answers every authentic request (RFC 8445 7.3), 487 to one that
 * claims to be controlled. `reply` holds STUN_BUILD_BYTES. */
IceResult ice_lite_receive(IceLite *ice, const StunMessage *message, const NetAddress *from, int64_t now_us,
                           uint8_t *reply);
/* An address that is of no use any more (a TCP connection that ended). Another known one is selected in its place, or
 * none. True when the selection changed. */
bool ice_lite_forget(IceLite *ice, const NetAddress *address);
bool ice_lite_expired(const IceLite *ice, int64_t now_us);

typedef struct IceCheck {
        uint8_t transaction[STUN_TRANSACTION_BYTES];
        NetAddress to;
        bool nominating;
        bool waiting;
} IceCheck;

typedef enum { ICE_CHECKING, ICE_NOMINATING, ICE_CONNECTED } IceClientState;

typedef struct IceClient {
        IceCredentials local, remote;
        uint64_t tie_breaker;
        NetAddress candidates[ICE_ADDRESSES];
        unsigned n_candidates, next_candidate;
        IceCheck checks[ICE_CHECKS];
        unsigned next_check;
        IceClientState state;
        NetAddress selected; /* valid from ICE_NOMINATING on */
        int64_t next_us, consent_until_us;
} IceClient;

void ice_client_init(IceClient *ice, const IceCredentials *local, const IceCredentials *remote, uint64_t tie_breaker,
                     int64_t now_us);
bool ice_client_add_candidate(IceClient *ice, const NetAddress *address); /* false when full */
/* The next check when one is due at `now_us`: every 50 ms over the candidates until one answers, then with
 * USE-CANDIDATE, then for consent every 4 to 6 s. 0 when nothing is due; ice->next_us says when. `random` gives the
 * transaction and the spread. */
size_t ice_client_check(IceClient *ice, const uint8_t random[STUN_TRANSACTION_BYTES], int64_t now_us, uint8_t *out,
                        NetAddress *ret_to);
/* Answers and also the other side's requests, if it is a full agent. */
IceResult ice_client_receive(IceClient *ice, const StunMessage *message, const NetAddress *from, int64_t now_us,
                             uint8_t *reply);
bool ice_client_expired(const IceClient *ice, int64_t now_us);
