/* A recording in two languages, as files: who interprets is heard in full and the stage softly beneath, in a rendition
 * of its own and in the MP4; what nobody interpreted is not there. */
#include "record/recorder/download.h"
#include "record/recorder/join.h"
#include "record/recorder/languages.h"
#include "record/recorder/mixer.h"
#include "record/recorder/sample_h264.h"
#include "record/recorder/session.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <math.h>
#include <opus/opus.h>
#include <string.h>
#include <unistd.h>

#define BEGIN_US INT64_C(1767225600000000)
enum { PACKET = MIXER_RATE / 50, STAGE_HZ = 500, FRENCH_HZ = 1200, SPEAKS_FROM_MS = 3000, LENGTH_MS = 12000 };

typedef struct Tone {
        OpusEncoder *encoder;
        int hertz;
        unsigned n;
} Tone;

static Tone tone_new(int hertz)
{
        return (Tone){ opus_encoder_create(MIXER_RATE, 1, OPUS_APPLICATION_AUDIO, NULL), hertz, 0 };
}

static void send_tone(Session *session, Tone *tone, unsigned track, int64_t at_ms)
{
        float pcm[PACKET];
        uint8_t packet[1500];
        for (unsigned i = 0; i < PACKET; i++)
                pcm[i] = 0.4f * sinf(2 * (float)G_PI * (float)tone->hertz * (float)(tone->n * PACKET + i) / MIXER_RATE);
        tone->n++;
        int size = opus_encode_float(tone->encoder, pcm, PACKET, packet, sizeof packet);
        session_message(session, &(Message){ .type = MESSAGE_FRAME,
                                             .track = (uint8_t)track,
                                             .time_us = BEGIN_US + at_ms * 1000,
                                             .body = packet,
                                             .length = (size_t)size });
}

static void offer(Session *session, unsigned channel, const char *code)
{
        session_message(session, &(Message){ .type = MESSAGE_LANGUAGE,
                                             .track = (uint8_t)channel,
                                             .body = (const uint8_t *)code,
                                             .length = strlen(code) });
}

static void on_answer(void *owner, const Message *message)
{
}

/* From begin to end: the stage always, the French interpreter from three seconds on. */
static void speak(Session *session, Tone *stage, Tone *french, int64_t begin_ms, int64_t end_ms)
{
        for (int64_t at_ms = begin_ms; at_ms < end_ms; at_ms += 20) {
                if (at_ms % 100 == 0)
                        session_message(session,
                                        &(Message){ .type = MESSAGE_TICK, .time_us = BEGIN_US + at_ms * 1000 });
                if (at_ms % 1000 == 0)
                        session_message(session, &(Message){ .type = MESSAGE_FRAME,
                                                             .track = RECORD_PICTURE_TRACK,
                                                             .flags = MESSAGE_KEY,
                                                             .time_us = BEGIN_US + at_ms * 1000,
                                                             .body = small_key,
                                                             .length = sizeof small_key });
                send_tone(session, stage, 3, at_ms);
                if (at_ms >= SPEAKS_FROM_MS)
                        send_tone(session, french, RECORD_LANGUAGE_TRACK + 5, at_ms);
        }
}

