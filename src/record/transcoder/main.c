/* treteau-transcoder: VP8 in, H.264 out, over a socket as descriptor 3. Started by the server (record/transcode.c),
 * never by hand. It decodes what anybody may have sent: when a library falls to it, what falls has no file, no network,
 * no more memory than this, and the lowest priority but one. */
#include "base/answer.h"
#include "base/calls.h"
#include "base/confine.h"
#include "record/transcoder/lane.h"

#include <glib.h>
#include <stdio.h>
#include <unistd.h>

enum { LINK_DESCRIPTOR = 3, MEMORY_MOST_MIB = 1024, DESCRIPTORS_MOST = 16, NICER = 15, READ_BYTES = 64 << 10 };

static void send_frame(void *owner, const TranscodeFrame *frame)
{
        bool *gone = owner;
        uint8_t head[TRANSCODE_HEAD_BYTES];
        transcode_head_write(frame, head);
        *gone = *gone || !answer_write(LINK_DESCRIPTOR, head, sizeof head) ||
                !answer_write(LINK_DESCRIPTOR, frame->bytes, frame->length);
}

/* False at the end, or at nonsense. */
static bool read_more(GByteArray *bytes)
{
        guint before = bytes->len;
        g_byte_array_set_size(bytes, before + READ_BYTES);
        ssize_t n = read(LINK_DESCRIPTOR, bytes->data + before, READ_BYTES);
        g_byte_array_set_size(bytes, before + (guint)MAX(n, 0));
        return n > 0;
}

static void work(Lane *const *lanes, const bool *gone)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        do {
                TranscodeFrame frame;
                size_t used = 0, n;
                while ((n = transcode_frame_read(bytes->data + used, bytes->len - used, &frame)) > 0 && n < SIZE_MAX) {
                        lane_frame(lanes[frame.lane], &frame);
                        used += n;
                }
                if (n == SIZE_MAX)
                        return;
                g_byte_array_remove_range(bytes, 0, (guint)used);
        } while (!*gone && read_more(bytes));
}

int main(int argc, char **argv)
{
        if (argc > 1) {
                fprintf(stderr, "%s is started by treteau, it takes no arguments\n", argv[0]);
                return 2;
        }
        confine(&(Confinement){ .last_descriptor = LINK_DESCRIPTOR,
                                .descriptors = DESCRIPTORS_MOST,
                                .memory_mib = MEMORY_MOST_MIB,
                                .nicer = NICER });
        bool gone = false;
        Lane *lanes[TRANSCODE_LANES];
        for (unsigned i = 0; i < TRANSCODE_LANES; i++)
                if (!(lanes[i] = lane_new(send_frame, &gone)))
                        return 3;
        calls_confine();
        work(lanes, &gone);
        for (unsigned i = 0; i < TRANSCODE_LANES; i++)
                lane_free(lanes[i]);
        return 0;
}
