#include "app/recording.h"
#include "base/log.h"
#include "base/time.h"
#include "record/record.h"
#include "replay/replay.h"

#include <string.h>

struct Recordings {
        Store *store;
        Sfu *sfu;
        SocketLoop *sockets;
        ReplayMender *mender;
        Live *live;
        GHashTable *by_room; /* room id → Recording under way */
        GPtrArray *ending;   /* stopped, the child still writes */
};

typedef struct {
        Recordings *all;
        LiveRecording of;
        char *name; /* of its folder below media/, claimed */
        char *title;
        Recorder *recorder;
        int64_t ahead_us; /* the recorder's clock less the frames': the machine's may have been set since the start */
        GMutex lock;      /* guards what follows: the tap's thread reads it, the socket loop writes it */
        uint32_t heard[SFU_PLACES];
        size_t heard_count;
        bool picture;
} Recording;

static void recording_free(gpointer data)
{
        Recording *recording = data;
        recorder_free(recording->recorder);
        replay_release(recording->all->mender, recording->name);
        g_mutex_clear(&recording->lock);
        g_free(recording->name);
        g_free(recording->title);
        g_free(recording);
}

/* --- the tap's thread: what is kept ------------------------------------------------------------------------------ */

static bool may_keep(Recording *recording, uint32_t participant, bool picture)
{
        bool may = false;
        g_mutex_lock(&recording->lock);
        for (size_t i = 0; i < recording->heard_count && !may; i++)
                may = recording->heard[i] == participant;
        may = may && (!picture || recording->picture);
        g_mutex_unlock(&recording->lock);
        return may;
}

static void on_frame(void *owner, const SfuFrame *frame)
{
        Recording *recording = owner;
        bool picture = frame->kind != SFU_MIC;
        int64_t time_us = frame->capture_us + recording->ahead_us;
        if (!may_keep(recording, frame->participant.value, picture))
                return;
        if (picture)
                recorder_video(recording->recorder, frame->bytes, frame->length, frame->key, time_us);
        else if (frame->channel != SFU_NO_CHANNEL)
                recorder_language(recording->recorder, (unsigned)frame->channel, frame->bytes, frame->length, time_us);
        else
                recorder_audio(recording->recorder, (unsigned)frame->seat, frame->bytes, frame->length, time_us);
}

static void on_tap_stop(void *owner)
{
}

/* --- the recorder's thread: what is told and noted --------------------------------------------------------------- */

static void tell_room(Recording *recording, RecorderState state)
{
        const char *text = NULL;
        if (state == RECORDER_DISK_FULL)
                text = N_("The server's disk is full: the recording waits. Make room, it goes on by itself.");
        else if (state == RECORDER_FAILED)
                text = N_("The recording has stopped: the server cannot write it.");
        live_record_notice(recording->all->live, recording->of.room_id, text);
}

static void reap(gpointer data)
{
        Recording *recording = data;
        g_ptr_array_remove_fast(recording->all->ending, recording);
}

static void on_recorder_event(void *owner, const RecorderEvent *event)
{
        Recording *recording = owner;
        if (event->kind != RECORDER_EVENT_STATE)
                return;
        log_info("recording=%s state=%s length_s=%" G_GINT64_FORMAT, recording->name, recorder_state_text(event->state),
                 event->length_us / SECOND_US);
        tell_room(recording, event->state);
        replay_note(recording->all->store,
                    &(ReplayOf){ .event = recording->of.event_id,
                                 .talk = recording->of.talk_id,
                                 .folder = recording->name,
                                 .title = recording->title },
                    event);
        if (event->state == RECORDER_FINISHED)
                socket_loop_run(recording->all->sockets, reap, recording);
}

/* --- the socket loop: start and stop ----------------------------------------------------------------------------- */

/* media/s12 for the session's first recording, s12-2 for the next: one that is unfinished is gone on with, unless
 * somebody is about to end it. */
static char *folder_name(const Recordings *all, int64_t session_id, char **ret_path)
{
        for (int part = 1;; part++) {
                g_autofree char *name = part == 1 ? g_strdup_printf("s%" G_GINT64_FORMAT, session_id)
                                                  : g_strdup_printf("s%" G_GINT64_FORMAT "-%d", session_id, part);
                g_autofree char *path = replay_folder_path(all->store, name);
                if (recorder_has_ended(path) || !replay_claim(all->mender, name))
                        continue;
                if (recorder_has_ended(path)) { /* just now */
                        replay_release(all->mender, name);
                        continue;
                }
                *ret_path = g_steal_pointer(&path);
                return g_steal_pointer(&name);
        }
}

