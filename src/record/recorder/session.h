/* A recording as it happens: the server's messages in, segments and answers out. Its only clock is the messages' own
 * times, so that tests run as fast as they can.
 *
 * Sound is mixed 200 ms behind the clock, pictures pass 280 ms behind, when all that belongs beside them is there. A
 * new picture source begins at its key frame. Without a picture for two seconds (a still screen sends one each second),
 * or when told that nobody is on air, the slate is shown; sound goes on. */
#pragma once

#include "record/protocol.h"
#include "record/recorder/playlist.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Session Session;
typedef void (*SessionSend)(void *owner, const Message *message);

/* Opens the recording in the current directory, and goes on where it stopped. */
Session *session_new(SessionSend send, void *owner, GError **error);
void session_free(Session *session);
/* Any message to the child but HELLO. */
void session_message(Session *session, const Message *message);
/* After END: the list is complete, DONE is sent. */
bool session_is_done(const Session *session);
/* The clock leapt by over a minute: what was open is kept, and another process begins anew behind a hole. */
bool session_is_lost(const Session *session);
/* The server is gone: keeps what is open, without an end. */
void session_abandon(Session *session);
const Playlist *session_list(const Session *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Session, session_free)
