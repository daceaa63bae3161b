#include "mail/address.h"

#include <stdbool.h>
#include <string.h>

#include "base/i18n.h"

#define LOCAL_MAX_BYTES 64 /* RFC 5321 4.5.3.1.1 */
#define LABEL_MAX_BYTES 63 /* RFC 1035 2.3.4 */

/* RFC 5322 3.2.3. */
static bool is_atext(char c)
{
        return g_ascii_isalnum(c) || strchr("!#$%&'*+-/=?^_`{|}~", c);
}

static AddressFault check_local(const char *local)
{
        size_t length = strlen(local);
        if (length == 0)
                return ADDRESS_NO_LOCAL;
        if (length > LOCAL_MAX_BYTES)
                return ADDRESS_LONG;
        for (const char *c = local; *c; c++)
                if (*c != '.' && !is_atext(*c))
                        return ADDRESS_CHARACTER;
        return local[0] == '.' || local[length - 1] == '.' || strstr(local, "..") ? ADDRESS_DOTS : ADDRESS_OK;
}

static AddressFault check_label(const char *label)
{
        size_t length = strlen(label);
        if (length == 0)
                return ADDRESS_DOTS;
        if (length > LABEL_MAX_BYTES)
                return ADDRESS_LONG;
        for (const char *c = label; *c; c++)
                if (!g_ascii_isalnum(*c) && *c != '-')
                        return ADDRESS_CHARACTER;
        return label[0] == '-' || label[length - 1] == '-' ? ADDRESS_CHARACTER : ADDRESS_OK;
}

static AddressFault check_domain(const char *domain)
{
        size_t length = strlen(domain);
        if (length == 0 || !strchr(domain, '.') || domain[length - 1] == '.')
                return ADDRESS_NO_END;
        g_auto(GStrv) labels = g_strsplit(domain, ".", -1);
        size_t count = g_strv_length(labels);
        for (size_t i = 0; i < count; i++) {
                AddressFault fault = check_label(labels[i]);
                if (fault)
                        return fault;
        }
        const char *last = labels[count - 1];
        return strlen(last) < 2 || g_ascii_isdigit(last[0]) ? ADDRESS_NO_END : ADDRESS_OK;
}

AddressFault address_read(const char *typed, char **ret_address)
{
        if (strlen(typed) > 4 * ADDRESS_MAX_BYTES)
                return ADDRESS_LONG;
        if (!g_utf8_validate(typed, -1, NULL))
                return ADDRESS_CHARACTER;
        g_autofree char *address = g_strstrip(g_strdup(typed));
        if (!*address)
                return ADDRESS_EMPTY;
        char *at = strchr(address, '@');
        if (!at)
                return ADDRESS_NO_AT;
        *at = '\0';
        AddressFault fault = check_local(address);
        if (fault)
                return fault;
        g_autofree char *ascii = g_hostname_to_ascii(at + 1);
        if (!ascii)
                return ADDRESS_CHARACTER;
        fault = check_domain(ascii);
        if (fault)
                return fault;
        g_autofree char *whole = g_strconcat(address, "@", ascii, NULL);
        if (strlen(whole) > ADDRESS_MAX_BYTES)
                return ADDRESS_LONG;
        *ret_address = g_ascii_strdown(whole, -1);
        return ADDRESS_OK;
}

const char *address_fault_text(AddressFault fault)
{
        static const char *const texts[] = {
                [ADDRESS_OK] = "",
                [ADDRESS_EMPTY] = N_("Your e-mail address is missing."),
                [ADDRESS_NO_AT] = N_("The address lacks its @ sign, as in “name@example.org”."),
                [ADDRESS_NO_LOCAL] = N_("Something is missing before the @ sign."),
                [ADDRESS_NO_END] = N_("The end of the address is missing, for example “.fr”."),
                [ADDRESS_CHARACTER] = N_("The address has a character that no address has: a space, an accent or a "
                                         "comma, perhaps."),
                [ADDRESS_DOTS] = N_("The address has a dot too many."),
                [ADDRESS_LONG] = N_("The address is too long to be one."),
        };
        return texts[fault];
}
