/* What a program says of a file that it sends: numbers, the name in its metadata, keys. */
#include "upload/upload_private.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        g_autofree char *text = g_strndup((const char *)data, size);
        g_autofree char *told = upload_metadata_name(text), *name = upload_name(text);
        g_assert(upload_number(text) >= -1);
        g_assert(!upload_key_is_sound(text) || strlen(text) == KEY_CHARS);
        for (const char *const *one = (const char *const[]){ name, told, NULL }; *one; one++)
                g_assert(g_utf8_validate(*one, -1, NULL) && **one && g_utf8_strlen(*one, -1) <= NAME_CHARS &&
                         !strchr(*one, '/') && !strchr(*one, '\n'));
        return 0;
}
