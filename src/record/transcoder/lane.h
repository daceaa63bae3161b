/* One picture that comes as VP8 and leaves as H.264: decoded by libavcodec's vp8, made smaller when it is over
 * 1280 × 720, encoded by libx264 (ultrafast, zerolatency, constrained baseline), so one picture in is one out.
 *
 * RFC 6386 (VP8), ITU-T H.264 Annex B. */
#pragma once

#include "record/transcode_frame.h"

#include <stdbool.h>

enum {
        LANE_WIDTH_MOST = 1280,
        LANE_HEIGHT_MOST = 720,
        LANE_PIXELS_MOST = 4096 * 2304, /* of what comes; larger ones are refused before they take memory */
        LANE_KEY_US = 2000000,          /* between two key frames */
        LANE_LEAST_US = 28000,          /* between two pictures: 30 a second are shown, others left out */
};

typedef struct Lane Lane;
/* An access unit, with the lane, generation and time of what it was made of. */
typedef void (*LaneSink)(void *owner, const TranscodeFrame *frame);

/* NULL when libavcodec lacks the decoder or the encoder. */
Lane *lane_new(LaneSink sink, void *owner);
void lane_free(Lane *lane);
/* What cannot be decoded is left out, with all up to the next key frame. */
void lane_frame(Lane *lane, const TranscodeFrame *frame);
