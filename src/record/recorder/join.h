/* One MP4 of a whole recording, without transcoding: sample bytes are copied from the segments, and one moov before
 * them holds all picture descriptions and tables, so that every player can seek, also while it loads.
 *
 * ISO/IEC 14496-12 8.5 to 8.7 (sample tables). */
#pragma once

#include "record/recorder/playlist.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define JOIN_NAME "replay.mp4"

/* Called now and then while it works. */
typedef void (*JoinProgress)(void *owner);

#define JOIN_SOUND_NAME "sound.m4a"

typedef struct JoinChapter {
        int64_t at_us; /* from the beginning */
        const char *title;
} JoinChapter;

/* What is wanted besides the list; all may be 0. */
typedef struct JoinWish {
        const char *title;
        const JoinChapter *chapters; /* 255 at most are kept */
        size_t chapter_count;
        bool sound; /* JOIN_SOUND_NAME, without pictures */
} JoinWish;
bool join_make(const Playlist *list, const JoinWish *wish, JoinProgress on_progress, void *owner, GError **error);
/* Writes JOIN_NAME in the current directory; segments that cannot be read are left out. */
bool join_segments(const Playlist *list, const char *title, JoinProgress on_progress, void *owner, GError **error);
/* The picture description of an init file, as a box. NULL when it cannot be read. */
GBytes *join_read_description(unsigned init);
