#include "record/recorder/voice.h"

#include "record/recorder/aac.h"
#include "record/recorder/mixer.h"

struct Voice {
        Mixer *mixer;
        Aac *aac;
        Languages *languages;
        Samples packets;
        int64_t first; /* position of the encoder's first sample; -1 before the start */
};

static void on_packet(void *owner, const uint8_t *packet, size_t size, int64_t first_sample)
{
        Voice *voice = owner;
        samples_add(&voice->packets, packet, size, voice->first + first_sample);
}

Voice *voice_new(GError **error)
{
        g_autoptr(Voice) voice = g_new0(Voice, 1);
        voice->first = -1;
        samples_init(&voice->packets);
        voice->mixer = mixer_new();
        voice->aac = aac_new(on_packet, voice, error);
        return voice->aac ? g_steal_pointer(&voice) : NULL;
}

void voice_free(Voice *voice)
{
        if (!voice)
                return;
        aac_free(voice->aac);
        mixer_free(voice->mixer);
        samples_clear(&voice->packets);
        g_free(voice);
}

void voice_set_languages(Voice *voice, Languages *languages)
{
        voice->languages = languages;
}

const uint8_t *voice_config(const Voice *voice, size_t *ret_size)
{
        return aac_config(voice->aac, ret_size);
}

void voice_packet(Voice *voice, unsigned microphone, const uint8_t *opus, size_t size, int64_t time_us)
{
        int64_t position = position_of_time(time_us);
        /* Before the start the rings' window follows the clock, at a second's distance. */
        if (voice->first < 0 && position - MIXER_RATE > mixer_position(voice->mixer))
                mixer_start(voice->mixer, position - MIXER_RATE);
        mixer_packet(voice->mixer, microphone, opus, size, position);
}

void voice_start(Voice *voice, int64_t time_us)
{
        if (voice->first >= 0)
                return;
        voice->first = position_of_time(time_us);
        mixer_start(voice->mixer, voice->first);
        languages_start(voice->languages, voice->first);
}

void voice_mix(Voice *voice, int64_t until_us)
{
        if (voice->first < 0)
                return;
        while (mixer_position(voice->mixer) + AAC_FRAME_SAMPLES <= position_of_time(until_us)) {
                float pcm[AAC_FRAME_SAMPLES];
                mixer_read(voice->mixer, pcm, AAC_FRAME_SAMPLES);
                languages_mix(voice->languages, pcm);
                aac_encode(voice->aac, pcm);
        }
}

void voice_take(Voice *voice, int64_t before_us, Samples *to)
{
        samples_move_before(&voice->packets, to, position_of_time(before_us));
}

void voice_finish(Voice *voice, int64_t until_us)
{
        /* One packet more, so that sound reaches the end. */
        voice_mix(voice, until_us + AAC_FRAME_SAMPLES * INT64_C(1000000) / MIXER_RATE);
        if (voice->first < 0)
                return;
        aac_finish(voice->aac);
        languages_finish(voice->languages);
}
