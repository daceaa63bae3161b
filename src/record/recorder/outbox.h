/* Segments that are complete and wait to be on disk. A full disk keeps them here; they are tried again, in order, until
 * space returns. When too many wait, the newest are let go and counted: the recording then has a hole, not an end. */
#pragma once

#include "record/recorder/programme.h"

#include <glib.h>
#include <stdbool.h>

enum {
        OUTBOX_BYTES_MOST = 16 << 20,
        OUTBOX_RETRY_US = 1000000,
};

typedef struct Outbox {
        Programme *programme; /* borrowed */
        GQueue segments;      /* of Segment */
        size_t bytes;
        unsigned lost;       /* segments let go */
        int64_t retry_at_us; /* 0: at once */
} Outbox;

void outbox_init(Outbox *outbox, Programme *programme);
void outbox_clear(Outbox *outbox);
/* Takes the segment. False when it had to be let go. */
bool outbox_put(Outbox *outbox, Segment *segment);
/* Writes the first one, if it is time. Returns it when it is on disk (transfer full); NULL with an error when it could
 * not be written, without when there is nothing to do. */
Segment *outbox_write(Outbox *outbox, int64_t now_us, GError **error);
