/* A first transcript by a program of the server's owner: it gets the sound of a replay and writes WebVTT. */
#include "replay/replay_rules.h"
#include "replay/replay_transcript.h"

#include "base/log.h"
#include "base/time.h"
#include "job/job.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <unistd.h>

enum { LOOK_MS = 500, READ_BYTES = 64 << 10 };

/* What the program writes, until it closes its output; NULL: the job shall end, or it writes too much. */
static GByteArray *read_words(Job *job, int descriptor, int64_t done, int64_t total)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autofree uint8_t *buffer = g_malloc(READ_BYTES);
        for (;;) {
                struct pollfd waiting = { .fd = descriptor, .events = POLLIN };
                int ready = poll(&waiting, 1, LOOK_MS);
                if (!job_progress(job, done, total) || bytes->len > VTT_BYTES_MOST)
                        return NULL;
                if (ready <= 0)
                        continue;
                ssize_t n = read(descriptor, buffer, READ_BYTES);
                if (n <= 0)
                        return g_steal_pointer(&bytes);
                g_byte_array_append(bytes, buffer, (guint)n);
        }
}

/* The recorder's program, which forgoes what it can and becomes the command, with the path of the sound. What it writes
 * comes by *ret_descriptor. */
static GSubprocess *start(const char *folder, char *const *command, bool sound, int *ret_descriptor, GError **error)
{
        g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(words, recorder_program());
        g_ptr_array_add(words, g_strdup("run"));
        for (; *command; command++)
                g_ptr_array_add(words, g_strdup(*command));
        g_ptr_array_add(words, g_build_filename(folder, sound ? "sound.m4a" : "replay.mp4", NULL));
        g_ptr_array_add(words, NULL);
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) {
                g_set_error_literal(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "no pipe");
                return NULL;
        }
        g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDERR_SILENCE);
        g_subprocess_launcher_take_stdout_fd(launcher, ends[1]);
        GSubprocess *child = g_subprocess_launcher_spawnv(launcher, (const char *const *)words->pdata, error);
        if (child)
                *ret_descriptor = ends[0];
        else
                close(ends[0]);
        return child; /* our own end of what it writes goes with the launcher: its end is then the end */
}

/* (transfer full) of VttLine in the time of what is shown; NULL: none, said in the log. */
static GPtrArray *run(Job *job, char *const *command, const Replay *replay, int64_t done, int64_t total)
{
        g_autofree char *folder = replay_folder_path(job_store(job), replay->folder);
        g_autoptr(GError) error = NULL;
        int descriptor = -1;
        g_autoptr(GSubprocess) child = start(folder, command, replay->sound_bytes > 0, &descriptor, &error);
        g_autoptr(GByteArray) bytes = child ? read_words(job, descriptor, done, total) : NULL;
        const char *fault = NULL;
        if (descriptor >= 0)
                close(descriptor);
        if (child && !bytes)
                g_subprocess_force_exit(child);
        bool well = child && g_subprocess_wait_check(child, NULL, bytes ? &error : NULL) && bytes;
        GPtrArray *lines = well ? vtt_read((const char *)bytes->data, bytes->len, &fault) : NULL;
        if (!lines)
                log_warn("recording=%s the transcript command gave none: %s", replay->folder,
                         fault   ? fault
                         : error ? error->message
                                 : "stopped, or it wrote too much");
        return lines;
}

/* Lines of one part are put into the clock's time, behind those of the parts before. */
static void add_part(Job *job, const Replay *replay, const GPtrArray *heard, GPtrArray *into)
{
        bool ended;
        Db *db = store_read_begin(job_store(job));
        g_autoptr(GArray) pieces = replay_shown_pieces(db, job_store(job), replay, &ended);
        store_read_end(job_store(job), db);
        for (guint i = 0; i < heard->len && into->len < VTT_LINES_MOST; i++) {
                const VttLine *line = heard->pdata[i];
                VttLine *copy = g_new(VttLine, 1);
                int64_t begun_us = replay_clock_us(pieces, replay->started_us, line->begun_us);
                *copy = (VttLine){ into->len, g_strdup(line->text), begun_us,
                                   begun_us + line->ended_us - line->begun_us };
                g_ptr_array_add(into, copy);
        }
}

/* False: the job shall end. */
static bool transcribe(Job *job, char *const *command, int64_t talk, int64_t done, int64_t total)
{
        Db *reader = store_read_begin(job_store(job));
        g_autoptr(GPtrArray) replays = replay_store_of_talk(reader, talk), old = transcript_lines(reader, talk);
        bool withheld = live_replay_withheld(reader, talk);
        store_read_end(job_store(job), reader);
        g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(vtt_line_free);
        if (withheld || old->len) /* captions, or somebody's work: not run over */
                return true;
        for (guint i = 0; i < replays->len; i++) {
                const Replay *replay = replays->pdata[i];
                if (replay->state != REPLAY_READY || replay->withdrawn)
                        continue;
                g_autoptr(GPtrArray) heard = run(job, command, replay, done, total);
                if (heard)
                        add_part(job, replay, heard, lines);
        }
        if (!job_progress(job, done, total))
                return false;
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(job_store(job), WRITE_JOB);
        bool kept = lines->len && transcript_keep(db, talk, lines, "command");
        if (!store_write_end(job_store(job), db, kept, &error))
                log_warn("transcript of talk=%" G_GINT64_FORMAT ": %s", talk, error->message);
        return true;
}

bool replay_transcribe_job(Job *job, const char *command, GError **error)
{
        g_auto(GStrv) words = NULL;
        if (!command) {
                job_set_message(job,
                                N_("This server has no program that listens: its owner names one in the configuration "
                                   "file (transcribe-command)."));
                return true;
        }
        if (!g_shell_parse_argv(command, NULL, &words, error))
                return false;
        int64_t count = 0;
        Db *db = store_read_begin(job_store(job));
        g_autoptr(GPtrArray) rows = replay_list(db, job_event(job), 1000, 0, &count);
        store_read_end(job_store(job), db);
        for (guint i = 0; i < rows->len; i++)
                if (!job_progress(job, i, rows->len) ||
                    !transcribe(job, words, ((const ReplayRow *)rows->pdata[i])->talk, i, rows->len))
                        return false;
        return true;
}
