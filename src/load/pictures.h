/* What a decoder would make of one stream of pictures: packets are put in order, a gap is waited for while it may still
 * be mended, and a picture counts when it is whole and leans on whole ones alone. The pictures themselves are not
 * decoded.
 *
 *   Pictures *pictures = pictures_new();
 *   if (pictures_receive(pictures, codec, &header, payload, now_us)) ask for a key frame …
 *
 * Pure: time comes in. One of them per stream.
 */
#pragma once
#include "load/description.h"
#include <stddef.h>

enum { PICTURES_WINDOW = 1024 };             /* packets that may wait behind a gap */
#define PICTURES_GAP_MAX_US INT64_C(1000000) /* what did not come again for so long never will */

typedef struct {
        uint64_t whole, key_frames; /* pictures that a decoder could show */
        uint64_t gaps;              /* that nothing filled */
        uint64_t torn;              /* pictures whose end never came though no number is missing: their sender left */
        uint64_t stray;             /* pictures that lean on one that was never whole, or lack their own beginning */
        uint64_t jumps;             /* VP8: whole pictures whose number does not follow the one before */
        int64_t first_us;           /* when the first one was whole; -1: not yet */
        int64_t pause_us;           /* the longest time between two of them */
} PictureCounts;

typedef struct Pictures Pictures;
Pictures *pictures_new(void);
void pictures_free(Pictures *pictures);
/* A packet in clear, or what RTX restored of one; those that come twice do no harm. True when a key frame should be
 * asked for: a gap was given up, or what came leans on what did not. codec: CODEC_H264 or CODEC_VP8. `payload`:
 * header->payload_bytes. */
bool pictures_receive(Pictures *pictures, Codec codec, const RtpHeader *header, const uint8_t *payload, int64_t now_us);
/* Likewise when nothing came. */
bool pictures_turn(Pictures *pictures, int64_t now_us);
const PictureCounts *pictures_counts(const Pictures *pictures);
/* Sums up; first_us: the earliest. */
void picture_counts_add(PictureCounts *sum, const PictureCounts *more);
