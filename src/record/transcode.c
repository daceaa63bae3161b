#include "record/transcode.h"

#include "base/log.h"
#include "base/spawn.h"
#include "base/time.h"
#include "record/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RETRY_US (10 * SECOND_US)
#define IDLE_US (10 * SECOND_US)
#define MEASURE_US (5 * SECOND_US)
#define YOUNG_US (5 * SECOND_US) /* a child that dies younger does so again, perhaps */
enum { WAITING_BYTES_MOST = 4 << 20, DEATHS_MOST = 3, TICK_MS = 500, VP8_KEY_HEAD_BYTES = 10 };

typedef struct Lane {
        bool active;   /* let in */
        bool dropping; /* until the next key frame: something before it was lost on our side */
        bool refused;
        uint16_t generation;
        unsigned cost, known_cost; /* expected; measured when it was too much */
        int64_t retry_us;
} Lane;

struct Transcoder {
        char *program;
        TranscodeBudget *budget;
        void *owner;
        void (*on_picture)(void *owner, unsigned lane, const TranscoderPicture *picture);
        void (*on_refused)(void *owner, unsigned lane, bool refused);
        GThread *thread;
        int wake; /* eventfd */

        GMutex lock; /* of what follows, down to pid */
        Lane lanes[TRANSCODE_LANES];
        GQueue waiting; /* of GBytes: a head and its frame */
        size_t waiting_bytes;
        int64_t fed_us; /* monotonic */
        bool closing;
        pid_t pid;

        /* The thread's own. */
        int child; /* its socket, -1 */
        GBytes *sending;
        size_t sent;
        GByteArray *received;
        int64_t born_us, measured_us, cpu_us;
        unsigned deaths; /* of young children, in a row */
};

static void wake(const Transcoder *transcoder)
{
        uint64_t one = 1;
        ssize_t written = write(transcoder->wake, &one, sizeof(one));
        g_assert(written == sizeof(one) || errno == EAGAIN);
}

/* --- What is let in ----------------------------------------------------------------------------------------------- */

/* Under lock: what the lanes let in are expected to cost. */
static unsigned lanes_cost(const Transcoder *transcoder)
{
        unsigned sum = 0;
        for (unsigned i = 0; i < TRANSCODE_LANES; i++)
                sum += transcoder->lanes[i].active ? transcoder->lanes[i].cost : 0;
        return sum;
}

static void settle(Transcoder *transcoder)
{
        unsigned cost = lanes_cost(transcoder);
        if (cost == 0)
                transcode_budget_leave(transcoder->budget, transcoder);
        else
                transcode_budget_take(transcoder->budget, transcoder, cost);
}

/* RFC 6386 9.1: the size stands in a key frame's head. */
static unsigned key_frame_cost(const TranscoderPicture *vp8)
{
        const uint8_t *head = vp8->bytes;
        if (vp8->length < VP8_KEY_HEAD_BYTES)
                return G_MAXUINT / 4;
        return transcode_cost(head[6] | (head[7] & 0x3fu) << 8, head[8] | (head[9] & 0x3fu) << 8);
}

/* Under lock. The lane of a key frame: whether it goes in. */
static bool admit(Transcoder *transcoder, Lane *lane, const TranscoderPicture *vp8)
{
        unsigned cost = MAX(key_frame_cost(vp8), lane->known_cost);
        if (lane->active && cost == lane->cost)
                return true;
        if (!lane->active && lane->refused && monotonic_us() < lane->retry_us)
                return false;
        unsigned others = lanes_cost(transcoder) - (lane->active ? lane->cost : 0);
        lane->active = transcode_budget_take(transcoder->budget, transcoder, others + cost);
        lane->cost = cost;
        lane->refused = !lane->active;
        if (lane->refused) {
                lane->retry_us = monotonic_us() + RETRY_US;
                settle(transcoder);
        }
        return lane->active;
}

