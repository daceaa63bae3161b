/* Whose voices are passed on. While few microphones are open, all. Above VOICES_OPEN_MAX the VOICES_HEARD loudest, each
 * on its seat's own line: what a watcher receives and mixes stays the same however many microphones are open.
 *
 * Who begins to speak is let in at once where one who is silent holds a place, and takes the place of the quietest at
 * the next look if clearly louder. A plain value. */
#pragma once

#include "sfu/speakers.h"

enum { VOICES_OPEN_MAX = 8, VOICES_HEARD = 3 };

typedef struct Voices {
        bool limited;
        uint32_t heard; /* while limited: bits, by seat */
} Voices;

static inline bool voices_pass(const Voices *voices, int seat)
{
        return !voices->limited || voices->heard & 1u << seat;
}
/* Looks again who is loudest; open: the seats whose microphones send, as bits. Call after each of speakers' windows.
 * True when anything changed. */
bool voices_look(Voices *voices, const Speakers *speakers, uint32_t open);
/* A loud packet came from a seat that does not pass. True when it does from now on. */
bool voices_begin(Voices *voices, const Speakers *speakers, unsigned seat);
