/* RFC 4571 from anyone, in pieces of any size: frames lie inside, and pieces change nothing. Input: how long the pieces
 * are, then the stream. */
#include "rtc/framing.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The sum of what comes out; the same for any cut. */
static uint32_t read_all(const uint8_t *data, size_t size, size_t piece)
{
        FrameReader reader = { 0 };
        uint32_t sum = 0;
        for (size_t at = 0; at < size;) {
                size_t room, length;
                uint8_t *to = frame_reader_room(&reader, &room);
                g_assert(room > 0);
                size_t part = MIN(MIN(room, piece), size - at);
                memcpy(to, data + at, part);
                frame_reader_filled(&reader, part);
                at += part;
                const uint8_t *frame;
                FrameResult result;
                while ((result = frame_reader_next(&reader, &frame, &length)) == FRAME_WHOLE) {
                        g_assert(length <= FRAME_MAX_BYTES && frame >= reader.bytes);
                        g_assert(frame + length <= reader.bytes + FRAME_READER_BYTES);
                        for (size_t i = 0; i < length; i++)
                                sum = sum * 31 + frame[i];
                        sum = sum * 31 + (uint32_t)length;
                }
                if (result == FRAME_TOO_LONG)
                        return sum;
        }
        return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size < 1)
                return 0;
        g_assert(read_all(data + 1, size - 1, 1 + data[0]) == read_all(data + 1, size - 1, SIZE_MAX));
        return 0;
}
