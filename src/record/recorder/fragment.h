/* Reads back the heads of what mp4.h wrote: the sample tables of a segment and the picture description of an init. The
 * files lie on a disk, so nothing in them is believed: every size is checked against the bytes there are.
 *
 * ISO/IEC 14496-12 8.8. */
#pragma once

#include "record/recorder/avc.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct FragmentSample {
        uint32_t duration, size_bytes;
        int32_t shown_after; /* composition offset, in the track's units */
        bool key;
} FragmentSample;

typedef struct FragmentTrack {
        uint64_t time;   /* tfdt: of the first sample, in the track's units */
        uint64_t offset; /* of the first sample's bytes in the file */
        uint64_t bytes;  /* of all samples; they follow each other */
        GArray *samples; /* of FragmentSample, as stored */
} FragmentTrack;

typedef struct Fragment {
        FragmentTrack picture, sound; /* sound may have no samples */
} Fragment;

/* head: the first bytes of the file, up to mdat at least; file_size: of the whole. */
bool fragment_parse(const uint8_t *head, size_t length, uint64_t file_size, Fragment *ret_fragment);
/* The same of a file with a track of sound alone: the picture stays empty. */
bool fragment_parse_sound(const uint8_t *head, size_t length, uint64_t file_size, Fragment *ret_fragment);
void fragment_clear(Fragment *fragment);
/* The sample description of a track of an init, as a whole box (avc1 or mp4a). Borrowed from bytes. */
bool init_entry(const uint8_t *bytes, size_t length, uint32_t track_id, const uint8_t **ret_entry, size_t *ret_size);
