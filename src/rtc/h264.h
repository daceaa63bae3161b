/* H.264 over RTP (RFC 6184: single NAL unit, STAP-A, FU-A; packetization-mode 1) and the little of its syntax that
 * routing and recording need. Reading for routing is stateless (h264_parse); H264Depacketizer joins packets that are in
 * order into Annex B access units. */
#pragma once
#include "rtc/drop.h"
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { H264_FRAME_MAX_BYTES = 4 * 1024 * 1024 };

typedef struct H264Payload {
        uint8_t type;   /* of the NAL unit, in FU-A of the one inside; 24 for STAP-A */
        bool start;     /* begins a NAL unit: single, STAP-A, or FU-A with the S bit */
        bool key_frame; /* carries the start of an IDR slice, or an SPS (which Chromium sends just before one) */
        bool has_sps, has_pps, has_idr;
        bool slice;         /* a slice of a picture that is no key frame */
        bool unreferenced;  /* nal_ref_idc is 0: no other unit needs this one */
        bool b_slice;       /* begins a B slice: browsers show such streams out of order or not at all */
        const uint8_t *sps; /* borrowed, when whole in this packet */
        size_t sps_bytes;
} H264Payload;
Drop h264_parse(const uint8_t *payload, size_t size, H264Payload *ret_payload);

typedef struct H264Sps {
        uint8_t profile, constraints, level; /* as in profile-level-id */
        uint16_t width, height;              /* cropped */
        uint8_t max_reference_frames;
        bool b_frames_possible; /* nothing in it excludes that display and decoding order differ; see also b_slice */
} H264Sps;
/* An SPS NAL unit with its one-byte head (ITU-T H.264 7.3.2.1.1, VUI in E.1.1). */
bool h264_sps_read(const uint8_t *nal, size_t size, H264Sps *ret_sps);

typedef struct H264Depacketizer H264Depacketizer;
H264Depacketizer *h264_depacketizer_new(void);
void h264_depacketizer_free(H264Depacketizer *depacketizer);
/* Packets in sequence order. `lost` when one is missing before this: the frame under way is thrown away. An access unit
 * is whole at the marker: then *ret_frame borrows it until the next call, else it is NULL. A unit whose marker never
 * comes, or that is over H264_FRAME_MAX_BYTES, is thrown away. */
Drop h264_depacketizer_push(H264Depacketizer *depacketizer, const uint8_t *payload, size_t size, uint32_t timestamp,
                            bool marker, bool lost, const uint8_t **ret_frame, size_t *ret_size, bool *ret_key_frame);

/* Splits an Annex B access unit (00 00 01 start codes) into payloads of at most `max` bytes: parameter sets together as
 * STAP-A, small NAL units as they are, others as FU-A. */
typedef struct H264Packetizer {
        const uint8_t *next, *end; /* what is left of the access unit */
        const uint8_t *nal;        /* the unit being split, behind its head; NULL between units */
        size_t nal_left;
        uint8_t nal_head;
        bool nal_started;
} H264Packetizer;
void h264_packetizer_init(H264Packetizer *packetizer, const uint8_t *annex_b, size_t size);
/* One payload; its size, or 0 when through. *ret_last says that the marker belongs on it. `max` ≥ 64. */
size_t h264_packetizer_next(H264Packetizer *packetizer, size_t max, uint8_t *out, bool *ret_last);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(H264Depacketizer, h264_depacketizer_free)
