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
        TranscodeBudget *budget; /* of all rooms */
        GHashTable *by_room;     /* room id → Recording under way */
        GPtrArray *ending;       /* stopped, the child still writes */
};

/* Whose picture came last, and how. */
typedef struct {
        uint32_t participant;
        SfuTrackKind kind;
        bool vp8;
} Shown;

typedef struct {
        Recordings *all;
        LiveRecording of;
        char *name; /* of its folder below media/, claimed */
        char *title;
        Recorder *recorder;
        int64_t ahead_us; /* the recorder's clock less the frames': the machine's may have been set since the start */
        Transcoder *transcoder;        /* of pictures that come as VP8 */
        Shown shown[SFU_TAP_PICTURES]; /* the tap's thread's */
        GMutex lock;                   /* guards what follows: the tap's thread reads it, the socket loop writes it */
        uint32_t heard[SFU_PLACES];
        size_t heard_count;
        bool pictures[SFU_TAP_PICTURES];
} Recording;

G_STATIC_ASSERT((int)TRANSCODE_LANES == (int)SFU_TAP_PICTURES);

static void recording_free(gpointer data)
{
        Recording *recording = data;
        transcoder_free(recording->transcoder);
        recorder_free(recording->recorder);
        replay_release(recording->all->mender, recording->name);
        g_mutex_clear(&recording->lock);
        g_free(recording->name);
        g_free(recording->title);
        g_free(recording);
}

/* --- the tap's thread: what is kept ------------------------------------------------------------------------------ */

/* Under lock. */
static bool may_keep(const Recording *recording, const SfuFrame *frame)
{
        bool may = false;
        for (size_t i = 0; i < recording->heard_count && !may; i++)
                may = recording->heard[i] == frame->participant.value;
        return may && (frame->kind == SFU_MIC || recording->pictures[frame->picture]);
}

static void record_h264(Recording *recording, unsigned picture, const TranscoderPicture *unit)
{
        if (picture == SFU_TAP_ON_AIR)
                recorder_video(recording->recorder, unit->bytes, unit->length, unit->key, unit->time_us);
        else
                recorder_beside(recording->recorder, unit->bytes, unit->length, unit->key, unit->time_us);
}

static void on_picture(Recording *recording, const SfuFrame *frame)
{
        Shown shown = { frame->participant.value, frame->kind, frame->vp8 },
              *before = &recording->shown[frame->picture];
        TranscoderPicture picture = { .bytes = frame->bytes,
                                      .length = frame->length,
                                      .key = frame->key,
                                      .gap = frame->gap,
                                      .time_us = frame->capture_us + recording->ahead_us };
        bool other = before->participant != shown.participant || before->kind != shown.kind || before->vp8 != shown.vp8;
        /* What the child still has of another picture would come between this one's. */
        if (other && before->vp8)
                transcoder_cut(recording->transcoder, frame->picture);
        *before = shown;
        if (frame->vp8)
                transcoder_frame(recording->transcoder, frame->picture, &picture);
        else
                record_h264(recording, frame->picture, &picture);
}

/* Under lock as a whole: once the loop has said that somebody is not to be kept, nothing of them is on its way. */
static void on_frame(void *owner, const SfuFrame *frame)
{
        Recording *recording = owner;
        int64_t time_us = frame->capture_us + recording->ahead_us;
        g_mutex_lock(&recording->lock);
        if (!may_keep(recording, frame))
                ;
        else if (frame->kind != SFU_MIC)
                on_picture(recording, frame);
        else if (frame->channel != SFU_NO_CHANNEL)
                recorder_language(recording->recorder, (unsigned)frame->channel, frame->bytes, frame->length, time_us);
        else if (recording->of.voices)
                recorder_voice(recording->recorder, (unsigned)frame->seat, frame->participant.value, frame->bytes,
                               frame->length, time_us);
        else
                recorder_audio(recording->recorder, (unsigned)frame->seat, frame->bytes, frame->length, time_us);
        g_mutex_unlock(&recording->lock);
}

/* --- the transcoder's thread -------------------------------------------------------------------------------------- */

static void on_transcoded(void *owner, unsigned lane, const TranscoderPicture *picture)
{
        record_h264(owner, lane, picture);
}

static void on_refused(void *owner, unsigned lane, bool refused)
{
        Recording *recording = owner;
        if (lane != SFU_TAP_ON_AIR)
                return;
        if (refused)
                recorder_off_air(recording->recorder);
        log_info("recording=%s the picture on air is %s", recording->name,
                 refused ? "left out: no time to convert it" : "converted again");
        live_record_left_out(recording->all->live, recording->of.room_id, refused);
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
                                 .title = recording->title,
                                 .voices_room = recording->of.voices ? recording->of.room_id : 0 },
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
        if (recording->recorder)
                recording->transcoder = transcoder_new(&(TranscoderConfig){ .budget = all->budget,
                                                                            .owner = recording,
                                                                            .on_picture = on_transcoded,
                                                                            .on_refused = on_refused },
                                                       &error);
        if (recording->transcoder && sfu_tap_start(all->sfu, of->sfu_room, &sink, &error)) {
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
        g_clear_pointer(&recording->transcoder, transcoder_free);
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

static void record_picture(void *owner, int64_t room_id, bool on_air, bool beside)
{
        Recording *recording = g_hash_table_lookup(((Recordings *)owner)->by_room, &room_id);
        const bool now[SFU_TAP_PICTURES] = { [SFU_TAP_ON_AIR] = on_air, [SFU_TAP_BESIDE] = beside };
        if (!recording)
                return;
        g_mutex_lock(&recording->lock);
        for (unsigned i = 0; i < SFU_TAP_PICTURES; i++) {
                bool off = recording->pictures[i] && !now[i];
                recording->pictures[i] = now[i];
                if (!off)
                        continue;
                transcoder_cut(recording->transcoder, i);
                if (i == SFU_TAP_ON_AIR)
                        recorder_off_air(recording->recorder);
                else
                        recorder_nobody_beside(recording->recorder);
        }
        g_mutex_unlock(&recording->lock);
}

static char *record_list(void *owner, int64_t room_id)
{
        const Recording *recording = g_hash_table_lookup(((Recordings *)owner)->by_room, &room_id);
        return recording ? g_strdup_printf("/media/%s/programme.m3u8", recording->name) : NULL;
}

Recordings *recordings_new(Store *store, Sfu *sfu, SocketLoop *sockets, ReplayMender *mender, int transcode_percent)
{
        Recordings *all = g_new0(Recordings, 1);
        *all = (Recordings){ .store = store, .sfu = sfu, .sockets = sockets, .mender = mender };
        all->budget = transcode_budget_new(transcode_percent);
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
        transcode_budget_free(recordings->budget);
        g_free(recordings);
}
