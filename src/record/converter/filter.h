/* A decoder and the filters behind it: packets of one stream in, frames of one form out. libavfilter. */
#pragma once

#include "record/converter/source.h"

#include <libavcodec/avcodec.h>
#include <stdbool.h>

typedef struct Filter Filter;
/* false ends it. */
typedef bool (*FrameSink)(void *owner, AVFrame *frame, int64_t time_us);

/* chain: the filters as libavfilter writes them, between the frames as they come and a sink; NULL when the stream
 * cannot be decoded here. Times of frames are those of the source. */
Filter *filter_new(const Source *source, AVStream *stream, const char *chain, FrameSink sink, void *owner);
void filter_free(Filter *filter);
/* packet NULL: the end. A damaged packet is nothing; false: the sink gave up, or the filters failed. */
bool filter_packet(Filter *filter, const AVPacket *packet);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Filter, filter_free)
