/* Whatever is typed, the file of captions has as many cues as lines with words in them, in order, and no tag: times are
 * the first bytes of each line of the input, the rest is its text. */
#include "captions/captions_private.h"
#include "base/time.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
        if (!holds)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        g_autofree char *input = g_utf8_make_valid((const char *)data, (gssize)size); /* as JSON gives it */
        g_auto(GStrv) typed = g_strsplit(input, "\n", 64);
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(vtt_line_free);
        int64_t start_us = 10 * SECOND_US;
        guint cues = 0;
        for (char **one = typed; *one; one++) {
                g_autofree char *text = live_clean_text(*one, CAPTION_MAX_CHARS, false);
                Caption *line = g_new(Caption, 1);
                int64_t begun_us = (unsigned char)**one * SECOND_US / 8;
                *line = (Caption){ lines->len, g_strdup(text ? text : ""), begun_us, begun_us + SECOND_US };
                g_ptr_array_add(lines, line);
                cues += text && line->ended_us > start_us;
        }
        g_autofree char *vtt = vtt_text(lines, start_us, false);
        expect(g_str_has_prefix(vtt, "WEBVTT\n") && !strchr(vtt, '<'));
        g_auto(GStrv) blocks = g_strsplit(vtt, "\n\n", -1);
        expect(g_strv_length(blocks) == cues + 1);
        g_autofree char *last = g_strdup("");
        for (char **block = blocks + 1; *block; block++) {
                g_auto(GStrv) rows = g_strsplit(*block, "\n", -1);
                guint n = g_strv_length(rows);
                expect(n == 2 || (n == 3 && !*rows[2]));
                char *arrow = strstr(rows[0], " --> ");
                expect(arrow && arrow - rows[0] == 12 && strlen(rows[0]) == 29 && !strstr(rows[1], "-->") && *rows[1]);
                expect(strcmp(last, rows[0]) <= 0 || strncmp(last, rows[0], 12) == 0);
                expect(strncmp(rows[0], arrow + 5, 12) < 0);
                g_free(last);
                last = g_steal_pointer(&rows[0]);
                rows[0] = g_strdup("");
        }
        return 0;
}
