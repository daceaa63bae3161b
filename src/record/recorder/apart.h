/* Each speaker's own voice beside the recording, when the room wants it: their Opus packets as they came, in Ogg files
 * (RFC 7845), apart/PERSON-PART.opus of the current directory. PERSON is a number that the server gives, so no name is
 * on the disk.
 *
 * Every file begins with the recording, in its own time: silence stands for what came before and for what is missing in
 * between, so that all files of a recording lie beside each other, and beside its film. Pages are appended about once a
 * second: a file that is cut off is whole up to there. A power cut takes six seconds at most. A file that somebody
 * removed is not written any more, its person gets a next one; so does each run of this program, in which the
 * recording's own time may have made a step. */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Apart Apart;

/* length_us: of what the recording holds already. */
Apart *apart_new(int64_t length_us);
void apart_free(Apart *apart);
/* One Opus packet of this person. What comes before apart_start() waits for it, some seconds at most. */
void apart_packet(Apart *apart, uint32_t person, const uint8_t *opus, size_t size, int64_t time_us);
/* The recording's first moment in this run; a second call does nothing. */
void apart_start(Apart *apart, int64_t time_us);
/* Writes what has waited for a second. While the disk is full a minute or so is held, then silence stands for it. */
void apart_tick(Apart *apart, int64_t now_us);
/* Writes all that is left; may be called again, while a full disk lets it not. */
void apart_finish(Apart *apart);
/* Of all files of the current directory, also of earlier runs. */
int64_t apart_bytes(void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Apart, apart_free)
