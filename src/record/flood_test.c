#include "record/child.h"
#include "record/record.h"
#include "record/recorder/sample_h264.h"
#include "record/test_media.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Too much, and nonsense, for the recorder's child and for the server's half: both stay small, the list stays whole,
 * and the recording of the room goes on. */

#define SECOND INT64_C(1000000)
#define BEGIN_US (INT64_C(1767225600) * SECOND)
#define WAIT_US (60 * SECOND)
enum { LARGE = 1 << 20, WAIT_MS = 60000 };
/* The address sanitizer keeps 256 MB of freed memory, the queue of sound and pictures that wait 32 MB, a full disk 16
 * MB. */
enum { CHILD_KB_MOST = 700 << 10 };

static int64_t most_kb(int pid)
{
        g_autofree char *path = g_strdup_printf("/proc/%d/status", pid), *text = NULL;
        const char *at = g_file_get_contents(path, &text, NULL, NULL) ? strstr(text, "VmHWM:") : NULL;
        return at ? g_ascii_strtoll(at + 6, NULL, 10) : 0;
}

static GBytes *message(const Message *of)
{
        uint8_t header[MESSAGE_HEADER_BYTES];
        message_header(of, header);
        GByteArray *bytes = g_byte_array_append(g_byte_array_new(), header, sizeof(header));
        return g_byte_array_free_to_bytes(g_byte_array_append(bytes, of->body, (guint)of->length));
}

/* --- The child alone ---------------------------------------------------------------------------------------------- */

/* Reads what the child says, and forgets it. False when it has gone. */
static bool listen_to(Child *child)
{
        ChildIo io;
        Message said;
        while ((io = child_receive(child)) == CHILD_OK)
                while (child_next(child, &said))
                        continue;
        return io != CHILD_GONE;
}

/* Sends it whole, waiting for the child to take it. False when it has gone. */
static bool give(Child *child, GBytes *bytes)
{
        size_t offset = 0;
        ChildIo io;
        while ((io = child_send(child, bytes, &offset)) == CHILD_AGAIN) {
                struct pollfd polled = { .fd = child_descriptor(child), .events = POLLIN | POLLOUT };
                if (poll(&polled, 1, WAIT_MS) <= 0 || !listen_to(child))
                        return false;
        }
        return io == CHILD_OK;
}

static bool say(Child *child, const Message *of)
{
        g_autoptr(GBytes) bytes = message(of);
        return give(child, bytes);
}

static bool tick(Child *child, int64_t at_us)
{
        return say(child, &(Message){ .type = MESSAGE_TICK, .time_us = BEGIN_US + at_us });
}

static bool picture(Child *child, const uint8_t *bytes, size_t length, int64_t at_us, bool key)
{
        return say(child, &(Message){ .type = MESSAGE_FRAME,
                                      .track = RECORD_PICTURE_TRACK,
                                      .flags = key ? MESSAGE_KEY : 0,
                                      .time_us = BEGIN_US + at_us,
                                      .body = bytes,
                                      .length = length });
}

typedef struct Folder {
        char *path;
} Folder;

static void folder_open(Folder *folder, gconstpointer data)
{
        folder->path = g_dir_make_tmp("treteau-flood-XXXXXX", NULL);
}

static void folder_close(Folder *folder, gconstpointer data)
{
        g_free(shell("rm -r %s", folder->path));
        g_free(folder->path);
}

static Child *child_of_folder(const Folder *folder)
{
        const char *const none[RECORD_LANGUAGES] = { NULL };
        g_autoptr(GError) error = NULL;
        Child *child = child_start(RECORDER_PROGRAM, folder->path, "", none, &error);
        g_assert_no_error(error);
        return child;
}

/* Four seconds that are all right. */
static void record_a_little(Child *child)
{
        for (int64_t at_us = 0; at_us <= 4 * SECOND; at_us += SECOND / 10) {
                g_assert_true(tick(child, at_us));
                if (at_us % SECOND == 0)
                        g_assert_true(picture(child, small_key, sizeof small_key, at_us, true));
        }
}

