/* The headers of a person's media packets, for capture/. */
#include "live/live_private.h"

struct LiveCapture {
        Sfu *sfu;
        SfuRoom room;
        SfuCapture *capture;
};

LiveCapture *live_capture_start(LiveRoom *room, int person)
{
        SfuCapture *capture = sfu_capture_start(room->live->sfu, room->sfu_room, (SfuParticipant){ (uint32_t)person });
        if (!capture)
                return NULL;
        LiveCapture *live = g_new(LiveCapture, 1);
        *live = (LiveCapture){ room->live->sfu, room->sfu_room, capture };
        return live;
}

bool live_capture_next(LiveCapture *capture, SfuCaptured *ret_packet)
{
        return sfu_capture_next(capture->capture, ret_packet);
}

uint64_t live_capture_lost(const LiveCapture *capture)
{
        return sfu_capture_lost(capture->capture);
}

void live_capture_stop(LiveCapture *capture)
{
        if (!capture)
                return;
        sfu_capture_stop(capture->sfu, capture->room, capture->capture);
        g_free(capture);
}
