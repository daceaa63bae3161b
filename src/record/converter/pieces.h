/* Pictures and sound that come in the order of decoding become segments of our own form, cut at key frames.
 *
 * Times are microseconds of the recording, positions samples of 48 kHz. A segment leaves once its sound is there too,
 * or nothing more can come. Decoding times are not taken from the file, which may lack them: within a segment, whose
 * pictures lead nowhere else, the n-th picture to be decoded has the time of the n-th to be shown. */
#pragma once

#include "record/recorder/segment.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Pieces Pieces;
/* false: it cannot be given out. */
typedef bool (*PieceSink)(void *owner, const Segment *segment, bool new_description);

/* What adding says. */
typedef enum PieceEnd {
        PIECE_GOES_ON,
        PIECE_UNFIT, /* these pictures cannot be cut as they are: times lack, or no key frame comes */
        PIECE_LOST,  /* the sink gave up */
} PieceEnd;

Pieces *pieces_new(int64_t from_us, PieceSink sink, void *owner);
void pieces_free(Pieces *pieces);
/* An access unit, Annex B, shown at that time. */
PieceEnd pieces_picture(Pieces *pieces, const uint8_t *bytes, size_t length, int64_t shown_us);
PieceEnd pieces_sound(Pieces *pieces, const uint8_t *bytes, size_t length, int64_t position);
/* Where the sound ends so far. */
int64_t pieces_sound_end_us(const Pieces *pieces);
/* Where the pictures end so far, were nothing to follow. */
int64_t pieces_picture_end_us(const Pieces *pieces);
/* No sound comes after this: segments wait no longer for it. */
void pieces_sound_is_over(Pieces *pieces);
/* The slate, from where the pictures end to this time, in segments of its own. */
PieceEnd pieces_slate(Pieces *pieces, int64_t until_us);
/* All that is left, up to this time. */
PieceEnd pieces_finish(Pieces *pieces, int64_t end_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pieces, pieces_free)
