#include "whip/whip_private.h"

#include <string.h>

const char *whip_bearer(const char *authorization)
{
        static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
        if (!authorization || g_ascii_strncasecmp(authorization, "Bearer ", 7) != 0)
                return NULL;
        const char *token = authorization + 7;
        token += strspn(token, " ");
        return strlen(token) == WHIP_KEY_CHARS && strspn(token, letters) == WHIP_KEY_CHARS ? token : NULL;
}

/* The length of what stands before parameters, without white space at its end. */
static size_t type_length(const char *text)
{
        size_t length = strcspn(text, ";,");
        while (length && g_ascii_isspace(text[length - 1]))
                length--;
        return length;
}

static bool is_word(const char *text, size_t length, const char *word)
{
        return length == strlen(word) && g_ascii_strncasecmp(text, word, length) == 0;
}

bool whip_is_type(const char *header, const char *type)
{
        if (!header)
                return false;
        header += strspn(header, " \t");
        return is_word(header, type_length(header), type);
}

bool whip_accepts(const char *header, const char *type)
{
        if (!header || !*header)
                return true;
        for (const char *at = header; *at;) {
                at += strspn(at, " \t,");
                size_t length = type_length(at);
                if (is_word(at, length, type) || is_word(at, length, "*/*") || is_word(at, length, "application/*"))
                        return true;
                at += strcspn(at, ",");
        }
        return false;
}

WhipMatch whip_match(const char *header, unsigned tag)
{
        if (!header)
                return MATCH_MISSING;
        header += strspn(header, " \t");
        if (strcmp(header, "*") == 0)
                return MATCH_ANY;
        char wanted[16];
        g_snprintf(wanted, sizeof wanted, "\"%u\"", tag);
        for (const char *at = header; *at;) {
                at += strspn(at, " \t,");
                size_t length = strcspn(at, ", \t");
                if (is_word(at, length, wanted))
                        return MATCH_SAME;
                at += length;
        }
        return MATCH_OTHER;
}

const char *whip_trouble_text(const char *trouble)
{
        if (!g_strcmp0(trouble, "b-frames"))
                return N_("It sends B-frames, which browsers show out of order: the picture jerks. In OBS, Settings, "
                          "Output, set the B-frames of the encoder to 0 (“bf=0” for x264).");
        if (!g_strcmp0(trouble, "profile"))
                return N_("It sends H.264 in a profile that some browsers cannot show. In OBS, Settings, Output, set "
                          "the profile of the encoder to “baseline”.");
        return NULL;
}
