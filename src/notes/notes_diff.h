/* What differs between two texts: by lines, and by words within the lines that changed. Pure. */
#pragma once
#include "notes/notes_merge.h"

typedef enum { DIFF_SAME, DIFF_GONE, DIFF_NEW } DiffKind;

typedef struct {
        char *text;
        bool changed; /* these words, within a line that is gone or new */
} DiffPiece;
typedef struct {
        DiffKind kind;
        GArray *pieces; /* of DiffPiece; NULL: lines alike that are left out */
        int skipped;    /* how many */
} DiffRow;
/* Lines in order, what is gone before what is new; of those alike `around` beside each change. (transfer full) of
 * DiffRow */
GArray *notes_diff_rows(const char *old, const char *new, int around);

/* The edit that makes one text into the other, with as many words kept as were found alike. (transfer full) */
Edit *notes_diff_edit(const char *old, const char *new);

/* Where two who began with the same text both changed it at one place: what each put there. */
typedef struct {
        char *mine, *theirs; /* "" when words were only taken away */
} NoteClash;
/* (transfer full) of NoteClash, at most `most` */
GArray *notes_clashes(const Edit *mine, const Edit *theirs, guint most);
