#include "record/converter/filter.h"

#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/channel_layout.h>
#include <libavutil/pixdesc.h>

struct Filter {
        const Source *source;
        AVStream *stream;
        char *chain;
        AVCodecContext *decoder;
        AVFilterGraph *graph; /* NULL before the first frame, whose form it is made for */
        AVFilterContext *in, *out;
        AVFrame *decoded, *made;
        FrameSink sink;
        void *owner;
};

void filter_free(Filter *filter)
{
        if (!filter)
                return;
        avcodec_free_context(&filter->decoder);
        avfilter_graph_free(&filter->graph);
        av_frame_free(&filter->decoded);
        av_frame_free(&filter->made);
        g_free(filter->chain);
        g_free(filter);
}

Filter *filter_new(const Source *source, AVStream *stream, const char *chain, FrameSink sink, void *owner)
{
        const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
        if (!codec)
                return NULL;
        g_autoptr(Filter) filter = g_new0(Filter, 1);
        filter->source = source;
        filter->stream = stream;
        filter->chain = g_strdup(chain);
        filter->sink = sink;
        filter->owner = owner;
        filter->decoder = avcodec_alloc_context3(codec);
        filter->decoded = av_frame_alloc();
        filter->made = av_frame_alloc();
        avcodec_parameters_to_context(filter->decoder, stream->codecpar);
        filter->decoder->thread_count = 1;
        filter->decoder->pkt_timebase = stream->time_base;
        if (avcodec_open2(filter->decoder, codec, NULL) < 0)
                return NULL;
        return g_steal_pointer(&filter);
}

/* How libavfilter is told of frames like this one. (transfer full) */
static char *describe(const Filter *filter, const AVFrame *frame)
{
        AVRational base = filter->stream->time_base;
        if (filter->decoder->codec_type == AVMEDIA_TYPE_VIDEO) {
                AVRational shape = frame->sample_aspect_ratio;
                return g_strdup_printf("video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=%d/%d", frame->width,
                                       frame->height, frame->format, base.num, base.den, MAX(shape.num, 0),
                                       MAX(shape.den, 1));
        }
        char layout[128];
        AVChannelLayout usual = { 0 };
        av_channel_layout_default(&usual, frame->ch_layout.nb_channels);
        bool unknown = frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC;
        av_channel_layout_describe(unknown ? &usual : &frame->ch_layout, layout, sizeof layout);
        return g_strdup_printf("sample_rate=%d:sample_fmt=%d:channel_layout=%s:time_base=%d/%d", frame->sample_rate,
                               frame->format, layout, base.num, base.den);
}

static bool graph_make(Filter *filter, const AVFrame *frame)
{
        bool picture = filter->decoder->codec_type == AVMEDIA_TYPE_VIDEO;
        g_autofree char *form = describe(filter, frame);
        g_autofree char *text = g_strdup_printf("%s@in=%s,%s,%s@out", picture ? "buffer" : "abuffer", form,
                                                filter->chain, picture ? "buffersink" : "abuffersink");
        AVFilterInOut *inputs = NULL, *outputs = NULL;
        filter->graph = avfilter_graph_alloc();
        filter->graph->nb_threads = 1;
        bool ok = avfilter_graph_parse2(filter->graph, text, &inputs, &outputs) >= 0 &&
                  avfilter_graph_config(filter->graph, NULL) >= 0;
        avfilter_inout_free(&inputs);
        avfilter_inout_free(&outputs);
        for (unsigned i = 0; ok && i < filter->graph->nb_filters; i++) {
                AVFilterContext *part = filter->graph->filters[i];
                if (g_str_has_suffix(part->name, "@in"))
                        filter->in = part;
                if (g_str_has_suffix(part->name, "@out"))
                        filter->out = part;
        }
        return ok && filter->in && filter->out;
}

static bool give_out(Filter *filter)
{
        while (av_buffersink_get_frame(filter->out, filter->made) >= 0) {
                AVRational base = av_buffersink_get_time_base(filter->out);
                int64_t time_us = av_rescale_q(filter->made->pts, base, AV_TIME_BASE_Q) - filter->source->begin_us;
                bool ok = filter->sink(filter->owner, filter->made, time_us);
                av_frame_unref(filter->made);
                if (!ok)
                        return false;
        }
        return true;
}

/* Frames change their form in the midst of some films: then the filters are made anew. */
static bool has_changed(const Filter *filter, const AVFrame *frame)
{
        const AVFilterLink *link = filter->in->outputs[0];
        if (filter->decoder->codec_type == AVMEDIA_TYPE_VIDEO)
                return link->w != frame->width || link->h != frame->height || link->format != frame->format;
        return link->sample_rate != frame->sample_rate || link->format != frame->format ||
               link->ch_layout.nb_channels != frame->ch_layout.nb_channels;
}

static bool flush_graph(Filter *filter)
{
        bool ok = !filter->graph || (av_buffersrc_add_frame(filter->in, NULL) >= 0 && give_out(filter));
        avfilter_graph_free(&filter->graph);
        filter->in = filter->out = NULL;
        return ok;
}

static bool on_frame(Filter *filter)
{
        AVFrame *frame = filter->decoded;
        frame->pts = frame->best_effort_timestamp;
        if (frame->pts == AV_NOPTS_VALUE)
                return true;
        if (filter->graph && has_changed(filter, frame) && !flush_graph(filter))
                return false;
        if (!filter->graph && !graph_make(filter, frame))
                return false;
        return av_buffersrc_add_frame(filter->in, frame) >= 0 && give_out(filter);
}

bool filter_packet(Filter *filter, const AVPacket *packet)
{
        if (avcodec_send_packet(filter->decoder, packet) < 0 && packet)
                return true;
        while (avcodec_receive_frame(filter->decoder, filter->decoded) >= 0) {
                bool ok = on_frame(filter);
                av_frame_unref(filter->decoded);
                if (!ok)
                        return false;
        }
        return packet || flush_graph(filter);
}