/* The strength of a tone in half a second of a track of the MP4. */
static double strength(const char *track, double at_s, int hertz)
{
        g_autofree char *at = g_strdup_printf("%.2f", at_s), *bytes = NULL;
        const char *arguments[] = { "ffmpeg", "-v",  "error", "-nostdin", "-vn",   "-ss", at,
                                    "-t",     "0.5", "-i",    JOIN_NAME,  "-map",  track, "-ac",
                                    "1",      "-ar", "48000", "-f",       "f32le", "-",   NULL };
        g_autoptr(GError) error = NULL;
        g_autoptr(GSubprocess) child = g_subprocess_newv(arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
        g_assert_no_error(error);
        g_autoptr(GBytes) out = NULL;
        g_subprocess_communicate(child, NULL, NULL, &out, NULL, &error);
        g_assert_no_error(error);
        gsize size;
        const float *pcm = g_bytes_get_data(out, &size);
        gsize n = size / sizeof *pcm;
        g_assert_cmpuint(n, >, MIXER_RATE / 4);
        double re = 0, im = 0;
        for (gsize i = 0; i < n; i++) {
                re += pcm[i] * cos(2 * G_PI * hertz * (double)i / MIXER_RATE);
                im += pcm[i] * sin(2 * G_PI * hertz * (double)i / MIXER_RATE);
        }
        return 2 * sqrt(re * re + im * im) / (double)n;
}

static bool is_there(const char *name)
{
        return g_file_test(name, G_FILE_TEST_EXISTS);
}

static void check_files(const Session *session)
{
        g_autofree char *lists = NULL, *french = NULL;
        g_assert_true(g_file_get_contents(LANGUAGES_NAME, &lists, NULL, NULL));
        g_assert_nonnull(strstr(lists, "LANGUAGE=\"fr\",URI=\"fr.m3u8\""));
        g_assert_null(strstr(lists, "de"));
        g_assert_true(g_file_get_contents("fr.m3u8", &french, NULL, NULL));
        g_assert_nonnull(strstr(french, "#EXT-X-MAP:URI=\"fr.mp4\""));
        g_assert_true(g_str_has_suffix(french, "#EXT-X-ENDLIST\n"));
        const GArray *entries = session_list(session)->entries;
        for (guint i = 0; i < entries->len; i++) {
                char name[2 * FILE_NAME_BYTES];
                language_segment_name("fr", g_array_index(entries, PlaylistEntry, i).segment, name);
                g_assert_nonnull(strstr(french, name));
                g_assert_true(is_there(name));
        }
        g_assert_false(is_there("de.m3u8") || is_there("de.mp4") || is_there("de-000000.m4s"));
        g_assert_false(is_there("it.m3u8")); /* offered when the recording had begun */
}

static void check_sound(void)
{
        g_assert_cmpfloat(strength("0:a:0", 8, STAGE_HZ), >, 0.3);
        g_assert_cmpfloat(strength("0:a:0", 8, FRENCH_HZ), <, 0.01);
        g_assert_cmpfloat(strength("0:a:1", 1, STAGE_HZ), >, 0.3);
        g_assert_cmpfloat(strength("0:a:1", 8, FRENCH_HZ), >, 0.3);
        g_assert_cmpfloat(fabs(strength("0:a:1", 8, STAGE_HZ) - 0.4 * 0.15), <, 0.02);
}

static void check_tags(void)
{
        g_autofree char *said = NULL;
        g_assert_true(g_spawn_command_line_sync(
                "ffprobe -v error -select_streams a -show_entries stream_tags=language -of csv=p=0 " JOIN_NAME, &said,
                NULL, NULL, NULL));
        g_assert_nonnull(strstr(said, "fra"));
}

static void test_two_languages(void)
{
        g_autoptr(GError) error = NULL;
        Session *session = session_new(on_answer, NULL, &error);
        g_assert_no_error(error);
        Tone stage = tone_new(STAGE_HZ), french = tone_new(FRENCH_HZ);
        offer(session, 0, "de");
        offer(session, 5, "fr");
        offer(session, 6, "../x");
        speak(session, &stage, &french, 0, 6000);
        offer(session, 1, "it");
        /* the child dies; the next one goes on */
        session_abandon(session);
        session_free(session);
        session = session_new(on_answer, NULL, &error);
        g_assert_no_error(error);
        offer(session, 5, "fr");
        speak(session, &stage, &french, 6100, LENGTH_MS);
        session_message(session, &(Message){ .type = MESSAGE_END, .time_us = BEGIN_US + LENGTH_MS * INT64_C(1000) });
        g_assert_true(session_is_done(session));
        check_files(session);
        download_make(session_list(session), "Two", on_answer, NULL);
        check_sound();
        check_tags();
        session_free(session);
        opus_encoder_destroy(stage.encoder);
        opus_encoder_destroy(french.encoder);
}

/* Without a language nothing is different. */
static void test_none(void)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(Session) session = session_new(on_answer, NULL, &error);
        Tone stage = tone_new(STAGE_HZ), french = tone_new(FRENCH_HZ);
        speak(session, &stage, &french, 0, 4000);
        session_message(session, &(Message){ .type = MESSAGE_END, .time_us = BEGIN_US + 4000 * 1000 });
        g_assert_true(session_is_done(session));
        g_assert_false(is_there(LANGUAGES_NAME));
        opus_encoder_destroy(stage.encoder);
        opus_encoder_destroy(french.encoder);
}

static void test_codes(void)
{
        static const char *const bad[] = { "", "f", "fran", "../x", "fr.", "fr/x", "FR", "fr_FR", "programme" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(languages_code_is_sound(bad[i]));
        g_assert_true(languages_code_is_sound("fr") && languages_code_is_sound("pt-BR"));
}

typedef void (*Test)(void);

static void in_folder(gconstpointer data)
{
        const Test *test = data;
        g_autofree char *folder = g_dir_make_tmp("treteau-languages-XXXXXX", NULL);
        g_assert_cmpint(g_chdir(folder), ==, 0);
        (*test)();
        const char *name;
        g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
        while ((name = g_dir_read_name(files)))
                g_unlink(name);
        g_assert_cmpint(g_chdir("/"), ==, 0);
        g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        static const Test two = test_two_languages, none = test_none;
        g_test_add_data_func("/recorder-languages/two", &two, in_folder);
        g_test_add_data_func("/recorder-languages/none", &none, in_folder);
        g_test_add_func("/recorder-languages/codes", test_codes);
        return g_test_run();
}
