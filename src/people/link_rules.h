/* What a link is and when it opens: pure decisions. Private to people/.
 *
 * A token is 256 random bits in base64url (RFC 4648 5); the store keeps its BLAKE2b alone. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "people/people.h"

#define TOKEN_LENGTH 43
#define TOKEN_HASH_BYTES 32

/* One list: the enum, the word in the store, how long it lives (0: the caller says), whether it is used once. */
#define LINK_PURPOSES(X)                                                                                               \
        X(SIGN_IN, "sign-in", 60 * MINUTE_US, true)                                                                    \
        X(INVITATION, "invitation", 14 * DAY_US, true)                                                                 \
        X(PERSONAL, "personal", 0, false)
typedef enum {
#define X(name, word, life, once) LINK_##name,
        LINK_PURPOSES(X)
#undef X
                LINK_PURPOSE_COUNT,
} LinkPurpose;

const char *link_word(LinkPurpose purpose);
/* LINK_PURPOSE_COUNT when the word is none of them. */
LinkPurpose link_purpose(const char *word);
int64_t link_life_us(LinkPurpose purpose);
bool link_is_once(LinkPurpose purpose);

void token_make(char ret_token[TOKEN_LENGTH + 1]);
bool token_is_well_formed(const char *token);
void token_hash(const char *token, unsigned char ret_hash[TOKEN_HASH_BYTES]);

typedef struct {
        LinkPurpose purpose;
        int64_t id, account, event, invitation;
        int64_t expires_us, used_us, revoked_us;
        bool invitation_withdrawn;
        char *next;
} Link;
void link_free(Link *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_free)
bool link_is_open(const Link *link, int64_t at_us);

/* How long to wait after so many unknown tokens: the first ten are free, then 1, 2, 4 … seconds to 15 minutes. */
int64_t guess_wait_us(int64_t count);

/* A path of ours to go back to ("/event/me/"), else "": never another site's, whatever the browser makes of slashes
 * and back slashes (case 11). */
const char *next_path(const char *wanted);
