#include "record/protocol.h"

#include <string.h>

/* Writes a message as it travels. Returns its size. */
static size_t put(uint8_t *to, const Message *message)
{
        message_header(message, to);
        if (message->length > 0)
                memcpy(to + MESSAGE_HEADER_BYTES, message->body, message->length);
        return MESSAGE_HEADER_BYTES + message->length;
}

static void test_frame(void)
{
        Message frame = { .type = MESSAGE_FRAME,
                          .track = RECORD_PICTURE_TRACK,
                          .flags = MESSAGE_KEY,
                          .time_us = INT64_C(1767225600123456),
                          .body = (const uint8_t *)"picture",
                          .length = 7 };
        uint8_t bytes[64];
        size_t size = put(bytes, &frame);
        /* Little endian, as the document says. */
        static const uint8_t head[] = { 7, 0, 0, 0, MESSAGE_FRAME, RECORD_PICTURE_TRACK, 1, 0 };
        g_assert_cmpmem(bytes, 8, head, 8);

        Message read = { 0 };
        for (size_t n = 0; n < size; n++)
                g_assert_cmpuint(message_read(bytes, n, MESSAGE_TO_CHILD, &read), ==, 0);
        g_assert_cmpint(read.type, ==, MESSAGE_NONE);
        g_assert_cmpuint(message_read(bytes, sizeof(bytes), MESSAGE_TO_CHILD, &read), ==, size);
        g_assert_cmpint(read.type, ==, MESSAGE_FRAME);
        g_assert_cmpint(read.time_us, ==, frame.time_us);
        g_assert_cmpint(read.flags, ==, MESSAGE_KEY);
        g_assert_cmpmem(read.body, read.length, "picture", 7);
}

static void test_answer(void)
{
        uint8_t body[16 + 12] = { 0 }, bytes[64];
        bytes_put_i64(body, 4000000);
        bytes_put_i64(body + 8, -2);
        memcpy(body + 16, "s000002.m4s", 11);
        Message segment = { .type = MESSAGE_SEGMENT, .body = body, .length = 27 }, read;
        size_t size = put(bytes, &segment);
        g_assert_cmpuint(message_read(bytes, size, MESSAGE_TO_SERVER, &read), ==, size);
        g_assert_cmpint(message_i64(&read, 0), ==, 4000000);
        g_assert_cmpint(message_i64(&read, 8), ==, -2);
        g_assert_cmpint(message_i64(&read, 24), ==, 0);
}

static void assert_refused(const Message *message, MessageDirection direction)
{
        uint8_t bytes[2048];
        Message read;
        size_t size = put(bytes, message);
        g_assert_true(message_read(bytes, size, direction, &read) == MESSAGE_REFUSED);
}

static void test_refused(void)
{
        const uint8_t body[1024] = { 0 };
        assert_refused(&(Message){ .type = MESSAGE_FRAME, .track = RECORD_BESIDE_TRACK + 1, .body = body, .length = 1 },
                       MESSAGE_TO_CHILD);
        assert_refused(&(Message){ .type = MESSAGE_FRAME, .track = 0 }, MESSAGE_TO_CHILD);
        for (uint8_t track = 0; track <= RECORD_PICTURE_TRACK; track += RECORD_PICTURE_TRACK) /* whose, and no packet */
                assert_refused(&(Message){ .type = MESSAGE_FRAME,
                                           .track = track,
                                           .flags = MESSAGE_OWN,
                                           .body = body,
                                           .length = track ? 9 : 4 },
                               MESSAGE_TO_CHILD);
        assert_refused(&(Message){ .type = MESSAGE_TICK, .time_us = -1 }, MESSAGE_TO_CHILD);
        assert_refused(&(Message){ .type = MESSAGE_TICK, .time_us = INT64_MAX }, MESSAGE_TO_CHILD);
        assert_refused(&(Message){ .type = MESSAGE_TICK, .body = body, .length = 1 }, MESSAGE_TO_CHILD);
        assert_refused(&(Message){ .type = MESSAGE_HELLO, .body = body, .length = 2 }, MESSAGE_TO_CHILD);
        assert_refused(&(Message){ .type = MESSAGE_HELLO, .body = (const uint8_t *)"\1\0\xff", .length = 3 },
                       MESSAGE_TO_CHILD);
        assert_refused(&(Message){ .type = MESSAGE_DONE, .body = body, .length = 15 }, MESSAGE_TO_SERVER);
        assert_refused(&(Message){ .type = MESSAGE_FAULT, .track = N_RECORD_FAULTS }, MESSAGE_TO_SERVER);
        assert_refused(
                &(Message){ .type = MESSAGE_SEGMENT, .body = (const uint8_t *)"0123456789abcdef../x", .length = 20 },
                MESSAGE_TO_SERVER);
        /* The other direction's, and what is no message. */
        assert_refused(&(Message){ .type = MESSAGE_READY, .body = body, .length = 8 }, MESSAGE_TO_CHILD);
        assert_refused(&(Message){ .type = MESSAGE_TICK }, MESSAGE_TO_SERVER);
        assert_refused(&(Message){ .type = N_MESSAGES }, MESSAGE_TO_SERVER);
        /* A length over the cap is refused at once, before its bytes come. */
        uint8_t head[MESSAGE_HEADER_BYTES];
        message_header(&(Message){ .type = MESSAGE_FRAME, .length = RECORD_FRAME_BYTES + 1 }, head);
        Message read;
        g_assert_true(message_read(head, sizeof(head), MESSAGE_TO_CHILD, &read) == MESSAGE_REFUSED);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/record-protocol/frame", test_frame);
        g_test_add_func("/record-protocol/answer", test_answer);
        g_test_add_func("/record-protocol/refused", test_refused);
        return g_test_run();
}
