#include "rtc/framing.h"

#include <glib.h>
#include <string.h>

enum { FRAMES = 300 };

/* Frames of every sort of size, read back whatever the pieces are that the stream brings. */
static void test_pieces(void)
{
        g_autoptr(GByteArray) stream = g_byte_array_new();
        uint16_t sizes[FRAMES];
        for (unsigned i = 0; i < FRAMES; i++) {
                uint8_t bytes[FRAME_HEADER_BYTES + FRAME_MAX_BYTES];
                sizes[i] = i % 50 == 0 ? FRAME_MAX_BYTES : (uint16_t)g_test_rand_int_range(0, FRAME_MAX_BYTES);
                bytes[0] = (uint8_t)(sizes[i] >> 8);
                bytes[1] = (uint8_t)sizes[i];
                memset(bytes + FRAME_HEADER_BYTES, (int)i, sizes[i]);
                g_byte_array_append(stream, bytes, FRAME_HEADER_BYTES + sizes[i]);
        }
        FrameReader reader = { 0 };
        unsigned n = 0;
        for (size_t at = 0; at < stream->len;) {
                size_t room, size, most = (size_t)g_test_rand_int_range(1, 5000);
                uint8_t *to = frame_reader_room(&reader, &room);
                g_assert_cmpuint(room, >, 0);
                size_t part = MIN(MIN(room, most), stream->len - at);
                memcpy(to, stream->data + at, part);
                frame_reader_filled(&reader, part);
                at += part;
                for (const uint8_t *frame; frame_reader_next(&reader, &frame, &size) == FRAME_WHOLE; n++) {
                        g_assert_cmpuint(size, ==, sizes[n]);
                        for (size_t i = 0; i < size; i++)
                                g_assert_cmpuint(frame[i], ==, (uint8_t)n);
                }
        }
        g_assert_cmpuint(n, ==, FRAMES);
}

static void test_too_long(void)
{
        FrameReader reader = { 0 };
        const uint8_t *frame;
        size_t room, size;
        memcpy(frame_reader_room(&reader, &room), "\x06\x01", 2); /* 1,537 */
        frame_reader_filled(&reader, 2);
        g_assert_cmpint(frame_reader_next(&reader, &frame, &size), ==, FRAME_TOO_LONG);
        reader = (FrameReader){ 0 };
        memcpy(frame_reader_room(&reader, &room), "GET / HTTP/1.1\r\n", 16);
        frame_reader_filled(&reader, 16);
        g_assert_cmpint(frame_reader_next(&reader, &frame, &size), ==, FRAME_TOO_LONG);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/framing/pieces", test_pieces);
        g_test_add_func("/framing/too-long", test_too_long);
        return g_test_run();
}
