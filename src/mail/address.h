/* E-mail addresses as people type them: read, checked, folded to one form so that an address is one account.
 *
 * Accepted is what RFC 5321 4.1.2 calls a Dot-string local part of ASCII and a domain name of at least two labels
 * (international names are taken to their ASCII form, RFC 5891). Quoted local parts, address literals and comments
 * are refused: nobody types them, and each is a way into a header.
 *
 *   g_autofree char *address = NULL;
 *   AddressFault fault = address_read(request_field(req, "email"), &address);
 *   if (fault) show(tr(lang, address_fault_text(fault)));
 *
 * Pure; any thread. */
#pragma once
#include <glib.h>

#define ADDRESS_MAX_BYTES 254

typedef enum {
        ADDRESS_OK,
        ADDRESS_EMPTY,
        ADDRESS_NO_AT,
        ADDRESS_NO_LOCAL,
        ADDRESS_NO_END,
        ADDRESS_CHARACTER,
        ADDRESS_DOTS,
        ADDRESS_LONG,
} AddressFault;

/* Reads what was typed (any bytes, NUL-terminated; spaces around it are dropped). On ADDRESS_OK *ret_address is the
 * folded address, yours to free; on a fault it is untouched. */
AddressFault address_read(const char *typed, char **ret_address);
/* The sentence that tells a fault, source text for tr(); "" for ADDRESS_OK. */
const char *address_fault_text(AddressFault fault);
