/* A child program that works on one file and answers by lines and counted bytes: started without environment and
 * without any descriptor of ours but the two it is given, heard with patience, ended.
 *
 *     g_autoptr(Child) child = child_start(&(ChildPlan){ .program = "treteau-slides", .place = "slides/encoder",
 *                                                        .file = path, .piece_cpu_s = 20, .piece_wait_s = 300 });
 *     while (child_line(child, line)) … child_bytes(child, bytes, size) … child_turn(child) …
 *     ChildEnd end = child_end(child, heard_its_last_word);
 *
 * The child is not believed: who hears it checks every size before it is allocated. For the server's side. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum { CHILD_LINE_BYTES = 160, CHILD_WORDS_MAX = 6 };

typedef struct {
        const char *program, *place;        /* its name; its folder in the build tree, below src/ */
        const char *file;                   /* its descriptor 0, for reading */
        const char *words[CHILD_WORDS_MAX]; /* its arguments, ends with NULL */
        int piece_cpu_s, piece_wait_s;      /* that it may use for one piece of its answer, of a core and of time */
        bool (*stops)(gpointer owner);      /* asked twice a second while nothing comes: true ends it. NULL: never */
        gpointer owner;
} ChildPlan;

typedef enum {
        CHILD_ENDED,  /* by itself, or it was stopped */
        CHILD_LATE,   /* a piece took too long */
        CHILD_MEMORY, /* the kernel ended it */
        CHILD_FELL,   /* it crashed, or was ended for a call that it has not */
} ChildEnd;

typedef struct Child Child;
/* NULL, logged: the file or the program is not there. */
Child *child_start(const ChildPlan *plan);
/* A line without its line feed; false at the end, when it is late, stopped, or the line is too long. */
bool child_line(Child *child, char ret_line[CHILD_LINE_BYTES]);
/* Exactly that many bytes. */
bool child_bytes(Child *child, void *ret_bytes, size_t size);
/* A piece is complete: patience begins anew. */
void child_turn(Child *child);
/* Whether the plan's stops() has ended it. */
bool child_was_stopped(const Child *child);
/* Ends it now. heard: it has said its last word, so that how it ends does not matter. */
ChildEnd child_end(Child *child, bool heard);
void child_free(Child *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Child, child_free)
