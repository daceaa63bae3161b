#include "record/queue.h"

#include <string.h>

void frame_queue_init(FrameQueue *queue)
{
        *queue = (FrameQueue){ 0 };
        g_queue_init(&queue->messages);
}

void frame_queue_clear(FrameQueue *queue)
{
        g_queue_clear_full(&queue->messages, (GDestroyNotify)g_bytes_unref);
        queue->bytes = 0;
}

/* Of a picture: what says whether its like are being dropped; NULL of all else. */
static bool *dropping(FrameQueue *queue, const Message *message)
{
        if (message->type != MESSAGE_FRAME)
                return NULL;
        if (message->track == RECORD_PICTURE_TRACK)
                return &queue->dropping[0];
        return message->track == RECORD_BESIDE_TRACK ? &queue->dropping[1] : NULL;
}

/* Whether there is room, and no gap before this picture that it depends on. */
static bool admits(const FrameQueue *queue, const Message *message, const bool *dropping_now)
{
        bool room = message->length == 0 || queue->bytes + message->length <= FRAME_QUEUE_BYTES;
        return room && (!dropping_now || !*dropping_now || message->flags & MESSAGE_KEY);
}

bool frame_queue_push(FrameQueue *queue, const Message *message)
{
        bool *picture = dropping(queue, message);
        if (!admits(queue, message, picture)) {
                if (picture)
                        *picture = true;
                queue->dropped_pictures += picture != NULL;
                queue->dropped_packets += picture == NULL;
                return false;
        }
        Message sent = *message;
        if (picture && *picture) {
                sent.flags |= MESSAGE_GAP;
                *picture = false;
        }
        size_t size = MESSAGE_HEADER_BYTES + sent.length;
        uint8_t *bytes = g_malloc(size);
        message_header(&sent, bytes);
        if (sent.length > 0)
                memcpy(bytes + MESSAGE_HEADER_BYTES, sent.body, sent.length);
        g_queue_push_tail(&queue->messages, g_bytes_new_take(bytes, size));
        queue->bytes += size;
        return true;
}

GBytes *frame_queue_pop(FrameQueue *queue)
{
        GBytes *message = g_queue_pop_head(&queue->messages);
        if (message)
                queue->bytes -= g_bytes_get_size(message);
        return message;
}
