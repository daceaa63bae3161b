#include "record/converter/source.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/display.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

enum {
        READER_BYTES = 256 << 10,
        STREAMS_MAX = 40,
        PROBE_KIND_BYTES = 1 << 20,
        PROBE_BYTES = 20 << 20,
        PROBE_US = 20 * 1000000,
        SEEK_BACK_US = 30 * 1000000
};

/* Containers of films and sound. None that names other files or addresses (HLS, DASH, concat, SDP …). */
static const char CONTAINERS[] =
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mp3,aac,flac,ogg,wav,w64,asf,flv,"
        "mxf,aiff,caf,h264,hevc,ac3,eac3,amr,gxf,dv,nut,ivf";

typedef struct Reader {
        int descriptor;
        int64_t at, size;
} Reader;

static int read_some(void *opaque, uint8_t *bytes, int size)
{
        Reader *reader = opaque;
        ssize_t n;
        do
                n = pread(reader->descriptor, bytes, (size_t)size, (off_t)reader->at);
        while (n < 0 && errno == EINTR);
        if (n <= 0)
                return n == 0 ? AVERROR_EOF : AVERROR(EIO);
        reader->at += n;
        return (int)n;
}

static int64_t seek_to(void *opaque, int64_t offset, int whence)
{
        Reader *reader = opaque;
        whence &= ~AVSEEK_FORCE;
        if (whence == AVSEEK_SIZE)
                return reader->size;
        int64_t at = whence == SEEK_CUR ? reader->at + offset : whence == SEEK_END ? reader->size + offset : offset;
        if (at < 0)
                return AVERROR(EINVAL);
        return reader->at = at;
}

static AVIOContext *reader_new(int descriptor)
{
        off_t size = lseek(descriptor, 0, SEEK_END);
        if (size < 0)
                return NULL;
        Reader *reader = g_new0(Reader, 1);
        reader->descriptor = descriptor;
        reader->size = size;
        AVIOContext *io =
                avio_alloc_context(av_malloc(READER_BYTES), READER_BYTES, 0, reader, read_some, NULL, seek_to);
        if (!io)
                g_free(reader);
        return io;
}

static int refuse_other_files(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                              AVDictionary **options)
{
        return AVERROR(EPERM);
}

static ConvertFault open_format(Source *source)
{
        const AVInputFormat *kind = NULL;
        if (!source->reader || av_probe_input_buffer2(source->reader, &kind, "", NULL, 0, PROBE_KIND_BYTES) < 0)
                return CONVERT_FAULT_KIND;
        source->format = avformat_alloc_context();
        source->format->pb = source->reader;
        source->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_GENPTS;
        source->format->io_open = refuse_other_files;
        source->format->format_whitelist = av_strdup(CONTAINERS);
        source->format->protocol_whitelist = av_strdup("");
        source->format->max_streams = STREAMS_MAX;
        source->format->probesize = PROBE_BYTES;
        source->format->max_analyze_duration = PROBE_US;
        /* On failure the context is freed. */
        int code = avformat_open_input(&source->format, "", kind, NULL);
        return code >= 0                 ? CONVERT_FAULT_NONE
               : code == AVERROR(EINVAL) ? CONVERT_FAULT_KIND /* not in the list above */
                                         : CONVERT_FAULT_BROKEN;
}

static bool is_encrypted(const AVStream *stream)
{
        const AVCodecParameters *codec = stream->codecpar;
        return av_stream_get_side_data(stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, NULL) ||
               codec->codec_tag == MKTAG('e', 'n', 'c', 'v') || codec->codec_tag == MKTAG('e', 'n', 'c', 'a') ||
               codec->codec_tag == MKTAG('d', 'r', 'm', 's') || codec->codec_tag == MKTAG('d', 'r', 'm', 'i') ||
               codec->codec_tag == MKTAG('p', '6', '0', '8');
}

static AVStream *best(const Source *source, enum AVMediaType type)
{
        int n = av_find_best_stream(source->format, type, -1, -1, NULL, 0);
        AVStream *stream = n >= 0 ? source->format->streams[n] : NULL;
        return stream && !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC) ? stream : NULL;
}

static int turn_of(const AVStream *stream)
{
        size_t size = 0;
        const int32_t *matrix = (const int32_t *)av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
        if (!matrix || size < 9 * sizeof *matrix)
                return 0;
        double angle = av_display_rotation_get(matrix);
        return isnan(angle) ? 0 : (((int)lrint(-angle / 90) % 4 + 4) % 4) * 90;
}

