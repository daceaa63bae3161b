#include "programme/formats/draft_text.h"

#include <string.h>

/* Returns whether characters were dropped that no text has. */
static bool clean(GString *out, const char *text, bool one_line)
{
        bool dropped = false;
        for (const char *c = text; *c; c++) {
                if (!strncmp(c, "\xe2\x80\xa8", 3) || !strncmp(c, "\xe2\x80\xa9", 3)) { /* line, paragraph separator */
                        if (!one_line || (out->len && out->str[out->len - 1] != ' '))
                                g_string_append_c(out, one_line ? ' ' : '\n');
                        c += 2;
                        continue;
                }
                guchar byte = (guchar)*c;
                bool space = g_ascii_isspace(*c);
                if ((byte < 0x20 || byte == 0x7f) && !space)
                        dropped = true;
                else if (one_line && space && (!out->len || out->str[out->len - 1] == ' '))
                        continue;
                else if (one_line || byte != '\r')
                        g_string_append_c(out, one_line && space ? ' ' : *c);
        }
        return dropped;
}

const char *draft_text(Programme *programme, const char *text, const char *what, int line, bool one_line)
{
        if (!text)
                return NULL;
        g_autoptr(GString) kept = g_string_new(NULL);
        if (clean(kept, text, one_line))
                programme_notice(programme, line, true, N_("control characters in <%s> were left out"), what);
        if (kept->len > DRAFT_TEXT_MAX_BYTES) {
                char *end = g_utf8_find_prev_char(kept->str, kept->str + DRAFT_TEXT_MAX_BYTES);
                g_string_truncate(kept, (gsize)(end - kept->str));
                programme_notice(programme, line, false, N_("the text of <%s> is too long and was cut"), what);
        }
        return programme_text(programme, g_strstrip(kept->str));
}

bool draft_bytes_are_text(const char *bytes, size_t size, size_t max_bytes, ProgrammeNotice *ret_fault)
{
        if (size > max_bytes) {
                notice_set(ret_fault, 0, N_("the file is over %s"), "16 MiB");
                return false;
        }
        const char *end = bytes;
        if (g_utf8_validate(bytes, (gssize)size, &end))
                return true;
        int line = 1;
        for (const char *c = bytes; c < end; c++)
                line += *c == '\n';
        notice_set(ret_fault, line, N_("this is not UTF-8 text; save the file as UTF-8"), "");
        return false;
}
