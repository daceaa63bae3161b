#include "sfu/voices.h"

G_STATIC_ASSERT(SFU_SEATS <= 32);

enum { LOUDER_PERCENT = 125 }; /* by so much another must be louder: places do not flutter between equals */

/* How much a seat deserves a place; 0: it does not speak. */
static uint32_t claim(const Voices *voices, const Speakers *speakers, unsigned seat)
{
        const SpeakerSeat *s = &speakers->seats[seat];
        bool holds = voices->limited && voices->heard & 1u << seat;
        if (!s->speaking)
                return 0;
        return holds ? s->smoothed * LOUDER_PERCENT : s->smoothed * 100;
}

static uint32_t loudest(const Voices *voices, const Speakers *speakers, uint32_t open)
{
        uint32_t chosen = 0;
        for (unsigned n = 0; n < VOICES_HEARD; n++) {
                uint32_t most = 0;
                uint32_t best = 0;
                for (unsigned seat = 0; seat < SFU_SEATS; seat++) {
                        uint32_t bit = 1u << seat;
                        uint32_t claims = open & bit && !(chosen & bit) ? claim(voices, speakers, seat) : 0;
                        if (claims > most) {
                                most = claims;
                                best = bit;
                        }
                }
                chosen |= best;
        }
        return chosen;
}

/* Places that nobody claims stay with those who had them: a voice that pauses has no gap when it goes on. */
static uint32_t keep_silent(uint32_t chosen, uint32_t before)
{
        for (unsigned seat = 0; seat < SFU_SEATS && __builtin_popcount(chosen) < VOICES_HEARD; seat++)
                chosen |= before & 1u << seat;
        return chosen;
}

bool voices_look(Voices *voices, const Speakers *speakers, uint32_t open)
{
        Voices before = *voices;
        if (__builtin_popcount(open) <= VOICES_OPEN_MAX) {
                *voices = (Voices){ 0 };
                return before.limited;
        }
        uint32_t held = before.limited ? before.heard & open : 0;
        *voices = (Voices){ .limited = true, .heard = keep_silent(loudest(&before, speakers, open), held) };
        return !before.limited || voices->heard != before.heard;
}

bool voices_begin(Voices *voices, const Speakers *speakers, unsigned seat)
{
        int silent = SFU_NO_SEAT;
        if (__builtin_popcount(voices->heard) >= VOICES_HEARD) {
                for (int i = 0; i < SFU_SEATS; i++) {
                        const SpeakerSeat *s = &speakers->seats[i];
                        bool rests = voices->heard & 1u << i && !s->speaking && s->loud == 0;
                        if (rests && (silent == SFU_NO_SEAT || s->heard_us < speakers->seats[silent].heard_us))
                                silent = i;
                }
                if (silent == SFU_NO_SEAT)
                        return false;
                voices->heard &= ~(1u << silent);
        }
        voices->heard |= 1u << seat;
        return true;
}
