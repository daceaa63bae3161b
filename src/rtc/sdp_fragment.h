/* Fragments of a session description, as a WHIP or WHEP client sends them while its session runs: further candidates,
 * or new ICE credentials, which ask for a restart (application/trickle-ice-sdpfrag).
 *
 * An ICE-lite server needs no candidates of the other side, so they are counted and not kept. Pure: bytes in, bytes
 * out.
 *
 * RFC 8840 (section 9: the grammar), RFC 9725 (section 4.3), RFC 8839 (ICE attributes). */
#pragma once

#include "rtc/sdp.h"

enum {
        SDP_FRAGMENT_MAX_BYTES = 16 * 1024,
        SDP_FRAGMENT_MAX_CANDIDATES = 64,
};

typedef struct SdpFragment {
        char ufrag[SDP_UFRAG_SIZE]; /* "" when not said */
        char pwd[SDP_PWD_SIZE];
        unsigned n_candidates;
        bool end_of_candidates;
} SdpFragment;

/* False with the reason; *ret_fragment is then untouched. Credentials come both or not at all, and those of several
 * lines are the same (one bundle). */
bool sdp_fragment_parse(const char *text, size_t length, SdpFragment *ret_fragment, SdpResult *ret_result);
/* Our answer to a restart: credentials and candidates of `local` in its first line that is on. The caller's to
 * g_free(). */
char *sdp_fragment_print(const Sdp *local);
