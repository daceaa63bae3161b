#include "record/record.h"

#include "base/log.h"
#include "base/spawn.h"
#include "base/time.h"
#include "record/child.h"
#include "record/little.h"
#include "record/queue.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

G_STATIC_ASSERT((int)RECORDER_MICROPHONES == (int)RECORD_MICROPHONES);
G_STATIC_ASSERT((int)RECORDER_LANGUAGES == (int)RECORD_LANGUAGES);

#define TICK_US (SECOND_US / 10)
#define HANG_US (20 * SECOND_US)  /* a child that says nothing for so long is replaced */
#define STEADY_US (5 * SECOND_US) /* a child that lived so long is followed at once by the next */
#define RETRY_FIRST_US (SECOND_US / 4)
#define RETRY_MOST_US (5 * SECOND_US)
enum { VOICE_BYTES = 4000 }; /* a packet of the network holds 1,500 */
enum { STARTS_MOST = 8, DOWNLOADS_MOST = 3, LEAVE_MS = 5000 };

struct Recorder {
        char *folder, *program, *title;
        char *languages[RECORDER_LANGUAGES];
        void *owner;
        void (*on_event)(void *owner, const RecorderEvent *event);
        int64_t (*clock_us)(void *owner);
        int64_t clock_offset_us; /* from the monotonic clock to UTC, as it was at the start */
        GThread *thread;
        int wake; /* eventfd */

        GMutex lock;
        FrameQueue queue; /* under lock, as all down to figures */
        int64_t ticked_us;
        bool stopping, closing;
        RecorderFigures figures;

        /* The thread's own. */
        Child *child;
        GBytes *sending; /* what the child has a part of */
        size_t sent;
        bool end_sent;                          /* the queue holds END no more */
        int64_t born_us, heard_us, retry_at_us; /* monotonic */
        unsigned failures;                      /* children in a row that did not live long */
        unsigned useless;                       /* … or never became ready, or never finished the MP4 */
        RecorderState state;
        int64_t length_us, bytes, download_bytes;
};

static const char *const state_texts[] = {
#define STATE_TEXT(name, text) [RECORDER_##name] = text,
        RECORDER_STATES(STATE_TEXT)
#undef STATE_TEXT
};

const char *recorder_state_text(RecorderState state)
{
        return state < G_N_ELEMENTS(state_texts) ? state_texts[state] : "";
}

static int64_t clock_now_us(const Recorder *recorder)
{
        return recorder->clock_us ? recorder->clock_us(recorder->owner) : monotonic_us() + recorder->clock_offset_us;
}

/* --- Any thread --------------------------------------------------------------------------------------------------- */

static void wake(const Recorder *recorder)
{
        uint64_t one = 1;
        ssize_t written = write(recorder->wake, &one, sizeof(one));
        g_assert(written == sizeof(one) || errno == EAGAIN);
}

/* Under lock: the child's clock never lags more than TICK_US behind what it gets. */
static void push_tick(Recorder *recorder)
{
        Message tick = { .type = MESSAGE_TICK, .time_us = clock_now_us(recorder) };
        if (tick.time_us - recorder->ticked_us < TICK_US)
                return;
        recorder->ticked_us = tick.time_us;
        frame_queue_push(&recorder->queue, &tick);
}

static void push(Recorder *recorder, const Message *message)
{
        g_mutex_lock(&recorder->lock);
        bool idle = g_queue_is_empty(&recorder->queue.messages);
        if (!recorder->stopping) {
                push_tick(recorder);
                frame_queue_push(&recorder->queue, message);
        }
        g_mutex_unlock(&recorder->lock);
        if (idle)
                wake(recorder);
}

static void push_picture(Recorder *recorder, unsigned track, const uint8_t *bytes, size_t length, bool key,
                         int64_t time_us)
{
        if (length == 0 || length > RECORD_FRAME_BYTES || time_us <= 0)
                return;
        push(recorder, &(Message){ .type = MESSAGE_FRAME,
                                   .track = (uint8_t)track,
                                   .flags = key ? MESSAGE_KEY : 0,
                                   .time_us = time_us,
                                   .body = bytes,
                                   .length = length });
}

void recorder_video(Recorder *recorder, const uint8_t *bytes, size_t length, bool key, int64_t time_us)
{
        push_picture(recorder, RECORD_PICTURE_TRACK, bytes, length, key, time_us);
}

void recorder_beside(Recorder *recorder, const uint8_t *bytes, size_t length, bool key, int64_t time_us)
{
        push_picture(recorder, RECORD_BESIDE_TRACK, bytes, length, key, time_us);
}

