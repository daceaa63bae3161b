/* Edits of notes, as pages send them: two of any shape, made fit for a text, one after the other; and that text
 * compared with what became of it. Input: the text, a line each for two edits, parted by zeros. */
#include "notes/notes_diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool holds)
{
        if (!holds)
                abort();
}

/* The edit with what is missing to the text's end, or none when it is for more than the text. */
static Edit *fit(const char *json, int64_t span)
{
        g_autoptr(Edit) edit = edit_read(json, 4096);
        if (!edit || edit_span(edit) > span)
                return NULL;
        edit_keep(edit, (int32_t)(span - edit_span(edit)));
        g_autofree char *written = edit_write(edit);
        g_autoptr(Edit) again = edit_read(written, 4096);
        g_autofree char *twice = edit_write(again);
        expect(strcmp(written, twice) == 0);
        return g_steal_pointer(&edit);
}

static char *part_of(const char **at, const char *end)
{
        size_t bytes = strnlen(*at, (size_t)(end - *at));
        g_autofree char *valid = g_utf8_make_valid(*at, (gssize)bytes);
        *at += bytes + (*at + bytes < end);
        return note_text_clean(valid);
}

static void compare(const char *old, const char *new)
{
        g_autoptr(Edit) edit = notes_diff_edit(old, new);
        g_autofree char *led = edit_apply(edit, old);
        expect(led && strcmp(led, new) == 0);
        g_autoptr(GArray) rows = notes_diff_rows(old, new, 2);
        expect(strcmp(old, new) == 0 || rows->len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *at = (const char *)data, *end = at + size;
        g_autofree char *text = part_of(&at, end), *one = part_of(&at, end), *two = part_of(&at, end);
        int64_t span = g_utf8_strlen(text, -1);
        g_autoptr(Edit) first = fit(one, span), second = fit(two, span);
        if (!first || !second) {
                compare(text, one);
                return 0;
        }
        g_autofree char *after_first = edit_apply(first, text), *alone = edit_apply(second, text);
        g_autoptr(Edit) then = edit_after(second, first);
        g_autofree char *both = edit_apply(then, after_first);
        expect(after_first && alone && both);
        g_autoptr(GArray) clashes = notes_clashes(second, first, 20);
        expect(clashes->len <= 20);
        compare(text, both);
        return 0;
}
