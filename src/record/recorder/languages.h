/* The languages of a recording: beside the voice track one track of sound for each, the interpreter in full and the
 * stage softly beneath, or the stage alone while nobody interprets.
 *
 * A language is there from the first segment on or not at all, so that every track is as long as the recording: those
 * that a folder began with go on in it, and no others. Each has its files, named after it: fr.mp4 (init), fr-000012.m4s
 * (beside s000012.m4s), fr.m3u8 (its list, made of the recording's own). languages.m3u8 is the list of lists; it names
 * those in which somebody was heard. RFC 8216 4.3.4.1 (renditions). */
#pragma once

#include "record/protocol.h"
#include "record/recorder/aac.h"
#include "record/recorder/mp4.h"
#include "record/recorder/playlist.h"
#include "record/recorder/segment.h"

#define LANGUAGES_NAME "languages.m3u8"

typedef struct Languages Languages;

/* list: what the folder holds already; its languages are opened. */
Languages *languages_new(const Playlist *list, GError **error);
void languages_free(Languages *languages);
/* The room offers this one on that channel. Ignored when the recording has begun without it. */
void languages_offer(Languages *languages, unsigned channel, const char *code);
bool languages_code_is_sound(const char *code);

/* --- Sound: positions as in mixer.h */
void languages_packet(Languages *languages, unsigned channel, const uint8_t *opus, size_t size, int64_t position);
/* Where all tracks begin. */
void languages_start(Languages *languages, int64_t position);
/* The stage's next block, as mixed. */
void languages_mix(Languages *languages, const float stage[AAC_FRAME_SAMPLES]);
void languages_finish(Languages *languages);

/* --- Files */
/* Moves the packets that begin before this position into the segment, a list for each language. */
void languages_take(Languages *languages, int64_t before, Segment *segment);
/* Before the recording's list names the segment. */
bool languages_write_segment(Languages *languages, const Segment *segment, unsigned number, const Anchor *anchor,
                             GError **error);
/* After: the list of each, and the list of lists where that changed. */
bool languages_write_lists(Languages *languages, const Playlist *list, GError **error);
/* Files of those in which nobody was ever heard go. */
void languages_tidy(Languages *languages, const Playlist *list);

/* The codes that languages.m3u8 names: those a folder's MP4 gets. (transfer full), ended by NULL */
char **languages_heard(void);
void language_segment_name(const char *code, unsigned number, char ret_name[FILE_NAME_BYTES * 2]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Languages, languages_free)
