/* Starts treteau-picture for one picture and hears its line. */
#include "picture/picture_private.h"

#include "base/log.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TIME_MOST_MS = 20000, LINE_BYTES = 80 };

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

PictureFault picture_run(int in, int big, int small, PictureDraft *draft)
{
        int ends[2];
        pid_t child = 0;
        g_autoptr(GError) error = NULL;
        g_autofree char *program = spawn_path("treteau-picture", "picture/encoder");
        if (pipe2(ends, O_CLOEXEC) < 0)
                return PICTURE_FAULT_PROGRAM;
        SpawnPlan plan = { .program = program, .given = { in, ends[1], STDERR_FILENO, big, small }, .n_given = 5 };
        bool started = spawn_child(&plan, &child, &error);
        close(ends[1]);
        if (!started) {
                log_warn("picture: %s", error->message);
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
