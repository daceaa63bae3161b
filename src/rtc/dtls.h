/* DTLS 1.2 for DTLS-SRTP (RFC 6347, RFC 5763, RFC 5764), with OpenSSL kept private and no socket: datagrams are handed
 * in and taken out. The peer must show a certificate whose digest is the one in its SDP (RFC 8122 5), else the
 * handshake fails with an alert. DtlsIdentity is made once and shared by all threads; a DtlsSession belongs to one
 * thread.
 *
 *      drop = dtls_session_receive(session, data, size);
 *      while ((n = dtls_session_take(session, out)) > 0) send(out, n);
 *      if (dtls_session_state(session) == DTLS_CONNECTED) dtls_session_keys(session, &send_keys, &receive_keys);
 *
 * Retransmission runs on OpenSSL's own clock (3.0 offers no other): ask dtls_session_timeout_us after each call, and
 * call dtls_session_handle_timeout when that time has passed. */
#pragma once
#include "rtc/srtp.h"

enum {
        DTLS_DATAGRAM_BYTES = 1200,  /* no datagram taken out is longer */
        DTLS_FINGERPRINT_BYTES = 32, /* SHA-256, as sdp.h keeps it */
};

typedef enum { DTLS_SERVER, DTLS_CLIENT } DtlsRole; /* a=setup:passive, a=setup:active */
typedef enum { DTLS_HANDSHAKE, DTLS_CONNECTED, DTLS_CLOSED, DTLS_FAILED } DtlsState;

/* A fresh ECDSA P-256 key and self-signed certificate. NULL only when OpenSSL cannot (no entropy, no memory). */
typedef struct DtlsIdentity DtlsIdentity;
DtlsIdentity *dtls_identity_new(void);
void dtls_identity_free(DtlsIdentity *identity); /* after its sessions */
/* DTLS_FINGERPRINT_BYTES, for "a=fingerprint:sha-256". */
const uint8_t *dtls_identity_fingerprint(const DtlsIdentity *identity);
/* For tests and the load generator: offer this one SRTP profile instead of GCM, then CM. Before any session. */
bool dtls_identity_set_profile(DtlsIdentity *identity, SrtpProfile profile);

typedef struct DtlsSession DtlsSession;
/* `peer_fingerprint` is the SDP's. NULL when OpenSSL cannot. A client's first flight waits to be taken. */
DtlsSession *dtls_session_new(DtlsIdentity *identity, DtlsRole role,
                              const uint8_t peer_fingerprint[DTLS_FINGERPRINT_BYTES]);
void dtls_session_free(DtlsSession *session);

/* First byte 20 to 63 (RFC 7983 7). */
bool dtls_is(const uint8_t *data, size_t size);
Drop dtls_session_receive(DtlsSession *session, const uint8_t *data, size_t size);
/* The next datagram to send: whole records, never more than DTLS_DATAGRAM_BYTES. 0 when there is none. */
size_t dtls_session_take(DtlsSession *session, uint8_t out[DTLS_DATAGRAM_BYTES]);
DtlsState dtls_session_state(const DtlsSession *session);
/* Once connected: `ret_send` for what this side protects, `ret_receive` for what it unprotects (RFC 5764 4.2). */
bool dtls_session_keys(const DtlsSession *session, SrtpKeys *ret_send, SrtpKeys *ret_receive);
/* Time until dtls_session_handle_timeout is due (100 ms, doubled each time up to 2 s); −1 when nothing waits, 0 when it
 * is due. */
int64_t dtls_session_timeout_us(DtlsSession *session);
void dtls_session_handle_timeout(DtlsSession *session); /* then take; fails the session after 12 tries */
void dtls_session_close(DtlsSession *session);          /* close_notify: then take */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(DtlsIdentity, dtls_identity_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DtlsSession, dtls_session_free)
