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

static bool is_picture(const Message *message)
{
        return message->type == MESSAGE_FRAME && message->track == RECORD_PICTURE_TRACK;
}

/* Whether there is room, and no gap before this picture that it depends on. */
static bool admits(FrameQueue *queue, const Message *message)
{
        bool room = message->length == 0 || queue->bytes + message->length <= FRAME_QUEUE_BYTES;
        if (!is_picture(message))
                return room;
        return room && (!queue->dropping || message->flags & MESSAGE_KEY);
}

bool frame_queue_push(FrameQueue *queue, const Message *message)
{
        bool picture = is_picture(message);
        if (!admits(queue, message)) {
                queue->dropping |= picture;
                queue->dropped_pictures += picture;
                queue->dropped_packets += !picture;
                return false;
        }
        Message sent = *message;
        if (picture && queue->dropping) {
                sent.flags |= MESSAGE_GAP;
                queue->dropping = false;
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
