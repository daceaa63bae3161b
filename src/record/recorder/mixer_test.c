#include "record/recorder/mixer.h"

#include <math.h>
#include <opus/opus.h>
#include <stdlib.h>

enum { PACKET = MIXER_RATE / 50, LOOKAHEAD = 312, LENGTH = MIXER_RATE };
/* Some whole second. */
#define BEGIN (INT64_C(1767225600) * MIXER_RATE)

/* A microphone that sends a steady tone in packets of 20 ms. */
typedef struct Source {
        OpusEncoder *encoder;
        int64_t sent; /* samples */
        double amplitude;
} Source;

static Source source_open(double amplitude)
{
        return (Source){ opus_encoder_create(MIXER_RATE, 1, OPUS_APPLICATION_AUDIO, NULL), 0, amplitude };
}

static int source_packet(Source *source, uint8_t packet[1500])
{
        float pcm[PACKET];
        for (int i = 0; i < PACKET; i++)
                pcm[i] = (float)(source->amplitude * sin(2 * G_PI * 400 * (double)(source->sent + i) / MIXER_RATE));
        source->sent += PACKET;
        return opus_encode_float(source->encoder, pcm, PACKET, packet, 1500);
}

static void send(Mixer *mixer, unsigned microphone, Source *source, int64_t position)
{
        uint8_t packet[1500];
        int size = source_packet(source, packet);
        g_assert_cmpint(size, >, 0);
        mixer_packet(mixer, microphone, packet, (size_t)size, position);
}

/* Loudness of the samples from..until of what was read. */
static double level(const float *pcm, int from, int until)
{
        double sum = 0;
        for (int i = from; i < until; i++)
                sum += (double)pcm[i] * pcm[i];
        return sqrt(sum / (until - from));
}

/* Half a second of silence, then the tone from where its packets say. */
static void test_position(void)
{
        g_autoptr(Mixer) mixer = mixer_new();
        Source source = source_open(0.5);
        static float pcm[LENGTH];
        mixer_start(mixer, BEGIN);
        for (int i = 0; i < 20; i++)
                send(mixer, 0, &source, BEGIN + LENGTH / 2 + i * PACKET);
        mixer_read(mixer, pcm, LENGTH);
        g_assert_cmpint(mixer_position(mixer), ==, BEGIN + LENGTH);
        g_assert_cmpfloat(level(pcm, 0, LENGTH / 2), <, 0.001);
        g_assert_cmpfloat_with_epsilon(level(pcm, LENGTH / 2 + LOOKAHEAD + 200, LENGTH - 5000), 0.35, 0.03);
        opus_encoder_destroy(source.encoder);
}

/* Packets whose times jitter by up to 35 ms make one unbroken tone; one that is 50 ms off is placed where it says. */
static void test_jitter_and_jump(void)
{
        static const int jitter_ms[] = { 0, 30, -35, 12, -28, 35, 5, 0, -8, 0 };
        g_autoptr(Mixer) mixer = mixer_new();
        Source source = source_open(0.5);
        static float pcm[LENGTH];
        mixer_start(mixer, BEGIN);
        for (int i = 0; i < 10; i++)
                send(mixer, 0, &source, BEGIN + i * PACKET + jitter_ms[i] * 48);
        send(mixer, 0, &source, BEGIN + 10 * PACKET + MIXER_RATE / 20);
        mixer_read(mixer, pcm, LENGTH);
        for (int i = 1; i < 9; i++)
                g_assert_cmpfloat_with_epsilon(level(pcm, i * PACKET, (i + 1) * PACKET), 0.35, 0.05);
        g_assert_cmpfloat(level(pcm, 10 * PACKET, 10 * PACKET + MIXER_RATE / 20), <, 0.01);
        g_assert_cmpfloat(level(pcm, 10 * PACKET + MIXER_RATE / 20 + LOOKAHEAD, 11 * PACKET + MIXER_RATE / 20), >, 0.2);
        opus_encoder_destroy(source.encoder);
}

static void test_loss(void)
{
        g_autoptr(Mixer) mixer = mixer_new();
        Source source = source_open(0.5);
        static float pcm[LENGTH];
        uint8_t lost[1500];
        mixer_start(mixer, BEGIN);
        for (int i = 0; i < 20; i++)
                if (i == 7 || i == 12 || i == 13)
                        source_packet(&source, lost);
                else
                        send(mixer, 5, &source, BEGIN + i * PACKET);
        mixer_read(mixer, pcm, LENGTH);
        for (int i = 1; i < 19; i++)
                g_assert_cmpfloat(level(pcm, i * PACKET, (i + 1) * PACKET), >, 0.15);
        /* What comes after a loss is where it belongs: the tone ends with the last packet. */
        g_assert_cmpfloat(level(pcm, 20 * PACKET, 21 * PACKET), <, 0.001);
        opus_encoder_destroy(source.encoder);
}

/* Two voices add up and are clipped softly; what is read is gone, what comes too late or is no Opus is ignored. */
static void test_several(void)
{
        g_autoptr(Mixer) mixer = mixer_new();
        Source loud = source_open(0.9), other = source_open(0.9);
        static float pcm[LENGTH];
        mixer_start(mixer, BEGIN);
        for (int i = 0; i < 20; i++) {
                send(mixer, 0, &loud, BEGIN + i * PACKET);
                send(mixer, 11, &other, BEGIN + i * PACKET);
        }
        mixer_packet(mixer, 4, (const uint8_t *)"\xff\xff\xff", 3, BEGIN);
        mixer_packet(mixer, 4, (const uint8_t *)"", 0, BEGIN);
        mixer_read(mixer, pcm, LENGTH);
        for (int i = 0; i < LENGTH; i++)
                g_assert_true(fabsf(pcm[i]) <= 1.0f);
        g_assert_cmpfloat(level(pcm, 2 * PACKET, 18 * PACKET), >, 0.75);
        send(mixer, 0, &loud, BEGIN + 20 * PACKET);
        for (int i = 0; i < 5; i++) {
                mixer_read(mixer, pcm, LENGTH);
                g_assert_cmpfloat(level(pcm, 0, LENGTH), <, 0.0001);
        }
        opus_encoder_destroy(loud.encoder);
        opus_encoder_destroy(other.encoder);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/recorder-mixer/position", test_position);
        g_test_add_func("/recorder-mixer/jitter-and-jump", test_jitter_and_jump);
        g_test_add_func("/recorder-mixer/loss", test_loss);
        g_test_add_func("/recorder-mixer/several", test_several);
        return g_test_run();
}
