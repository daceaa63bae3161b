/* The VP8 payload descriptor (RFC 7741 4.2) and what of the frame's own header an SFU and a recorder need (RFC
 * 6386 9.1). */
#pragma once
#include "rtc/drop.h"
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Vp8Descriptor {
        uint8_t bytes; /* the frame's data follow */
        bool start;    /* S bit and partition 0: the frame's first packet */
        bool non_reference;
        bool has_picture_id, long_picture_id; /* 15 bits, else 7 */
        uint16_t picture_id;
        uint8_t picture_id_offset; /* in the payload */
        bool has_tl0;
        uint8_t tl0;
        uint8_t tl0_offset;
        bool has_tid;
        uint8_t tid; /* temporal layer, 0–3 */
        bool layer_sync;
        bool key_frame;         /* only known at `start` */
        uint16_t width, height; /* of a key frame whose head is in this packet, else 0 */
} Vp8Descriptor;

Drop vp8_parse(const uint8_t *payload, size_t size, Vp8Descriptor *ret_descriptor);
/* Puts other numbers in, keeping their widths (7-bit picture-IDs are cut). On a copy of the payload's head. */
void vp8_rewrite(uint8_t *payload, const Vp8Descriptor *descriptor, uint16_t picture_id, uint8_t tl0);

/* For the load generator and WHEP: splits a frame. Writes one payload (descriptor with 15-bit picture-ID, then data
 * from *offset on) of at most `max` bytes, moves *offset, returns its size; 0 when the frame is through. The marker
 * belongs on the one that brings *offset to frame_size. */
size_t vp8_packetize(const uint8_t *frame, size_t frame_size, uint16_t picture_id, size_t *offset, size_t max,
                     uint8_t *out);

enum { VP8_FRAME_MAX_BYTES = 4 * 1024 * 1024 };

/* Joins packets into frames as an encoder made them, without descriptors. */
typedef struct Vp8Depacketizer Vp8Depacketizer;
Vp8Depacketizer *vp8_depacketizer_new(void);
void vp8_depacketizer_free(Vp8Depacketizer *depacketizer);
/* Packets in sequence order. `lost` when one is missing before this: the frame under way is thrown away, as is one
 * whose beginning or marker never came, or that is over VP8_FRAME_MAX_BYTES. At the marker a frame is whole (RFC
 * 7741 4.1): then *ret_frame borrows it until the next call, else it is NULL. */
Drop vp8_depacketizer_push(Vp8Depacketizer *depacketizer, const uint8_t *payload, size_t size, uint32_t timestamp,
                           bool marker, bool lost, const uint8_t **ret_frame, size_t *ret_size, bool *ret_key_frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Vp8Depacketizer, vp8_depacketizer_free)
