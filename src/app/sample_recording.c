#include "app/sample_recording.h"
#include "app/sample_media.h"
#include "base/log.h"
#include "base/time.h"

#include <string.h>

enum { PICTURES_PER_SECOND = 15, PACKET_US = 20000, SCENE_S = 20, FIRST_SEAT = 0, QUEUE_BYTES_MAX = 1 << 20 };

typedef struct {
        const uint8_t *bytes;
        size_t size;
        bool key;
} Piece;

struct SampleMaker {
        Store *store;
        SampleRecording sample;
        char *folder, *title;
        Recorder *recorder;
        GThread *thread;
        GArray *scenes[2], *voice; /* of Piece */
        GMutex lock;
        GCond told;
        int64_t now_us; /* the recorder's clock, under lock, as the rest */
        bool plays, over;
};

/* --- The loops --------------------------------------------------------------------------------------------------- */

/* An access unit of these loops ends with its only slice. */
static GArray *read_pictures(const uint8_t *bytes, size_t size)
{
        GArray *pictures = g_array_new(FALSE, FALSE, sizeof(Piece));
        const uint8_t *end = bytes + size, *first = bytes;
        for (const uint8_t *at = bytes; (at = memmem(at, (size_t)(end - at), "\0\0\1", 3)); at += 3) {
                unsigned type = at + 3 < end ? at[3] & 31 : 0;
                if (type != 1 && type != 5)
                        continue;
                const uint8_t *next = memmem(at + 3, (size_t)(end - at) - 3, "\0\0\1", 3);
                next = next ? next : end;
                Piece picture = { first, (size_t)(next - first), type == 5 };
                g_array_append_val(pictures, picture);
                first = next;
        }
        return pictures;
}

static GArray *read_packets(const uint8_t *bytes, size_t size)
{
        GArray *packets = g_array_new(FALSE, FALSE, sizeof(Piece));
        for (size_t at = 0; at + 2 <= size;) {
                size_t length = bytes[at] | (size_t)bytes[at + 1] << 8;
                g_assert(at + 2 + length <= size);
                Piece packet = { bytes + at + 2, length, true };
                g_array_append_val(packets, packet);
                at += 2 + length;
        }
        return packets;
}

/* --- The recorder ------------------------------------------------------------------------------------------------ */

static int64_t clock_us(void *owner)
{
        SampleMaker *maker = owner;
        g_mutex_lock(&maker->lock);
        int64_t now = maker->now_us;
        g_mutex_unlock(&maker->lock);
        return now;
}

static void on_event(void *owner, const RecorderEvent *event)
{
        SampleMaker *maker = owner;
        replay_note(maker->store, &maker->sample.of, event);
        g_mutex_lock(&maker->lock);
        maker->plays |= event->state == RECORDER_PLAYS;
        maker->over |= event->state == RECORDER_FINISHED || event->state == RECORDER_FAILED;
        g_cond_signal(&maker->told);
        g_mutex_unlock(&maker->lock);
}

/* Until the queue holds no more than this, or nobody takes from it any longer. The recorder is never asked with our
 * lock held: it asks our clock with its own. */
static void wait_for_queue(SampleMaker *maker, size_t bytes)
{
        for (bool over = false; !over;) {
                RecorderFigures figures;
                recorder_figures(maker->recorder, &figures);
                if (figures.queued_bytes <= bytes)
                        return;
                g_mutex_lock(&maker->lock);
                if (!maker->over)
                        g_cond_wait_until(&maker->told, &maker->lock, g_get_monotonic_time() + PACKET_US);
                over = maker->over;
                g_mutex_unlock(&maker->lock);
        }
}

static bool is_over(SampleMaker *maker)
{
        g_mutex_lock(&maker->lock);
        bool over = maker->over;
        g_mutex_unlock(&maker->lock);
        return over;
}

static void give_picture(SampleMaker *maker, int64_t number, int64_t taken_us)
{
        int64_t second = number / PICTURES_PER_SECOND;
        const GArray *scene = maker->scenes[second / SCENE_S % 2];
        const Piece *picture = &g_array_index(scene, Piece, (guint)(number % scene->len));
        recorder_video(maker->recorder, picture->bytes, picture->size, picture->key, taken_us);
}

