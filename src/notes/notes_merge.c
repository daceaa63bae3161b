#include "notes/notes_merge.h"

#include <jansson.h>
#include <string.h>

static void part_clear(gpointer part)
{
        g_free(((EditPart *)part)->text);
}

Edit *edit_new(void)
{
        Edit *edit = g_array_new(FALSE, TRUE, sizeof(EditPart));
        g_array_set_clear_func(edit, part_clear);
        return edit;
}

void edit_free(Edit *edit)
{
        if (edit)
                g_array_unref(edit);
}

static EditPart *part_at(const Edit *edit, guint i)
{
        return i < edit->len ? &g_array_index(edit, EditPart, i) : NULL;
}

static EditPart *last_of(const Edit *edit)
{
        return edit->len ? part_at(edit, edit->len - 1) : NULL;
}

void edit_keep(Edit *edit, int32_t n)
{
        EditPart *last = last_of(edit), part = { .n = n };
        if (n <= 0)
                return;
        if (last && !last->text && last->n > 0)
                last->n += n;
        else
                g_array_append_val(edit, part);
}

void edit_take(Edit *edit, int32_t n)
{
        EditPart *last = last_of(edit), part = { .n = -n };
        if (n <= 0)
                return;
        if (last && !last->text && last->n < 0)
                last->n -= n;
        else
                g_array_append_val(edit, part);
}

/* Grows by halves, so that many small words cost no more than one long one. */
static void part_grow(EditPart *part, const char *text, size_t bytes)
{
        if (part->bytes + bytes >= part->room) {
                part->room = part->bytes + bytes + 1 + part->bytes / 2;
                part->text = g_realloc(part->text, part->room);
        }
        memcpy(part->text + part->bytes, text, bytes);
        part->bytes += bytes;
        part->text[part->bytes] = '\0';
}

void edit_put(Edit *edit, const char *text, size_t bytes)
{
        if (bytes == 0)
                return;
        guint at = edit->len;
        EditPart *last = last_of(edit);
        if (last && !last->text && last->n < 0) /* before what is taken away there */
                last = part_at(edit, --at - 1);
        int32_t n = (int32_t)g_utf8_strlen(text, (gssize)bytes);
        if (last && at > 0 && last->text) {
                part_grow(last, text, bytes);
                last->n += n;
                return;
        }
        EditPart part = { .n = n };
        part_grow(&part, text, bytes);
        g_array_insert_val(edit, at, part);
}

/* --- reading and writing ----------------------------------------------------------------------------------------- */

static bool is_control(const char *c)
{
        unsigned char byte = (unsigned char)*c;
        return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
}

static bool is_clean(const char *text, size_t bytes)
{
        for (size_t i = 0; i < bytes; i++)
                if (is_control(text + i))
                        return false;
        return true;
}

/* False when it is none, or over the cap that is left. */
static bool read_part(Edit *edit, const json_t *value, size_t *left)
{
        if (json_is_string(value)) {
                const char *text = json_string_value(value);
                size_t bytes = json_string_length(value);
                if (bytes == 0 || bytes > *left || !is_clean(text, bytes))
                        return false;
                *left -= bytes;
                edit_put(edit, text, bytes);
                return true;
        }
        json_int_t n = json_is_integer(value) ? json_integer_value(value) : 0;
        if (n == 0 || n > INT32_MAX / 4 || n < -INT32_MAX / 4)
                return false;
        if (n > 0)
                edit_keep(edit, (int32_t)n);
        else
                edit_take(edit, (int32_t)-n);
        return true;
}

Edit *edit_read(const char *json, size_t bytes_max)
{
        json_t *list = json_loads(json, 0, NULL);
        bool good = json_is_array(list) && json_array_size(list) <= EDIT_PARTS_MAX;
        g_autoptr(Edit) edit = edit_new();
        size_t left = bytes_max;
        for (size_t i = 0; good && i < json_array_size(list); i++)
                good = read_part(edit, json_array_get(list, i), &left);
        json_decref(list);
        return good && edit_span(edit) < INT32_MAX / 2 ? g_steal_pointer(&edit) : NULL;
}

char *edit_write(const Edit *edit)
{
        json_t *list = json_array();
        for (guint i = 0; i < edit->len; i++) {
                const EditPart *part = part_at(edit, i);
                json_array_append_new(list, part->text ? json_string(part->text) : json_integer(part->n));
        }
        char *json = json_dumps(list, JSON_COMPACT), *copy = g_strdup(json);
        free(json);
        json_decref(list);
        return copy;
}

char *note_text_clean(const char *text)
{
        if (!text || !g_utf8_validate(text, -1, NULL))
                return NULL;
        GString *clean = g_string_sized_new(strlen(text));
        for (const char *c = text; *c; c++) {
                if (*c == '\r')
                        g_string_append(clean, c[1] == '\n' ? "" : "\n");
                else if (!is_control(c))
                        g_string_append_c(clean, *c);
        }
        return g_string_free(clean, FALSE);
}

/* --- what it does ------------------------------------------------------------------------------------------------ */

int64_t edit_span(const Edit *edit)
{
        int64_t span = 0;
        for (guint i = 0; i < edit->len; i++)
                if (!part_at(edit, i)->text)
                        span += ABS(part_at(edit, i)->n);
        return span;
}

bool edit_is_nothing(const Edit *edit)
{
        for (guint i = 0; i < edit->len; i++)
                if (part_at(edit, i)->text || part_at(edit, i)->n < 0)
                        return false;
        return true;
}

char *edit_apply(const Edit *edit, const char *text)
{
        if (edit_span(edit) != g_utf8_strlen(text, -1))
                return NULL;
        GString *after = g_string_sized_new(strlen(text) + 64);
        for (guint i = 0; i < edit->len; i++) {
                const EditPart *part = part_at(edit, i);
                const char *end = part->text ? text : g_utf8_offset_to_pointer(text, ABS(part->n));
                if (part->text)
                        g_string_append(after, part->text);
                else if (part->n > 0)
                        g_string_append_len(after, text, end - text);
                text = end;
        }
        return g_string_free(after, FALSE);
}

/* A place in an edit: the part, and how much of it is left. */
typedef struct {
        const Edit *edit;
        guint i;
        int32_t left;
} Walk;

static const EditPart *walk_part(Walk *walk)
{
        const EditPart *part = part_at(walk->edit, walk->i);
        if (part && walk->left == 0)
                walk->left = ABS(part->n);
        return part;
}

static void walk_on(Walk *walk, int32_t n)
{
        walk->left -= n;
        walk->i += walk->left == 0;
}

Edit *edit_after(const Edit *edit, const Edit *first)
{
        if (edit_span(edit) != edit_span(first))
                return NULL;
        Edit *after = edit_new();
        Walk mine = { .edit = edit }, theirs = { .edit = first };
        for (;;) {
                const EditPart *a = walk_part(&mine), *b = walk_part(&theirs);
                if (!a && !b)
                        return after;
                if (b && b->text) {
                        edit_keep(after, b->n);
                        walk_on(&theirs, b->n);
                        continue;
                }
                if (a && a->text) {
                        edit_put(after, a->text, strlen(a->text));
                        walk_on(&mine, a->n);
                        continue;
                }
                int32_t n = MIN(mine.left, theirs.left);
                if (a->n > 0 && b->n > 0)
                        edit_keep(after, n);
                else if (b->n > 0)
                        edit_take(after, n);
                walk_on(&mine, n);
                walk_on(&theirs, n);
        }
}
