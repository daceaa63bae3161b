/* The headers of one participant's packets, on their way to whoever looks for a fault in a connection
 * (sfu_capture_start).
 *
 * What is said and seen is not in them: of STUN and DTLS the header is kept, of RTP the header with its extensions, of
 * RTCP all, in clear. Nobody waits for anybody: what finds no room is counted. */
#pragma once

#include "sfu/sfu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two hold it, the loop and the reader; the last one frees. NULL is fine. */
SfuCapture *capture_new(SfuParticipant participant, int64_t utc_offset_us);
SfuCapture *capture_ref(SfuCapture *capture);
void capture_unref(SfuCapture *capture);
SfuParticipant capture_participant(const SfuCapture *capture);
/* By the loop, or by who sends in its place. `size`: on the wire; `known` of the bytes are there. */
void capture_note(SfuCapture *capture, bool out, int64_t now_us, const uint8_t *bytes, size_t known, size_t size);
