/* Finishes what a server that went away left half done: the list gets its end, the MP4 is made. */
#include "replay/replay_store.h"

#include "base/log.h"

struct ReplayMender {
        Store *store;
        GThread *thread;
        GMutex lock;
        GCond told;
        bool stopping, done; /* under lock; done: the recording at hand */
};

/* One recording at hand. */
typedef struct {
        ReplayMender *mender;
        ReplayOf of;
} Job;

static void on_event(void *owner, const RecorderEvent *event)
{
        Job *job = owner;
        replay_note(job->mender->store, &job->of, event);
        if (event->state != RECORDER_FINISHED && event->state != RECORDER_FAILED)
                return;
        g_mutex_lock(&job->mender->lock);
        job->mender->done = true;
        g_cond_signal(&job->mender->told);
        g_mutex_unlock(&job->mender->lock);
}

static void mend(ReplayMender *mender, const Replay *replay)
{
        Job job = { mender, { replay->event, replay->talk, replay->folder, replay->title, replay->started_us } };
        g_autofree char *path = replay_folder_path(mender->store, replay->folder);
        g_autoptr(GError) error = NULL;
        if (!g_file_test(path, G_FILE_TEST_IS_DIR))
                return;
        mender->done = false;
        g_autoptr(Recorder) recorder = recorder_start(
                &(RecorderConfig){ .folder = path, .title = replay->title, .owner = &job, .on_event = on_event },
                &error);
        if (!recorder) {
                log_warn("recording=%s cannot be finished: %s", replay->folder, error->message);
                return;
        }
        recorder_stop(recorder);
        g_mutex_lock(&mender->lock);
        while (!mender->done && !mender->stopping)
                g_cond_wait(&mender->told, &mender->lock);
        g_mutex_unlock(&mender->lock);
}

static bool is_stopping(ReplayMender *mender)
{
        g_mutex_lock(&mender->lock);
        bool stopping = mender->stopping;
        g_mutex_unlock(&mender->lock);
        return stopping;
}

static void *mender_run(void *data)
{
        ReplayMender *mender = data;
        Db *db = store_read_begin(mender->store);
        g_autoptr(GPtrArray) replays = replay_store_unfinished(db);
        store_read_end(mender->store, db);
        for (guint i = 0; i < replays->len && !is_stopping(mender); i++)
                mend(mender, replays->pdata[i]);
        return NULL;
}

ReplayMender *replay_mender_start(Store *store)
{
        ReplayMender *mender = g_new0(ReplayMender, 1);
        mender->store = store;
        g_mutex_init(&mender->lock);
        g_cond_init(&mender->told);
        mender->thread = g_thread_new("replays", mender_run, mender);
        return mender;
}

void replay_mender_stop(ReplayMender *mender)
{
        if (!mender)
                return;
        g_mutex_lock(&mender->lock);
        mender->stopping = true;
        g_cond_signal(&mender->told);
        g_mutex_unlock(&mender->lock);
        g_thread_join(mender->thread);
        g_cond_clear(&mender->told);
        g_mutex_clear(&mender->lock);
        g_free(mender);
}
