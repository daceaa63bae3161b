#include "record/record.h"
#include "record/test_media.h"

#include <opus/opus.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A recording through the real child, checked by ffmpeg: two cameras of different size that flash once in two seconds,
 * four voices, the first of which beeps with the flash. The clock is the test's own, so 24 seconds take about one. */

enum { RATE = 48000, PACKET = RATE / 50, CAMERAS = 2 };
#define SECOND INT64_C(1000000)
#define BEGIN_US (INT64_C(1767225600) * SECOND)
#define WAIT_US (60 * SECOND)

/* --- Sources ------------------------------------------------------------------------------------------------------ */

typedef struct Camera {
        unsigned width, height, rate;
        GPtrArray *units; /* of GBytes, access units */
} Camera;

typedef struct Stage {
        char *folder; /* temporary, of everything */
        char *recording;
        Camera cameras[CAMERAS];
        OpusEncoder *voices[4];
        gint64 now_us; /* the recorder's clock, under lock */
        GMutex lock;
        GAsyncQueue *events; /* of RecorderEvent */
        unsigned frames;     /* given while on air */
        bool apart, muted;   /* voice 0 is kept by itself, as person 7; and says nothing now */
} Stage;

static void camera_open(Stage *stage, unsigned i, unsigned width, unsigned height, unsigned rate)
{
        Camera *camera = &stage->cameras[i];
        *camera = (Camera){ width, height, rate, NULL };
        g_autofree char *path = g_strdup_printf("%s/camera%u.h264", stage->folder, i);
        g_free(shell(
                "ffmpeg -v error -y -f lavfi -i 'color=black:s=%ux%u:r=%u:d=24' "
                "-vf \"drawbox=c=white:t=fill:enable='lt(mod(t,2),0.2)'\" -pix_fmt yuv420p -c:v libx264 "
                "-profile:v baseline -preset ultrafast -tune zerolatency -g %u -keyint_min 1 -sc_threshold 0 -bf 0 "
                "-x264-params repeat-headers=1 -bsf:v h264_metadata=aud=insert -f h264 %s",
                width, height, rate, rate * 2, path));
        g_autofree char *bytes = NULL;
        gsize length = 0;
        g_file_get_contents(path, &bytes, &length, NULL);
        camera->units = split_units((const uint8_t *)bytes, length);
        g_assert_cmpuint(camera->units->len, ==, rate * 24);
}

/* --- Events ------------------------------------------------------------------------------------------------------- */

static void on_event(void *owner, const RecorderEvent *event)
{
        Stage *stage = owner;
        g_async_queue_push(stage->events, g_memdup2(event, sizeof(*event)));
}

static int64_t stage_clock(void *owner)
{
        Stage *stage = owner;
        g_mutex_lock(&stage->lock);
        int64_t now_us = stage->now_us;
        g_mutex_unlock(&stage->lock);
        return now_us;
}

/* Waits for this state, or for a segment (state -1). */
static RecorderEvent wait_event(Stage *stage, int state)
{
        RecorderEvent *event;
        while ((event = g_async_queue_timeout_pop(stage->events, WAIT_US))) {
                RecorderEvent found = *event;
                g_free(event);
                if (state < 0 ? found.kind == RECORDER_EVENT_SEGMENT
                              : found.kind == RECORDER_EVENT_STATE && (int)found.state == state)
                        return found;
        }
        g_test_message("no event, state %d, came", state);
        g_test_fail();
        return (RecorderEvent){ 0 };
}

static Recorder *stage_record(Stage *stage)
{
        g_autoptr(GError) error = NULL;
        RecorderConfig config = { .folder = stage->recording,
                                  .program = RECORDER_PROGRAM,
                                  .title = "Flash et bip",
                                  .owner = stage,
                                  .on_event = on_event,
                                  .clock_us = stage_clock };
        Recorder *recorder = recorder_start(&config, &error);
        g_assert_no_error(error);
        return recorder;
}

/* --- Playing ------------------------------------------------------------------------------------------------------ */

