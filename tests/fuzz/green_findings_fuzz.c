/* What a page of the green room claims to have found: whatever it sends, only words of the table are kept, and what is
 * kept reads again as the same. */
#include "greenroom/greenroom_private.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        Findings findings, again;
        if (!findings_read((const char *)data, size, &findings))
                return 0;
        g_autofree char *text = findings_write(&findings);
        g_assert_true(findings_read(text, strlen(text), &again));
        g_assert_cmpmem(&findings, sizeof findings, &again, sizeof again);
        return 0;
}
