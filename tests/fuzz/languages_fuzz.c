/* What an organiser types as the languages of a room: what is accepted is a list that is read again the same. */
#include "interpret/interpret_private.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        g_autofree char *text = g_strndup((const char *)data, size);
        const char *sentence = NULL;
        g_auto(GStrv) codes = interpret_read_languages(text, &sentence);
        g_assert((codes == NULL) == (sentence != NULL));
        if (!codes)
                return 0;
        g_assert(g_strv_length(codes) <= SFU_CHANNELS);
        g_autofree char *again = g_strjoinv(", ", codes);
        g_auto(GStrv) same = interpret_read_languages(again, &sentence);
        g_assert(same && g_strv_equal((const char *const *)codes, (const char *const *)same));
        for (char **code = codes; *code; code++)
                g_assert(interpret_code_is_valid(*code) && strlen(*code) <= INTERPRET_CODE_MAX);
        return 0;
}
