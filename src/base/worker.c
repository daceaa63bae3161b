#include "base/worker.h"

#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER = 1, LOOK_MS = 500 };

struct Worker {
        WorkerPlan plan;
        pid_t pid; /* 0: it was waited for */
        int answer;
        int64_t since_us, cpu_since_us; /* the last piece */
        bool late, stopped;
};

/* Beside the running program as the build and the installation put it. (transfer full) */
static char *program_path(const WorkerPlan *plan)
{
        g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
        g_autofree char *folder = g_path_get_dirname(self ? self : ".");
        const char *const places[] = { ".", plan->place, "../libexec/treteau" };
        for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
                g_autofree char *path = g_build_filename(folder, places[i], plan->program, NULL);
                if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
                        return g_steal_pointer(&path);
        }
        return g_build_filename(folder, plan->program, NULL);
}

/* The child gets these descriptors, no environment, and nothing else of ours. */
static int spawn(const WorkerPlan *plan, int in, int answer, pid_t *ret_pid)
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, normal;
        g_autofree char *program = program_path(plan);
        char *arguments[WORKER_WORDS_MAX + 2] = { (char *)plan->program }, *environment[] = { NULL };
        for (size_t i = 0; i < WORKER_WORDS_MAX && plan->words[i]; i++)
                arguments[i + 1] = (char *)plan->words[i];
        sigemptyset(&none);
        sigfillset(&normal);
        sigdelset(&normal, SIGKILL);
        sigdelset(&normal, SIGSTOP);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in, 0);
        posix_spawn_file_actions_adddup2(&actions, answer, ANSWER);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &normal);
        int code = posix_spawn(ret_pid, program, &actions, &attributes, arguments, environment);
        if (code)
                log_warn("child: %s: %s", program, g_strerror(code));
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        return code;
}

static int lifted(int descriptor)
{
        return fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static bool begin(Worker *child)
{
        int ends[2] = { -1, -1 };
        int in = open(child->plan.file, O_RDONLY | O_CLOEXEC);
        if (in < 0 || pipe2(ends, O_CLOEXEC) < 0) {
                log_warn("child: %s: %s", child->plan.file, g_strerror(errno));
                if (in >= 0)
                        close(in);
                return false;
        }
        int held[] = { lifted(in), lifted(ends[1]) };
        close(in);
        close(ends[1]);
        bool whole = held[0] >= 0 && held[1] >= 0 && spawn(&child->plan, held[0], held[1], &child->pid) == 0;
        for (size_t i = 0; i < G_N_ELEMENTS(held); i++)
                if (held[i] >= 0)
                        close(held[i]);
        if (!whole)
                close(ends[0]);
        child->answer = ends[0];
        return whole;
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
