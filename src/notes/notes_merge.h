/* Edits of a text, and how two that were made at once become one after the other (operational transformation). Pure.
 *
 * An edit walks the whole text, in characters: it keeps some, takes some away, puts words in. As JSON it is a list of
 * 5, -3, "words". The same rules in the browser: merge.js; tests hold them to each other. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define EDIT_PARTS_MAX 8000

typedef struct {
        int32_t n;          /* characters: > 0 kept or put in, < 0 taken away */
        char *text;         /* what is put in; NULL: nothing is */
        size_t bytes, room; /* of text: its length, and what it may grow to */
} EditPart;
typedef GArray Edit; /* of EditPart; words that are put in stand before those taken away there */
void edit_free(Edit *edit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Edit, edit_free)

Edit *edit_new(void);
/* Each joins the part before it where it can. */
void edit_keep(Edit *edit, int32_t n);
void edit_take(Edit *edit, int32_t n);
void edit_put(Edit *edit, const char *text, size_t bytes);

/* NULL when it is none: too many parts, zeros, control characters, more than bytes_max put in. (transfer full) */
Edit *edit_read(const char *json, size_t bytes_max);
char *edit_write(const Edit *edit);
/* The characters of the text that it is for. */
int64_t edit_span(const Edit *edit);
bool edit_is_nothing(const Edit *edit);
/* The text after it; NULL when it is for a text of another length. (transfer full) */
char *edit_apply(const Edit *edit, const char *text);
/* The edit as it is to be made after `first`, which was made on the same text; both put in at one place: first's words
 * come first. NULL when they are for texts of different lengths. (transfer full) */
Edit *edit_after(const Edit *edit, const Edit *first);

/* UTF-8 with \n alone as line ends and no control characters but those and tabs: what texts of notes are. NULL: it is
 * not UTF-8. (transfer full) */
char *note_text_clean(const char *text);
