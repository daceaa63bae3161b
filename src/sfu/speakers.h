/* Who speaks, from the audio-level header extension (RFC 6464): each seat on or off, and the one who leads.
 *
 * A seat speaks when 40 % of its packets in the last 400 ms are above −40 dBov, and stops after 800 ms without. The
 * lead goes to the loudest; another must lead for 2 s before it takes over, and silence keeps it where it is. A plain
 * value; the caller gives the time, in any steady microseconds. */
#pragma once

#include "sfu/sfu.h"

typedef struct SpeakerSeat {
        uint16_t packets, loud; /* in the window under way */
        uint32_t loudness;      /* sum of 127 − level of those */
        uint32_t smoothed;      /* of past windows, ×16 */
        int64_t heard_us;       /* the last window that was loud enough */
        bool speaking;
        bool left; /* empty or muted since the last packet */
} SpeakerSeat;

typedef struct Speakers {
        SpeakerSeat seats[SFU_PLACES]; /* booths never lead */
        int64_t window_end_us;
        int dominant, challenger;
        int64_t challenger_since_us;
} Speakers;

void speakers_init(Speakers *speakers);
enum { SPEAKERS_LOUD_LEVEL = 40 }; /* −dBov: as loud or louder */
/* A packet's level, 0 (loudest) … 127 (silence). */
static inline void speakers_hear(Speakers *speakers, unsigned seat, uint8_t level)
{
        SpeakerSeat *s = &speakers->seats[seat];
        s->left = false;
        s->packets++;
        s->loud += level <= SPEAKERS_LOUD_LEVEL;
        s->loudness += 127 - (level & 127);
}
/* The seat is empty or muted. */
void speakers_leave(Speakers *speakers, unsigned seat);
/* Call every 100 ms or so; true when a window ended. Calls on_speaking for each change, on_dominant when the lead
 * changes (SFU_NO_SEAT: none). */
typedef struct SpeakersOut {
        void *owner;
        void (*on_speaking)(void *owner, unsigned seat, bool on);
        void (*on_dominant)(void *owner, int seat);
} SpeakersOut;
bool speakers_tick(Speakers *speakers, int64_t now_us, const SpeakersOut *out);
