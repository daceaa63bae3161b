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

/* The index of the recording to show: the one asked for (from 1), else the one under way, else the first that plays,
 * else the last. -1 when there is none. */
int replay_choose(const GPtrArray *replays, int asked);
bool replay_plays(const Replay *replay);

/* "PT1H14M5S": a length as ISO 8601 and schema.org write it. (transfer full) */
char *iso_duration(int64_t length_us);
/* "412 MB" (transfer full) */
char *size_text(const Lang *lang, int64_t bytes);
/* A name for the downloaded file, fit for every file system: "le-metier-de-mediateur.mp4" (transfer full) */
char *download_name(const char *title);
/* Whether these letters stand for a licence that lets everyone copy and adapt. */
bool licence_is_free(const char *licence);