static void push(Transcoder *transcoder, unsigned number, const TranscoderPicture *vp8)
{
        Lane *lane = &transcoder->lanes[number];
        bool room = transcoder->waiting_bytes + vp8->length <= WAITING_BYTES_MOST;
        if (!room || (lane->dropping && !vp8->key)) {
                lane->dropping = true;
                return;
        }
        TranscodeFrame frame = { .lane = (uint8_t)number,
                                 .flags = (vp8->key ? TRANSCODE_KEY : 0) | (vp8->gap ? TRANSCODE_GAP : 0),
                                 .generation = lane->generation,
                                 .time_us = vp8->time_us,
                                 .length = vp8->length };
        uint8_t *bytes = g_malloc(TRANSCODE_HEAD_BYTES + vp8->length);
        transcode_head_write(&frame, bytes);
        memcpy(bytes + TRANSCODE_HEAD_BYTES, vp8->bytes, vp8->length);
        lane->dropping = false;
        transcoder->waiting_bytes += vp8->length;
        transcoder->fed_us = monotonic_us();
        g_queue_push_tail(&transcoder->waiting, g_bytes_new_take(bytes, TRANSCODE_HEAD_BYTES + vp8->length));
}

void transcoder_frame(Transcoder *transcoder, unsigned number, const TranscoderPicture *vp8)
{
        if (number >= TRANSCODE_LANES || vp8->length == 0 || vp8->length > TRANSCODE_FRAME_BYTES || vp8->time_us <= 0)
                return;
        g_mutex_lock(&transcoder->lock);
        Lane *lane = &transcoder->lanes[number];
        bool before = lane->refused;
        if (vp8->key ? admit(transcoder, lane, vp8) : lane->active)
                push(transcoder, number, vp8);
        bool refused = lane->refused;
        g_mutex_unlock(&transcoder->lock);
        if (refused != before && transcoder->on_refused)
                transcoder->on_refused(transcoder->owner, number, refused);
        wake(transcoder);
}

void transcoder_cut(Transcoder *transcoder, unsigned number)
{
        g_mutex_lock(&transcoder->lock);
        Lane *lane = &transcoder->lanes[number];
        *lane = (Lane){ .generation = (uint16_t)(lane->generation + 1) };
        settle(transcoder);
        g_mutex_unlock(&transcoder->lock);
}

/* Refuses what is beside before what is on air; cost: what it is known to take. */
static void refuse_one(Transcoder *transcoder, unsigned cost, int64_t for_us)
{
        int number = TRANSCODE_LANES - 1;
        g_mutex_lock(&transcoder->lock);
        while (number >= 0 && !transcoder->lanes[number].active)
                number--;
        if (number >= 0) {
                Lane *lane = &transcoder->lanes[number];
                *lane = (Lane){ .generation = (uint16_t)(lane->generation + 1),
                                .refused = true,
                                .known_cost = cost,
                                .retry_us = monotonic_us() + for_us };
        }
        settle(transcoder);
        g_mutex_unlock(&transcoder->lock);
        if (number >= 0 && transcoder->on_refused)
                transcoder->on_refused(transcoder->owner, (unsigned)number, true);
}

/* --- The child ---------------------------------------------------------------------------------------------------- */

static void end_child(Transcoder *transcoder)
{
        g_mutex_lock(&transcoder->lock);
        pid_t pid = transcoder->pid;
        transcoder->pid = 0;
        for (unsigned i = 0; i < TRANSCODE_LANES; i++)
                transcoder->lanes[i].dropping = true;
        g_mutex_unlock(&transcoder->lock);
        if (transcoder->child >= 0)
                close(transcoder->child);
        transcoder->child = -1;
        if (pid > 0) {
                kill(-pid, SIGKILL);
                while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                        continue;
        }
        g_clear_pointer(&transcoder->sending, g_bytes_unref);
        g_byte_array_set_size(transcoder->received, 0);
}

static bool begin_child(Transcoder *transcoder)
{
        int ends[2];
        g_autoptr(GError) error = NULL;
        pid_t pid = 0;
        transcoder->born_us = transcoder->measured_us = monotonic_us();
        transcoder->cpu_us = 0;
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return false;
        bool started = child_spawn(transcoder->program, ends[1], &pid, &error);
        close(ends[1]);
        transcoder->child = ends[0];
        g_mutex_lock(&transcoder->lock);
        transcoder->pid = started ? pid : 0;
        g_mutex_unlock(&transcoder->lock);
        if (started && fcntl(transcoder->child, F_SETFL, O_NONBLOCK) == 0)
                return true;
        log_warn("transcoder: cannot start the child: %s", error ? error->message : g_strerror(errno));
        return false;
}

