#include "base/vtt.h"

#include "base/clean.h"
#include "base/i18n.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define LINGER_US (4 * SECOND_US) /* how long a line stays when no other follows */
#define LEAST_US SECOND_US

/* --- Writing ------------------------------------------------------------------------------------------------------ */

void vtt_line_free(gpointer data)
{
        VttLine *line = data;
        g_free(line->text);
        g_free(line);
}

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
                const VttLine *line = lines->pdata[i];
                if (*line->text)
                        return line->begun_us;
        }
        return INT64_MAX;
}

char *vtt_text(const GPtrArray *lines, int64_t start_us, bool numbered)
{
        GString *vtt = g_string_new("WEBVTT\n");
        int64_t last_us = 0; /* cues stand in order, whatever the clock did */
        for (guint i = 0; i < lines->len; i++) {
                const VttLine *line = lines->pdata[i];
                if (!*line->text || line->ended_us <= start_us)
                        continue;
                int64_t begin_us = MAX(line->begun_us - start_us, last_us);
                int64_t next_us = next_begin(lines, i);
                int64_t end_us = line->ended_us - start_us + LINGER_US;
                if (next_us != INT64_MAX)
                        end_us = MIN(end_us, MAX(next_us, line->ended_us) - start_us);
                g_string_append_c(vtt, '\n');
                if (numbered)
                        g_string_append_printf(vtt, "%" G_GINT64_FORMAT "\n", line->n);
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

/* --- Reading ------------------------------------------------------------------------------------------------------ */

/* "00:01:02.345" or "01:02.345"; *text is moved behind it. -1: it is none. */
static int64_t read_time(const char **text)
{
        unsigned parts[4] = { 0 };
        int used = 0;
        size_t width = strspn(*text, "0123456789:.");
        if (width > 16)
                return -1;
        if (sscanf(*text, "%6u:%2u:%2u.%3u%n", &parts[0], &parts[1], &parts[2], &parts[3], &used) != 4) {
                parts[0] = 0;
                used = 0;
                if (sscanf(*text, "%2u:%2u.%3u%n", &parts[1], &parts[2], &parts[3], &used) != 3)
                        return -1;
        }
        if (used <= 0 || (size_t)used != width || parts[0] > 99 || parts[1] > 59 || parts[2] > 59)
                return -1;
        *text += used;
        return ((parts[0] * 3600 + parts[1] * 60 + parts[2]) * INT64_C(1000) + parts[3]) * 1000;
}

static bool read_times(const char *row, int64_t *ret_begin_us, int64_t *ret_end_us)
{
        *ret_begin_us = read_time(&row);
        row += strspn(row, " \t");
        if (*ret_begin_us < 0 || strncmp(row, "-->", 3) != 0)
                return false;
        row += 3 + strspn(row + 3, " \t");
        *ret_end_us = read_time(&row);
        return *ret_end_us >= *ret_begin_us && (*row == '\0' || *row == ' ' || *row == '\t');
}

static const struct {
        const char *name;
        const char *text;
} ENTITIES[] = {
        { "&amp;", "&" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&nbsp;", " " }, { "&lrm;", "" }, { "&rlm;", "" }
};

static size_t read_entity(GString *into, const char *at)
{
        for (size_t i = 0; i < G_N_ELEMENTS(ENTITIES); i++)
                if (g_str_has_prefix(at, ENTITIES[i].name)) {
                        g_string_append(into, ENTITIES[i].text);
                        return strlen(ENTITIES[i].name);
                }
        g_string_append_c(into, '&');
        return 1;
}

/* A row of a cue: tags are dropped, entities are read, a blank stands between rows. */
static void append_row(GString *into, const char *row)
{
        if (into->len)
                g_string_append_c(into, ' ');
        while (*row) {
                if (*row == '<') {
                        const char *end = strchr(row, '>');
                        row = end ? end + 1 : row + strlen(row);
                } else if (*row == '&') {
                        row += read_entity(into, row);
                } else {
                        g_string_append_c(into, (guchar)*row < ' ' || *row == 0x7f ? ' ' : *row);
                        row++;
                }
        }
}

/* Takes the text. */
static void add_line(GPtrArray *lines, int64_t begun_us, int64_t ended_us, GString *text)
{
        g_autofree char *bytes = g_string_free(text, FALSE);
        g_strstrip(bytes);
        const VttLine *last = lines->len ? lines->pdata[lines->len - 1] : NULL;
        if (!*bytes || (last && begun_us < last->begun_us)) /* out of order: what is written must be in it */
                return;
        VttLine *line = g_new(VttLine, 1);
        *line = (VttLine){ lines->len, g_utf8_substring(bytes, 0, MIN(g_utf8_strlen(bytes, -1), VTT_LINE_CHARS)),
                           begun_us, ended_us };
        g_ptr_array_add(lines, line);
}

static char **rows_of(const char *bytes, size_t length)
{
        g_autofree char *valid = g_utf8_make_valid(bytes, (gssize)length);
        const char *text = g_str_has_prefix(valid, "\xef\xbb\xbf") ? valid + 3 : valid;
        char **rows = g_strsplit(text, "\n", -1);
        for (char **row = rows; *row; row++)
                g_strchomp(*row);
        return rows;
}

GPtrArray *vtt_read(const char *bytes, size_t length, const char **ret_fault)
{
        if (length > VTT_BYTES_MOST) {
                *ret_fault = N_("This file of captions is too long.");
                return NULL;
        }
        g_auto(GStrv) rows = rows_of(bytes, length);
        if (!rows[0] || !(g_str_equal(rows[0], "WEBVTT") || g_str_has_prefix(rows[0], "WEBVTT ") ||
                          g_str_has_prefix(rows[0], "WEBVTT\t"))) {
                *ret_fault = N_("This is no file of captions: WebVTT begins with the line WEBVTT.");
                return NULL;
        }
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(vtt_line_free);
        for (char **row = rows + 1; *row && lines->len < VTT_LINES_MOST; row++) {
                int64_t begun_us, ended_us;
                if (!read_times(*row, &begun_us, &ended_us))
                        continue;
                GString *text = g_string_new(NULL);
                for (row++; *row && **row && !strstr(*row, "-->"); row++)
                        append_row(text, *row);
                add_line(lines, begun_us, ended_us, text);
                row--; /* the loop goes on behind it; a cue without a blank line before it is read all the same */
        }
        return g_steal_pointer(&lines);
}