/* Sounds of the 20 ms from at_us on: voice 0 beeps at 1 kHz with the flash, the others hum softly all the time. */
static void play_voices(Stage *stage, Recorder *recorder, int64_t at_us)
{
        for (unsigned v = 0; v < G_N_ELEMENTS(stage->voices); v++) {
                float pcm[PACKET];
                for (int i = 0; i < PACKET; i++) {
                        double t = (double)at_us / SECOND + (double)i / RATE;
                        double beep = fmod(t, 2) < 0.2 ? 0.5 * sin(2 * G_PI * 1000 * t) : 0;
                        pcm[i] = (float)(v == 0 ? beep : 0.01 * sin(2 * G_PI * 110 * (v + 1) * t));
                }
                uint8_t packet[1500];
                int n = opus_encode_float(stage->voices[v], pcm, PACKET, packet, sizeof(packet));
                g_assert_cmpint(n, >, 0);
                /* The encoder's look-ahead is a delay that the sender's time stamps know. */
                int64_t time_us = BEGIN_US + at_us - 6500;
                if (v == 0 && stage->muted)
                        continue;
                if (v == 0 && stage->apart)
                        recorder_voice(recorder, 0, 7, packet, (size_t)n, time_us);
                else
                        recorder_audio(recorder, v * 3, packet, (size_t)n, time_us);
        }
}

/* One camera's pictures from from_us to until_us (camera -1: nobody), and the voices. Times count from BEGIN_US. */
static void play(Stage *stage, Recorder *recorder, int camera, int64_t from_us, int64_t until_us)
{
        const Camera *source = camera >= 0 ? &stage->cameras[camera] : NULL;
        if (!source)
                recorder_off_air(recorder);
        for (int64_t at_us = from_us; at_us < until_us; at_us += 20000) {
                g_mutex_lock(&stage->lock);
                stage->now_us = BEGIN_US + at_us;
                g_mutex_unlock(&stage->lock);
                play_voices(stage, recorder, at_us);
                for (guint i = 0; source && i < source->units->len; i++) {
                        int64_t taken_us = i * SECOND / source->rate;
                        if (taken_us < at_us || taken_us >= at_us + 20000)
                                continue;
                        GBytes *unit = source->units->pdata[i];
                        gsize length;
                        const uint8_t *bytes = g_bytes_get_data(unit, &length);
                        recorder_video(recorder, bytes, length, unit_is_key(unit), BEGIN_US + taken_us);
                        stage->frames++;
                }
                RecorderFigures figures;
                for (recorder_figures(recorder, &figures); figures.queued_bytes > 1 << 20;
                     recorder_figures(recorder, &figures))
                        g_thread_yield();
        }
        g_mutex_lock(&stage->lock);
        stage->now_us = BEGIN_US + until_us;
        g_mutex_unlock(&stage->lock);
}

/* --- What was recorded -------------------------------------------------------------------------------------------- */

/* The priming of the sound's encoder, 21 ms, is not there; the beep rises within two, and within twelve where it is the
 * first thing after a seam. */
#define APART_S 0.015

static void assert_in_step(const char *path, double from_s, double expected_s)
{
        double flash = first_flash(path, from_s), beep = first_beep(path, from_s);
        g_test_message("%s: flash %.3f beep %.3f expected %.3f", path, flash, beep, expected_s);
        g_assert_cmpfloat_with_epsilon(flash, expected_s, APART_S);
        g_assert_cmpfloat_with_epsilon(flash, beep, APART_S);
}

static char *stage_path(const Stage *stage, const char *name)
{
        return g_build_filename(stage->recording, name, NULL);
}

/* The sizes shown one after the other, each with its number of pictures: "640x360:200 1280x720:180 …" */
static char *sizes_of(const char *path)
{
        g_autofree char *lines =
                shell("ffprobe -v error -select_streams v -show_entries frame=width,height -of csv=p=0:nk=1 "
                      "%s | sed 's/,*$//' | grep . | uniq -c | awk '{split($2,a,\",\"); "
                      "printf \"%%sx%%s:%%s \", a[1], a[2], $1}'",
                      path);
        return g_strdup(g_strstrip(lines));
}

static double duration_of(const char *path, const char *stream)
{
        return number(shell("ffprobe -v error -select_streams %s -show_entries stream=duration -of csv=p=0 %s", stream,
                            path));
}

/* --- Tests -------------------------------------------------------------------------------------------------------- */