static bool waits_to_go(Child *child)
{
        struct pollfd polled = { .fd = child_descriptor(child), .events = POLLIN };
        while (poll(&polled, 1, WAIT_MS) > 0)
                if (!listen_to(child))
                        return true;
        return false;
}

static guint pieces_of(const Folder *folder)
{
        g_autofree char *lines = shell("grep -c '^s' %s/programme.m3u8", folder->path);
        g_assert_false(recorder_has_ended(folder->path));
        return (guint)atoi(lines);
}

/* What is no message ends the child, at once and by itself; what was open before is in the list. */
static void test_nonsense(Folder *folder, gconstpointer data)
{
        static const uint8_t too_long[MESSAGE_HEADER_BYTES] = { 0xff, 0xff, 0xff, 0x7f, MESSAGE_FRAME };
        static const uint8_t of_the_other_side[MESSAGE_HEADER_BYTES] = { 0, 0, 0, 0, MESSAGE_DONE };
        uint8_t noise[4096];
        g_autoptr(GRand) random = g_rand_new_with_seed(3);
        for (size_t i = 0; i < sizeof noise; i++)
                noise[i] = (uint8_t)g_rand_int(random);
        const struct {
                const uint8_t *bytes;
                size_t length;
        } all[] = { { too_long, sizeof too_long },
                    { of_the_other_side, sizeof of_the_other_side },
                    { noise, sizeof noise } };
        for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
                g_autoptr(GBytes) bytes = g_bytes_new_static(all[i].bytes, all[i].length);
                Child *child = child_of_folder(folder);
                record_a_little(child);
                give(child, bytes);
                g_assert_true(waits_to_go(child));
                child_end(child, WAIT_MS);
                g_assert_cmpuint(pieces_of(folder), ==, 2 * (i + 1));
        }
}

/* Gigabytes of pictures at one time, of sound and of ends of the picture at wild times, thousands of ticks: the child's
 * memory is bounded, and it records what comes after. */
static void test_too_much(Folder *folder, gconstpointer data)
{
        enum { PICTURES = 1000, OTHERS = 20000 };
        g_autofree uint8_t *large = g_malloc(LARGE);
        memset(large, 0x55, LARGE);
        memcpy(large, small_key, sizeof small_key);
        Child *child = child_of_folder(folder);
        record_a_little(child);
        for (int i = 0; i < PICTURES; i++)
                g_assert_true(picture(child, large, LARGE, 4 * SECOND, i % 2));
        for (int i = 0; i < OTHERS; i++) {
                int64_t wild_us = (int64_t)i * 7919 % 100000 * SECOND;
                g_assert_true(say(child, &(Message){ .type = i % 3 ? MESSAGE_FRAME : MESSAGE_OFF_AIR,
                                                     .track = (uint8_t)(i % 30),
                                                     .time_us = BEGIN_US + wild_us,
                                                     .body = large + i,
                                                     .length = i % 3 ? (size_t)(1 + i % 900) : 0 }));
                g_assert_true(tick(child, 4 * SECOND));
        }
        int64_t used_kb = most_kb(child_pid(child));
        g_test_message("the child used %" G_GINT64_FORMAT " MB at most", used_kb >> 10);
        g_assert_cmpint(used_kb, >, 0);
        g_assert_cmpint(used_kb, <, CHILD_KB_MOST);
        guint before = pieces_of(folder);
        for (int64_t at_us = 4 * SECOND; at_us <= 12 * SECOND; at_us += SECOND / 10) {
                g_assert_true(tick(child, at_us));
                if (at_us % SECOND == 0)
                        g_assert_true(picture(child, small_key, sizeof small_key, at_us, true));
        }
        child_end(child, WAIT_MS);
        g_assert_cmpuint(pieces_of(folder), >=, before + 3);
        g_autofree char *largest = shell("ls -S %s/s*.m4s | head -n 1 | xargs wc -c", folder->path);
        g_assert_cmpint(atoi(largest), <, 20 << 20);
}

