#include "load/source.h"
#include <math.h>
#include <opus/opus.h>

#define RATE_HZ 48000
#define FRAME_SAMPLES 960
#define TURN_US (8 * INT64_C(1000000))
#define SYLLABLE_US (200 * INT64_C(1000))
#define AMPLITUDE 0.08f               /* −25 dBov */
#define FADE_PER_SAMPLE (1.0f / 2400) /* 50 ms, so that it does not click */
#define SILENCE_LEVEL 127
#define BITRATE 32000

typedef struct {
        Source source;
        OpusEncoder *encoder;
        double frequency_hz, phase;
        unsigned turn, turns; /* 0 turns: in words */
        float gain;           /* 0 to 1 */
        float samples[FRAME_SAMPLES];
        bool sent;
} Tone;

/* Every stretch of 200 ms is tone or silence, as if a coin were thrown, another one for each tone. */
static bool is_word(const Tone *tone, int64_t now_us)
{
        uint32_t coin = (uint32_t)(now_us / SYLLABLE_US) * 0x9e3779b1u ^ (uint32_t)tone->frequency_hz * 0x85ebca6bu;
        coin = (coin ^ coin >> 15) * 0x2c1b3c6du;
        coin = (coin ^ coin >> 12) * 0x297a2d39u;
        return coin >> 31;
}

static bool is_turn(const Tone *tone, int64_t now_us)
{
        return (unsigned)(now_us / TURN_US % tone->turns) == tone->turn;
}

static void next_frame(Source *source, int64_t now_us)
{
        Tone *tone = (Tone *)source;
        bool speaks = tone->turns ? is_turn(tone, now_us) : is_word(tone, now_us);
        double step = 2 * G_PI * tone->frequency_hz / RATE_HZ, sum = 0;
        for (int i = 0; i < FRAME_SAMPLES; i++) {
                tone->gain = CLAMP(tone->gain + (speaks ? FADE_PER_SAMPLE : -FADE_PER_SAMPLE), 0, 1);
                tone->samples[i] = AMPLITUDE * tone->gain * (float)sin(tone->phase);
                tone->phase = fmod(tone->phase + step, 2 * G_PI);
                sum += tone->samples[i] * tone->samples[i];
        }
        double level = sum > 0 ? -10 * log10(sum / FRAME_SAMPLES) : SILENCE_LEVEL;
        source->audio_level = (int)lround(CLAMP(level, 0, SILENCE_LEVEL));
        tone->sent = false;
}

static size_t next_payload(Source *source, size_t max_bytes, uint8_t *out, bool *ret_last)
{
        Tone *tone = (Tone *)source;
        if (tone->sent)
                return 0;
        tone->sent = true;
        *ret_last = false;
        opus_int32 size = opus_encode_float(tone->encoder, tone->samples, FRAME_SAMPLES, out, (opus_int32)max_bytes);
        return size > 0 ? (size_t)size : 0;
}

static void tone_free(Source *source)
{
        opus_encoder_destroy(((Tone *)source)->encoder);
        g_free(source);
}

static Tone *tone_new(double frequency_hz)
{
        Tone *tone = g_new0(Tone, 1);
        tone->source = (Source){ .codec = CODEC_OPUS,
                                 .interval_us = 20000,
                                 .ticks = FRAME_SAMPLES,
                                 .audio_level = SILENCE_LEVEL,
                                 .next_frame = next_frame,
                                 .next_payload = next_payload,
                                 .free = tone_free };
        tone->encoder = opus_encoder_create(RATE_HZ, 1, OPUS_APPLICATION_AUDIO, NULL);
        g_assert(tone->encoder);
        opus_encoder_ctl(tone->encoder, OPUS_SET_BITRATE(BITRATE));
        opus_encoder_ctl(tone->encoder, OPUS_SET_COMPLEXITY(2));
        tone->frequency_hz = frequency_hz;
        return tone;
}

Source *tone_source_new(double frequency_hz, unsigned turn, unsigned turns)
{
        Tone *tone = tone_new(frequency_hz);
        tone->turn = turn;
        tone->turns = MAX(1, turns);
        return &tone->source;
}

Source *word_source_new(double frequency_hz)
{
        return &tone_new(frequency_hz)->source;
}