static void test_whole(Stage *stage, gconstpointer data)
{
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 8 * SECOND);
        play(stage, recorder, 1, 8 * SECOND, 13500000);
        play(stage, recorder, -1, 13500000, 16 * SECOND);
        play(stage, recorder, 0, 16 * SECOND, 20 * SECOND);
        gint64 stopped = g_get_monotonic_time();
        recorder_stop(recorder);
        RecorderEvent plays = wait_event(stage, RECORDER_PLAYS);
        g_assert_cmpint(g_get_monotonic_time() - stopped, <, 5 * SECOND);
        g_assert_cmpint(llabs(plays.length_us - 20 * SECOND), <, SECOND / 10);
        RecorderEvent finished = wait_event(stage, RECORDER_FINISHED);
        recorder_free(recorder);

        g_autofree char *list = stage_path(stage, "programme.m3u8"), *movie = stage_path(stage, "replay.mp4");
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(list, &text, NULL, NULL));
        g_assert_true(g_str_has_suffix(text, "#EXT-X-ENDLIST\n"));
        /* Camera 0, camera 1, slate (at once and each second), camera 0. */
        g_autofree char *expected =
                g_strdup_printf("640x360:%d 1280x720:%d 640x360:%d", 8 * 25, 11 * 30 / 2, 3 + 4 * 25);
        g_autofree char *live_sizes = sizes_of(list), *movie_sizes = sizes_of(movie);
        g_assert_cmpstr(live_sizes, ==, expected);
        g_assert_cmpstr(movie_sizes, ==, expected);
        g_assert_cmpfloat_with_epsilon(duration_of(movie, "v"), 20, 0.05);
        g_assert_cmpfloat_with_epsilon(duration_of(movie, "a"), 20, 0.05);
        for (int second = 2; second < 20; second += 2)
                if (second < 14 || second > 17)
                        assert_in_step(movie, second - 1, second);
        assert_in_step(list, 9, 10);
        struct stat status;
        g_assert_cmpint(stat(movie, &status), ==, 0);
        g_assert_cmpint(status.st_size, ==, finished.download_bytes);
        g_autofree char *title = shell("ffprobe -v error -show_entries format_tags=title -of csv=p=0 %s", movie);
        g_assert_cmpstr(g_strstrip(title), ==, "Flash et bip");
        g_autofree char *errors = shell("ffmpeg -v error -i %s -r 30 -f null - 2>&1", movie);
        g_assert_cmpstr(errors, ==, "");
}

static int child_of(Recorder *recorder)
{
        RecorderFigures figures;
        recorder_figures(recorder, &figures);
        g_assert_cmpint(figures.child_pid, >, 0);
        return figures.child_pid;
}

/* What is in the list plays without a complaint, and lasts so long, give or take a tick of the clock. */
static void assert_plays(Stage *stage, double length_s)
{
        g_autofree char *list = stage_path(stage, "programme.m3u8"), *movie = stage_path(stage, "replay.mp4");
        g_autofree char *errors = shell(
                "ffmpeg -v error -i %s -r 30 -f null - 2>&1; ffmpeg -v error -i %s -r 30 -f null - 2>&1", list, movie);
        g_assert_cmpstr(errors, ==, "");
        g_assert_cmpfloat_with_epsilon(duration_of(movie, "v"), length_s, 0.12);
        g_assert_cmpfloat_with_epsilon(duration_of(movie, "a"), length_s, 0.12);
}

static void finish(Stage *stage, Recorder *recorder)
{
        recorder_stop(recorder);
        wait_event(stage, RECORDER_FINISHED);
        recorder_free(recorder);
}

/* Two segments are on disk, the third is open when the child is killed: that alone is lost. */
static void test_killed(Stage *stage, gconstpointer data)
{
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 6 * SECOND);
        wait_event(stage, -1);
        wait_event(stage, -1);
        kill(child_of(recorder), SIGKILL);
        wait_event(stage, RECORDER_RESTARTING);
        play(stage, recorder, 0, 6 * SECOND, 8 * SECOND);
        play(stage, recorder, 1, 8 * SECOND, 10 * SECOND);
        finish(stage, recorder);

        assert_plays(stage, 8);
        g_autofree char *list = stage_path(stage, "programme.m3u8"), *movie = stage_path(stage, "replay.mp4");
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(list, &text, NULL, NULL));
        g_assert_nonnull(strstr(text, "#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"i000001.mp4\"\n"
                                      "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:06.000Z\n"));
        g_autofree char *sizes = sizes_of(movie);
        g_assert_cmpstr(sizes, ==, "640x360:150 1280x720:60");
        assert_in_step(movie, 3, 4);
        assert_in_step(movie, 5, 6);
}

/* Again and again: each child's finished segment stays, the list goes on. */
static void test_killed_often(Stage *stage, gconstpointer data)
{
        enum { KILLS = 4 };
        Recorder *recorder = stage_record(stage);
        for (int64_t k = 0; k < KILLS; k++) {
                play(stage, recorder, k % 2, k * 4 * SECOND, (k + 1) * 4 * SECOND);
                wait_event(stage, -1);
                kill(child_of(recorder), SIGKILL);
                wait_event(stage, RECORDER_RESTARTING);
        }
        play(stage, recorder, 0, KILLS * 4 * SECOND, (KILLS * 4 + 2) * SECOND);
        finish(stage, recorder);
        assert_plays(stage, KILLS * 2 + 2);
}

