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
        char *seal; /* a checksum of all of it: an import that would do anything else has another */
} Preview;
/* of a file of people, its persons; else its sessions. */
Preview *preview_new(const Import *import, const Lang *lang);
void preview_free(Preview *preview);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Preview, preview_free)