static void push_sound(Recorder *recorder, unsigned track, const uint8_t *opus, size_t length, int64_t time_us)
{
        if (length == 0 || length > RECORD_FRAME_BYTES || time_us <= 0)
                return;
        push(recorder, &(Message){ .type = MESSAGE_FRAME,
                                   .track = (uint8_t)track,
                                   .time_us = time_us,
                                   .body = opus,
                                   .length = length });
}

void recorder_audio(Recorder *recorder, unsigned microphone, const uint8_t *opus, size_t length, int64_t time_us)
{
        if (microphone < RECORDER_MICROPHONES)
                push_sound(recorder, microphone, opus, length, time_us);
}

void recorder_voice(Recorder *recorder, unsigned microphone, uint32_t person, const uint8_t *opus, size_t length,
                    int64_t time_us)
{
        uint8_t body[4 + VOICE_BYTES];
        if (length == 0 || length > VOICE_BYTES || time_us <= 0 || microphone >= RECORDER_MICROPHONES)
                return;
        put_little(body, person, 4);
        memcpy(body + 4, opus, length);
        push(recorder, &(Message){ .type = MESSAGE_FRAME,
                                   .track = (uint8_t)microphone,
                                   .flags = MESSAGE_OWN,
                                   .time_us = time_us,
                                   .body = body,
                                   .length = 4 + length });
}

void recorder_language(Recorder *recorder, unsigned channel, const uint8_t *opus, size_t length, int64_t time_us)
{
        if (channel < RECORDER_LANGUAGES)
                push_sound(recorder, RECORD_LANGUAGE_TRACK + channel, opus, length, time_us);
}

static void push_off(Recorder *recorder, unsigned track)
{
        push(recorder,
             &(Message){ .type = MESSAGE_OFF_AIR, .track = (uint8_t)track, .time_us = clock_now_us(recorder) });
}

void recorder_off_air(Recorder *recorder)
{
        push_off(recorder, RECORD_PICTURE_TRACK);
}

void recorder_nobody_beside(Recorder *recorder)
{
        push_off(recorder, RECORD_BESIDE_TRACK);
}

void recorder_stop(Recorder *recorder)
{
        push(recorder, &(Message){ .type = MESSAGE_END, .time_us = clock_now_us(recorder) });
        g_mutex_lock(&recorder->lock);
        recorder->stopping = true;
        g_mutex_unlock(&recorder->lock);
        wake(recorder);
}

void recorder_figures(Recorder *recorder, RecorderFigures *ret_figures)
{
        g_mutex_lock(&recorder->lock);
        *ret_figures = recorder->figures;
        ret_figures->dropped_pictures = recorder->queue.dropped_pictures;
        ret_figures->dropped_packets = recorder->queue.dropped_packets;
        ret_figures->queued_bytes = recorder->queue.bytes;
        g_mutex_unlock(&recorder->lock);
}

/* --- Events ------------------------------------------------------------------------------------------------------- */

static void tell(Recorder *recorder, RecorderEventKind kind)
{
        g_mutex_lock(&recorder->lock);
        recorder->figures.state = recorder->state;
        recorder->figures.length_us = recorder->length_us;
        recorder->figures.bytes = recorder->bytes;
        g_mutex_unlock(&recorder->lock);
        RecorderEvent event = { .kind = kind,
                                .state = recorder->state,
                                .length_us = recorder->length_us,
                                .bytes = recorder->bytes,
                                .download_bytes = recorder->download_bytes };
        if (recorder->on_event)
                recorder->on_event(recorder->owner, &event);
}

static bool is_stopping(Recorder *recorder)
{
        g_mutex_lock(&recorder->lock);
        bool stopping = recorder->stopping;
        g_mutex_unlock(&recorder->lock);
        return stopping;
}

static bool is_over(const Recorder *recorder)
{
        return recorder->state == RECORDER_FINISHED || recorder->state == RECORDER_FAILED;
}

static void enter(Recorder *recorder, RecorderState state)
{
        if (state == RECORDER_RECORDING && is_stopping(recorder))
                state = RECORDER_FINISHING;
        if (state == recorder->state)
                return;
        recorder->state = state;
        tell(recorder, RECORDER_EVENT_STATE);
}

/* --- The child ---------------------------------------------------------------------------------------------------- */

/* The moment for the next start: at once after a long life, later and later after short ones. */
static void plan_restart(Recorder *recorder)
{
        int64_t now_mono_us = monotonic_us();
        recorder->failures = now_mono_us - recorder->born_us > STEADY_US ? 0 : recorder->failures + 1;
        int64_t wait_us = recorder->failures == 0 ? 0 : RETRY_FIRST_US << MIN(recorder->failures - 1, 8);
        recorder->retry_at_us = now_mono_us + MIN(wait_us, RETRY_MOST_US);
}

