/* Starts treteau-slides for one file and takes what it draws, page by page. The child is not believed: every size is
 * checked before it is allocated, every text is cleaned, and a picture begins as one does. */
#include "slides/slides_private.h"

#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
        ANSWER = 1,
        LINE_BYTES = 120,
        LOOK_MS = 500,
        PAGE_CPU_MOST_S = 20,   /* of one page: one that takes longer is no slide */
        PAGE_WAIT_MOST_S = 300, /* on a machine that has other work */
};

typedef struct {
        const RunListener *listener;
        pid_t child;
        int answer;
        int64_t since_us, cpu_since_us; /* the last page */
        bool late;
} Child;

static char *program_path(void)
{
        static const char *const places[] = { "treteau-slides", "slides/encoder/treteau-slides",
                                              "../libexec/treteau/treteau-slides" };
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
static int spawn(int in, int answer, pid_t *ret_pid)
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, normal;
        g_autofree char *program = program_path();
        char *arguments[] = { "treteau-slides", NULL }, *environment[] = { NULL };
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
                log_warn("slides: %s: %s", program, g_strerror(code));
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        return code;
}

static int64_t cpu_us(pid_t child)
{
        clockid_t clock;
        struct timespec used = { 0 };
        if (clock_getcpuclockid(child, &clock) != 0 || clock_gettime(clock, &used) != 0)
                return 0;
        return (int64_t)used.tv_sec * SECOND_US + used.tv_nsec / 1000;
}

static void turn_page(Child *child)
{
        child->since_us = monotonic_us();
        child->cpu_since_us = cpu_us(child->child);
}

static bool is_late(const Child *child)
{
        return monotonic_us() - child->since_us > PAGE_WAIT_MOST_S * SECOND_US ||
               cpu_us(child->child) - child->cpu_since_us > PAGE_CPU_MOST_S * SECOND_US;
}

/* Exactly that many; false at the end, or when the page takes too long. */
static bool take(Child *child, void *bytes, size_t size)
{
        uint8_t *at = bytes;
        while (size > 0) {
                struct pollfd ready = { .fd = child->answer, .events = POLLIN };
                int count = poll(&ready, 1, LOOK_MS);
                bool late = count == 0 && is_late(child);
                if (late || (count == 0 && child->listener->stops(child->listener->owner))) {
                        child->late = late;
                        kill(child->child, SIGKILL);
                        return false;
                }
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

static bool take_line(Child *child, char ret_line[LINE_BYTES])
{
        for (size_t length = 0; length < LINE_BYTES - 1; length++) {
                if (!take(child, ret_line + length, 1))
                        return false;
                if (ret_line[length] == '\n') {
                        ret_line[length] = '\0';
                        return true;
                }
        }
        return false;
}

static bool is_webp(const uint8_t *bytes, size_t size)
{
        return size > 12 && !memcmp(bytes, "RIFF", 4) && !memcmp(bytes + 8, "WEBP", 4);
}

static SlidesFault take_page(Child *child, const PageHead *head, int number, const RunListener *listener)
{
        size_t size = head->big_bytes + head->small_bytes;
        g_autofree uint8_t *pictures = g_malloc(size);
        g_autofree char *text = g_malloc0(head->text_bytes + 1);
        if (!take(child, pictures, size) || !take(child, text, head->text_bytes))
                return SLIDES_FAULT_TIME; /* fault_of_end() knows better */
        if (!is_webp(pictures, head->big_bytes) || !is_webp(pictures + head->big_bytes, head->small_bytes))
                return SLIDES_FAULT_DAMAGED;
        g_autofree char *words = g_utf8_make_valid(text, -1);
        PageDrawn page = { number, *head, pictures, pictures + head->big_bytes, words };
        turn_page(child);
        return listener->page(listener->owner, &page) ? SLIDES_FAULT_NONE : SLIDES_FAULT_DISK;
}

/* All that it says. ret_ended: it has said its last word. */
static SlidesFault hear(Child *child, const RunListener *listener, int *ret_page, bool *ret_ended)
{
        char line[LINE_BYTES];
        int pages = 0, number = 0;
        while (take_line(child, line)) {
                AnswerLine read = slides_line_read(line);
                SlidesFault fault = SLIDES_FAULT_NONE;
                *ret_page = number + 1;
                if (read.kind == LINE_PAGES && !pages) {
                        pages = read.pages;
                        if (!listener->count(listener->owner, pages))
                                return SLIDES_FAULT_DISK;
                } else if (read.kind == LINE_PAGE && number < pages) {
                        fault = take_page(child, &read.head, ++number, listener);
                } else {
                        *ret_page = read.kind == LINE_FAULT ? read.fault_page : 0;
                        *ret_ended = read.kind == LINE_FAULT || (read.kind == LINE_END && number == pages && pages);
                        return read.kind == LINE_FAULT ? read.fault
                               : *ret_ended            ? SLIDES_FAULT_NONE
                                                       : SLIDES_FAULT_DAMAGED;
                }
                if (fault)
                        return fault;
        }
        *ret_page = pages ? number + 1 : 0;
        return SLIDES_FAULT_TIME;
}

/* It said no last word. */
static SlidesFault fault_of_end(const Child *child, int status)
{
        if (child->late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
                return SLIDES_FAULT_TIME;
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
                return SLIDES_FAULT_LARGE; /* the kernel's, when memory runs out */
        log_warn("slides: the child fell, status=%d", status);
        return SLIDES_FAULT_DAMAGED;
}

static int lifted(int descriptor)
{
        return fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

static bool begin(const char *pdf_path, Child *ret_child)
{
        int ends[2] = { -1, -1 };
        int in = open(pdf_path, O_RDONLY | O_CLOEXEC);
        if (in < 0 || pipe2(ends, O_CLOEXEC) < 0) {
                if (in >= 0)
                        close(in);
                return false;
        }
        int held[] = { lifted(in), lifted(ends[1]) };
        close(in);
        close(ends[1]);
        bool whole = held[0] >= 0 && held[1] >= 0 && spawn(held[0], held[1], &ret_child->child) == 0;
        for (size_t i = 0; i < G_N_ELEMENTS(held); i++)
                if (held[i] >= 0)
                        close(held[i]);
        if (!whole)
                close(ends[0]);
        ret_child->answer = ends[0];
        return whole;
}

SlidesFault slides_run(const char *pdf_path, const RunListener *listener, int *ret_page)
{
        Child child = { .listener = listener };
        *ret_page = 0;
        if (!begin(pdf_path, &child))
                return SLIDES_FAULT_PROGRAM;
        turn_page(&child);
        bool ended = false;
        SlidesFault fault = hear(&child, listener, ret_page, &ended);
        int status = 0;
        if (!ended)
                kill(child.child, SIGKILL); /* one that has fallen keeps its own end */
        close(child.answer);
        while (waitpid(child.child, &status, 0) < 0 && errno == EINTR)
                continue;
        return !ended && fault == SLIDES_FAULT_TIME ? fault_of_end(&child, status) : fault;
}