/* What browsers play as it is: H.264 in eight bits, 4:2:0, upright, with square pixels. */
static bool picture_can_stay(const Source *source)
{
        const AVCodecParameters *codec = source->picture->codecpar;
        AVRational shape = av_guess_sample_aspect_ratio(source->format, source->picture, NULL);
        bool usual = codec->format == AV_PIX_FMT_YUV420P || codec->format == AV_PIX_FMT_YUVJ420P;
        bool interlaced = codec->field_order > AV_FIELD_PROGRESSIVE;
        return codec->codec_id == AV_CODEC_ID_H264 && usual && !interlaced && source->turn == 0 &&
               (shape.num == 0 || shape.num == shape.den);
}

/* AAC-LC in one or two channels at the rate that all our sound has. */
static bool sound_can_stay(const Source *source)
{
        const AVCodecParameters *codec = source->sound->codecpar;
        return codec->codec_id == AV_CODEC_ID_AAC && codec->profile == FF_PROFILE_AAC_LOW &&
               codec->sample_rate == 48000 &&
               (codec->ch_layout.nb_channels == 1 || codec->ch_layout.nb_channels == 2) && codec->extradata_size >= 2 &&
               codec->extradata_size <= 64;
}

static ConvertFault judge(const Source *source)
{
        for (unsigned i = 0; i < source->format->nb_streams; i++)
                if (is_encrypted(source->format->streams[i]))
                        return CONVERT_FAULT_ENCRYPTED;
        if (!source->picture && !source->sound)
                return CONVERT_FAULT_EMPTY;
        if (source->length_us > CONVERT_HOURS_MAX * INT64_C(3600000000))
                return CONVERT_FAULT_LONG;
        const AVCodecParameters *codec = source->picture ? source->picture->codecpar : NULL;
        if (codec && (codec->width > CONVERT_SIDE_MAX || codec->height > CONVERT_SIDE_MAX))
                return CONVERT_FAULT_SIZE;
        if (codec && (codec->width <= 0 || codec->height <= 0))
                return CONVERT_FAULT_BROKEN;
        return CONVERT_FAULT_NONE;
}

/* Subtitles, data and what was not chosen are not read. */
static void discard_others(Source *source)
{
        for (unsigned i = 0; i < source->format->nb_streams; i++) {
                AVStream *stream = source->format->streams[i];
                bool ours = stream == source->picture || stream == source->sound;
                stream->discard = ours ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
        }
}

bool source_open(Source *source, int descriptor, ConvertFault *ret_fault)
{
        *source = (Source){ .reader = reader_new(descriptor) };
        *ret_fault = open_format(source);
        if (*ret_fault)
                return false;
        *ret_fault = CONVERT_FAULT_BROKEN;
        if (avformat_find_stream_info(source->format, NULL) < 0)
                return false;
        source->picture = best(source, AVMEDIA_TYPE_VIDEO);
        source->sound = best(source, AVMEDIA_TYPE_AUDIO);
        if (source->format->start_time != AV_NOPTS_VALUE)
                source->begin_us = source->format->start_time;
        source->length_us = MAX(0, source->format->duration);
        *ret_fault = judge(source);
        if (*ret_fault)
                return false;
        discard_others(source);
        source->turn = source->picture ? turn_of(source->picture) : 0;
        source->picture_stays = source->picture && picture_can_stay(source);
        source->sound_stays = source->sound && sound_can_stay(source);
        return true;
}

void source_seek(Source *source, int64_t from_us)
{
        /* Where a file has no index the reader lands between two key frames: further back is one that leads there. */
        int64_t at_us = source->begin_us + MAX(0, from_us - SEEK_BACK_US);
        if (from_us > SEEK_BACK_US)
                avformat_seek_file(source->format, -1, INT64_MIN, at_us, at_us, 0);
}

void source_close(Source *source)
{
        avformat_close_input(&source->format);
        if (source->reader) {
                g_free(source->reader->opaque);
                av_freep(&source->reader->buffer);
                avio_context_free(&source->reader);
        }
}

int64_t source_time_us(const Source *source, const AVStream *stream, int64_t pts)
{
        if (pts == AV_NOPTS_VALUE)
                return pts;
        return av_rescale_q(pts, stream->time_base, AV_TIME_BASE_Q) - source->begin_us;
}
