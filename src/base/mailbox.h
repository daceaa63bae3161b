/* A queue from one thread to one other: a ring of equal messages and an eventfd to poll. No lock, no allocation after
 * mailbox_new(). Messages carry ids or values whose ownership passes with them.
 *
 * One thread pushes, one thread pops. The reader polls mailbox_fd(), calls mailbox_clear_fd(), then pops until false;
 * several mailboxes of one reader may share a descriptor.
 *
 *     Mailbox *box = mailbox_new(sizeof(Command), 256, -1);
 *     mailbox_push(box, &command);                    // writer: false when full
 *     while (mailbox_pop(box, &command)) …            // reader */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Mailbox Mailbox;

/* capacity is rounded up to a power of two. shared_fd: an eventfd to signal, still the caller's; -1 makes an own one.
 * NULL when no descriptor is left. */
Mailbox *mailbox_new(size_t message_size_bytes, unsigned capacity, int shared_fd);
void mailbox_free(Mailbox *box);

/* Writer only. False, and nothing changed, when the ring is full. */
bool mailbox_push(Mailbox *box, const void *message);
/* Reader only. False when empty; a push from then on makes the descriptor readable. */
bool mailbox_pop(Mailbox *box, void *ret_message);

/* Writer only: wakes the reader without a message, or lets it go on when it is popping. So what the writer has set
 * beside the box before this call is to be read after mailbox_pop() said false, not before. */
void mailbox_wake(Mailbox *box);

int mailbox_fd(const Mailbox *box);
/* Makes an eventfd unreadable; call it before popping. */
void mailbox_clear_fd(int fd);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailbox, mailbox_free)
