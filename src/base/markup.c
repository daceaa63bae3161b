#include "base/markup.h"

#include <string.h>

#define FORBIDDEN                                                                                                      \
        "\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d" \
        "\x1e\x1f"

static const char *reference(char letter)
{
        switch (letter) {
        case '&':
                return "&amp;";
        case '<':
                return "&lt;";
        case '>':
                return "&gt;";
        case '"':
                return "&quot;";
        case '\'':
                return "&#39;";
        default:
                return "";
        }
}

void markup_append(GString *out, const char *text, const char *special)
{
        char stops[sizeof FORBIDDEN + sizeof MARKUP_ATTRIBUTE];
        g_snprintf(stops, sizeof stops, "%s%s", special, FORBIDDEN);
        while (text && *text) {
                size_t plain = strcspn(text, stops);
                g_string_append_len(out, text, (gssize)plain);
                text += plain;
                if (*text)
                        g_string_append(out, reference(*text++));
        }
}
