/* Whatever a program that listens writes: what is read of it is in order, short, and written again without a tag; and
 * what was written is read as the same words. */
#include "base/vtt.h"

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
        const char *fault = NULL;
        g_autoptr(GPtrArray) lines = vtt_read((const char *)data, size, &fault);
        if (!lines) {
                expect(fault != NULL);
                return 0;
        }
        int64_t last_us = 0;
        for (guint i = 0; i < lines->len; i++) {
                const VttLine *line = lines->pdata[i];
                expect(line->n == i && *line->text && !strchr(line->text, '\n') &&
                       g_utf8_validate(line->text, -1, NULL));
                expect(g_utf8_strlen(line->text, -1) <= VTT_LINE_CHARS);
                expect(line->begun_us >= last_us && line->ended_us >= line->begun_us);
                last_us = line->begun_us;
        }
        g_autofree char *vtt = vtt_text(lines, -1, true);
        expect(!strchr(vtt, '<'));
        g_autoptr(GPtrArray) again = vtt_read(vtt, strlen(vtt), &fault);
        expect(again && again->len == lines->len);
        for (guint i = 0; i < lines->len; i++)
                expect(strcmp(((VttLine *)lines->pdata[i])->text, ((VttLine *)again->pdata[i])->text) == 0);
        return 0;
}
