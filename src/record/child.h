/* One run of treteau-recorder: the process, and the server's end of its socket. Belongs to the recorder's thread. */
#pragma once

#include "record/protocol.h"

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct Child Child;

/* Starts a program that gets standard error, the socket as descriptor 3, and nothing else of ours; no environment but
 * the path; in a process group of its own. */
bool child_spawn(const char *program, int theirs, pid_t *ret_pid, GError **error);
/* Starts the program and sends HELLO with the folder, and which languages there are: RECORD_LANGUAGES of them, by
 * channel, NULL or "" for none. */
Child *child_start(const char *program, const char *folder, const char *title, const char *const *languages,
                   GError **error);
/* Closes the socket, which makes the child keep its open segment and leave; waits for that, at most wait_ms, then kills
 * it. NULL is fine. */
void child_end(Child *child, int wait_ms);
int child_descriptor(const Child *child);
pid_t child_pid(const Child *child);

typedef enum ChildIo { CHILD_AGAIN, CHILD_OK, CHILD_GONE } ChildIo;
/* Sends what it can of bytes from *offset on without waiting, and moves *offset. OK: all is sent. */
ChildIo child_send(Child *child, GBytes *bytes, size_t *offset);
/* Reads what is there. OK: something came, take it with child_next(). */
ChildIo child_receive(Child *child);
/* The next whole message; its body lives until child_receive(). False when there is none. Nonsense counts as the child
 * being gone: child_receive() says so next. */
bool child_next(Child *child, Message *ret_message);
