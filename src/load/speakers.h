/* The demo's sample speakers: generated pictures and tones on the stage of a room, until a person takes it. To them
 * whoever is not of the same process is a person: speakers of several processes in one room need `stays`. */
#pragma once
#include "load/link.h"
#include "load/room.h"

typedef struct {
        const char *const *names, *const *keys; /* names may be NULL, or fewer */
        bool together;                          /* not by turns */
        bool stays;                             /* on stage beside persons */
        double tone_hz;                         /* in which all say words, all the time; 0: each a tone of its own */
} SpeakersOptions;

/* One speaker a key. Comes back by itself when the server restarts; returns after SIGTERM or SIGINT. */
bool speakers_run(Loop *loop, Network *network, const RoomAddress *address, const SpeakersOptions *options);