/* A child that never gets ready will not by trying for ever; nor one that dies over the MP4. */
static void child_lost(Recorder *recorder)
{
        child_end(g_steal_pointer(&recorder->child), 0);
        if (is_over(recorder))
                return;
        plan_restart(recorder);
        g_mutex_lock(&recorder->lock);
        recorder->figures.restarts++;
        recorder->figures.child_pid = 0;
        g_mutex_unlock(&recorder->lock);
        recorder->useless++;
        if (recorder->state == RECORDER_PLAYS) {
                if (recorder->useless >= DOWNLOADS_MOST)
                        enter(recorder, RECORDER_FINISHED);
                return;
        }
        log_warn("recorder: the child died, the next one goes on restarts=%u", recorder->figures.restarts);
        enter(recorder, recorder->useless >= STARTS_MOST ? RECORDER_FAILED : RECORDER_RESTARTING);
}

static GBytes *end_message(int64_t time_us)
{
        uint8_t header[MESSAGE_HEADER_BYTES];
        message_header(&(Message){ .type = MESSAGE_END, .time_us = time_us }, header);
        return g_bytes_new(header, sizeof(header));
}

static void child_renew(Recorder *recorder)
{
        g_autoptr(GError) error = NULL;
        recorder->born_us = recorder->heard_us = monotonic_us();
        recorder->child = child_start(recorder->program, recorder->folder, recorder->title,
                                      (const char *const *)recorder->languages, &error);
        recorder->sent = 0;
        g_mutex_lock(&recorder->lock);
        recorder->figures.child_pid = recorder->child ? child_pid(recorder->child) : 0;
        g_mutex_unlock(&recorder->lock);
        if (!recorder->child) {
                log_warn("recorder: cannot start the child: %s", error->message);
                child_lost(recorder);
        } else if (recorder->end_sent && !recorder->sending) {
                recorder->sending = end_message(0);
        }
}

static void on_fault(Recorder *recorder, const Message *message)
{
        bool disk = message->track == RECORD_FAULT_DISK_FULL || message->track == RECORD_FAULT_DISK;
        if (disk && recorder->state == RECORDER_PLAYS) {
                log_warn("recorder: no MP4: %.*s", (int)message->length, (const char *)message->body);
                return;
        }
        RecorderState state = disk ? RECORDER_DISK_FULL : RECORDER_FAILED;
        if (state != recorder->state)
                log_warn("recorder: %.*s", (int)message->length, (const char *)message->body);
        enter(recorder, state);
}

static void on_message(Recorder *recorder, const Message *message)
{
        recorder->heard_us = monotonic_us();
        switch (message->type) {
        case MESSAGE_READY:
                if (recorder->state == RECORDER_PLAYS)
                        break;
                recorder->useless = 0;
                recorder->length_us = message_i64(message, 0);
                enter(recorder, RECORDER_RECORDING);
                break;
        case MESSAGE_SEGMENT:
                recorder->length_us = message_i64(message, 0) + message_i64(message, 8);
                enter(recorder, RECORDER_RECORDING);
                tell(recorder, RECORDER_EVENT_SEGMENT);
                break;
        case MESSAGE_PROGRESS:
                recorder->length_us = message_i64(message, 0);
                if (recorder->state != RECORDER_PLAYS)
                        recorder->bytes = message_i64(message, 8);
                break;
        case MESSAGE_FAULT:
                on_fault(recorder, message);
                break;
        case MESSAGE_KEY_WANTED:
                tell(recorder, RECORDER_EVENT_KEY_WANTED);
                break;
        case MESSAGE_DONE:
                recorder->length_us = message_i64(message, 0);
                recorder->bytes = message_i64(message, 8);
                enter(recorder, RECORDER_PLAYS);
                break;
        case MESSAGE_DOWNLOAD:
                recorder->download_bytes = message_i64(message, 0);
                enter(recorder, RECORDER_FINISHED);
                break;
        default:
                break;
        }
}

/* --- The thread --------------------------------------------------------------------------------------------------- */

static GBytes *take_next(Recorder *recorder)
{
        g_mutex_lock(&recorder->lock);
        GBytes *bytes = frame_queue_pop(&recorder->queue);
        g_mutex_unlock(&recorder->lock);
        if (bytes) {
                /* The type is the header's fifth byte. */
                const uint8_t *header = g_bytes_get_data(bytes, NULL);
                recorder->end_sent |= header[4] == MESSAGE_END;
                recorder->sent = 0;
        }
        return bytes;
}

/* Sends until the queue or the socket's room is at its end. True when something is left. */
static bool send_queue(Recorder *recorder)
{
        while (recorder->child) {
                if (!recorder->sending)
                        recorder->sending = take_next(recorder);
                if (!recorder->sending)
                        return false;
                ChildIo io = child_send(recorder->child, recorder->sending, &recorder->sent);
                if (io == CHILD_AGAIN)
                        return true;
                if (io == CHILD_GONE) /* what it said last is still to be read */
                        return false;
                g_clear_pointer(&recorder->sending, g_bytes_unref);
        }
        return false;
}

