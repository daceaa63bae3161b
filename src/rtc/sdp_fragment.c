#include "rtc/sdp_fragment.h"

#include <string.h>

static bool starts_with(const char *at, size_t length, const char *prefix, const char **ret_value, size_t *ret_length)
{
        size_t size = strlen(prefix);
        if (length < size || memcmp(at, prefix, size))
                return false;
        *ret_value = at + size;
        *ret_length = length - size;
        return true;
}

/* ice-char: letters, digits, + and / (RFC 8839, 5.4). A second one must say the same. */
static bool take_ice_word(const char *at, size_t length, size_t minimum, char *to, size_t size)
{
        if (length < minimum || length >= size)
                return false;
        for (size_t i = 0; i < length; i++)
                if (!g_ascii_isalnum(at[i]) && at[i] != '+' && at[i] != '/')
                        return false;
        if (to[0] && (strlen(to) != length || memcmp(to, at, length)))
                return false;
        memcpy(to, at, length);
        to[length] = '\0';
        return true;
}

static SdpResult take_line(SdpFragment *fragment, const char *at, size_t length)
{
        const char *value;
        size_t size;
        if (length < 2 || at[1] != '=' || !g_ascii_islower(at[0]))
                return SDP_BAD_LINE;
        if (starts_with(at, length, "a=ice-ufrag:", &value, &size))
                return take_ice_word(value, size, 4, fragment->ufrag, sizeof fragment->ufrag) ? SDP_OK : SDP_BAD_ICE;
        if (starts_with(at, length, "a=ice-pwd:", &value, &size))
                return take_ice_word(value, size, 22, fragment->pwd, sizeof fragment->pwd) ? SDP_OK : SDP_BAD_ICE;
        if (starts_with(at, length, "a=end-of-candidates", &value, &size))
                fragment->end_of_candidates = true;
        else if (starts_with(at, length, "a=candidate:", &value, &size) &&
                 ++fragment->n_candidates > SDP_FRAGMENT_MAX_CANDIDATES)
                return SDP_BAD_ATTRIBUTE;
        return SDP_OK;
}

static SdpResult take_all(SdpFragment *fragment, const char *text, size_t length)
{
        if (length > SDP_FRAGMENT_MAX_BYTES)
                return SDP_TOO_LONG;
        while (length) {
                const char *end = memchr(text, '\n', length);
                size_t whole = end ? (size_t)(end - text) : length, line = whole;
                if (line && text[line - 1] == '\r')
                        line--;
                SdpResult result = line ? take_line(fragment, text, line) : SDP_OK;
                if (result)
                        return result;
                size_t used = whole + (end ? 1 : 0);
                text += used;
                length -= used;
        }
        if (!fragment->ufrag[0] != !fragment->pwd[0])
                return SDP_BAD_ICE;
        return fragment->ufrag[0] || fragment->n_candidates || fragment->end_of_candidates ? SDP_OK : SDP_NOT_SDP;
}

bool sdp_fragment_parse(const char *text, size_t length, SdpFragment *ret_fragment, SdpResult *ret_result)
{
        SdpFragment fragment = { 0 };
        SdpResult result = take_all(&fragment, text, length);
        if (ret_result)
                *ret_result = result;
        if (result == SDP_OK)
                *ret_fragment = fragment;
        return result == SDP_OK;
}

char *sdp_fragment_print(const Sdp *local)
{
        /* The whole description is written by one hand; of it stay the lines that a fragment has. */
        g_autofree char *whole = sdp_print(local);
        g_auto(GStrv) lines = g_strsplit(whole, "\r\n", -1);
        g_autofree char *credentials =
                g_strdup_printf("a=ice-lite\r\na=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", local->ufrag, local->pwd);
        GString *text = g_string_new(credentials);
        bool in_line = false;
        for (char **line = lines; *line; line++) {
                if (g_str_has_prefix(*line, "m=")) {
                        if (in_line)
                                break;
                        in_line = !strstr(*line, " 0 UDP");
                }
                if (in_line && (g_str_has_prefix(*line, "m=") || g_str_has_prefix(*line, "a=mid:") ||
                                g_str_has_prefix(*line, "a=candidate:") || g_str_equal(*line, "a=end-of-candidates")))
                        g_string_append_printf(text, "%s\r\n", *line);
        }
        return g_string_free(text, FALSE);
}
