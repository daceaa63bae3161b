#include "record/converter/sound.h"

#include "record/converter/filter.h"
#include "record/recorder/aac.h"
#include "record/recorder/mixer.h"

#include <string.h>

enum { GAP_SAMPLES = 4800 }; /* a tenth of a second: as it is, sound has no holes */

struct Sound {
        const Source *source;
        Pieces *pieces;
        int64_t from; /* position: what comes before is left out */
        PieceEnd end;
        int64_t expected; /* as it is: position of the next packet, -1 at first */
        /* anew */
        Filter *filter;
        Aac *aac;
        float open[AAC_FRAME_SAMPLES];
        size_t n_open;
        int64_t given; /* samples, from `from` on */
};

void sound_free(Sound *sound)
{
        if (!sound)
                return;
        filter_free(sound->filter);
        aac_free(sound->aac);
        g_free(sound);
}

const uint8_t *sound_config(const Sound *sound, size_t *ret_size)
{
        if (sound->aac)
                return aac_config(sound->aac, ret_size);
        const AVCodecParameters *codec = sound->source->sound->codecpar;
        *ret_size = (size_t)codec->extradata_size;
        return codec->extradata;
}

static void as_it_is(Sound *sound, const AVPacket *packet)
{
        int64_t time_us = source_time_us(sound->source, sound->source->sound, packet->pts);
        if (time_us == AV_NOPTS_VALUE) {
                sound->end = PIECE_UNFIT;
                return;
        }
        int64_t position = position_of_time(time_us);
        bool hole = sound->expected >= 0 && ABS(position - sound->expected) > GAP_SAMPLES;
        if (hole) {
                sound->end = PIECE_UNFIT;
                return;
        }
        sound->expected = position + AAC_FRAME_SAMPLES;
        /* The priming of the encoder lies before 0. */
        if (position >= sound->from - (sound->from > 0 ? 0 : AAC_FRAME_SAMPLES / 2))
                sound->end = pieces_sound(sound->pieces, packet->data, (size_t)packet->size, MAX(position, 0));
}

/* --- Anew --------------------------------------------------------------------------------------------------------- */

static void on_aac(void *owner, const uint8_t *packet, size_t size, int64_t first_sample)
{
        Sound *sound = owner;
        if (!sound->end)
                sound->end = pieces_sound(sound->pieces, packet, size, sound->from + first_sample);
}

/* samples NULL: silence. */
static void give(Sound *sound, const float *samples, int64_t n)
{
        while (n > 0 && !sound->end) {
                size_t part = (size_t)MIN(n, (int64_t)(AAC_FRAME_SAMPLES - sound->n_open));
                if (samples)
                        memcpy(sound->open + sound->n_open, samples, part * sizeof *samples);
                else
                        memset(sound->open + sound->n_open, 0, part * sizeof *sound->open);
                samples = samples ? samples + part : NULL;
                sound->n_open += part;
                sound->given += (int64_t)part;
                n -= (int64_t)part;
                if (sound->n_open == AAC_FRAME_SAMPLES) {
                        aac_encode(sound->aac, sound->open);
                        sound->n_open = 0;
                }
        }
}

/* aresample has filled holes and drawn out drift; what is left is where it begins. */
static bool on_frame(void *owner, AVFrame *frame, int64_t time_us)
{
        Sound *sound = owner;
        int64_t at = position_of_time(MAX(time_us, 0)), wanted = sound->from + sound->given;
        const float *samples = (const float *)frame->data[0];
        int64_t n = frame->nb_samples;
        if (at > wanted + GAP_SAMPLES)
                give(sound, NULL, MIN(at - wanted, CONVERT_HOURS_MAX * INT64_C(3600) * MIXER_RATE));
        int64_t late = CLAMP(wanted - at, 0, n);
        if (sound->given == 0 || late > GAP_SAMPLES) {
                samples += late;
                n -= late;
        }
        give(sound, samples, n);
        return !sound->end;
}

Sound *sound_new(const Source *source, bool anew, int64_t from_us, Pieces *pieces)
{
        g_autoptr(Sound) sound = g_new0(Sound, 1);
        sound->source = source;
        sound->pieces = pieces;
        sound->from = position_of_time(from_us);
        sound->expected = -1;
        if (!anew)
                return g_steal_pointer(&sound);
        /* The grid of packets goes on where another encoder stopped. */
        sound->from = (sound->from + AAC_FRAME_SAMPLES - 1) / AAC_FRAME_SAMPLES * AAC_FRAME_SAMPLES;
        sound->aac = aac_new(on_aac, sound, NULL);
        if (source->sound)
                sound->filter = filter_new(source, source->sound,
                                           "aresample=48000:async=1000,aformat=sample_fmts=flt:channel_layouts=mono",
                                           on_frame, sound);
        if (!sound->aac || (source->sound && !sound->filter))
                return NULL;
        return g_steal_pointer(&sound);
}

PieceEnd sound_packet(Sound *sound, const AVPacket *packet)
{
        if (sound->aac && sound->filter && !filter_packet(sound->filter, packet) && !sound->end)
                sound->end = PIECE_UNFIT;
        if (!sound->aac && packet)
                as_it_is(sound, packet);
        return sound->end;
}

int64_t sound_end(const Sound *sound)
{
        return sound->aac ? (sound->from + sound->given) * 125 / 6 : pieces_sound_end_us(sound->pieces);
}

PieceEnd sound_fill(Sound *sound, int64_t until_us)
{
        if (sound->aac)
                give(sound, NULL, MAX(0, position_of_time(until_us) - sound->from - sound->given));
        return sound->end;
}
