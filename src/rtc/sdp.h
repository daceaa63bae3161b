/* Session descriptions of WebRTC, read and written: what a browser's offer or answer says, as one plain struct, and the
 * text of one. Only what this server acts upon is kept; other lines are skipped, and lists have limits.
 *
 * Pure: bytes in, bytes out. Both directions use the same struct, so sdp_parse(sdp_print(x)) gives x again.
 *
 *     SdpResult result;
 *     g_autoptr(Sdp) offer = sdp_parse(text, strlen(text), &result);
 *     if (!offer)
 *             complain(sdp_result_text(result));
 *
 * RFC 8866 (SDP), 8829 (JSEP), 8843 (BUNDLE), 8839 (ICE), 8122 and 5763 (fingerprint, setup), 8285 (extmap),
 * 4588 (rtx), 2198 (red), 6184 (H.264), 7741 (VP8), 7587 (Opus), 5576 (ssrc), 8851 (rid), 8853 (simulcast). */
#pragma once

#include "rtc/rtp.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        SDP_MAX_BYTES = 64 * 1024,
        SDP_MAX_MEDIA = 64,
        SDP_MAX_CODECS = 48,
        SDP_MAX_CANDIDATES = 32,
        SDP_MID_SIZE = 17,         /* with the final NUL */
        SDP_UFRAG_SIZE = 257,      /* RFC 8839, section 5.4: 4 to 256 characters */
        SDP_PWD_SIZE = 257,        /* 22 to 256 characters */
        SDP_FINGERPRINT_SIZE = 32, /* SHA-256 */
        SDP_CNAME_SIZE = 64,
        SDP_RID_SIZE = 17,
        SDP_MAX_LAYERS = 3, /* of a simulcast; further ones are left out */
};

typedef enum SdpResult {
        SDP_OK,
        SDP_TOO_LONG,
        SDP_NOT_SDP,
        SDP_BAD_LINE,
        SDP_BAD_MEDIA,
        SDP_TOO_MANY_MEDIA,
        SDP_TOO_MANY_CODECS,
        SDP_BAD_MID,
        SDP_BAD_ICE,
        SDP_BAD_FINGERPRINT,
        SDP_BAD_ATTRIBUTE,
        SDP_NOT_BUNDLED,
        SDP_N_RESULTS
} SdpResult;
/* Source words for tr(). */
const char *sdp_result_text(SdpResult result);

typedef enum SdpKind {
        SDP_AUDIO,
        SDP_VIDEO,
        SDP_OTHER_KIND,
} SdpKind;

typedef enum SdpDirection {
        SDP_SENDRECV, /* the default, RFC 8866 */
        SDP_SENDONLY,
        SDP_RECVONLY,
        SDP_INACTIVE,
} SdpDirection;

typedef enum SdpSetup {
        SDP_SETUP_NONE,
        SDP_ACTPASS,
        SDP_ACTIVE,
        SDP_PASSIVE,
} SdpSetup;

typedef enum SdpCodecName {
        SDP_OPUS,
        SDP_H264,
        SDP_VP8,
        SDP_RTX,
        SDP_RED, /* redundant audio, RFC 2198 */
        SDP_OTHER_CODEC,
} SdpCodecName;

/* Feedback messages, as bits (RFC 4585, 5104, draft-alvestrand-rmcat-remb). */
enum {
        SDP_NACK = 1,
        SDP_NACK_PLI = 2,
        SDP_CCM_FIR = 4,
        SDP_REMB = 8,
        SDP_TRANSPORT_CC = 16,
};

typedef struct SdpCodec {
        uint8_t payload_type;
        SdpCodecName name;
        uint8_t apt;                /* RTX, RED: the payload type it repairs */
        uint8_t packetization_mode; /* H.264 */
        uint32_t profile_level_id;  /* H.264: 24 bits; 0x420010 when absent (RFC 6184, 8.1) */
        uint8_t feedback;           /* SDP_NACK | … */
} SdpCodec;

typedef struct SdpMedia {
        SdpKind kind;
        char mid[SDP_MID_SIZE];
        SdpDirection direction;
        bool rejected; /* port 0 without bundle-only: the line is off */
        bool rtcp_mux, rtcp_rsize;
        SdpCodec codecs[SDP_MAX_CODECS]; /* in order of preference; comfort noise and the like as SDP_OTHER_CODEC */
        unsigned n_codecs;
        RtpExtensionIds extensions;                             /* its own numbers, 1 … 14 (one-byte form only) */
        SdpDirection extension_directions[RTP_EXTENSION_COUNT]; /* SDP_SENDRECV when not said */
        uint32_t ssrc, rtx_ssrc; /* of the first FID group, or the first a=ssrc; 0: none */
        /* The streams of one simulcast, in the order they are listed; those without an a=rid line are left out. */
        char layers[SDP_MAX_LAYERS][SDP_RID_SIZE];
        unsigned n_layers;
        SdpDirection layers_direction; /* SDP_SENDONLY: who describes sends them; else SDP_RECVONLY */
        char cname[SDP_CNAME_SIZE];
        char msid[SDP_CNAME_SIZE]; /* written only: stream identifier; the track's is the mid */
} SdpMedia;

typedef struct SdpCandidate {
        char address[46]; /* INET6_ADDRSTRLEN */
        uint16_t port;
        bool tcp; /* passive, RFC 6544 */
} SdpCandidate;

typedef struct Sdp {
        uint64_t session_id;
        uint64_t version;
        bool ice_lite;
        /* One transport for all (BUNDLE): taken from the first line that is on. */
        char ufrag[SDP_UFRAG_SIZE];
        char pwd[SDP_PWD_SIZE];
        uint8_t fingerprint[SDP_FINGERPRINT_SIZE];
        bool has_fingerprint;
        SdpSetup setup;
        SdpCandidate candidates[SDP_MAX_CANDIDATES]; /* host; written in the first line, skipped when read */
        unsigned n_candidates;
        SdpMedia *media;
        unsigned n_media;
} Sdp;

Sdp *sdp_new(void);
void sdp_free(Sdp *sdp);
/* A further media line, all zero; NULL when SDP_MAX_MEDIA are there. Lines move in memory: do not keep the pointer. */
SdpMedia *sdp_add_media(Sdp *sdp);

/* The description in text[0 … length), or NULL with the reason. Lines end in LF, with or without CR. ret_result may be
 * NULL. */
Sdp *sdp_parse(const char *text, size_t length, SdpResult *ret_result);
/* As text with CR LF ends; the caller's to g_free(). Every line's port is 9, or 0 when rejected. */
char *sdp_print(const Sdp *sdp);

const SdpMedia *sdp_find_media(const Sdp *sdp, const char *mid);
const SdpCodec *sdp_find_codec(const SdpMedia *media, SdpCodecName name);
/* The RTX codec that repairs a payload type, or NULL. */
const SdpCodec *sdp_find_rtx(const SdpMedia *media, uint8_t payload_type);
/* The best H.264 for a room: baseline or constrained baseline, packetization-mode 1; constrained first. Or NULL. */
const SdpCodec *sdp_find_h264_baseline(const SdpMedia *media);
/* The other side's word for the same direction (sendonly ↔ recvonly). */
SdpDirection sdp_reverse(SdpDirection direction);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sdp, sdp_free)
