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

/* Writes JOIN_NAME in the current directory; segments that cannot be read are left out. */
bool join_segments(const Playlist *list, const char *title, JoinProgress on_progress, void *owner, GError **error);
/* The picture description of an init file, as a box. NULL when it cannot be read. */
GBytes *join_read_description(unsigned init);
