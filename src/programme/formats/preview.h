/* What an import would do, line by line, before it does. Pure. Private to programme/. */
#pragma once
#include "programme/import.h"

typedef enum { PREVIEW_NEW, PREVIEW_CHANGED, PREVIEW_SAME, PREVIEW_REFUSED } PreviewKind;
#define PREVIEW_KINDS (PREVIEW_REFUSED + 1)

typedef struct {
        PreviewKind kind;
        int line;
        char *title, *text; /* of what, and what becomes of it */
} PreviewRow;

typedef struct {
        GArray *rows;     /* PreviewRow, by line */
        GPtrArray *notes; /* char *: what else could not be kept */
        guint counts[PREVIEW_KINDS];
        GPtrArray *totals; /* char *: "773 sessions: 773 new" and the like */
        char *seal;        /* a checksum of all of it: an import that would do anything else has another */
        char *state;       /* what the event held then: Import.state */
        char *lang;        /* of its words */
} Preview;
/* of a file of people, its persons; else its sessions. */
Preview *preview_new(const Import *import, const Lang *lang);
/* Kept with the file, so that its other pages do not read the file again. (transfer full); NULL: not one of ours */
char *preview_to_text(const Preview *preview);
Preview *preview_from_text(const char *text, size_t size);
void preview_free(Preview *preview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Preview, preview_free)