/* It died, or could not be started: a few times the next one takes over, then nothing is converted for a while. */
static void lose_child(Transcoder *transcoder)
{
        bool young = monotonic_us() - transcoder->born_us < YOUNG_US;
        end_child(transcoder);
        transcoder->deaths = young ? transcoder->deaths + 1 : 0;
        if (transcoder->deaths < DEATHS_MOST)
                return;
        log_warn("transcoder: the child dies again and again, pictures in VP8 are left out for a minute");
        transcoder->deaths = 0;
        for (unsigned i = 0; i < TRANSCODE_LANES; i++)
                refuse_one(transcoder, 0, 6 * RETRY_US);
}

/* In percent of a core since the last time. */
static void measure(Transcoder *transcoder)
{
        clockid_t clock;
        struct timespec used;
        int64_t now_mono_us = monotonic_us(), over_us = now_mono_us - transcoder->measured_us;
        if (over_us < MEASURE_US || clock_getcpuclockid(transcoder->pid, &clock) != 0 ||
            clock_gettime(clock, &used) != 0)
                return;
        int64_t cpu_us = used.tv_sec * SECOND_US + used.tv_nsec / 1000;
        unsigned percent = (unsigned)((cpu_us - transcoder->cpu_us) * 100 / over_us);
        transcoder->cpu_us = cpu_us;
        transcoder->measured_us = now_mono_us;
        if (transcode_budget_measure(transcoder->budget, transcoder, percent))
                return;
        log_info("transcoder: %u%% of a core is more than is left, a picture is left out", percent);
        refuse_one(transcoder, percent, RETRY_US);
}

/* --- The thread --------------------------------------------------------------------------------------------------- */

static GBytes *take_next(Transcoder *transcoder)
{
        GBytes *bytes;
        bool stale;
        do {
                TranscodeFrame frame;
                gsize size;
                g_mutex_lock(&transcoder->lock);
                bytes = g_queue_pop_head(&transcoder->waiting);
                const uint8_t *data = bytes ? g_bytes_get_data(bytes, &size) : NULL;
                stale = data && transcode_frame_read(data, size, &frame) != SIZE_MAX &&
                        frame.generation != transcoder->lanes[frame.lane].generation;
                transcoder->waiting_bytes -= data ? size - TRANSCODE_HEAD_BYTES : 0;
                g_mutex_unlock(&transcoder->lock);
                if (stale)
                        g_bytes_unref(bytes);
        } while (stale);
        transcoder->sent = 0;
        return bytes;
}

/* True when something is left that the socket has no room for. */
static bool send_waiting(Transcoder *transcoder)
{
        while (transcoder->sending || (transcoder->sending = take_next(transcoder))) {
                gsize size;
                const uint8_t *data = g_bytes_get_data(transcoder->sending, &size);
                ssize_t n = send(transcoder->child, data + transcoder->sent, size - transcoder->sent, MSG_NOSIGNAL);
                if (n < 0)
                        return errno == EAGAIN;
                transcoder->sent += (size_t)n;
                if (transcoder->sent == size)
                        g_clear_pointer(&transcoder->sending, g_bytes_unref);
        }
        return false;
}

/* Under lock, so that no picture of before a cut follows it. */
static void give_out(Transcoder *transcoder, const TranscodeFrame *frame)
{
        g_mutex_lock(&transcoder->lock);
        const Lane *lane = &transcoder->lanes[frame->lane];
        if (lane->active && lane->generation == frame->generation && frame->length > 0)
                transcoder->on_picture(transcoder->owner, frame->lane,
                                       &(TranscoderPicture){ .bytes = frame->bytes,
                                                             .length = frame->length,
                                                             .key = frame->flags & TRANSCODE_KEY,
                                                             .time_us = frame->time_us });
        g_mutex_unlock(&transcoder->lock);
}

