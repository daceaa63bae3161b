/* What the sample recording is made of, from inside the program: the loops of src/load/media, and a chime
 * (tools/make-sample-voice). */
#pragma once
#include <stddef.h>
#include <stdint.h>

extern const uint8_t sample_first_h264[], sample_second_h264[], sample_voice[];
extern const size_t sample_first_h264_size, sample_second_h264_size, sample_voice_size;
