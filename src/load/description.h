/* Session descriptions as a client needs them, on top of rtc/sdp: what the other side said, flattened (everything is
 * bundled on one transport, so payload types and header extension ids are one table), an offer to publish, an answer to
 * an offer to subscribe.
 */
#pragma once
#include "rtc/rtp.h"
#include "rtc/sdp.h"

typedef enum { CODEC_NONE, CODEC_OPUS, CODEC_VP8, CODEC_H264, CODEC_RTX } Codec;

typedef struct {
        Codec codec;
        uint8_t repairs; /* RTX: the payload type it repairs (RFC 4588 section 8.1) */
} Payload;

typedef struct {
        char ufrag[SDP_UFRAG_SIZE], password[SDP_PWD_SIZE];
        uint8_t fingerprint[SDP_FINGERPRINT_SIZE];
        bool active;       /* it wants to be the DTLS client */
        bool reduced_size; /* RTCP without a report in front is agreed (RFC 5506) */
        SdpCandidate candidates[SDP_MAX_CANDIDATES];
        unsigned candidate_count;
        bool rejected[SDP_MAX_MEDIA]; /* by section */
        Payload payloads[128];
        RtpExtensionIds extensions;
} Description;

/* False when what a connection needs (ufrag, password, fingerprint, a section) is not there. */
bool description_read(const char *text, Description *ret_description);

/* Our own end. */
typedef struct {
        const char *ufrag, *password;
        const uint8_t *fingerprint; /* SDP_FINGERPRINT_SIZE */
        SdpSetup setup;
        bool lite;
        const char *address; /* NULL: no candidate, the other side learns it from our checks */
        uint16_t port;
} Transport;

typedef struct {
        const char *mid;
        Codec codec;                        /* CODEC_OPUS, or the one video codec sent */
        uint32_t ssrc, repair_ssrc;         /* not said of a simulcast */
        const char *layers[SDP_MAX_LAYERS]; /* rids in rising size (RFC 8853) */
        unsigned layer_count;               /* 0: one stream */
} Offered;

/* Payload types of our offers. */
enum { OFFER_OPUS = 111, OFFER_VP8 = 96, OFFER_VP8_RTX = 97, OFFER_H264 = 98, OFFER_H264_RTX = 99 };

/* (transfer full) */
char *description_offer(const Transport *transport, const Offered *sections, unsigned count);
/* Takes everything that is offered, except the video codec that is not wanted (CODEC_NONE: all) and, unless
 * transport_cc, its feedback. NULL when the offer is of no use. (transfer full) */
char *description_answer(const char *offer, const Transport *transport, Codec unwanted, bool transport_cc);
