/* The voice track's encoder: AAC-LC, 64 kbit/s, 48 kHz, mono, by libavcodec.
 *
 * The encoder's first packet holds 1,024 samples that were never put in (priming). It is left out here, so packet k
 * decodes to exactly the k-th 1,024 samples given. ISO/IEC 14496-3. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { AAC_FRAME_SAMPLES = 1024, AAC_BITS_PER_SECOND = 64000 };

typedef struct Aac Aac;
/* first_sample counts from the first one given to the encoder. */
typedef void (*AacSink)(void *owner, const uint8_t *packet, size_t size, int64_t first_sample);

Aac *aac_new(AacSink sink, void *owner, GError **error);
void aac_free(Aac *aac);
/* The AudioSpecificConfig, for the MP4 description. */
const uint8_t *aac_config(const Aac *aac, size_t *ret_size);
void aac_encode(Aac *aac, const float pcm[AAC_FRAME_SAMPLES]);
/* Gives out what is still inside; nothing may be encoded after. */
void aac_finish(Aac *aac);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Aac, aac_free)
