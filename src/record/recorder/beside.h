/* The second programme of a recording: the picture of who stands beside a shared screen, while somebody does. Pictures
 * alone, as they came; beside.m3u8 names them, and by its dates a page shows them beside the recording at the right
 * moment. Between two stretches nothing is kept: its own time has no holes, its dates do.
 *
 * Files: b000012.m4s, their inits j000003.mp4, written as programme.h writes its own. Nothing of it is vital: what
 * cannot be written is left out, and the recording goes on. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BESIDE_NAME "beside.m3u8"

typedef struct Beside Beside;

/* Goes on with what the folder holds; a list that cannot be read is left as it is, and nothing added. */
Beside *beside_new(void);
void beside_free(Beside *beside);
/* One H.264 access unit, Annex B. A stretch begins at a key frame. Times before the end of what is there are refused.
 */
void beside_picture(Beside *beside, const uint8_t *bytes, size_t length, int64_t time_us, bool key);
/* Nobody stands there from now on. */
void beside_off(Beside *beside, int64_t time_us);
/* The clock: without a picture for two seconds the stretch ends. */
void beside_tick(Beside *beside, int64_t now_us);
/* Keeps what is open; ended: nothing follows. */
void beside_finish(Beside *beside, bool ended);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Beside, beside_free)
