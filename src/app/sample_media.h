/* What the sample recording is made of, from inside the program: the loops of src/load/media, and a chime
 * (tools/make-sample-voice); the logos of the sample event (tools/make-sample-logos). */
#pragma once
#include <stddef.h>
#include <stdint.h>

extern const uint8_t sample_first_h264[], sample_second_h264[], sample_voice[];
extern const size_t sample_first_h264_size, sample_second_h264_size, sample_voice_size;
extern const uint8_t sample_logo[], sample_funder[], sample_host[];
extern const size_t sample_logo_size, sample_funder_size, sample_host_size;
