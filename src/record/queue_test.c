#include "record/queue.h"

#include <string.h>

enum { PICTURE_BYTES = 1 << 20 };

static const uint8_t body[PICTURE_BYTES];

static bool push(FrameQueue *queue, uint8_t track, bool key, size_t length)
{
        return frame_queue_push(queue, &(Message){ .type = MESSAGE_FRAME,
                                                   .track = track,
                                                   .flags = key ? MESSAGE_KEY : 0,
                                                   .body = body,
                                                   .length = length });
}

static Message pop(FrameQueue *queue)
{
        g_autoptr(GBytes) bytes = frame_queue_pop(queue);
        Message message = { 0 };
        gsize size = 0;
        if (bytes)
                g_assert_cmpuint(message_read(g_bytes_get_data(bytes, &size), g_bytes_get_size(bytes), MESSAGE_TO_CHILD,
                                              &message),
                                 ==, g_bytes_get_size(bytes));
        return message;
}

static void test_order(void)
{
        FrameQueue queue;
        frame_queue_init(&queue);
        g_assert_true(push(&queue, RECORD_PICTURE_TRACK, true, 10));
        g_assert_true(push(&queue, 3, false, 20));
        g_assert_cmpuint(queue.bytes, ==, 30 + 2 * MESSAGE_HEADER_BYTES);
        g_assert_cmpuint(pop(&queue).length, ==, 10);
        g_assert_cmpuint(pop(&queue).track, ==, 3);
        g_assert_cmpint(pop(&queue).type, ==, MESSAGE_NONE);
        g_assert_cmpuint(queue.bytes, ==, 0);
}

/* Full: pictures are dropped up to a key frame, which says so; ticks still go in. */
static void test_full(void)
{
        FrameQueue queue;
        frame_queue_init(&queue);
        for (int i = 0; i < 3; i++)
                g_assert_true(push(&queue, RECORD_PICTURE_TRACK, i == 0, PICTURE_BYTES));
        g_assert_false(push(&queue, RECORD_PICTURE_TRACK, false, PICTURE_BYTES));
        g_assert_true(push(&queue, 0, false, 100));
        g_assert_true(frame_queue_push(&queue, &(Message){ .type = MESSAGE_TICK, .time_us = 1 }));
        pop(&queue);
        g_assert_false(push(&queue, RECORD_PICTURE_TRACK, false, 100));
        g_assert_true(push(&queue, RECORD_PICTURE_TRACK, true, 100));
        g_assert_true(push(&queue, RECORD_PICTURE_TRACK, false, 100));
        g_assert_cmpuint(queue.dropped_pictures, ==, 2);
        g_assert_cmpuint(queue.dropped_packets, ==, 0);
        Message message;
        do
                message = pop(&queue);
        while (message.type != MESSAGE_TICK);
        g_assert_cmpint(pop(&queue).flags, ==, MESSAGE_KEY | MESSAGE_GAP);
        g_assert_cmpint(pop(&queue).flags, ==, 0);
        frame_queue_clear(&queue);
}

static void test_full_of_sound(void)
{
        FrameQueue queue;
        frame_queue_init(&queue);
        while (push(&queue, 0, false, PICTURE_BYTES / 2))
                continue;
        g_assert_cmpuint(queue.bytes, <=, FRAME_QUEUE_BYTES);
        g_assert_cmpuint(queue.dropped_packets, ==, 1);
        frame_queue_clear(&queue);
        g_assert_true(push(&queue, RECORD_PICTURE_TRACK, false, 1));
        frame_queue_clear(&queue);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/record-queue/order", test_order);
        g_test_add_func("/record-queue/full", test_full);
        g_test_add_func("/record-queue/full-of-sound", test_full_of_sound);
        return g_test_run();
}
