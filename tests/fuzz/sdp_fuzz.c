/* What a browser sends as description: reading it never overruns, and what was read prints and reads back the same. */
#include "rtc/sdp.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        g_autoptr(Sdp) first = sdp_parse((const char *)data, size, NULL);
        if (!first)
                return 0;
        g_autofree char *text = sdp_print(first);
        g_autoptr(Sdp) second = sdp_parse(text, strlen(text), NULL);
        if (!second)
                return 0; /* without ICE or with odd codecs what we print may be less than a description */
        g_autofree char *again = sdp_print(second);
        g_assert_cmpstr(text, ==, again);
        return 0;
}
