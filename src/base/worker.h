/* A child program that works on one file and answers by lines and counted bytes: started without environment and
 * without any descriptor of ours but the two it is given, heard with patience, ended.
 *
 *     g_autoptr(Worker) child = worker_start(&(WorkerPlan){ .program = "treteau-slides", .place = "slides/encoder",
 *                                                        .file = path, .piece_cpu_s = 20, .piece_wait_s = 300 });
 *     while (worker_line(child, line)) … worker_bytes(child, bytes, size) … worker_turn(child) …
 *     WorkerEnd end = worker_end(child, heard_its_last_word);
 *
 * The child is not believed: who hears it checks every size before it is allocated. For the server's side. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum { WORKER_LINE_BYTES = 160, WORKER_WORDS_MAX = 6 };

typedef struct {
        const char *program, *place;             /* its name; its folder in the build tree, below src/ */
        const char *file;                        /* its descriptor 0, for reading */
        const char *words[WORKER_WORDS_MAX + 1]; /* its arguments, ends with NULL */
        int piece_cpu_s, piece_wait_s; /* that it may use for one piece of its answer, of a core and of time */
        bool (*stops)(gpointer owner); /* asked twice a second while nothing comes: true ends it. NULL: never */
        gpointer owner;
} WorkerPlan;

typedef enum {
        WORKER_ENDED,  /* by itself, or it was stopped */
        WORKER_LATE,   /* a piece took too long */
        WORKER_MEMORY, /* the kernel ended it */
        WORKER_FELL,   /* it crashed, or was ended for a call that it has not */
} WorkerEnd;

typedef struct Worker Worker;
/* NULL, logged: the file or the program is not there. */
Worker *worker_start(const WorkerPlan *plan);
/* A line without its line feed; false at the end, when it is late, stopped, or the line is too long. */
bool worker_line(Worker *child, char ret_line[WORKER_LINE_BYTES]);
/* Exactly that many bytes. */
bool worker_bytes(Worker *child, void *ret_bytes, size_t size);
/* A piece is complete: patience begins anew. */
void worker_turn(Worker *child);
/* Whether the plan's stops() has ended it. */
bool worker_was_stopped(const Worker *child);
/* Ends it now. heard: it has said its last word, so that how it ends does not matter. */
WorkerEnd worker_end(Worker *child, bool heard);
void worker_free(Worker *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Worker, worker_free)