/* The server goes away in the middle without a word, another one goes on in the same folder. */
static void test_goes_on(Stage *stage, gconstpointer data)
{
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 5 * SECOND);
        wait_event(stage, -1);
        wait_event(stage, -1);
        recorder_free(recorder);
        recorder = stage_record(stage);
        play(stage, recorder, 0, 6 * SECOND, 10 * SECOND);
        finish(stage, recorder);
        /* Pictures pass 0.28 s behind the clock. */
        assert_plays(stage, 4.72 + 4);
}

/* A recording that nobody ended is ended later, and nothing is added to it. */
static void test_ended_later(Stage *stage, gconstpointer data)
{
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 5 * SECOND);
        wait_event(stage, -1);
        wait_event(stage, -1);
        recorder_free(recorder);
        g_assert_false(recorder_has_ended(stage->recording));
        stage->now_us += 3600 * SECOND;
        finish(stage, stage_record(stage));
        g_assert_true(recorder_has_ended(stage->recording));
        assert_plays(stage, 4.72);
        /* Once more changes nothing, and is answered at once. */
        finish(stage, stage_record(stage));
        assert_plays(stage, 4.72);
}

static void limit_files(Recorder *recorder, rlim_t size)
{
        struct rlimit limits = { size, RLIM_INFINITY };
        g_assert_cmpint(prlimit(child_of(recorder), RLIMIT_FSIZE, &limits, NULL), ==, 0);
}

/* No file can grow for six seconds: what was recorded meanwhile is written when space returns. */
static void test_disk_full(Stage *stage, gconstpointer data)
{
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 5 * SECOND);
        wait_event(stage, -1);
        wait_event(stage, -1);
        limit_files(recorder, 100);
        play(stage, recorder, 1, 6 * SECOND, 11 * SECOND);
        wait_event(stage, RECORDER_DISK_FULL);
        limit_files(recorder, RLIM_INFINITY);
        play(stage, recorder, 1, 11 * SECOND, 14 * SECOND);
        wait_event(stage, RECORDER_RECORDING);
        finish(stage, recorder);
        assert_plays(stage, 14);
}

/* A child that stands still never makes the caller wait; pictures are dropped up to a key frame. */
static void test_back_pressure(Stage *stage, gconstpointer data)
{
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 3 * SECOND);
        wait_event(stage, -1);
        int child = child_of(recorder);
        kill(child, SIGSTOP);
        g_autofree uint8_t *filler = g_malloc0(1 << 20);
        memcpy(filler, "\0\0\1\14", 4);
        RecorderFigures figures;
        for (int i = 0; i < 20; i++)
                recorder_video(recorder, filler, 1 << 20, false, BEGIN_US + 3 * SECOND + i * 1000);
        recorder_figures(recorder, &figures);
        g_assert_cmpuint(figures.queued_bytes, <=, 4 << 20);
        g_assert_cmpuint(figures.dropped_pictures, >=, 15);
        kill(child, SIGCONT);
        play(stage, recorder, 0, 4 * SECOND, 6 * SECOND);
        finish(stage, recorder);
        assert_plays(stage, 6);
}

#define OWN_APART_S 0.05 /* a voice of its own may lie so far beside its moment */

static void assert_own(const char *path, double from_s, double expected_s)
{
        double beep = first_beep(path, from_s);
        g_test_message("%s: beep from %.1f at %.3f, expected %.1f", path, from_s, beep, expected_s);
        g_assert_cmpfloat_with_epsilon(beep, expected_s, OWN_APART_S);
}

static double own_length(const char *path)
{
        return number(shell("ffprobe -v error -show_entries format=duration -of csv=p=0 %s", path));
}

/* One voice by itself, silent for four seconds in between: it lies beside the recording all the same. Of a file that is
 * cut off in the middle of a page the rest plays. */