/* False when the child is gone, or says what it should not. */
static bool receive(Transcoder *transcoder)
{
        enum { PIECE = 64 << 10 };
        GByteArray *received = transcoder->received;
        for (;;) {
                guint before = received->len;
                g_byte_array_set_size(received, before + PIECE);
                ssize_t n = recv(transcoder->child, received->data + before, PIECE, MSG_DONTWAIT);
                g_byte_array_set_size(received, before + (guint)MAX(n, 0));
                if (n <= 0)
                        return n < 0 && (errno == EAGAIN || errno == EINTR);
                TranscodeFrame frame;
                size_t used = 0, size;
                while ((size = transcode_frame_read(received->data + used, received->len - used, &frame)) > 0) {
                        if (size == SIZE_MAX)
                                return false;
                        give_out(transcoder, &frame);
                        used += size;
                }
                g_byte_array_remove_range(received, 0, (guint)used);
        }
}

/* Whether the thread goes on; *ret_idle: nothing has come for long. */
static bool look(Transcoder *transcoder, bool *ret_waiting, bool *ret_idle)
{
        g_mutex_lock(&transcoder->lock);
        bool closing = transcoder->closing;
        *ret_waiting = !g_queue_is_empty(&transcoder->waiting);
        *ret_idle = monotonic_us() - transcoder->fed_us > IDLE_US;
        g_mutex_unlock(&transcoder->lock);
        return !closing;
}

static void *run(void *data)
{
        Transcoder *transcoder = data;
        bool waiting, idle, unsent = false;
        while (look(transcoder, &waiting, &idle)) {
                if (transcoder->child >= 0 && idle)
                        end_child(transcoder);
                if (transcoder->child < 0 && waiting && !begin_child(transcoder))
                        lose_child(transcoder);
                if (transcoder->child >= 0)
                        unsent = send_waiting(transcoder);
                struct pollfd polled[] = { { .fd = transcoder->wake, .events = POLLIN },
                                           { .fd = transcoder->child,
                                             .events = (short)(POLLIN | (unsent ? POLLOUT : 0)) } };
                poll(polled, G_N_ELEMENTS(polled), transcoder->child >= 0 ? TICK_MS : -1);
                uint64_t count;
                ssize_t n = read(transcoder->wake, &count, sizeof(count));
                g_assert(n == sizeof(count) || errno == EAGAIN || errno == EINTR);
                if (transcoder->child >= 0 && !receive(transcoder))
                        lose_child(transcoder);
                if (transcoder->child >= 0)
                        measure(transcoder);
        }
        end_child(transcoder);
        return NULL;
}

/* --- Life --------------------------------------------------------------------------------------------------------- */

Transcoder *transcoder_new(const TranscoderConfig *config, GError **error)
{
        int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (descriptor < 0) {
                g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), "eventfd: %s",
                            g_strerror(errno));
                return NULL;
        }
        Transcoder *transcoder = g_new0(Transcoder, 1);
        transcoder->program =
                config->program ? g_strdup(config->program) : spawn_path("treteau-transcoder", "record/transcoder");
        transcoder->budget = config->budget;
        transcoder->owner = config->owner;
        transcoder->on_picture = config->on_picture;
        transcoder->on_refused = config->on_refused;
        transcoder->wake = descriptor;
        transcoder->child = -1;
        transcoder->received = g_byte_array_new();
        g_mutex_init(&transcoder->lock);
        g_queue_init(&transcoder->waiting);
        transcoder->thread = g_thread_new("transcoder", run, transcoder);
        return transcoder;
}

void transcoder_free(Transcoder *transcoder)
{
        if (!transcoder)
                return;
        g_mutex_lock(&transcoder->lock);
        transcoder->closing = true;
        g_mutex_unlock(&transcoder->lock);
        wake(transcoder);
        g_thread_join(transcoder->thread);
        transcode_budget_leave(transcoder->budget, transcoder);
        g_queue_clear_full(&transcoder->waiting, (GDestroyNotify)g_bytes_unref);
        g_byte_array_unref(transcoder->received);
        g_mutex_clear(&transcoder->lock);
        close(transcoder->wake);
        g_free(transcoder->program);
        g_free(transcoder);
}

int transcoder_child_pid(Transcoder *transcoder)
{
        g_mutex_lock(&transcoder->lock);
        int pid = transcoder->pid;
        g_mutex_unlock(&transcoder->lock);
        return pid;
}
