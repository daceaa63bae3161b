#include "record/transcoder/lane.h"

#include <glib.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
#include <string.h>

#define PTS_STEP_MOST_US INT64_C(10000000)

struct Lane {
        LaneSink sink;
        void *owner;
        const AVCodec *encoder_codec;
        AVCodecContext *decoder, *encoder;
        struct SwsContext *scaler;
        AVFrame *decoded, *scaled;
        AVPacket *in, *out;
        bool begun;   /* a key frame came, and nothing has been missing since */
        bool renewed; /* the next picture out must be a key frame */
        uint16_t generation;
        int64_t last_us, key_us;
        int64_t pts; /* of the encoder: rises whatever the times do, since another source may be earlier */
};

static bool decoder_open(Lane *lane)
{
        const AVCodec *codec = avcodec_find_decoder(AV_CODEC_ID_VP8);
        lane->decoder = codec ? avcodec_alloc_context3(codec) : NULL;
        if (!lane->decoder)
                return false;
        lane->decoder->thread_count = 1;
        lane->decoder->max_pixels = LANE_PIXELS_MOST;
        return avcodec_open2(lane->decoder, codec, NULL) >= 0;
}

Lane *lane_new(LaneSink sink, void *owner)
{
        av_log_set_level(AV_LOG_QUIET); /* what is wrong with somebody's pictures is no news for the server's log */
        Lane *lane = g_new0(Lane, 1);
        lane->sink = sink;
        lane->owner = owner;
        lane->encoder_codec = avcodec_find_encoder_by_name("libx264");
        lane->decoded = av_frame_alloc();
        lane->scaled = av_frame_alloc();
        lane->in = av_packet_alloc();
        lane->out = av_packet_alloc();
        if (lane->encoder_codec && lane->decoded && lane->scaled && lane->in && lane->out && decoder_open(lane))
                return lane;
        lane_free(lane);
        return NULL;
}

void lane_free(Lane *lane)
{
        if (!lane)
                return;
        avcodec_free_context(&lane->decoder);
        avcodec_free_context(&lane->encoder);
        sws_freeContext(lane->scaler);
        av_frame_free(&lane->decoded);
        av_frame_free(&lane->scaled);
        av_packet_free(&lane->in);
        av_packet_free(&lane->out);
        g_free(lane);
}

/* --- Encoding ----------------------------------------------------------------------------------------------------- */

/* Even numbers, for 4:2:0, in the proportions that came. */
static void size_out(int width, int height, int *ret_width, int *ret_height)
{
        double shrink = MIN(1.0, MIN((double)LANE_WIDTH_MOST / width, (double)LANE_HEIGHT_MOST / height));
        *ret_width = MAX(2, (int)(width * shrink + 0.5) & ~1);
        *ret_height = MAX(2, (int)(height * shrink + 0.5) & ~1);
}

static bool encoder_open(Lane *lane, int width, int height)
{
        if (lane->encoder && lane->encoder->width == width && lane->encoder->height == height)
                return true;
        avcodec_free_context(&lane->encoder);
        AVCodecContext *encoder = lane->encoder = avcodec_alloc_context3(lane->encoder_codec);
        if (!encoder)
                return false;
        encoder->width = width;
        encoder->height = height;
        encoder->pix_fmt = AV_PIX_FMT_YUV420P;
        encoder->time_base = (AVRational){ 1, 1000000 };
        encoder->framerate = (AVRational){ 30, 1 };
        encoder->thread_count = 1;
        encoder->max_b_frames = 0;
        encoder->gop_size = 10 * 30; /* key frames are asked for, by time */
        encoder->rc_max_rate = 300000 + (int64_t)width * height * 2;
        encoder->rc_buffer_size = (int)encoder->rc_max_rate;
        av_opt_set(encoder->priv_data, "preset", "ultrafast", 0);
        av_opt_set(encoder->priv_data, "tune", "zerolatency", 0);
        av_opt_set(encoder->priv_data, "profile", "baseline", 0);
        av_opt_set(encoder->priv_data, "crf", "24", 0);
        av_opt_set(encoder->priv_data, "forced-idr", "1", 0);
        lane->renewed = true;
        return avcodec_open2(encoder, lane->encoder_codec, NULL) >= 0;
}