static bool record_start(void *owner, const LiveRecording *of, char **ret_text)
{
        Recordings *all = owner;
        Recording *recording = g_new0(Recording, 1);
        g_autofree char *path = NULL;
        g_mutex_init(&recording->lock);
        recording->all = all;
        recording->of = *of;
        recording->of.title = NULL; /* borrowed */
        memset(recording->of.languages, 0, sizeof recording->of.languages);
        recording->name = folder_name(all, of->session_id, &path);
        recording->title = g_strdup(of->title);
        g_autoptr(GError) error = NULL;
        const SfuTapSink sink = { recording, on_frame, on_tap_stop };
        RecorderConfig config = {
                .folder = path, .title = of->title, .owner = recording, .on_event = on_recorder_event
        };
        memcpy(config.languages, of->languages, sizeof config.languages);
        recording->ahead_us = now_us() - sfu_now_us(all->sfu);
        recording->recorder = recorder_start(&config, &error);
        if (recording->recorder && sfu_tap_start(all->sfu, of->sfu_room, &sink, &error)) {
                g_hash_table_insert(all->by_room, &recording->of.room_id, recording);
                return true;
        }
        log_warn("recording=%s cannot start: %s", recording->name, error->message);
        *ret_text = g_strdup(N_("The recording cannot start: the server says why in its log."));
        recording_free(recording);
        return false;
}

static void record_stop(void *owner, const LiveRecording *of)
{
        Recordings *all = owner;
        Recording *recording = NULL;
        if (!g_hash_table_steal_extended(all->by_room, &of->room_id, NULL, (gpointer *)&recording))
                return;
        sfu_tap_stop(all->sfu, of->sfu_room);
        RecorderFigures figures;
        recorder_figures(recording->recorder, &figures);
        g_ptr_array_add(all->ending, recording);
        recorder_stop(recording->recorder);
        if (figures.state == RECORDER_FAILED) /* it has said its last word */
                socket_loop_run(all->sockets, reap, recording);
}

static void record_people(void *owner, int64_t room_id, const uint32_t *participants, size_t count)
{
        Recording *recording = g_hash_table_lookup(((Recordings *)owner)->by_room, &room_id);
        if (!recording)
                return;
        g_mutex_lock(&recording->lock);
        recording->heard_count = MIN(count, (size_t)SFU_PLACES);
        memcpy(recording->heard, participants, recording->heard_count * sizeof *participants);
        g_mutex_unlock(&recording->lock);
}

static void record_picture(void *owner, int64_t room_id, bool on_air)
{
        Recording *recording = g_hash_table_lookup(((Recordings *)owner)->by_room, &room_id);
        if (!recording)
                return;
        g_mutex_lock(&recording->lock);
        bool off = recording->picture && !on_air;
        recording->picture = on_air;
        g_mutex_unlock(&recording->lock);
        if (off)
                recorder_off_air(recording->recorder);
}

static char *record_list(void *owner, int64_t room_id)
{
        const Recording *recording = g_hash_table_lookup(((Recordings *)owner)->by_room, &room_id);
        return recording ? g_strdup_printf("/media/%s/programme.m3u8", recording->name) : NULL;
}

Recordings *recordings_new(Store *store, Sfu *sfu, SocketLoop *sockets, ReplayMender *mender)
{
        Recordings *all = g_new0(Recordings, 1);
        *all = (Recordings){ .store = store, .sfu = sfu, .sockets = sockets, .mender = mender };
        all->by_room = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, recording_free);
        all->ending = g_ptr_array_new_with_free_func(recording_free);
        return all;
}

void recordings_set_live(Recordings *recordings, Live *live)
{
        recordings->live = live;
}

LiveHooks recordings_hooks(Recordings *recordings)
{
        return (LiveHooks){ .owner = recordings,
                            .record_start = record_start,
                            .record_stop = record_stop,
                            .record_people = record_people,
                            .record_picture = record_picture,
                            .record_list = record_list };
}

void recordings_free(Recordings *recordings)
{
        if (!recordings)
                return;
        GHashTableIter rooms;
        gpointer value;
        g_hash_table_iter_init(&rooms, recordings->by_room);
        while (g_hash_table_iter_next(&rooms, NULL, &value))
                sfu_tap_stop(recordings->sfu, ((Recording *)value)->of.sfu_room);
        g_hash_table_unref(recordings->by_room);
        g_ptr_array_unref(recordings->ending);
        g_free(recordings);
}
