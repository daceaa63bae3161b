/* SRTP and SRTCP (RFC 3711, RFC 7714) for one session and direction: SrtpSender protects, SrtpReceiver unprotects.
 * Profiles are the two that browsers and DTLS-SRTP agree on (RFC 5764 4.1.2, RFC 7714 14.2). Owned by one thread, no
 * lock; allocation at _new and when a receiver meets a new SSRC, never for a packet.
 *
 * The sender's caller keeps each stream's 48-bit index (roll-over counter << 16 | sequence number), so that it alone
 * decides and no guess is made. An index must never be used for two different packets of one SSRC: with GCM that gives
 * the key away. To send again use RTX, or the very same header and payload bytes.
 *
 *      write the header to out; track->index++;
 *      size = srtp_sender_protect(sender, track->index, out, header_size, payload, payload_size, out); */
#pragma once
#include "rtc/drop.h"
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        SRTP_KEY_BYTES = 16,
        SRTP_SALT_BYTES = 14,      /* 12 used by GCM */
        SRTP_OVERHEAD_BYTES = 16,  /* at most added by the sender to RTP: 16 GCM, 10 CM */
        SRTCP_OVERHEAD_BYTES = 20, /* at most added to RTCP: 20 GCM, 14 CM */
        SRTP_STREAMS_MAX = 256,    /* SSRCs of one receiver */
        SRTP_WINDOW = 1024,        /* packets */
};

typedef enum { SRTP_PROFILE_CM = 0x0001, SRTP_PROFILE_GCM = 0x0007 } SrtpProfile; /* IANA's numbers */

typedef struct SrtpKeys {
        SrtpProfile profile;
        uint8_t key[SRTP_KEY_BYTES];
        uint8_t salt[SRTP_SALT_BYTES];
} SrtpKeys;

const char *srtp_profile_name(SrtpProfile profile); /* "AEAD_AES_128_GCM" */

typedef struct SrtpSender SrtpSender;
SrtpSender *srtp_sender_new(const SrtpKeys *keys);
void srtp_sender_free(SrtpSender *sender);
size_t srtp_sender_overhead(const SrtpSender *sender); /* bytes added to RTP: 16 or 10 */
/* Writes header, encrypted payload and tag to `out` (header_size + payload_size + overhead bytes) and returns their
 * size. `header` (with CSRCs and extensions, 12 bytes or more) may be `out` itself; else it is copied. `payload` is
 * read where it is, and may also lie in its place in `out`. The header's sequence number must be the low 16 bits of
 * `index`. */
size_t srtp_sender_protect(SrtpSender *sender, uint64_t index, const uint8_t *header, size_t header_size,
                           const uint8_t *payload, size_t payload_size, uint8_t *out);
/* In place; room for SRTCP_OVERHEAD_BYTES after `size` (a compound of 8 bytes or more). Returns the new size. */
size_t srtp_sender_protect_rtcp(SrtpSender *sender, uint8_t *packet, size_t size);

typedef struct SrtpReceiver SrtpReceiver;
SrtpReceiver *srtp_receiver_new(const SrtpKeys *keys);
void srtp_receiver_free(SrtpReceiver *receiver);
/* In place. On DROP_NONE gives the size without the tag and the packet's 48-bit index: the sequence number unwrapped.
 * On a drop the outputs and the state are untouched, the packet's payload is spoilt. */
Drop srtp_receiver_unprotect(SrtpReceiver *receiver, uint8_t *packet, size_t size, size_t *ret_size,
                             uint64_t *ret_index);
Drop srtp_receiver_unprotect_rtcp(SrtpReceiver *receiver, uint8_t *packet, size_t size, size_t *ret_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SrtpSender, srtp_sender_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SrtpReceiver, srtp_receiver_free)