/* The picture as the encoder takes it; NULL when there is no memory for it. */
static AVFrame *fitting(Lane *lane, int width, int height)
{
        AVFrame *decoded = lane->decoded, *scaled = lane->scaled;
        if (decoded->width == width && decoded->height == height)
                return decoded;
        lane->scaler = sws_getCachedContext(lane->scaler, decoded->width, decoded->height, AV_PIX_FMT_YUV420P, width,
                                            height, AV_PIX_FMT_YUV420P, SWS_AREA, NULL, NULL, NULL);
        av_frame_unref(scaled);
        scaled->width = width;
        scaled->height = height;
        scaled->format = AV_PIX_FMT_YUV420P;
        if (!lane->scaler || av_frame_get_buffer(scaled, 0) < 0)
                return NULL;
        sws_scale(lane->scaler, (const uint8_t *const *)decoded->data, decoded->linesize, 0, decoded->height,
                  scaled->data, scaled->linesize);
        return scaled;
}

static void give_out(Lane *lane, const TranscodeFrame *of)
{
        while (avcodec_receive_packet(lane->encoder, lane->out) >= 0) {
                TranscodeFrame frame = *of;
                frame.flags = lane->out->flags & AV_PKT_FLAG_KEY ? TRANSCODE_KEY : 0;
                frame.bytes = lane->out->data;
                frame.length = (size_t)lane->out->size;
                lane->sink(lane->owner, &frame);
                av_packet_unref(lane->out);
        }
}

static void encode(Lane *lane, const TranscodeFrame *of)
{
        int width, height;
        int64_t since_us = of->time_us - lane->last_us;
        if (!lane->renewed && since_us >= 0 && since_us < LANE_LEAST_US)
                return;
        size_out(lane->decoded->width, lane->decoded->height, &width, &height);
        AVFrame *picture = encoder_open(lane, width, height) ? fitting(lane, width, height) : NULL;
        if (!picture)
                return;
        bool key = lane->renewed || of->time_us - lane->key_us >= LANE_KEY_US;
        lane->pts += CLAMP(since_us, LANE_LEAST_US, PTS_STEP_MOST_US);
        picture->pts = lane->pts;
        picture->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        lane->last_us = of->time_us;
        if (key)
                lane->key_us = of->time_us;
        lane->renewed = false;
        if (avcodec_send_frame(lane->encoder, picture) >= 0)
                give_out(lane, of);
}

/* --- Decoding ----------------------------------------------------------------------------------------------------- */

static bool decode(Lane *lane, const TranscodeFrame *frame)
{
        av_packet_unref(lane->in);
        if (av_new_packet(lane->in, (int)frame->length) < 0)
                return false;
        memcpy(lane->in->data, frame->bytes, frame->length);
        return avcodec_send_packet(lane->decoder, lane->in) >= 0;
}

void lane_frame(Lane *lane, const TranscodeFrame *frame)
{
        bool key = frame->flags & TRANSCODE_KEY;
        if (frame->generation != lane->generation || frame->flags & TRANSCODE_GAP)
                lane->begun = false;
        if (frame->generation != lane->generation)
                lane->renewed = true;
        lane->generation = frame->generation;
        if (!lane->begun && !key)
                return;
        lane->begun = frame->length > 0 && decode(lane, frame);
        while (lane->begun && avcodec_receive_frame(lane->decoder, lane->decoded) >= 0) {
                if (lane->decoded->format == AV_PIX_FMT_YUV420P)
                        encode(lane, frame);
                av_frame_unref(lane->decoded);
        }
}
