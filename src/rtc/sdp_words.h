/* Words of a description that are read and written alike. Private to sdp.c and sdp_write.c. */
#pragma once
#include "rtc/sdp.h"

static const char *const direction_words[] = { "sendrecv", "sendonly", "recvonly", "inactive" }; /* by SdpDirection */
static const char *const setup_words[] = { "", "actpass", "active", "passive" };                 /* by SdpSetup */
