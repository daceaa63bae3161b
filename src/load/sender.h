/* One outgoing RTP stream: headers, extensions, sender reports, and what was sent kept for RTX (RFC 4588). */
#pragma once
#include "load/link.h"

typedef struct {
        char mid[16], rid[16]; /* rid: of a simulcast layer, else empty */
        uint32_t ssrc, repair_ssrc;
        uint8_t payload_type, repair_type; /* repair_type 0: none */
        uint32_t clock_hz;
        RtpExtensionIds extensions;
} SenderOptions;

typedef struct Sender Sender;
/* `wraps`: its sequence numbers begin some hundred below their end, else low. */
Sender *sender_new(Link *link, const SenderOptions *options, uint32_t seed, bool wraps);
void sender_free(Sender *sender);
/* `level`: −dBov, −1 without. `transport_sequence` counts over all streams of the link. */
void sender_send(Sender *sender, const uint8_t *payload, size_t size, uint32_t timestamp, bool marker, int level,
                 uint16_t *transport_sequence);
/* Again by RTX, if it is still kept. True when it was. */
bool sender_repair(Sender *sender, uint16_t sequence, uint16_t *transport_sequence);
void sender_report(Sender *sender, uint32_t timestamp);
uint64_t sender_packets(const Sender *sender);
/* Bytes of a header with its extensions, so that packets can be filled to a size. */
size_t sender_header_bytes(const Sender *sender, int level);
