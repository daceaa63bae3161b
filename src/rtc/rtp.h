/* RTP headers and header extensions (RFC 3550 5.1, RFC 8285). Offsets into the packet, no copies.
 * Extension ids differ per peer: an RtpExtensionIds says which id means what for one of them. */
#pragma once
#include "rtc/drop.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RTP_HEADER_BYTES = 12, RTP_EXTENSIONS_MAX_BYTES = 128 };

typedef struct RtpHeader {
        bool marker;
        uint8_t payload_type;
        uint16_t sequence;
        uint32_t timestamp;
        uint32_t ssrc;
        uint8_t csrc_count;
        uint8_t padding_bytes;      /* at the end, behind the payload */
        uint16_t extension_profile; /* 0xbede one-byte, 0x1000–0x100f two-byte, else not ours; 0 when absent */
        uint16_t extension_offset;  /* of the first element */
        uint16_t extension_bytes;
        uint16_t header_bytes;  /* with CSRCs and extensions: where the payload begins */
        uint16_t payload_bytes; /* without padding */
} RtpHeader;

/* RTP or RTCP by the first byte 128–191 (RFC 7983 7); RTCP by payload type 64–95 without marker (RFC 5761 4). */
bool rtp_is(const uint8_t *data, size_t size);
bool rtcp_is(const uint8_t *data, size_t size);
/* A packet in clear (padding can only be read after unprotecting), at most 65,535 bytes. */
Drop rtp_parse(const uint8_t *packet, size_t size, RtpHeader *ret_header);
/* The size of the fixed header, CSRCs and extension of a packet still protected; 0 when out of bounds. */
size_t rtp_header_bytes(const uint8_t *packet, size_t size);
/* The 12 bytes of a header without CSRCs; `has_extension` when rtp_extensions_write's bytes follow. */
void rtp_write(uint8_t *out, const RtpHeader *header, bool has_extension);

#define RTP_EXTENSION_TABLE(X)                                                                                         \
        X(RTP_EXTENSION_MID, "urn:ietf:params:rtp-hdrext:sdes:mid")                                                    \
        X(RTP_EXTENSION_RID, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id")                                          \
        X(RTP_EXTENSION_REPAIRED_RID, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id")                        \
        X(RTP_EXTENSION_AUDIO_LEVEL, "urn:ietf:params:rtp-hdrext:ssrc-audio-level")                                    \
        X(RTP_EXTENSION_ABS_SEND_TIME, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")                   \
        X(RTP_EXTENSION_TRANSPORT_CC, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01")     \
        X(RTP_EXTENSION_PLAYOUT_DELAY, "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay")

typedef enum {
#define X(symbol, uri) symbol,
        RTP_EXTENSION_TABLE(X)
#undef X
                RTP_EXTENSION_COUNT
} RtpExtension;

const char *rtp_extension_uri(RtpExtension extension);
RtpExtension rtp_extension_find(const char *uri); /* RTP_EXTENSION_COUNT when unknown */

typedef struct RtpExtensionIds {
        uint8_t id[RTP_EXTENSION_COUNT]; /* 1–14 (one-byte) or up to 255; 0 is not negotiated */
} RtpExtensionIds;

typedef struct RtpExtensions {
        bool has[RTP_EXTENSION_COUNT];
        char mid[17], rid[17], repaired_rid[17]; /* terminated; longer ones are left out */
        uint8_t audio_level;                     /* 0 (loudest) to 127 (silence), −dBov, RFC 6464 */
        bool voice;
        uint32_t abs_send_time; /* 24 bits, 6.18 fixed-point seconds */
        uint16_t transport_sequence;
        uint16_t playout_min_ms, playout_max_ms; /* in steps of 10 up to 40,950 */
        uint16_t transport_sequence_offset;      /* read: where in the packet; written: where in `out` */
} RtpExtensions;

/* Unknown ids are skipped, an element that overruns ends the reading. */
void rtp_extensions_read(const uint8_t *packet, const RtpHeader *header, const RtpExtensionIds *ids,
                         RtpExtensions *ret_extensions);
/* Those that are both had and negotiated, with the 4-byte prefix, padded to 32 bits; one-byte form when it can.
 * Returns bytes written, at most RTP_EXTENSIONS_MAX_BYTES; 0 when there is nothing to write. */
size_t rtp_extensions_write(uint8_t *out, const RtpExtensionIds *ids, RtpExtensions *extensions);

uint32_t rtp_abs_send_time(int64_t time_us); /* of any steady clock */

/* The value nearest to `last` whose low 16 (32) bits are the given ones; may be below `last`. Start with a `last` of
 * 0x10000 + sequence so that reordering at the start does not go below zero. */
int64_t rtp_unwrap_sequence(int64_t last, uint16_t sequence);
int64_t rtp_unwrap_timestamp(int64_t last, uint32_t timestamp);
/* True when a is later than b in serial arithmetic (RFC 1982). */
static inline bool rtp_sequence_newer(uint16_t a, uint16_t b)
{
        return a != b && (uint16_t)(a - b) < 0x8000;
}

/* RTX (RFC 4588 4): the payload is the original sequence number, then the original payload. */
enum { RTX_HEADER_BYTES = 2 };
