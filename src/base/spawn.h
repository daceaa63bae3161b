/* Starting a child program of our own: it gets the descriptors that it is given and nothing else of ours, standard
 * error apart; normal signals; a process group of its own, so that Ctrl-C in the server's terminal is the server's to
 * answer. For the server's side. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { SPAWN_NOTHING = -1, SPAWN_GIVEN_MAX = 5 };

typedef struct {
        const char *program;        /* its path */
        const char *const *words;   /* its arguments after its name, ends with NULL; NULL: none */
        int given[SPAWN_GIVEN_MAX]; /* who becomes 0, 1, …; SPAWN_NOTHING: /dev/null. 2 is standard error in any case */
        size_t n_given;             /* 3 at least */
        bool starts_others;         /* it is told the PATH; else it has no environment at all */
} SpawnPlan;

/* Where a child program lies: beside the running one, as the build and the installation put it. place: its folder in
 * the build tree, below src/. (transfer full) */
char *spawn_path(const char *program, const char *place);
/* False: it could not be started. */
bool spawn_child(const SpawnPlan *plan, pid_t *ret_pid, GError **error);
