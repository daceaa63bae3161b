/* The sound's way into pieces: as it is, or made anew as our own recordings have it (recorder/aac.h). */
#pragma once

#include "record/converter/pieces.h"
#include "record/converter/source.h"

typedef struct Sound Sound;
/* anew is also for a file without sound: it gets silence. NULL: it cannot be decoded here. */
Sound *sound_new(const Source *source, bool anew, int64_t from_us, Pieces *pieces);
void sound_free(Sound *sound);
/* The AudioSpecificConfig for the inits. */
const uint8_t *sound_config(const Sound *sound, size_t *ret_size);
/* packet NULL: the end. */
PieceEnd sound_packet(Sound *sound, const AVPacket *packet);
/* Where it ends so far, microseconds. */
int64_t sound_end(const Sound *sound);
/* Silence up to that time, where the sound is made anew and ends before. */
PieceEnd sound_fill(Sound *sound, int64_t until_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sound, sound_free)
