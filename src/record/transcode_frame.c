#include "record/transcode_frame.h"
#include "record/little.h"

void transcode_head_write(const TranscodeFrame *frame, uint8_t ret_head[TRANSCODE_HEAD_BYTES])
{
        put_little(ret_head, frame->length, 4);
        ret_head[4] = frame->lane;
        ret_head[5] = frame->flags;
        put_little(ret_head + 6, frame->generation, 2);
        put_little(ret_head + 8, (uint64_t)frame->time_us, 8);
}

size_t transcode_frame_read(const uint8_t *bytes, size_t length, TranscodeFrame *ret_frame)
{
        if (length < TRANSCODE_HEAD_BYTES)
                return 0;
        TranscodeFrame frame = { .length = (size_t)get_little(bytes, 4),
                                 .lane = bytes[4],
                                 .flags = bytes[5],
                                 .generation = (uint16_t)get_little(bytes + 6, 2),
                                 .time_us = (int64_t)get_little(bytes + 8, 8),
                                 .bytes = bytes + TRANSCODE_HEAD_BYTES };
        /* Years 1970 to 2100, as in protocol.h. */
        if (frame.length > TRANSCODE_FRAME_BYTES || frame.lane >= TRANSCODE_LANES || frame.time_us < 0 ||
            frame.time_us > INT64_C(4102444800000000))
                return SIZE_MAX;
        if (length - TRANSCODE_HEAD_BYTES < frame.length)
                return 0;
        *ret_frame = frame;
        return TRANSCODE_HEAD_BYTES + frame.length;
}
