/* The voice track: microphones in, AAC packets out, each with its absolute position (mixer.h). */
#pragma once

#include "record/recorder/languages.h"
#include "record/recorder/segment.h"

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Voice Voice;

Voice *voice_new(GError **error);
/* Tracks that are mixed beside this one, block by block; they begin and end with it. Borrowed. */
void voice_set_languages(Voice *voice, Languages *languages);
void voice_free(Voice *voice);
const uint8_t *voice_config(const Voice *voice, size_t *ret_size);
void voice_packet(Voice *voice, unsigned microphone, const uint8_t *opus, size_t size, int64_t time_us);
/* Where the track begins, once; before, what comes is kept in the mixer's rings. */
void voice_start(Voice *voice, int64_t time_us);
/* Mixes and encodes all that lies before this time; silence where nobody speaks. */
void voice_mix(Voice *voice, int64_t until_us);
/* Moves the packets that begin before this time. They are whole only two packets (43 ms) behind voice_mix(), or after
 * voice_finish(). */
void voice_take(Voice *voice, int64_t before_us, Samples *to);
void voice_finish(Voice *voice, int64_t until_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Voice, voice_free)
