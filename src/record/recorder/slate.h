/* What is shown while nobody is on air: two encoded pictures that look alike (tools/make-slate). They alternate,
 * because two IDR pictures in a row must differ in idr_pic_id (ITU-T H.264 7.4.3). */
#pragma once

#include "record/recorder/avc.h"

/* n counts the slates shown. The bytes are an access unit with parameter sets, Annex B, and live for ever. */
const uint8_t *slate_picture(unsigned n, size_t *ret_length);
/* True when a stretch with this description shows the slate. */
bool slate_is(const AvcDescription *description);
