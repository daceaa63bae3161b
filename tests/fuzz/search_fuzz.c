/* Whatever a reader types, the query is words in quotes, one star at most and at its end: no operator of FTS5 gets out.
 */
#include "programme/programme_store.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (!g_utf8_validate((const char *)data, (gssize)size, NULL)) /* requests are valid UTF-8 without NUL */
                return 0;
        g_autofree char *words = g_strndup((const char *)data, size);
        g_autofree char *query = search_query(words);
        bool inside = false;
        for (const char *c = query; *c; c++) {
                if (*c == '"')
                        inside = !inside;
                else if (!inside && *c != ' ' && !(*c == '*' && !c[1]))
                        abort();
        }
        if (inside)
                abort();
        return 0;
}