static void test_apart(Stage *stage, gconstpointer data)
{
        stage->apart = true;
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 3 * SECOND);
        stage->muted = true;
        play(stage, recorder, 0, 3 * SECOND, 7 * SECOND);
        stage->muted = false;
        play(stage, recorder, 0, 7 * SECOND, 11 * SECOND);
        finish(stage, recorder);
        assert_plays(stage, 11);
        g_autofree char *own = stage_path(stage, "apart/000007-1.opus"), *half = stage_path(stage, "half.opus");
        assert_own(own, 1, 2);
        assert_own(own, 3, 8);
        assert_own(own, 9, 10);
        g_assert_cmpfloat_with_epsilon(own_length(own), 11, OWN_APART_S);
        g_autofree char *names = shell("ls %s/apart", stage->recording);
        g_assert_cmpstr(names, ==, "000007-1.opus\n");
        g_autofree char *errors = shell("ffmpeg -v error -xerror -i %s -f null - 2>&1", own);
        g_assert_cmpstr(errors, ==, "");
        g_free(shell("head -c $(($(stat -c %%s %s) * 3 / 4)) %s > %s", own, own, half));
        assert_own(half, 1, 2);
        g_assert_cmpfloat(own_length(half), <, 10.5);
}

/* What comes after a child that died is a file of its own, in the recording's own time, which has no hole. */
static void test_apart_killed(Stage *stage, gconstpointer data)
{
        stage->apart = true;
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 6 * SECOND);
        wait_event(stage, -1);
        wait_event(stage, -1);
        kill(child_of(recorder), SIGKILL);
        wait_event(stage, RECORDER_RESTARTING);
        play(stage, recorder, 0, 6 * SECOND, 9 * SECOND);
        finish(stage, recorder);
        g_autofree char *first = stage_path(stage, "apart/000007-1.opus"),
                        *second = stage_path(stage, "apart/000007-2.opus"), *movie = stage_path(stage, "replay.mp4");
        assert_own(first, 1, 2);
        assert_own(second, 5, 6);
        assert_in_step(movie, 5, 6);
}

/* A file that is taken away while its person speaks does not come back; what is said from then on is a new one. */
static void test_apart_removed(Stage *stage, gconstpointer data)
{
        stage->apart = true;
        Recorder *recorder = stage_record(stage);
        play(stage, recorder, 0, 0, 6 * SECOND);
        wait_event(stage, -1);
        wait_event(stage, -1);
        g_autofree char *own = stage_path(stage, "apart/000007-1.opus");
        g_assert_cmpint(g_unlink(own), ==, 0);
        play(stage, recorder, 0, 6 * SECOND, 11 * SECOND);
        finish(stage, recorder);
        g_assert_cmpfloat(first_beep(own, 0), >=, 4 - OWN_APART_S);
        assert_own(own, 9, 10);
}

/* --- Frame -------------------------------------------------------------------------------------------------------- */

static void stage_open(Stage *stage, gconstpointer data)
{
        stage->folder = g_dir_make_tmp("treteau-record-XXXXXX", NULL);
        stage->recording = g_build_filename(stage->folder, "recording", NULL);
        stage->events = g_async_queue_new_full(g_free);
        stage->now_us = BEGIN_US;
        g_mutex_init(&stage->lock);
        camera_open(stage, 0, 640, 360, 25);
        camera_open(stage, 1, 1280, 720, 30);
        for (unsigned v = 0; v < G_N_ELEMENTS(stage->voices); v++)
                stage->voices[v] = opus_encoder_create(RATE, 1, OPUS_APPLICATION_VOIP, NULL);
}

static void stage_close(Stage *stage, gconstpointer data)
{
        g_free(shell("rm -r %s", stage->folder));
        for (unsigned i = 0; i < CAMERAS; i++)
                g_ptr_array_unref(stage->cameras[i].units);
        for (unsigned v = 0; v < G_N_ELEMENTS(stage->voices); v++)
                opus_encoder_destroy(stage->voices[v]);
        g_async_queue_unref(stage->events);
        g_mutex_clear(&stage->lock);
        g_free(stage->recording);
        g_free(stage->folder);
}

static void add(const char *path, void (*test)(Stage *, gconstpointer))
{
        g_test_add(path, Stage, NULL, stage_open, test, stage_close);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_autofree char *ffmpeg = g_find_program_in_path("ffmpeg"), *ffprobe = g_find_program_in_path("ffprobe");
        if (!ffmpeg || !ffprobe) {
                g_print("1..0 # SKIP the ffmpeg command is not installed\n");
                return 0;
        }
        add("/record/whole", test_whole);
        add("/record/killed", test_killed);
        add("/record/killed-often", test_killed_often);
        add("/record/goes-on", test_goes_on);
        add("/record/ended-later", test_ended_later);
        add("/record/disk-full", test_disk_full);
        add("/record/back-pressure", test_back_pressure);
        add("/record/apart", test_apart);
        add("/record/apart-killed", test_apart_killed);
        add("/record/apart-removed", test_apart_removed);
        return g_test_run();
}
