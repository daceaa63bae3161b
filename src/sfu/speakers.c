#include "sfu/speakers.h"

#include <string.h>

enum {
        WINDOW_US = 400 * 1000,
        HANG_OVER_US = 800 * 1000,
        TAKE_OVER_US = 2000 * 1000,
        LOUD_PERCENT = 40,
};

void speakers_init(Speakers *speakers)
{
        memset(speakers, 0, sizeof *speakers);
        speakers->dominant = SFU_NO_SEAT;
        speakers->challenger = SFU_NO_SEAT;
}

void speakers_leave(Speakers *speakers, unsigned seat)
{
        SpeakerSeat *s = &speakers->seats[seat];
        bool speaking = s->speaking;
        *s = (SpeakerSeat){ .speaking = speaking, .left = true }; /* the next tick reports it */
}

static void end_window(Speakers *speakers, unsigned seat, int64_t now_us, const SpeakersOut *out)
{
        SpeakerSeat *s = &speakers->seats[seat];
        bool loud = s->loud * 100 >= s->packets * LOUD_PERCENT && s->loud > 0;
        uint32_t mean = s->packets ? s->loudness * 16 / s->packets : 0;
        s->smoothed = (s->smoothed + mean) / 2;
        s->packets = s->loud = 0;
        s->loudness = 0;
        if (loud)
                s->heard_us = now_us;
        bool speaking = loud || (s->speaking && s->heard_us && now_us - s->heard_us < HANG_OVER_US);
        if (speaking == s->speaking)
                return;
        s->speaking = speaking;
        out->on_speaking(out->owner, seat, speaking);
}

static int loudest(const Speakers *speakers)
{
        int best = SFU_NO_SEAT;
        for (int i = 0; i < SFU_SEATS; i++)
                if (speakers->seats[i].speaking &&
                    (best == SFU_NO_SEAT || speakers->seats[i].smoothed > speakers->seats[best].smoothed))
                        best = i;
        return best;
}

static void lead(Speakers *speakers, int seat, const SpeakersOut *out)
{
        speakers->challenger = SFU_NO_SEAT;
        if (seat == speakers->dominant)
                return;
        speakers->dominant = seat;
        out->on_dominant(out->owner, seat);
}

static void choose_lead(Speakers *speakers, int64_t now_us, const SpeakersOut *out)
{
        int best = loudest(speakers);
        if (speakers->dominant != SFU_NO_SEAT && speakers->seats[speakers->dominant].left)
                lead(speakers, best, out);
        else if (best == SFU_NO_SEAT || best == speakers->dominant) {
                speakers->challenger = SFU_NO_SEAT;
        } else if (speakers->dominant == SFU_NO_SEAT) {
                lead(speakers, best, out);
        } else if (best != speakers->challenger) {
                speakers->challenger = best;
                speakers->challenger_since_us = now_us;
        } else if (now_us - speakers->challenger_since_us >= TAKE_OVER_US) {
                lead(speakers, best, out);
        }
}

bool speakers_tick(Speakers *speakers, int64_t now_us, const SpeakersOut *out)
{
        if (now_us < speakers->window_end_us)
                return false;
        speakers->window_end_us = now_us + WINDOW_US;
        for (unsigned i = 0; i < SFU_PLACES; i++)
                end_window(speakers, i, now_us, out);
        choose_lead(speakers, now_us, out);
        return true;
}
