/* What a replay's files may be called, which recording a page shows, and how sizes are said: no I/O. Private. */
#pragma once
#include "replay/replay_store.h"

/* A file of a recording's folder that may be served; NULL type: none of ours. */
typedef struct {
        const char *type;
        bool immutable; /* never changes once it is there */
} MediaKind;
MediaKind media_kind(const char *file_name);
bool media_folder_is_sound(const char *folder);
/* The number of the segment that this file is of, its picture or a language's sound; -1: it is none. */
int64_t media_segment(const char *file_name);
/* Whose own voice this file of apart/ holds, and which of theirs: "000012-1.opus". False: it is none. */
bool media_voice(const char *file_name, int *ret_person, int *ret_part);
/* "fr" of "fr.m3u8"; NULL: not the list of a language. (transfer full) */
char *media_list_language(const char *file_name);

/* The index of the recording to show: the one asked for (from 1), else the one under way, else the first that plays,
 * else the last. -1 when there is none. */
int replay_choose(const GPtrArray *replays, int asked);
bool replay_plays(const Replay *replay);

/* Where a moment of the clock lies in what is shown of a recording: its pieces (of RecorderPiece), or NULL, all since
 * started_us. -1: it is not shown. */
int64_t replay_media_us(const GArray *pieces, int64_t started_us, int64_t clock_us);
/* The other way; the end of what is shown for what lies behind it. */
int64_t replay_clock_us(const GArray *pieces, int64_t started_us, int64_t media_us);
/* How far behind the first piece it shall begin, when a border lies in it. */
int64_t replay_start_us(const GArray *pieces, int64_t from_us);
/* The pieces between two borders (0: none) that do not touch what must not be seen (of LiveSpan, NULL: nothing).
 * (transfer full) of RecorderPiece */
GArray *replay_keep(const GArray *pieces, int64_t from_us, int64_t to_us, const GArray *off);
/* Where in the media's time (from its beginning, of all pieces) lies what must not be seen (of LiveSpan).
 * (transfer full) of int64_t, two by two */
GArray *replay_dark(const GArray *pieces, const GArray *off);
/* A chapter before it has words. Of two ranks the higher says more. */
typedef struct {
        int64_t at_us; /* of what is shown */
        int rank;
        int64_t same; /* chapters of one rank with the same number here say the same; 0: of its own */
        guint trace;  /* the caller's */
} ReplayChapter;
/* Leaves of an array of ReplayChapter as many as may be, none nearer than so much to another: first those that say
 * most, of equals the later, as it is what lasted. What is said again right after itself is left out. In order of time.
 */
void replay_merge_chapters(GArray *chapters, int64_t least_us, guint most);
/* "0:41", "1:09:00" (transfer full) */
char *replay_time_text(int64_t at_us);
/* Seconds out of "90", "1:30" or "1:09:00"; -1: it is none. */
int replay_time_read(const char *text);
/* The first address of the web in a text. */
bool replay_find_url(const char *text, size_t *ret_from, size_t *ret_length);
/* Where words stand in a text, whatever their case and accents. */
bool replay_find_words(const char *text, const char *words, size_t *ret_from, size_t *ret_length);
/* "PT1H14M5S": a length as ISO 8601 and schema.org write it. (transfer full) */
char *iso_duration(int64_t length_us);
/* "412 MB" (transfer full) */
char *size_text(const Lang *lang, int64_t bytes);
/* A name for the downloaded file, fit for every file system: "le-metier-de-mediateur.mp4" (transfer full) */
char *download_name(const char *title);
/* Likewise of a speaker's own voice: "ada-lovelace.opus", "ada-lovelace-2.opus". (transfer full) */
char *voice_download_name(const ReplayVoice *voice);
/* Whether these letters stand for a licence that lets everyone copy and adapt. */
bool licence_is_free(const char *licence);
