/* What a WHIP client sends while its session runs: reading never overruns, and what is taken is what ICE allows. */
#include "rtc/sdp_fragment.h"

#include "rtc/ice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        SdpFragment fragment;
        if (!sdp_fragment_parse((const char *)data, size, &fragment, NULL))
                return 0;
        g_assert_cmpuint(fragment.n_candidates, <=, SDP_FRAGMENT_MAX_CANDIDATES);
        IceCredentials credentials;
        if (fragment.ufrag[0])
                g_assert_true(ice_credentials_set(&credentials, fragment.ufrag, fragment.pwd));
        return 0;
}
