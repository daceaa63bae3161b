/* An address that is accepted can stand in a header and an SMTP command as it is, and is its own folded form. */
#include "mail/address.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        g_autofree char *typed = g_strndup((const char *)data, size);
        g_autofree char *address = NULL, *again = NULL;
        if (address_read(typed, &address) != ADDRESS_OK)
                return 0;
        if (strlen(address) > ADDRESS_MAX_BYTES || strpbrk(address, " \t\r\n<>,;:\"()[]\\"))
                abort();
        if (address_read(address, &again) != ADDRESS_OK || strcmp(address, again) != 0)
                abort();
        return 0;
}
