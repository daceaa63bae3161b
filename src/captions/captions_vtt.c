#include "captions/captions_private.h"
#include "base/time.h"

#define LINGER_US (4 * SECOND_US) /* how long a line stays when no other follows */
#define LEAST_US SECOND_US

static void append_time(GString *vtt, int64_t us)
{
        int64_t ms = us / 1000;
        g_string_append_printf(vtt, "%02d:%02d:%02d.%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                               (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* W3C WebVTT 3.1: in a cue "&" and "<" are not themselves, and "-->" would end it; lines do not hold line feeds. */
static void append_text(GString *vtt, const char *text)
{
        for (; *text; text++)
                switch (*text) {
                case '&':
                        g_string_append(vtt, "&amp;");
                        break;
                case '<':
                        g_string_append(vtt, "&lt;");
                        break;
                case '>':
                        g_string_append(vtt, "&gt;");
                        break;
                default:
                        g_string_append_c(vtt, *text);
                }
}

/* When the line after this one, that was not taken back, begins; INT64_MAX: there is none. */
static int64_t next_begin(const GPtrArray *lines, guint i)
{
        for (i++; i < lines->len; i++) {
                const Caption *line = lines->pdata[i];
                if (*line->text)
                        return line->begun_us;
        }
        return INT64_MAX;
}

char *captions_vtt(const GPtrArray *lines, int64_t start_us)
{
        GString *vtt = g_string_new("WEBVTT\n");
        int64_t last_us = 0; /* cues stand in order, whatever the clock did */
        for (guint i = 0; i < lines->len; i++) {
                const Caption *line = lines->pdata[i];
                if (!*line->text || line->ended_us <= start_us)
                        continue;
                int64_t begin_us = MAX(line->begun_us - start_us, last_us);
                int64_t next_us = next_begin(lines, i);
                int64_t end_us = line->ended_us - start_us + LINGER_US;
                if (next_us != INT64_MAX)
                        end_us = MIN(end_us, MAX(next_us, line->ended_us) - start_us);
                g_string_append_c(vtt, '\n');
                append_time(vtt, begin_us);
                g_string_append(vtt, " --> ");
                append_time(vtt, MAX(end_us, begin_us + LEAST_US));
                g_string_append_c(vtt, '\n');
                append_text(vtt, line->text);
                g_string_append_c(vtt, '\n');
                last_us = begin_us;
        }
        return g_string_free(vtt, FALSE);
}
