#include "record/record.h"
#include "base/process.h"
#include "record/test_media.h"

#include <math.h>
#include <opus/opus.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A long day in compressed time through the real child: a camera that flashes every two seconds, a voice that beeps
 * with it and three others, each by a clock of its own that is up to 100 ppm wrong. Memory and open files are looked at
 * all along; at the end sound and picture still belong together. Five minutes as it is; TRETEAU_DAY_HOURS and
 * TRETEAU_DAY_ROOMS (at once) say otherwise. */

enum { RATE = 48000, PACKET = RATE / 50, PICTURES_A_SECOND = 10, LOOP = 2 * PICTURES_A_SECOND, VOICES = 4 };
enum { ROOMS_MOST = 4, LOOKS = 20, REPORT_S = 5 };
#define SECOND INT64_C(1000000)
#define BEGIN_US (INT64_C(1767225600) * SECOND)
#define STEP_US INT64_C(20000)
#define BEHIND_US (6 * SECOND)          /* as far as the child may be, before it is given more */
#define WAIT_US (INT64_C(900) * SECOND) /* for a segment, or for the MP4 of a day */
#define APART_S 0.04

typedef struct Voice {
        double rate; /* of its clock, 1: right */
        OpusEncoder *encoder;
        int64_t sent; /* samples by its own clock */
        int64_t report_us, reported;
        uint8_t packets[100][400]; /* of the voices that only hum: two seconds, again and again */
        int sizes[100];
} Voice;

typedef struct Room {
        char *folder;
        Recorder *recorder;
        Voice voices[VOICES];
        int64_t pictures;
        int64_t length_us; /* under lock, as the state */
        RecorderState state;
} Room;

typedef struct Look {
        int64_t child_kb, own_kb;
        int child_files, own_files;
} Look;

static GPtrArray *units; /* the camera's two seconds */
static gint64 clock_now_us;
static GMutex lock;
static GCond news;

/* --- What is measured --------------------------------------------------------------------------------------------- */

static ProcessUse use_of(int pid)
{
        ProcessUse use = { 0 };
        g_assert_true(process_use(pid, &use));
        return use;
}

static int child_of(const Room *room)
{
        RecorderFigures figures;
        recorder_figures(room->recorder, &figures);
        g_assert_cmpuint(figures.restarts, ==, 0);
        return figures.child_pid;
}

static Look look(const Room *rooms, unsigned n)
{
        ProcessUse own = use_of(getpid());
        Look all = { .own_kb = own.resident_kb, .own_files = own.files };
        for (unsigned i = 0; i < n; i++) {
                ProcessUse child = use_of(child_of(&rooms[i]));
                all.child_kb += child.resident_kb;
                all.child_files += child.files;
        }
        return all;
}

/* --- Sources ------------------------------------------------------------------------------------------------------ */

static void camera_open(void)
{
        g_autofree char *path = g_strdup_printf("%s/treteau-day-%d.h264", g_get_tmp_dir(), getpid()), *bytes = NULL;
        g_free(shell("ffmpeg -v error -y -f lavfi -i 'color=black:s=160x96:r=%d:d=2' "
                     "-vf \"drawbox=c=white:t=fill:enable='lt(t,0.2)'\" -pix_fmt yuv420p -c:v libx264 -profile:v "
                     "baseline -preset ultrafast -tune zerolatency -g %d -bf 0 -x264-params repeat-headers=1 "
                     "-bsf:v h264_metadata=aud=insert -f h264 %s",
                     PICTURES_A_SECOND, LOOP, path));
        gsize length = 0;
        g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
        units = split_units((const uint8_t *)bytes, length);
        g_assert_cmpuint(units->len, ==, LOOP);
        unlink(path);
}

/* 20 ms from this sample of the voice's clock on. The first beeps for 0.2 s every two seconds of the server's clock. */
static int encode(Voice *voice, unsigned number, int64_t from, uint8_t *packet, int size)
{
        float pcm[PACKET];
        for (int i = 0; i < PACKET; i++) {
                double t = (double)(from + i) / RATE / voice->rate;
                double beep = fmod(t, 2) < 0.2 ? 0.5 * sin(2 * G_PI * 1000 * t) : 0;
                pcm[i] = (float)(number == 0 ? beep : 0.01 * sin(2 * G_PI * 110 * (number + 1) * t));
        }
        return opus_encode_float(voice->encoder, pcm, PACKET, packet, size);
}

