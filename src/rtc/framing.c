#include "rtc/framing.h"
#include "rtc/bytes.h"
#include <string.h>

_Static_assert(FRAME_READER_BYTES > FRAME_HEADER_BYTES + FRAME_MAX_BYTES, "a frame that is not whole leaves room");

uint8_t *frame_reader_room(FrameReader *reader, size_t *ret_size)
{
        if (reader->begin > 0) {
                memmove(reader->bytes, reader->bytes + reader->begin, (size_t)(reader->end - reader->begin));
                reader->end -= reader->begin;
                reader->begin = 0;
        }
        *ret_size = (size_t)(FRAME_READER_BYTES - reader->end);
        return reader->bytes + reader->end;
}

void frame_reader_filled(FrameReader *reader, size_t size)
{
        reader->end += (uint16_t)size;
}

FrameResult frame_reader_next(FrameReader *reader, const uint8_t **ret_frame, size_t *ret_size)
{
        size_t unread = (size_t)(reader->end - reader->begin);
        if (unread < FRAME_HEADER_BYTES)
                return FRAME_PART;
        size_t size = read_u16(reader->bytes + reader->begin);
        if (size > FRAME_MAX_BYTES)
                return FRAME_TOO_LONG;
        if (unread < FRAME_HEADER_BYTES + size)
                return FRAME_PART;
        *ret_frame = reader->bytes + reader->begin + FRAME_HEADER_BYTES;
        *ret_size = size;
        reader->begin += (uint16_t)(FRAME_HEADER_BYTES + size);
        return FRAME_WHOLE;
}
