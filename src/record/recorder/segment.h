/* One segment while it fills: the pictures on air and the mixed voice from start_us to end_us, in memory.
 *
 * Times are the server's clock; where a segment lies in the recording is decided when it is written (programme.h). */
#pragma once

#include "record/protocol.h"
#include "record/recorder/avc.h"

#include <glib.h>
#include <stdint.h>

enum {
        SEGMENT_BYTES_MOST = 16 << 20,
        SEGMENT_PICTURES_MOST = 4096,
};

typedef struct Sample {
        int64_t time;        /* pictures: microseconds UTC; sound: absolute position (mixer.h) */
        int32_t shown_after; /* of pictures: microseconds from its turn to be decoded to when it is shown; may be
                                negative */
        uint32_t size_bytes;
        bool key;
} Sample;

typedef struct Samples {
        GByteArray *bytes; /* all samples, one behind the other */
        GArray *list;      /* of Sample */
} Samples;

typedef struct Segment {
        int64_t start_us, end_us;
        AvcDescription description;
        Samples pictures, sound;
        Samples languages[RECORD_LANGUAGES]; /* all zero where there is none */
} Segment;

Segment *segment_new(int64_t start_us, const AvcDescription *description);
void segment_free(Segment *segment);
/* One H.264 access unit, Annex B. False when it holds no picture. */
bool segment_add_picture(Segment *segment, const uint8_t *bytes, size_t length, int64_t time_us, bool key);
/* Time of the last picture, or the start. */
int64_t segment_last_us(const Segment *segment);
size_t segment_bytes(const Segment *segment);

void samples_init(Samples *samples);
void samples_clear(Samples *samples);
void samples_add(Samples *samples, const uint8_t *bytes, size_t size, int64_t time);
/* Moves those before this time to the end of the other list. */
void samples_move_before(Samples *from, Samples *to, int64_t time);

static inline const Sample *samples_at(const Samples *samples, guint i)
{
        return &g_array_index(samples->list, Sample, i);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Segment, segment_free)