static void voice_open(Voice *voice, unsigned number, double ppm)
{
        voice->rate = 1 + ppm / 1e6;
        voice->encoder = opus_encoder_create(RATE, 1, OPUS_APPLICATION_VOIP, NULL);
        opus_encoder_ctl(voice->encoder, OPUS_SET_COMPLEXITY(0));
        for (int k = 0; number > 0 && k < 100; k++)
                voice->sizes[k] = encode(voice, number, k * PACKET, voice->packets[k], sizeof voice->packets[k]);
}

/* Packets that end before this moment of the server's clock, with the times that the server knows: right at each
 * report, and from there on counted by the sender's samples. */
static void voice_speak(Room *room, unsigned number, int64_t until_us)
{
        Voice *voice = &room->voices[number];
        for (;; voice->sent += PACKET) {
                int64_t taken_us = (int64_t)((double)voice->sent * 1e6 / RATE / voice->rate);
                if (taken_us + STEP_US > until_us)
                        return;
                if (voice->sent == 0 || taken_us - voice->report_us >= REPORT_S * SECOND) {
                        voice->report_us = taken_us;
                        voice->reported = voice->sent;
                }
                int64_t time_us = voice->report_us + (voice->sent - voice->reported) * SECOND / RATE;
                uint8_t own[1500];
                const uint8_t *packet = voice->packets[voice->sent / PACKET % 100];
                int size = voice->sizes[voice->sent / PACKET % 100];
                if (number == 0) {
                        size = encode(voice, 0, voice->sent, own, sizeof own);
                        packet = own;
                }
                g_assert_cmpint(size, >, 0);
                /* The encoder's look-ahead is a delay that the sender's time stamps know. */
                recorder_audio(room->recorder, number * 3, packet, (size_t)size, BEGIN_US + time_us - 6500);
        }
}

static void camera_show(Room *room, int64_t until_us)
{
        for (; room->pictures * SECOND / PICTURES_A_SECOND < until_us; room->pictures++) {
                GBytes *unit = units->pdata[room->pictures % LOOP];
                gsize length;
                const uint8_t *bytes = g_bytes_get_data(unit, &length);
                recorder_video(room->recorder, bytes, length, room->pictures % LOOP == 0,
                               BEGIN_US + room->pictures * SECOND / PICTURES_A_SECOND);
        }
}

/* --- Rooms -------------------------------------------------------------------------------------------------------- */

static void on_event(void *owner, const RecorderEvent *event)
{
        Room *room = owner;
        g_mutex_lock(&lock);
        room->length_us = event->length_us;
        room->state = event->state;
        g_cond_broadcast(&news);
        g_mutex_unlock(&lock);
}

static int64_t stage_clock(void *owner)
{
        g_mutex_lock(&lock);
        int64_t now_us = clock_now_us;
        g_mutex_unlock(&lock);
        return now_us;
}

static void room_open(Room *room, unsigned number)
{
        static const double clocks[VOICES] = { 100, -100, 43, -7 };
        room->folder = g_dir_make_tmp("treteau-day-XXXXXX", NULL);
        for (unsigned v = 0; v < VOICES; v++)
                voice_open(&room->voices[v], v, number % 2 ? -clocks[v] : clocks[v]);
        g_autoptr(GError) error = NULL;
        room->recorder = recorder_start(&(RecorderConfig){ .folder = room->folder,
                                                           .program = RECORDER_PROGRAM,
                                                           .title = "Une journée",
                                                           .owner = room,
                                                           .on_event = on_event,
                                                           .clock_us = stage_clock },
                                        &error);
        g_assert_no_error(error);
}

/* Waits until the room has so much of its recording on disk, or this state. */
static void room_wait(Room *room, int64_t length_us, RecorderState state)
{
        gint64 until_us = g_get_monotonic_time() + WAIT_US;
        bool in_time = true;
        g_mutex_lock(&lock);
        while (in_time && room->state != state && room->length_us < length_us)
                in_time = g_cond_wait_until(&news, &lock, until_us);
        g_mutex_unlock(&lock);
        g_assert_true(in_time);
}

/* The last twenty seconds, as a player would get them. */
static void assert_still_in_step(const Room *room)
{
        g_autofree char *tail = g_build_filename(room->folder, "tail.mp4", NULL);
        g_free(shell("cd %s && cat i000000.mp4 $(grep '^s' programme.m3u8 | tail -n 10) > tail.mp4", room->folder));
        double flash = first_flash(tail, 1), beep = first_beep(tail, 1);
        g_test_message("at the end: flash %.3f s, beep %.3f s", flash, beep);
        g_assert_cmpfloat_with_epsilon(flash, beep, APART_S);
}

