/* The pre-encoded pictures of the sample speakers, from inside the program; made by tools/make-sample-media. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define MEDIA_FRAMES_PER_SECOND 15

extern const uint8_t media_first_h264[], media_first_vp8[], media_second_h264[], media_second_vp8[];
extern const size_t media_first_h264_size, media_first_vp8_size, media_second_h264_size, media_second_vp8_size;
