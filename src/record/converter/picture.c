#include "record/converter/picture.h"

#include "record/converter/filter.h"

#include <libavcodec/bsf.h>
#include <libavutil/opt.h>

enum { LINES_MAX = 1080, COLUMNS_MAX = 1920, PER_SECOND_MAX = 30, PER_SECOND_LEAST = 10 };

struct Picture {
        const Source *source;
        Pieces *pieces;
        int64_t from_us;
        PieceEnd end;
        /* as it is */
        AVBSFContext *start_codes;
        /* anew */
        Filter *filter;
        AVCodecContext *encoder; /* NULL before the first frame */
        int64_t key_us;          /* when the next key frame is due */
        /* both */
        AVPacket *packet;
};

void picture_free(Picture *picture)
{
        if (!picture)
                return;
        av_bsf_free(&picture->start_codes);
        filter_free(picture->filter);
        avcodec_free_context(&picture->encoder);
        av_packet_free(&picture->packet);
        g_free(picture);
}

/* --- As it is ----------------------------------------------------------------------------------------------------- */

/* Start codes instead of lengths, and parameter sets before each IDR. */
static bool start_codes_open(Picture *picture)
{
        const AVBitStreamFilter *kind = av_bsf_get_by_name("h264_mp4toannexb");
        if (!kind || av_bsf_alloc(kind, &picture->start_codes) < 0)
                return false;
        avcodec_parameters_copy(picture->start_codes->par_in, picture->source->picture->codecpar);
        picture->start_codes->time_base_in = picture->source->picture->time_base;
        return av_bsf_init(picture->start_codes) >= 0;
}

static void put_piece(Picture *picture, const AVPacket *packet, int64_t shown_us)
{
        if (shown_us < picture->from_us && picture->from_us > 0)
                return;
        picture->end = pieces_picture(picture->pieces, packet->data, (size_t)packet->size, shown_us);
}

static void as_it_is(Picture *picture, AVPacket *packet)
{
        if (!packet)
                return;
        if (packet->pts == AV_NOPTS_VALUE || av_bsf_send_packet(picture->start_codes, packet) < 0) {
                picture->end = PIECE_UNFIT;
                return;
        }
        while (!picture->end && av_bsf_receive_packet(picture->start_codes, picture->packet) >= 0) {
                put_piece(picture, picture->packet,
                          source_time_us(picture->source, picture->source->picture, picture->packet->pts));
                av_packet_unref(picture->packet);
        }
}

/* --- Anew --------------------------------------------------------------------------------------------------------- */

static bool encoder_open(Picture *picture, const AVFrame *frame)
{
        const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
        AVCodecContext *encoder = picture->encoder = codec ? avcodec_alloc_context3(codec) : NULL;
        if (!encoder)
                return false;
        encoder->width = frame->width;
        encoder->height = frame->height;
        encoder->pix_fmt = AV_PIX_FMT_YUV420P;
        encoder->time_base = AV_TIME_BASE_Q;
        encoder->framerate = (AVRational){ PER_SECOND_MAX, 1 };
        encoder->thread_count = 1;
        encoder->gop_size = 2 * CONVERT_PIECE_S * PER_SECOND_MAX; /* key frames are ours to ask for */
        encoder->rc_max_rate = 5000000;
        encoder->rc_buffer_size = 10000000;
        encoder->color_range = AVCOL_RANGE_MPEG;
        av_opt_set(encoder->priv_data, "preset", "veryfast", 0);
        av_opt_set(encoder->priv_data, "crf", "23", 0);
        av_opt_set(encoder->priv_data, "forced-idr", "1", 0);
        return avcodec_open2(encoder, codec, NULL) >= 0;
}

static void take_encoded(Picture *picture)
{
        while (!picture->end && avcodec_receive_packet(picture->encoder, picture->packet) >= 0) {
                put_piece(picture, picture->packet, picture->packet->pts);
                av_packet_unref(picture->packet);
        }
}

