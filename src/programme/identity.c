#include "programme/identity.h"

#include <string.h>

#define TRETEAU_SPACE "6f0a3c86-5f0e-5c1b-9a52-7b7dd2a3a0d4"
#define SLUG_MAX_BYTES 48

bool guid_is_valid(const char *text)
{
        if (strlen(text) != 36)
                return false;
        for (int i = 0; i < 36; i++) {
                bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
                if (hyphen ? text[i] != '-' : !g_ascii_isxdigit(text[i]))
                        return false;
        }
        return true;
}

static void guid_bytes(const char *guid, guint8 ret_bytes[16])
{
        for (int i = 0, n = 0; n < 16; i++) {
                if (guid[i] == '-')
                        continue;
                ret_bytes[n++] = (guint8)(g_ascii_xdigit_value(guid[i]) << 4 | g_ascii_xdigit_value(guid[i + 1]));
                i++;
        }
}

char *guid_derive(const char *space, const char *name)
{
        guint8 bytes[16], digest[20];
        gsize length = sizeof digest;
        guid_bytes(space && guid_is_valid(space) ? space : TRETEAU_SPACE, bytes);
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
        g_checksum_update(sum, bytes, sizeof bytes);
        g_checksum_update(sum, (const guint8 *)name, (gssize)strlen(name));
        g_checksum_get_digest(sum, digest, &length);
        digest[6] = (guint8)((digest[6] & 0x0f) | 0x50);
        digest[8] = (guint8)((digest[8] & 0x3f) | 0x80);
        GString *text = g_string_sized_new(37);
        for (int i = 0; i < 16; i++)
                g_string_append_printf(text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", digest[i]);
        return g_string_free(text, FALSE);
}

void code_derive(const char *seed, unsigned attempt, char ret_code[7])
{
        static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* no I, L, O, U */
        guint8 digest[32];
        gsize length = sizeof digest;
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        g_autofree char *name = g_strdup_printf("%s#%u", seed, attempt);
        g_checksum_update(sum, (const guint8 *)name, -1);
        g_checksum_get_digest(sum, digest, &length);
        for (int i = 0; i < 6; i++)
                ret_code[i] = letters[digest[i] & 31];
        ret_code[6] = 0;
}

bool code_is_valid(const char *text)
{
        return strlen(text) == 6 && strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 6;
}

static char *slug_plain(const char *name)
{
        g_autofree char *ascii = g_str_to_ascii(name, "C");
        GString *slug = g_string_new(NULL);
        for (const char *c = ascii; *c && slug->len < SLUG_MAX_BYTES; c++) {
                if (g_ascii_isalnum(*c))
                        g_string_append_c(slug, g_ascii_tolower(*c));
                else if (*c != '?' && *c != '\'' && slug->len && slug->str[slug->len - 1] != '-')
                        g_string_append_c(slug, '-');
        }
        while (slug->len && slug->str[slug->len - 1] == '-')
                g_string_truncate(slug, slug->len - 1);
        return g_string_free(slug, FALSE);
}

char *slug_derive(const char *name, const char *fallback, GHashTable *taken)
{
        g_autofree char *plain = slug_plain(name);
        g_autofree char *slug = g_strdup(*plain ? plain : fallback);
        g_autofree char *stem = g_strdup(slug);
        for (unsigned n = 2; g_hash_table_contains(taken, slug); n++) {
                g_free(slug);
                slug = g_strdup_printf("%s-%u", stem, n);
        }
        g_hash_table_add(taken, g_strdup(slug));
        return g_steal_pointer(&slug);
}
