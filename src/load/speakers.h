/* The demo's sample speakers: generated pictures and tones on the stage of a room, until a person takes it. */
#pragma once
#include "load/link.h"
#include "load/room.h"

/* One speaker a key, by turns or all together. Comes back by itself when the server restarts; returns after SIGTERM or
 * SIGINT. */
bool speakers_run(Loop *loop, Network *network, const RoomAddress *address, const char *const *names,
                  const char *const *keys, bool together);