static void room_close(Room *room, int64_t hours_us)
{
        ProcessUse child = use_of(child_of(room));
        double cpu_us = (double)(child.user_us + child.system_us);
        g_test_message("child: %.0f s of CPU, %.1f %% of the stream's time", cpu_us / (double)SECOND,
                       100 * cpu_us / (double)hours_us);
        recorder_stop(room->recorder);
        room_wait(room, INT64_MAX, RECORDER_FINISHED);
        g_assert_cmpint(llabs(room->length_us - hours_us), <=, SECOND / 10);
        recorder_free(room->recorder);
        g_autofree char *sizes =
                shell("cd %s && wc -c < programme.m3u8 && gzip -c programme.m3u8 | wc -c && ls | wc -l", room->folder);
        g_test_message("list, list compressed, files: %s", g_strdelimit(g_strchomp(sizes), "\n", ' '));
        assert_still_in_step(room);
        g_free(shell("rm -r %s", room->folder));
        g_free(room->folder);
        for (unsigned v = 0; v < VOICES; v++)
                opus_encoder_destroy(room->voices[v].encoder);
}

/* --- The day ------------------------------------------------------------------------------------------------------ */

static double of_environment(const char *name, double otherwise)
{
        const char *text = g_getenv(name);
        return text ? g_ascii_strtod(text, NULL) : otherwise;
}

/* What the second half has at most beyond the first. Freed memory stays with the address sanitizer for a while, 256 MB
 * at most, which a run of minutes does not reach. */
static void assert_no_growth(const Look looks[LOOKS], bool is_long)
{
        Look first = looks[0], second = looks[LOOKS / 2];
        for (unsigned i = 0; i < LOOKS; i++) {
                Look *half = i < LOOKS / 2 ? &first : &second;
                half->child_kb = MAX(half->child_kb, looks[i].child_kb);
                half->own_kb = MAX(half->own_kb, looks[i].own_kb);
                half->child_files = MAX(half->child_files, looks[i].child_files);
                half->own_files = MAX(half->own_files, looks[i].own_files);
        }
        int64_t more_kb = is_long ? 16 << 10 : 160 << 10;
        g_test_message("memory in kB, first and second half: children %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                       ", this %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "; files %u %u, %u %u",
                       first.child_kb, second.child_kb, first.own_kb, second.own_kb, first.child_files,
                       second.child_files, first.own_files, second.own_files);
        g_assert_cmpint(second.child_kb, <=, first.child_kb + more_kb);
        g_assert_cmpint(second.own_kb, <=, first.own_kb + more_kb);
        g_assert_cmpuint(second.child_files, <=, first.child_files);
        g_assert_cmpuint(second.own_files, <=, first.own_files);
}

static void test_day(void)
{
        double hours = of_environment("TRETEAU_DAY_HOURS", 1.0 / 12);
        unsigned n = CLAMP((unsigned)of_environment("TRETEAU_DAY_ROOMS", 1), 1, ROOMS_MOST), looked = 0;
        int64_t day_us = (int64_t)(hours * 3600) * SECOND;
        g_autofree Room *rooms = g_new0(Room, n);
        Look looks[LOOKS];
        clock_now_us = BEGIN_US;
        camera_open();
        for (unsigned i = 0; i < n; i++)
                room_open(&rooms[i], i);
        for (int64_t at_us = 0; at_us < day_us; at_us += STEP_US) {
                g_mutex_lock(&lock);
                clock_now_us = BEGIN_US + at_us + STEP_US;
                g_mutex_unlock(&lock);
                for (unsigned i = 0; i < n; i++) {
                        for (unsigned v = 0; v < VOICES; v++)
                                voice_speak(&rooms[i], v, at_us + STEP_US);
                        camera_show(&rooms[i], at_us + STEP_US);
                }
                for (unsigned i = 0; at_us % SECOND == 0 && i < n; i++)
                        room_wait(&rooms[i], at_us - BEHIND_US, RECORDER_FAILED);
                if (looked < LOOKS && at_us >= (looked + 1) * day_us / (LOOKS + 1))
                        looks[looked++] = look(rooms, n);
        }
        g_assert_cmpuint(looked, ==, LOOKS);
        for (unsigned i = 0; i < n; i++)
                room_close(&rooms[i], day_us);
        assert_no_growth(looks, hours >= 4);
        g_ptr_array_unref(units);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_autofree char *ffmpeg = g_find_program_in_path("ffmpeg");
        if (!ffmpeg) {
                g_print("1..0 # SKIP the ffmpeg command is not installed\n");
                return 0;
        }
        g_test_add_func("/record/day", test_day);
        return g_test_run();
}
