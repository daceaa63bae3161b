/* The child's end of the socket: whole messages in, answers out. */
#pragma once

#include "record/protocol.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Link Link;

Link *link_new(int descriptor);
void link_free(Link *link);
/* Waits for HELLO and goes into the folder whose descriptor came with it, once no other recorder works there. Returns
 * the recording's title (transfer full), NULL when the server is gone or speaks another version. */
char *link_hello(Link *link);
/* Waits for the next message; its body lives until the next call. False when the server is gone or talks nonsense. */
bool link_next(Link *link, Message *ret_message);
/* A SessionSend: a server that is gone is noticed when reading. */
void link_send(void *link, const Message *message);
void link_send_fault(Link *link, RecordFault fault, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_free)
