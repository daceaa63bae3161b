/* What goes between the server and its transcoder, and VP8 that is no VP8: what is read must be what is written again,
 * and what comes out of a lane is an access unit. */
#include "record/transcoder/lane.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_frame(void *owner, const TranscodeFrame *frame)
{
        g_assert(frame->length > 4 && frame->bytes[0] == 0 && frame->bytes[1] == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        Lane *lane = lane_new(on_frame, NULL);
        TranscodeFrame frame;
        size_t used;
        while (lane && (used = transcode_frame_read(data, size, &frame)) > 0 && used < SIZE_MAX) {
                uint8_t head[TRANSCODE_HEAD_BYTES];
                g_assert(used == TRANSCODE_HEAD_BYTES + frame.length && used <= size);
                transcode_head_write(&frame, head);
                g_assert(memcmp(head, data, sizeof head) == 0);
                lane_frame(lane, &frame);
                data += used;
                size -= used;
        }
        lane_free(lane);
        return 0;
}
