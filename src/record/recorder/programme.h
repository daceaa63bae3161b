/* The folder of one recording: segments, inits and their list, each written beside and renamed, so a reader never meets
 * half a file. Works in the current directory, which the child has made the recording's folder.
 *
 * What follows the last segment without a hole goes on in the same stretch. After a hole (another process wrote before,
 * or segments were lost to a full disk) a new stretch begins: the recording's own time has no hole, its dates do. */
#pragma once

#include "record/recorder/languages.h"
#include "record/recorder/playlist.h"
#include "record/recorder/segment.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Programme Programme;

/* Reads what is there. NULL when the list cannot be read. */
Programme *programme_open(const uint8_t *aac_config, size_t config_size, GError **error);
void programme_free(Programme *programme);
/* Their files are written with those of the recording. Borrowed. */
void programme_set_languages(Programme *programme, Languages *languages);
/* Nothing earlier may be published. 0 when nothing is there yet. */
int64_t programme_end_us(const Programme *programme);
const Playlist *programme_list(const Programme *programme);
int64_t programme_bytes(const Programme *programme);
/* Writes the segment and the list. On failure nothing has changed, and the same call may be tried again. */
bool programme_publish(Programme *programme, const Segment *segment, GError **error);
/* Says in the list that nothing follows. */
bool programme_finish(Programme *programme, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Programme, programme_free)