/* --- The server's half -------------------------------------------------------------------------------------------- */

typedef struct Seen {
        GMutex lock;
        GCond news;
        RecorderState state;
        int64_t length_us;
        unsigned failed;
} Seen;

static void on_event(void *owner, const RecorderEvent *event)
{
        Seen *seen = owner;
        g_mutex_lock(&seen->lock);
        seen->state = event->state;
        seen->length_us = event->length_us;
        seen->failed += event->state == RECORDER_FAILED;
        g_cond_broadcast(&seen->news);
        g_mutex_unlock(&seen->lock);
}

static bool wait_for(Seen *seen, RecorderState state)
{
        gint64 until_us = g_get_monotonic_time() + WAIT_US;
        bool in_time = true;
        g_mutex_lock(&seen->lock);
        while (in_time && seen->state != state)
                in_time = g_cond_wait_until(&seen->news, &seen->lock, until_us);
        g_mutex_unlock(&seen->lock);
        return in_time;
}

/* Thirty microphones of noise and pictures of a megabyte each as fast as they can be given: no call waits, the queue is
 * bounded, what does not fit is counted, no child dies of it; and the recording has its end. */
static void test_room_goes_on(Folder *folder, gconstpointer data)
{
        enum { ROUNDS = 4000 };
        Seen seen = { .state = RECORDER_STARTING };
        g_autoptr(GError) error = NULL;
        g_autofree uint8_t *large = g_malloc(LARGE);
        g_autoptr(GRand) random = g_rand_new_with_seed(5);
        for (int i = 0; i < LARGE; i++)
                large[i] = (uint8_t)g_rand_int(random);
        memcpy(large, small_key, sizeof small_key);
        g_autoptr(Recorder) recorder = recorder_start(&(RecorderConfig){ .folder = folder->path,
                                                                         .program = RECORDER_PROGRAM,
                                                                         .title = "",
                                                                         .owner = &seen,
                                                                         .on_event = on_event },
                                                      &error);
        g_assert_no_error(error);
        g_assert_true(wait_for(&seen, RECORDER_RECORDING));
        gint64 longest_us = 0;
        RecorderFigures figures;
        for (int i = 0; i < ROUNDS; i++) {
                gint64 began_us = g_get_monotonic_time();
                recorder_video(recorder, large, LARGE, i % 10 == 0, g_get_real_time() + (i % 7 - 3) * SECOND);
                for (unsigned k = 0; k < RECORDER_MICROPHONES; k++)
                        recorder_audio(recorder, k, large + i * 100 + k, 1 + k * 20, g_get_real_time());
                longest_us = MAX(longest_us, g_get_monotonic_time() - began_us);
                recorder_figures(recorder, &figures);
                g_assert_cmpuint(figures.queued_bytes, <=, 5 << 20);
        }
        g_test_message(
                "31 calls took %" G_GINT64_FORMAT " ms at most; %" G_GUINT64_FORMAT " pictures and %" G_GUINT64_FORMAT
                " packets did not fit; the child used %" G_GINT64_FORMAT " MB",
                longest_us / 1000, figures.dropped_pictures, figures.dropped_packets, most_kb(figures.child_pid) >> 10);
        g_assert_cmpuint(figures.dropped_pictures, >, 0);
        g_assert_cmpuint(figures.restarts, ==, 0);
        g_assert_cmpint(most_kb(figures.child_pid), <, CHILD_KB_MOST);
        recorder_stop(recorder);
        g_assert_true(wait_for(&seen, RECORDER_FINISHED));
        g_assert_cmpuint(seen.failed, ==, 0);
        g_assert_true(recorder_has_ended(folder->path));
}

static void add(const char *path, void (*test)(Folder *, gconstpointer))
{
        g_test_add(path, Folder, NULL, folder_open, test, folder_close);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        signal(SIGPIPE, SIG_IGN);
        add("/record-flood/nonsense", test_nonsense);
        add("/record-flood/too-much", test_too_much);
        add("/record-flood/room-goes-on", test_room_goes_on);
        return g_test_run();
}
