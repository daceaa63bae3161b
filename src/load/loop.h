/* The generator's one thread: file descriptors and a clock.
 *
 * Whoever is watched embeds a Watch and stays where it is while watched. Turns come at least every `turn_us`, so that
 * senders keep their rhythm without a timer each.
 *
 * A polling loop sleeps for a whole turn instead of waiting for descriptors: the server that is measured then never
 * pays for waking the generator up, as it never would for receivers on other machines.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef struct Watch Watch;
struct Watch {
        void (*on_ready)(void *owner, int64_t now_us);
        void *owner;
};

typedef struct Loop Loop;
Loop *loop_new(int64_t turn_us, bool polling);
void loop_free(Loop *loop);
void loop_set_turn(Loop *loop, int64_t turn_us);
bool loop_add(Loop *loop, int fd, Watch *watch);
/* For a socket with much to read, whose on_ready does not mind to be called for nothing: asked each turn if the loop is
 * polling, else watched like the others. */
bool loop_add_busy(Loop *loop, int fd, Watch *watch);
/* To be called before the descriptor is closed. */
void loop_remove(Loop *loop, int fd, Watch *watch);
/* Waits for one turn (at most, if it is not polling) and calls whoever is ready; the time after the wait, monotonic. */
int64_t loop_turn(Loop *loop);
