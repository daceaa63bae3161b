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

/* One list: the enum and the sentence beside the field (source text for tr()). */
#define ADDRESS_FAULTS(X)                                                                                              \
        X(EMPTY, "Your e-mail address is missing.")                                                                    \
        X(NO_AT, "The address lacks its @ sign, as in “name@example.org”.")                                            \
        X(NO_LOCAL, "Something is missing before the @ sign.")                                                         \
        X(NO_END, "The end of the address is missing, for example “.fr”.")                                             \
        X(CHARACTER, "The address has a character that no address has: a space, an accent or a comma, perhaps.")       \
        X(DOTS, "The address has a dot too many.")                                                                     \
        X(LONG, "The address is too long to be one.")
typedef enum {
        ADDRESS_OK,
#define X(name, text) ADDRESS_##name,
        ADDRESS_FAULTS(X)
#undef X
} AddressFault;

/* Reads what was typed (any bytes, NUL-terminated; spaces around it are dropped). On ADDRESS_OK *ret_address is the
 * folded address, yours to free; on a fault it is untouched. */
AddressFault address_read(const char *typed, char **ret_address);
/* The sentence that tells a fault, to be translated; "" for ADDRESS_OK. */
const char *address_fault_text(AddressFault fault);
