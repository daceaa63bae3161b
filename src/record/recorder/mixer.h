/* Mixes the microphones of a room into one voice track, 48 kHz mono.
 *
 * Positions are absolute: samples since 1970 by the server's clock (time_us * 48 / 1000), so that voices of different
 * computers meet where they belong. Each microphone has a ring of 4 s; the reader follows at a distance and clears what
 * it read. A packet within 40 ms of where the last one ended follows it without a seam, and slips towards where its
 * time says (slip.h); one further off is placed there (silence before, or a correction); lost packets in between are
 * concealed by Opus.
 *
 *     mixer_start(mixer, position);
 *     mixer_packet(mixer, 3, opus, size, position_of_time(time_us));
 *     mixer_read(mixer, pcm, 1024);
 *
 * RFC 6716 (Opus). */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

enum { MIXER_RATE = 48000 };

typedef struct Mixer Mixer;

Mixer *mixer_new(void);
void mixer_free(Mixer *mixer);
/* Where reading begins; what was put in for earlier is forgotten. */
void mixer_start(Mixer *mixer, int64_t position);
int64_t mixer_position(const Mixer *mixer);
/* One Opus packet of a microphone (below RECORD_MICROPHONES); a malformed one is ignored, as is what comes too late. */
void mixer_packet(Mixer *mixer, unsigned microphone, const uint8_t *opus, size_t size, int64_t position);
/* The next n samples of all voices, softly clipped to -1 … 1. */
void mixer_read(Mixer *mixer, float *ret_pcm, size_t n);

static inline int64_t position_of_time(int64_t time_us)
{
        return time_us / 1000 * 48 + time_us % 1000 * 48 / 1000;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mixer, mixer_free)
