#include "base/worker.h"

#include "base/log.h"
#include "base/spawn.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 500 };

struct Worker {
        WorkerPlan plan;
        pid_t pid; /* 0: it was waited for */
        int answer;
        int64_t since_us, cpu_since_us; /* the last piece */
        bool late, stopped;
};

static bool begin(Worker *child)
{
        int ends[2] = { -1, -1 };
        const WorkerPlan *plan = &child->plan;
        g_autofree char *program = spawn_path(plan->program, plan->place);
        int in = open(plan->file, O_RDONLY | O_CLOEXEC);
        if (in < 0 || pipe2(ends, O_CLOEXEC) < 0) {
                log_warn("child: %s: %s", plan->file, g_strerror(errno));
                if (in >= 0)
                        close(in);
                return false;
        }
        g_autoptr(GError) error = NULL;
        SpawnPlan start = { .program = program, .words = plan->words, .given = { in, ends[1] }, .n_given = 3 };
        bool started = spawn_child(&start, &child->pid, &error);
        if (!started) {
                log_warn("child: %s", error->message);
                close(ends[0]);
        }
        close(in);
        close(ends[1]);
        child->answer = ends[0];
        return started;
}

Worker *worker_start(const WorkerPlan *plan)
{
        Worker *child = g_new0(Worker, 1);
        child->plan = *plan;
        if (!begin(child)) {
                g_free(child);
                return NULL;
        }
        worker_turn(child);
        return child;
}

static int64_t cpu_us(pid_t child)
{
        clockid_t clock;
        struct timespec used = { 0 };
        if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &used) != 0)
                return 0;
        return (int64_t)used.tv_sec * SECOND_US + used.tv_nsec / 1000;
}

void worker_turn(Worker *child)
{
        child->since_us = monotonic_us();
        child->cpu_since_us = cpu_us(child->pid);
}

static bool is_late(const Worker *child)
{
        return monotonic_us() - child->since_us > child->plan.piece_wait_s * SECOND_US ||
               cpu_us(child->pid) - child->cpu_since_us > child->plan.piece_cpu_s * SECOND_US;
}

/* Nothing came for a while: whether that goes on. */
static bool waits_on(Worker *child)
{
        child->late = is_late(child);
        child->stopped = !child->late && child->plan.stops && child->plan.stops(child->plan.owner);
        if (!child->late && !child->stopped)
                return true;
        kill(child->pid, SIGKILL);
        return false;
}

bool worker_bytes(Worker *child, void *ret_bytes, size_t size)
{
        uint8_t *at = ret_bytes;
        while (size > 0) {
                struct pollfd ready = { .fd = child->answer, .events = POLLIN };
                int count = poll(&ready, 1, LOOK_MS);
                if (count == 0 && !waits_on(child))
                        return false;
                if (count == 0 || (count < 0 && errno == EINTR))
                        continue;
                ssize_t n = count < 0 ? -1 : read(child->answer, at, size);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return false;
                at += n;
                size -= (size_t)n;
        }
        return true;
}

bool worker_line(Worker *child, char ret_line[WORKER_LINE_BYTES])
{
        for (size_t length = 0; length < WORKER_LINE_BYTES - 1; length++) {
                if (!worker_bytes(child, ret_line + length, 1))
                        return false;
                if (ret_line[length] == '\n') {
                        ret_line[length] = '\0';
                        return true;
                }
        }
        return false;
}

bool worker_was_stopped(const Worker *child)
{
        return child->stopped;
}

static int wait_for(Worker *child)
{
        int status = 0;
        while (child->pid && waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
                continue;
        child->pid = 0;
        return status;
}

WorkerEnd worker_end(Worker *child, bool heard)
{
        kill(child->pid, SIGKILL); /* one that has fallen keeps its own end */
        int status = wait_for(child);
        if (heard || child->stopped)
                return WORKER_ENDED;
        if (child->late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
                return WORKER_LATE;
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
                return WORKER_MEMORY;
        log_warn("child: %s fell, status=%d", child->plan.program, status);
        return WORKER_FELL;
}

void worker_free(Worker *child)
{
        if (!child)
                return;
        if (child->pid) {
                kill(child->pid, SIGKILL);
                wait_for(child);
        }
        close(child->answer);
        g_free(child);
}
