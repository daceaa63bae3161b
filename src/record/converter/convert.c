#include "record/converter/convert.h"

#include "record/converter/picture.h"
#include "record/converter/sound.h"

enum { SLATE_AFTER_US = 2 * 1000000, FILL_US = 100000 };
#define PIECE_US (CONVERT_PIECE_S * INT64_C(1000000))

typedef struct Work {
        Source *source;
        Pieces *pieces;
        Picture *picture; /* NULL: sound alone */
        Sound *sound;
        bool picture_anew, sound_anew;
        guint given;
        const ConvertOut *out;
} Work;

static bool on_piece(void *owner, const Segment *segment, bool new_description)
{
        Work *work = owner;
        work->given++;
        return work->out->piece(work->out->owner, segment, new_description);
}

/* Sound without a picture is seen as the slate; a picture without sound is heard as silence. */
static PieceEnd even_out(Work *work)
{
        PieceEnd end = PIECE_GOES_ON;
        while (!work->picture && !end &&
               pieces_sound_end_us(work->pieces) >= pieces_picture_end_us(work->pieces) + PIECE_US)
                end = pieces_slate(work->pieces, pieces_picture_end_us(work->pieces) + PIECE_US);
        if (!work->source->sound && !end)
                end = sound_fill(work->sound, pieces_picture_end_us(work->pieces));
        return end;
}

/* What these ends mean: to be begun anew, or not to be done. */
static ConvertResult judge(const Work *work, PieceEnd picture, PieceEnd sound)
{
        if (picture == PIECE_LOST || sound == PIECE_LOST)
                return (ConvertResult){ .fault = CONVERT_FAULT_DISK };
        if (picture == PIECE_UNFIT)
                return work->picture_anew ? (ConvertResult){ .fault = CONVERT_FAULT_BROKEN }
                                          : (ConvertResult){ .again = CONVERT_ALL };
        return work->sound_anew ? (ConvertResult){ .fault = CONVERT_FAULT_BROKEN }
                                : (ConvertResult){ .again = CONVERT_SOUND };
}

/* true: it goes on. */
static bool take(Work *work, AVPacket *packet, ConvertResult *ret_result)
{
        PieceEnd picture = PIECE_GOES_ON, sound = PIECE_GOES_ON;
        if (av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, NULL)) {
                *ret_result = (ConvertResult){ .fault = CONVERT_FAULT_ENCRYPTED };
                return false;
        }
        if (work->picture && packet->stream_index == work->source->picture->index)
                picture = picture_packet(work->picture, packet);
        else if (work->source->sound && packet->stream_index == work->source->sound->index)
                sound = sound_packet(work->sound, packet);
        if (!picture && !sound)
                picture = even_out(work);
        if (!picture && !sound)
                return true;
        *ret_result = judge(work, picture, sound);
        return false;
}

/* Both end together: with the slate where the picture ended long before, with silence where the sound did. */
static ConvertResult finish(Work *work)
{
        PieceEnd sound = work->source->sound ? sound_packet(work->sound, NULL) : PIECE_GOES_ON;
        PieceEnd picture = work->picture && !sound ? picture_packet(work->picture, NULL) : PIECE_GOES_ON;
        int64_t sound_end_us = sound_end(work->sound), picture_end_us = pieces_picture_end_us(work->pieces);
        if (!picture && !sound && (!work->picture || sound_end_us > picture_end_us + SLATE_AFTER_US))
                picture = pieces_slate(work->pieces, sound_end_us);
        int64_t end_us = MAX(pieces_picture_end_us(work->pieces), sound_end_us);
        if (!picture && !sound)
                sound = sound_fill(work->sound, end_us + FILL_US);
        pieces_sound_is_over(work->pieces);
        if (!picture && !sound)
                picture = pieces_finish(work->pieces, end_us);
        if (picture || sound)
                return judge(work, picture, sound);
        return (ConvertResult){ .fault = work->given ? CONVERT_FAULT_NONE : CONVERT_FAULT_BROKEN };
}

/* A file that was cut off is taken as far as it goes. */
static ConvertResult read_all(Work *work)
{
        ConvertResult result = { .fault = CONVERT_FAULT_NONE };
        AVPacket *packet = av_packet_alloc();
        bool goes_on = packet != NULL;
        while (goes_on && av_read_frame(work->source->format, packet) >= 0) {
                goes_on = take(work, packet, &result);
                av_packet_unref(packet);
        }
        av_packet_free(&packet);
        return goes_on ? finish(work) : result;
}

static ConvertResult begin(Work *work, int64_t from_us)
{
        Source *source = work->source;
        size_t config_size = 0;
        work->sound = sound_new(source, work->sound_anew, from_us, work->pieces);
        if (source->picture)
                work->picture = picture_new(source, work->picture_anew, from_us, work->pieces);
        if (!work->sound || (source->picture && !work->picture))
                return (ConvertResult){ .fault = CONVERT_FAULT_CODEC };
        const uint8_t *config = sound_config(work->sound, &config_size);
        if (!work->out->begin(work->out->owner, config, config_size, work->picture_anew))
                return (ConvertResult){ .fault = CONVERT_FAULT_DISK };
        source_seek(source, from_us);
        return read_all(work);
}

ConvertResult convert_run(Source *source, ConvertWay way, int64_t from_us, const ConvertOut *out)
{
        Work work = { .source = source,
                      .out = out,
                      .picture_anew = source->picture && (way == CONVERT_ALL || !source->picture_stays),
                      .sound_anew = !source->sound_stays || way >= CONVERT_SOUND };
        work.pieces = pieces_new(from_us, on_piece, &work);
        ConvertResult result = begin(&work, from_us);
        picture_free(work.picture);
        sound_free(work.sound);
        pieces_free(work.pieces);
        return result;
}