static void receive(Recorder *recorder)
{
        ChildIo io = CHILD_OK;
        while (recorder->child && io == CHILD_OK) {
                io = child_receive(recorder->child);
                Message message;
                while (!is_over(recorder) && child_next(recorder->child, &message))
                        on_message(recorder, &message);
        }
        if (recorder->child && io == CHILD_GONE)
                child_lost(recorder);
}

static void wait_for_work(Recorder *recorder, bool unsent)
{
        struct pollfd polled[] = { { .fd = recorder->wake, .events = POLLIN },
                                   { .fd = recorder->child ? child_descriptor(recorder->child) : -1,
                                     .events = (short)(POLLIN | (unsent ? POLLOUT : 0)) } };
        poll(polled, G_N_ELEMENTS(polled), TICK_US / 1000);
        uint64_t count;
        ssize_t n = read(recorder->wake, &count, sizeof(count));
        g_assert(n == sizeof(count) || errno == EAGAIN || errno == EINTR);
}

static void tick(Recorder *recorder)
{
        g_mutex_lock(&recorder->lock);
        push_tick(recorder);
        g_mutex_unlock(&recorder->lock);
}

static bool is_closing(Recorder *recorder)
{
        g_mutex_lock(&recorder->lock);
        bool closing = recorder->closing;
        g_mutex_unlock(&recorder->lock);
        return closing;
}

static void *recorder_run(void *data)
{
        Recorder *recorder = data;
        while (!is_closing(recorder) && !is_over(recorder)) {
                if (!recorder->child && monotonic_us() >= recorder->retry_at_us)
                        child_renew(recorder);
                tick(recorder);
                bool unsent = send_queue(recorder);
                if (is_stopping(recorder) && recorder->state == RECORDER_RECORDING)
                        enter(recorder, RECORDER_FINISHING);
                wait_for_work(recorder, unsent);
                receive(recorder);
                if (recorder->child && monotonic_us() - recorder->heard_us > HANG_US) {
                        log_warn("recorder: the child says nothing, it is replaced");
                        child_lost(recorder);
                }
        }
        send_queue(recorder);
        child_end(g_steal_pointer(&recorder->child), LEAVE_MS);
        return NULL;
}

/* --- Life --------------------------------------------------------------------------------------------------------- */

char *recorder_program(void)
{
        return spawn_path("treteau-recorder", "record/recorder");
}

bool recorder_has_ended(const char *folder)
{
        g_autofree char *path = g_build_filename(folder, "programme.m3u8", NULL);
        g_autofree char *list = NULL;
        return g_file_get_contents(path, &list, NULL, NULL) && g_str_has_suffix(list, "#EXT-X-ENDLIST\n");
}

Recorder *recorder_start(const RecorderConfig *config, GError **error)
{
        g_autofree char *program = config->program ? g_strdup(config->program) : recorder_program();
        if (!g_file_test(program, G_FILE_TEST_IS_EXECUTABLE)) {
                g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s is not there", program);
                return NULL;
        }
        int descriptor = g_mkdir_with_parents(config->folder, 0755) == 0 ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1;
        if (descriptor < 0) {
                g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), "%s: %s", config->folder,
                            g_strerror(errno));
                return NULL;
        }
        Recorder *recorder = g_new0(Recorder, 1);
        recorder->folder = g_strdup(config->folder);
        recorder->program = g_steal_pointer(&program);
        recorder->title = g_utf8_make_valid(config->title ? config->title : "", -1);
        for (unsigned i = 0; i < RECORDER_LANGUAGES; i++)
                recorder->languages[i] = g_strdup(config->languages[i]);
        recorder->owner = config->owner;
        recorder->on_event = config->on_event;
        recorder->clock_us = config->clock_us;
        recorder->clock_offset_us = now_us() - monotonic_us();
        recorder->wake = descriptor;
        g_mutex_init(&recorder->lock);
        frame_queue_init(&recorder->queue);
        recorder->thread = g_thread_new("recorder", recorder_run, recorder);
        return recorder;
}

void recorder_free(Recorder *recorder)
{
        if (!recorder)
                return;
        g_mutex_lock(&recorder->lock);
        recorder->closing = true;
        g_mutex_unlock(&recorder->lock);
        wake(recorder);
        g_thread_join(recorder->thread);
        frame_queue_clear(&recorder->queue);
        g_clear_pointer(&recorder->sending, g_bytes_unref);
        g_mutex_clear(&recorder->lock);
        close(recorder->wake);
        g_free(recorder->folder);
        g_free(recorder->program);
        g_free(recorder->title);
        for (unsigned i = 0; i < RECORDER_LANGUAGES; i++)
                g_free(recorder->languages[i]);
        g_free(recorder);
}
