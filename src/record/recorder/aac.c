#include "record/recorder/aac.h"

#include <libavcodec/avcodec.h>
#include <libavutil/channel_layout.h>
#include <string.h>

struct Aac {
        AVCodecContext *context;
        AVFrame *frame;
        AVPacket *packet;
        AacSink sink;
        void *owner;
        int64_t given;
};

void aac_free(Aac *aac)
{
        if (!aac)
                return;
        avcodec_free_context(&aac->context);
        av_frame_free(&aac->frame);
        av_packet_free(&aac->packet);
        g_free(aac);
}

static bool aac_open(Aac *aac)
{
        av_log_set_level(AV_LOG_ERROR);
        const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
        aac->context = codec ? avcodec_alloc_context3(codec) : NULL;
        aac->frame = av_frame_alloc();
        aac->packet = av_packet_alloc();
        if (!aac->context || !aac->frame || !aac->packet)
                return false;
        aac->context->sample_rate = 48000;
        aac->context->sample_fmt = AV_SAMPLE_FMT_FLTP;
        aac->context->bit_rate = AAC_BITS_PER_SECOND;
        aac->context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        aac->context->thread_count = 1;
        av_channel_layout_default(&aac->context->ch_layout, 1);
        if (avcodec_open2(aac->context, codec, NULL) < 0 || aac->context->frame_size != AAC_FRAME_SAMPLES)
                return false;
        aac->frame->nb_samples = AAC_FRAME_SAMPLES;
        aac->frame->format = AV_SAMPLE_FMT_FLTP;
        aac->frame->sample_rate = 48000;
        av_channel_layout_default(&aac->frame->ch_layout, 1);
        return av_frame_get_buffer(aac->frame, 0) >= 0;
}

Aac *aac_new(AacSink sink, void *owner, GError **error)
{
        g_autoptr(Aac) aac = g_new0(Aac, 1);
        aac->sink = sink;
        aac->owner = owner;
        if (!aac_open(aac)) {
                g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSYS, "libavcodec has no AAC encoder for 48 kHz mono");
                return NULL;
        }
        return g_steal_pointer(&aac);
}

const uint8_t *aac_config(const Aac *aac, size_t *ret_size)
{
        *ret_size = (size_t)aac->context->extradata_size;
        return aac->context->extradata;
}

static void give_out(Aac *aac)
{
        while (avcodec_receive_packet(aac->context, aac->packet) >= 0) {
                /* Packets before 0 are the priming. */
                if (aac->packet->pts >= 0)
                        aac->sink(aac->owner, aac->packet->data, (size_t)aac->packet->size, aac->packet->pts);
                av_packet_unref(aac->packet);
        }
}

void aac_encode(Aac *aac, const float pcm[AAC_FRAME_SAMPLES])
{
        if (av_frame_make_writable(aac->frame) < 0)
                return;
        memcpy(aac->frame->data[0], pcm, AAC_FRAME_SAMPLES * sizeof(*pcm));
        aac->frame->pts = aac->given;
        aac->given += AAC_FRAME_SAMPLES;
        if (avcodec_send_frame(aac->context, aac->frame) >= 0)
                give_out(aac);
}

void aac_finish(Aac *aac)
{
        if (avcodec_send_frame(aac->context, NULL) >= 0)
                give_out(aac);
}
