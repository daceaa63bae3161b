/* What the recorder must know of H.264 to put it into MP4 unchanged: where units begin, and what the parameter sets
 * say.
 *
 * ITU-T H.264 7.3.1 (units), Annex B (start codes); ISO/IEC 14496-15 5.3.3 (avcC). */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AVCC_BYTES = 1024 };

/* Enough to decode a stretch of pictures; two stretches with equal bytes need no new MP4 description. */
typedef struct AvcDescription {
        uint8_t avcc[AVCC_BYTES]; /* AVCDecoderConfigurationRecord */
        size_t avcc_size;
        unsigned width, height; /* shown, after cropping */
} AvcDescription;

/* Takes the next unit out of Annex B bytes; *offset is where to look, and moves on. False at the end. */
bool avc_next_unit(const uint8_t *bytes, size_t length, size_t *offset, const uint8_t **ret_unit, size_t *ret_size);
/* Reads the parameter sets at the head of an IDR access unit. False when it is none, lacks them, or they make no sense.
 */
bool avc_describe(const uint8_t *bytes, size_t length, AvcDescription *ret_description);
bool avc_description_equal(const AvcDescription *a, const AvcDescription *b);
/* Appends the access unit with 4-byte lengths instead of start codes, parameter sets kept, delimiters and filler left
 * out. Returns the bytes added; 0 when it holds no picture. */
size_t avc_append_sample(GByteArray *out, const uint8_t *bytes, size_t length);