static bool on_frame(void *owner, AVFrame *frame, int64_t time_us)
{
        Picture *picture = owner;
        if (time_us < picture->from_us && picture->from_us > 0)
                return true;
        /* A film that changes its size goes on in the first one: the filters see to it. */
        if (!picture->encoder && !encoder_open(picture, frame)) {
                picture->end = PIECE_UNFIT;
                return false;
        }
        bool key = time_us >= picture->key_us;
        if (key)
                picture->key_us = MAX(time_us, picture->key_us) + CONVERT_PIECE_S * INT64_C(1000000);
        frame->pts = time_us;
        frame->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
        if (avcodec_send_frame(picture->encoder, frame) < 0)
                return true;
        take_encoded(picture);
        return !picture->end;
}

/* The size it is made in: upright, square pixels, even, within 1920 by 1080 or as high as it is wide. */
static void size_of(const Source *source, int *ret_width, int *ret_height)
{
        const AVCodecParameters *codec = source->picture->codecpar;
        AVRational shape = av_guess_sample_aspect_ratio(source->format, source->picture, NULL);
        bool wide = shape.num > 0 && shape.den > 0 && av_q2d(shape) > 0.1 && av_q2d(shape) < 10;
        double width = codec->width * (wide ? av_q2d(shape) : 1), height = codec->height;
        bool lies = source->turn % 180 != 0;
        double shown_width = lies ? height : width, shown_height = lies ? width : height;
        bool upright = shown_height > shown_width;
        double scale = MIN(1, MIN((upright ? LINES_MAX : COLUMNS_MAX) / shown_width,
                                  (upright ? COLUMNS_MAX : LINES_MAX) / shown_height));
        *ret_width = MAX(2, (int)(shown_width * scale / 2 + 0.5) * 2);
        *ret_height = MAX(2, (int)(shown_height * scale / 2 + 0.5) * 2);
}

/* (transfer full) */
static char *chain_of(const Source *source)
{
        static const char *const turns[] = { "", "transpose=clock,", "hflip,vflip,", "transpose=cclock," };
        int width, height;
        size_of(source, &width, &height);
        AVRational rate = av_guess_frame_rate(source->format, source->picture, NULL);
        double per_second = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : PER_SECOND_MAX;
        /* 50 becomes 25, 60 becomes 30: every other one. */
        while (per_second > PER_SECOND_MAX + 0.5)
                per_second /= 2;
        per_second = MAX(per_second, PER_SECOND_LEAST);
        bool lines = source->picture->codecpar->field_order > AV_FIELD_PROGRESSIVE;
        return g_strdup_printf("%s%sscale=%d:%d:flags=bicubic:out_range=tv,setsar=1,format=yuv420p,fps=%.6f",
                               lines ? "yadif," : "", turns[source->turn / 90], width, height, per_second);
}

/* --- Both --------------------------------------------------------------------------------------------------------- */

Picture *picture_new(const Source *source, bool anew, int64_t from_us, Pieces *pieces)
{
        g_autoptr(Picture) picture = g_new0(Picture, 1);
        picture->source = source;
        picture->pieces = pieces;
        picture->from_us = picture->key_us = from_us;
        picture->packet = av_packet_alloc();
        g_autofree char *chain = anew ? chain_of(source) : NULL;
        if (anew)
                picture->filter = filter_new(source, source->picture, chain, on_frame, picture);
        if (anew ? !picture->filter : !start_codes_open(picture))
                return NULL;
        return g_steal_pointer(&picture);
}

PieceEnd picture_packet(Picture *picture, AVPacket *packet)
{
        if (!picture->filter) {
                as_it_is(picture, packet);
                return picture->end;
        }
        if (!filter_packet(picture->filter, packet) && !picture->end)
                picture->end = PIECE_UNFIT;
        if (!packet && picture->encoder && !picture->end) {
                avcodec_send_frame(picture->encoder, NULL);
                take_encoded(picture);
        }
        return picture->end;
}
