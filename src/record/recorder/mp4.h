/* The two kinds of file of a programme: an init with one description, and a media segment (one moof, one mdat).
 *
 * Track 1 is the picture (avc1, 90 kHz), track 2 the voice (mp4a, 48 kHz). Where a segment lies in the recording is
 * told as two anchors: what it plays at, in the units of each track.
 *
 * ISO/IEC 14496-12 8.8 (movie fragments), 14496-14 (esds), 14496-15 (avcC), 23000-19 (CMAF). */
#pragma once

#include "record/recorder/segment.h"

#include <glib.h>
#include <stdint.h>

enum { PICTURE_TRACK_ID = 1, SOUND_TRACK_ID = 2, PICTURE_RATE = 90000, SOUND_RATE = 48000 };

/* Where a moment of the server's clock lies in the recording. */
typedef struct Anchor {
        int64_t clock_us, media_us;
} Anchor;

static inline int64_t anchor_picture_units(const Anchor *anchor, int64_t time_us)
{
        return (anchor->media_us + time_us - anchor->clock_us) * 9 / 100;
}

/* aac_config: NULL for pictures alone (beside.h). */
void mp4_put_init(GByteArray *out, const AvcDescription *description, const uint8_t *aac_config, size_t config_size);
/* The same with a track of sound alone: a language's files (languages.h). */
void mp4_put_sound_init(GByteArray *out, const uint8_t *aac_config, size_t config_size);
void mp4_put_sound_segment(GByteArray *out, unsigned number, const Samples *sound, const Anchor *anchor);
/* number counts from 0. */
void mp4_put_segment(GByteArray *out, unsigned number, const Segment *segment, const Anchor *anchor);

/* Parts that the download needs as well (join.h). */
void mp4_put_picture_entry(GByteArray *out, const AvcDescription *description);
void mp4_put_sound_entry(GByteArray *out, const uint8_t *aac_config, size_t config_size);
typedef struct Mp4TrackHead {
        uint32_t id;
        uint64_t movie_length, media_length; /* 0 in an init */
        unsigned width, height;              /* 0 for sound */
        const char *language;                /* BCP 47; NULL: none is told */
} Mp4TrackHead;
/* Opens trak, mdia, minf and stbl; the caller fills stbl and closes the four, the last first. */
void mp4_open_track(GByteArray *out, const Mp4TrackHead *head, size_t ret_boxes[4]);
void mp4_put_movie_header(GByteArray *out, uint64_t movie_length);