static void give_all(SampleMaker *maker)
{
        int64_t begin_us = maker->sample.of.started_us, length_us = maker->sample.seconds * SECOND_US, pictures = 0;
        for (int64_t at_us = 0; at_us < length_us && !is_over(maker); at_us += PACKET_US) {
                g_mutex_lock(&maker->lock);
                maker->now_us = begin_us + at_us;
                g_mutex_unlock(&maker->lock);
                const Piece *packet =
                        &g_array_index(maker->voice, Piece, (guint)(at_us / PACKET_US % maker->voice->len));
                recorder_audio(maker->recorder, FIRST_SEAT, packet->bytes, packet->size, begin_us + at_us);
                for (; pictures * SECOND_US / PICTURES_PER_SECOND < at_us + PACKET_US; pictures++)
                        give_picture(maker, pictures, begin_us + pictures * SECOND_US / PICTURES_PER_SECOND);
                /* A queue that fills up would lose pictures. */
                wait_for_queue(maker, QUEUE_BYTES_MAX);
        }
        g_mutex_lock(&maker->lock);
        maker->now_us = begin_us + length_us;
        g_mutex_unlock(&maker->lock);
}

static void *maker_run(void *data)
{
        SampleMaker *maker = data;
        give_all(maker);
        if (maker->sample.left_open)
                wait_for_queue(maker, 0);
        else if (!is_over(maker)) /* what is broken off gets its end at the next start */
                recorder_stop(maker->recorder);
        return NULL;
}

/* --- Life -------------------------------------------------------------------------------------------------------- */

SampleMaker *sample_maker_start(Store *store, const SampleRecording *sample)
{
        SampleMaker *maker = g_new0(SampleMaker, 1);
        maker->store = store;
        maker->sample = *sample;
        maker->sample.of.folder = maker->folder = g_strdup(sample->of.folder);
        maker->sample.of.title = maker->title = g_strdup(sample->of.title);
        maker->now_us = sample->of.started_us;
        g_mutex_init(&maker->lock);
        g_cond_init(&maker->told);
        maker->scenes[0] = read_pictures(sample_first_h264, sample_first_h264_size);
        maker->scenes[1] = read_pictures(sample_second_h264, sample_second_h264_size);
        maker->voice = read_packets(sample_voice, sample_voice_size);
        g_autofree char *path = replay_folder_path(store, sample->of.folder);
        g_autoptr(GError) error = NULL;
        maker->recorder = recorder_start(&(RecorderConfig){ .folder = path,
                                                            .program = sample->program,
                                                            .title = sample->of.title,
                                                            .owner = maker,
                                                            .on_event = on_event,
                                                            .clock_us = clock_us },
                                         &error);
        if (!maker->recorder) {
                log_warn("recording=%s cannot be made: %s", sample->of.folder, error->message);
                sample_maker_free(maker);
                return NULL;
        }
        maker->thread = g_thread_new("sample", maker_run, maker);
        return maker;
}

bool sample_maker_wait(SampleMaker *maker)
{
        g_thread_join(g_steal_pointer(&maker->thread));
        g_mutex_lock(&maker->lock);
        while (!maker->over && !maker->sample.left_open)
                g_cond_wait(&maker->told, &maker->lock);
        bool good = maker->plays || (maker->sample.left_open && !maker->over);
        g_mutex_unlock(&maker->lock);
        return good;
}

void sample_maker_free(SampleMaker *maker)
{
        if (!maker)
                return;
        g_mutex_lock(&maker->lock);
        maker->over = true;
        g_cond_signal(&maker->told);
        g_mutex_unlock(&maker->lock);
        if (maker->thread)
                g_thread_join(maker->thread);
        recorder_free(maker->recorder);
        g_array_unref(maker->scenes[0]);
        g_array_unref(maker->scenes[1]);
        g_array_unref(maker->voice);
        g_cond_clear(&maker->told);
        g_mutex_clear(&maker->lock);
        g_free(maker->folder);
        g_free(maker->title);
        g_free(maker);
}
