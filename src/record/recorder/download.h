/* After the end: one file to download, and a picture for lists. The replay plays without either. */
#pragma once

#include "record/protocol.h"
#include "record/recorder/playlist.h"
#include "record/recorder/session.h"

#define POSTER_NAME "poster.jpg"

/* Makes replay.mp4, and poster.jpg when the ffmpeg command is there; sends PROGRESS meanwhile and DOWNLOAD at the end.
 */
void download_make(const Playlist *list, const char *title, SessionSend send, void *owner);

/* poster.jpg of replay.mp4 in the current directory, whose list this is. */
void download_make_poster(const Playlist *list);
/* Runs ffmpeg, which writes part; then that has its name. */
void download_picture(const char *const arguments[], const char *part, const char *name);
