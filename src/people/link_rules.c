#include "people/link_rules.h"

#include <gio/gio.h>
#include <sodium.h>
#include <string.h>

#include "base/time.h"

#define FREE_GUESSES 10
#define NEXT_MAX_BYTES 500

static const struct {
        const char *word;
        int64_t life_us;
        bool once;
} PURPOSES[] = {
#define X(name, word, life, once) { word, life, once },
        LINK_PURPOSES(X)
#undef X
};

const char *link_word(LinkPurpose purpose)
{
        return PURPOSES[purpose].word;
}

LinkPurpose link_purpose(const char *word)
{
        LinkPurpose purpose = 0;
        while (purpose < LINK_PURPOSE_COUNT && strcmp(PURPOSES[purpose].word, word) != 0)
                purpose++;
        return purpose;
}

int64_t link_life_us(LinkPurpose purpose)
{
        return PURPOSES[purpose].life_us;
}

bool link_is_once(LinkPurpose purpose)
{
        return PURPOSES[purpose].once;
}

void token_make(char ret_token[TOKEN_LENGTH + 1])
{
        unsigned char bytes[32];
        G_STATIC_ASSERT(sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING) ==
                        TOKEN_LENGTH + 1);
        randombytes_buf(bytes, sizeof bytes);
        sodium_bin2base64(ret_token, TOKEN_LENGTH + 1, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        sodium_memzero(bytes, sizeof bytes);
}

char *people_new_token(void)
{
        char token[TOKEN_LENGTH + 1];
        token_make(token);
        return g_strdup(token);
}

bool token_is_well_formed(const char *token)
{
        return strlen(token) == TOKEN_LENGTH &&
               strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == TOKEN_LENGTH;
}

void token_hash(const char *token, unsigned char ret_hash[TOKEN_HASH_BYTES])
{
        crypto_generichash(ret_hash, TOKEN_HASH_BYTES, (const unsigned char *)token, strlen(token), NULL, 0);
}

void link_free(Link *link)
{
        if (!link)
                return;
        g_free(link->next);
        g_free(link);
}

bool link_is_open(const Link *link, int64_t at_us)
{
        if (at_us >= link->expires_us || link->revoked_us > 0 || link->invitation_withdrawn)
                return false;
        return !link_is_once(link->purpose) || link->used_us == 0;
}

int64_t guess_wait_us(int64_t count)
{
        if (count <= FREE_GUESSES)
                return 0;
        int64_t doublings = MIN(count - FREE_GUESSES - 1, 10);
        return MIN(SECOND_US << doublings, 15 * MINUTE_US);
}

const char *next_path(const char *wanted)
{
        if (wanted[0] != '/' || wanted[1] == '/' || strlen(wanted) > NEXT_MAX_BYTES)
                return "";
        for (const unsigned char *c = (const unsigned char *)wanted; *c; c++)
                if (*c <= 0x20 || *c == '\\' || *c >= 0x7f)
                        return "";
        return wanted;
}

char *network_of(const char *address)
{
        g_autoptr(GInetAddress) inet = g_inet_address_new_from_string(address);
        if (!inet)
                return g_strdup("?");
        bool is_v4 = g_inet_address_get_family(inet) == G_SOCKET_FAMILY_IPV4;
        size_t size = g_inet_address_get_native_size(inet), kept = is_v4 ? 3 : 8;
        guint8 bytes[16];
        memcpy(bytes, g_inet_address_to_bytes(inet), size);
        if (!is_v4 && memcmp(bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0) /* RFC 4291 2.5.5.2: IPv4 in disguise */
                kept = 15;
        memset(bytes + kept, 0, size - kept);
        g_autoptr(GInetAddress) network = g_inet_address_new_from_bytes(bytes, g_inet_address_get_family(inet));
        g_autofree char *text = g_inet_address_to_string(network);
        return g_strdup_printf("%s/%zu", text, kept * 8);
}
