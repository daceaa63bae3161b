/* What is asked of a description that was read; sdp.c reads them. */
#include "rtc/sdp.h"

#include <string.h>

SdpDirection sdp_reverse(SdpDirection direction)
{
        switch (direction) {
        case SDP_SENDONLY:
                return SDP_RECVONLY;
        case SDP_RECVONLY:
                return SDP_SENDONLY;
        case SDP_SENDRECV:
        case SDP_INACTIVE:
                break;
        }
        return direction;
}

const SdpMedia *sdp_find_media(const Sdp *sdp, const char *mid)
{
        for (unsigned i = 0; i < sdp->n_media; i++)
                if (!strcmp(sdp->media[i].mid, mid))
                        return &sdp->media[i];
        return NULL;
}

const SdpCodec *sdp_find_codec(const SdpMedia *media, SdpCodecName name)
{
        for (unsigned i = 0; i < media->n_codecs; i++)
                if (media->codecs[i].name == name)
                        return &media->codecs[i];
        return NULL;
}

const SdpCodec *sdp_find_rtx(const SdpMedia *media, uint8_t payload_type)
{
        for (unsigned i = 0; i < media->n_codecs; i++)
                if (media->codecs[i].name == SDP_RTX && media->codecs[i].apt == payload_type)
                        return &media->codecs[i];
        return NULL;
}

const SdpCodec *sdp_find_h264_baseline(const SdpMedia *media)
{
        const SdpCodec *best = NULL;
        for (unsigned i = 0; i < media->n_codecs; i++) {
                const SdpCodec *codec = &media->codecs[i];
                if (codec->name != SDP_H264 || codec->packetization_mode != 1 || codec->profile_level_id >> 16 != 0x42)
                        continue;
                /* constraint_set1_flag makes it constrained baseline: no slices out of order, no slice groups. */
                if (codec->profile_level_id & 0x4000)
                        return codec;
                if (!best)
                        best = codec;
        }
        return best;
}
