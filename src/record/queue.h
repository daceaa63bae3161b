/* What waits to be sent to the child: messages in order, at most 4 MiB. Frames that find it full are dropped; after a
 * picture is dropped the following are too, up to the next key frame, which then carries MESSAGE_GAP. Messages without
 * a body (ticks, the end) always find room.
 *
 * No lock: the owner has one. */
#pragma once

#include "record/protocol.h"

#include <glib.h>
#include <stdbool.h>

enum { FRAME_QUEUE_BYTES = 4 << 20 };

typedef struct FrameQueue {
        GQueue messages; /* of GBytes, header and body */
        size_t bytes;
        bool dropping[2]; /* pictures up to a key frame: on air, beside */
        uint64_t dropped_pictures, dropped_packets;
} FrameQueue;

void frame_queue_init(FrameQueue *queue);
void frame_queue_clear(FrameQueue *queue);
/* Copies the message. False when it was dropped. */
bool frame_queue_push(FrameQueue *queue, const Message *message);
/* The next one, as it goes over the socket (transfer full); NULL when empty. */
GBytes *frame_queue_pop(FrameQueue *queue);
