/* Starts treteau-picture for one picture and hears its line. */
#include "picture/picture_private.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER = 1, BIG = 3, SMALL = 4, TIME_MOST_MS = 20000, LINE_BYTES = 80 };

static char *program_path(void)
{
        static const char *const places[] = { "treteau-picture", "picture/encoder/treteau-picture",
                                              "../libexec/treteau/treteau-picture" };
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = g_path_get_dirname(self ? self : ".");
        for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
                g_autofree char *path = g_build_filename(folder, places[i], NULL);
                if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
                        return g_steal_pointer(&path);
        }
        return g_build_filename(folder, places[0], NULL);
}

/* The child gets these descriptors, no environment, and nothing else of ours. */
static int spawn(int in, int answer, int big, int small, pid_t *ret_pid)
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, normal;
        g_autofree char *program = program_path();
        char *arguments[] = { "treteau-picture", NULL }, *environment[] = { NULL };
        sigemptyset(&none);
        sigfillset(&normal);
        sigdelset(&normal, SIGKILL);
        sigdelset(&normal, SIGSTOP);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in, 0);
        posix_spawn_file_actions_adddup2(&actions, answer, ANSWER);
        posix_spawn_file_actions_adddup2(&actions, big, BIG);
        posix_spawn_file_actions_adddup2(&actions, small, SMALL);
        posix_spawn_file_actions_addclosefrom_np(&actions, SMALL + 1);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &normal);
        int code = posix_spawn(ret_pid, program, &actions, &attributes, arguments, environment);
        if (code)
                log_warn("picture: %s: %s", program, g_strerror(code));
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        return code;
}

/* The child's one line; "" when it said none in time. */
static bool hear(int answer, char *ret_line)
{
        gint64 until = g_get_monotonic_time() + TIME_MOST_MS * G_GINT64_CONSTANT(1000);
        size_t length = 0;
        while (length < LINE_BYTES - 1) {
                int left_ms = (int)MAX(0, (until - g_get_monotonic_time()) / 1000);
                struct pollfd ready = { .fd = answer, .events = POLLIN };
                int count = poll(&ready, 1, left_ms);
                if (count < 0 && errno == EINTR)
                        continue;
                if (count <= 0)
                        break;
                ssize_t n = read(answer, ret_line + length, LINE_BYTES - 1 - length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        break;
                length += (size_t)n;
        }
        ret_line[length] = '\0';
        return g_get_monotonic_time() < until;
}

static PictureFault fault_of_end(bool in_time, int status)
{
        if (!in_time || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) ||
            (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
                return PICTURE_FAULT_TIME;
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ)
                return PICTURE_FAULT_LARGE;
        log_warn("picture: the child fell, status=%d", status);
        return PICTURE_FAULT_DAMAGED;
}

/* posix_spawn's dup2 leaves a descriptor close-on-exec when both numbers are the same: all of ours stand above them. */
static int lifted(int descriptor)
{
        return fcntl(descriptor, F_DUPFD_CLOEXEC, SMALL + 1);
}

PictureFault picture_run(int in, int big, int small, PictureDraft *draft)
{
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
                return PICTURE_FAULT_PROGRAM;
        int held[] = { lifted(in), lifted(ends[1]), lifted(big), lifted(small) };
        close(ends[1]);
        pid_t child = 0;
        bool whole = held[0] >= 0 && held[1] >= 0 && held[2] >= 0 && held[3] >= 0;
        int code = whole ? spawn(held[0], held[1], held[2], held[3], &child) : EMFILE;
        for (size_t i = 0; i < G_N_ELEMENTS(held); i++)
                if (held[i] >= 0)
                        close(held[i]);
        if (code) {
                close(ends[0]);
                return PICTURE_FAULT_PROGRAM;
        }
        char line[LINE_BYTES];
        bool in_time = hear(ends[0], line);
        close(ends[0]);
        if (!in_time)
                kill(child, SIGKILL);
        int status = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
                continue;
        PictureFault fault = PICTURE_FAULT_NONE;
        if (!*line || !in_time || status != 0)
                return fault_of_end(in_time, status);
        picture_answer_read(line, draft, &fault);
        return fault;
}
