/* strip.jpg, pictures of a whole recording side by side, and wave.png, its sound drawn: for whoever moves its borders.
 */
#pragma once

#include "record/recorder/playlist.h"

/* Both in the current directory, where the ffmpeg command is there; not anew while they show what they shall. dark:
 * "FROM TO FROM TO…", the moments in microseconds that are neither seen nor heard in them; "": none. */
void strip_make(const Playlist *list, const char *dark);
