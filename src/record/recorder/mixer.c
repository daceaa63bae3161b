#include "record/recorder/mixer.h"

#include "record/protocol.h"
#include "record/recorder/slip.h"

#include <opus/opus.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
        RING = 4 * MIXER_RATE,
        PACKET_MOST = MIXER_RATE * 120 / 1000, /* RFC 6716 3.2.5 */
};

typedef struct Microphone {
        OpusDecoder *decoder;
        float *ring;
        Slip slip;
} Microphone;

struct Mixer {
        Microphone microphones[RECORD_MICROPHONES];
        int64_t position;
        float clip_memory;
};

Mixer *mixer_new(void)
{
        return g_new0(Mixer, 1);
}

void mixer_free(Mixer *mixer)
{
        if (!mixer)
                return;
        for (unsigned i = 0; i < RECORD_MICROPHONES; i++) {
                if (mixer->microphones[i].decoder)
                        opus_decoder_destroy(mixer->microphones[i].decoder);
                g_free(mixer->microphones[i].ring);
        }
        g_free(mixer);
}

int64_t mixer_position(const Mixer *mixer)
{
        return mixer->position;
}

/* Adds nothing to what others say: each microphone has its own ring. Outside the window samples are dropped. */
static void ring_write(const Mixer *mixer, Microphone *mic, const float *pcm, int n)
{
        for (int i = 0; i < n; i++) {
                int64_t at = mic->slip.next + i;
                if (at >= mixer->position && at < mixer->position + RING)
                        mic->ring[at % RING] = pcm[i];
        }
        mic->slip.next += n;
}

static void ring_clear(Microphone *mic, int64_t from, int64_t n)
{
        for (int64_t i = 0; i < n && i < RING; i++)
                mic->ring[(from + i) % RING] = 0;
}

void mixer_start(Mixer *mixer, int64_t position)
{
        for (unsigned i = 0; i < RECORD_MICROPHONES; i++)
                if (mixer->microphones[i].ring)
                        ring_clear(&mixer->microphones[i], mixer->position, position - mixer->position);
        mixer->position = position;
}

static bool microphone_open(Microphone *mic)
{
        int error;
        if (mic->decoder)
                return true;
        mic->decoder = opus_decoder_create(MIXER_RATE, 1, &error);
        if (!mic->decoder)
                return false;
        mic->ring = g_new0(float, RING);
        mic->slip = slip_new();
        return true;
}

/* What was lost between the last packet and this one: guesses, and for the last piece the copy that this packet carries
 * (in-band FEC), when there is one. */
static void conceal(const Mixer *mixer, Microphone *mic, const uint8_t *opus, size_t size, int frame, int missing)
{
        float pcm[PACKET_MOST];
        for (; missing >= frame; missing -= frame) {
                bool last = missing < 2 * frame;
                int n = opus_decode_float(mic->decoder, last ? opus : NULL, last ? (opus_int32)size : 0, pcm, frame,
                                          last);
                if (n <= 0)
                        return;
                ring_write(mixer, mic, pcm, n);
        }
}

void mixer_packet(Mixer *mixer, unsigned microphone, const uint8_t *opus, size_t size, int64_t position)
{
        Microphone *mic = &mixer->microphones[microphone];
        int frame = opus_packet_get_nb_samples(opus, (opus_int32)size, MIXER_RATE);
        if (frame <= 0 || frame > PACKET_MOST || !microphone_open(mic))
                return;
        SlipStep step = slip_step(&mic->slip, position, frame);
        conceal(mixer, mic, opus, size, frame, step.lost);
        float pcm[PACKET_MOST], stretched[PACKET_MOST + SLIP_STRETCH_MOST];
        int n = opus_decode_float(mic->decoder, opus, (opus_int32)size, pcm, PACKET_MOST, 0);
        if (n <= 0)
                return;
        if (step.stretch != 0)
                slip_stretch(pcm, n, stretched, n + step.stretch);
        ring_write(mixer, mic, step.stretch != 0 ? stretched : pcm, n + step.stretch);
}

void mixer_read(Mixer *mixer, float *ret_pcm, size_t n)
{
        memset(ret_pcm, 0, n * sizeof(*ret_pcm));
        for (unsigned k = 0; k < RECORD_MICROPHONES; k++) {
                Microphone *mic = &mixer->microphones[k];
                if (!mic->ring)
                        continue;
                for (size_t i = 0; i < n; i++)
                        ret_pcm[i] += mic->ring[(mixer->position + (int64_t)i) % RING];
                ring_clear(mic, mixer->position, (int64_t)n);
        }
        opus_pcm_soft_clip(ret_pcm, (int)n, 1, &mixer->clip_memory);
        mixer->position += (int64_t)n;
}
