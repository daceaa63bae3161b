/* Where browsers are told to find the media: each address by UDP, then each by TCP. */
#pragma once

#include "sfu/port.h"

#include "rtc/sdp.h"

/* From the addresses that are to be advertised, or NULL: those of this machine. At most SDP_MAX_CANDIDATES. False when
 * one is no address. */
bool candidates_choose(const Port *port, const char *const *advertised, SdpCandidate *ret_candidates, unsigned *ret_n,
                       GError **error);
