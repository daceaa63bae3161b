/* Finishes what a server that went away left half done: the list gets its end, the MP4 is made. */
#include "replay/replay_store.h"

#include "base/log.h"
#include "base/time.h"

#define LOOK_US MINUTE_US

struct ReplayMender {
        Store *store;
        GThread *thread;
        GMutex lock;
        GCond told;
        bool stopping, done; /* under lock; done: the recording at hand */
        GHashTable *claims;  /* under lock: folders that somebody writes in */
        GHashTable *tried;   /* folders: each is mended once in a life of the server */
        int64_t patience_us;
        char *recorder; /* NULL: the usual place */
};

/* One recording at hand. */
typedef struct {
        ReplayMender *mender;
        ReplayOf of;
} Mending;

static void on_event(void *owner, const RecorderEvent *event)
{
        Mending *mending = owner;
        replay_note(mending->mender->store, &mending->of, event);
        if (event->state != RECORDER_FINISHED && event->state != RECORDER_FAILED)
                return;
        g_mutex_lock(&mending->mender->lock);
        mending->mender->done = true;
        g_cond_signal(&mending->mender->told);
        g_mutex_unlock(&mending->mender->lock);
}

static void mend(ReplayMender *mender, const Replay *replay)
{
        Mending mending = { mender,
                            { replay->event, replay->talk, replay->folder, replay->title, replay->started_us } };
        g_autofree char *path = replay_folder_path(mender->store, replay->folder);
        g_autoptr(GError) error = NULL;
        if (!g_file_test(path, G_FILE_TEST_IS_DIR))
                return;
        mender->done = false;
        g_autoptr(Recorder) recorder = recorder_start(&(RecorderConfig){ .folder = path,
                                                                         .title = replay->title,
                                                                         .owner = &mending,
                                                                         .on_event = on_event,
                                                                         .program = mender->recorder },
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

bool replay_claim(ReplayMender *mender, const char *folder)
{
        g_mutex_lock(&mender->lock);
        bool is_free = !g_hash_table_contains(mender->claims, folder);
        if (is_free)
                g_hash_table_add(mender->claims, g_strdup(folder));
        g_mutex_unlock(&mender->lock);
        return is_free;
}

void replay_release(ReplayMender *mender, const char *folder)
{
        g_mutex_lock(&mender->lock);
        g_hash_table_remove(mender->claims, folder);
        g_mutex_unlock(&mender->lock);
}

/* False when it is time to end. */
static bool wait_for(ReplayMender *mender, int64_t length_us)
{
        int64_t until_us = monotonic_us() + length_us;
        g_mutex_lock(&mender->lock);
        while (!mender->stopping && g_cond_wait_until(&mender->told, &mender->lock, until_us)) {
        }
        bool stopping = mender->stopping;
        g_mutex_unlock(&mender->lock);
        return !stopping;
}

static void mend_all(ReplayMender *mender, bool abandoned)
{
        Db *db = store_read_begin(mender->store);
        g_autoptr(GPtrArray) replays = replay_store_unfinished(db, abandoned);
        store_read_end(mender->store, db);
        for (guint i = 0; i < replays->len && wait_for(mender, 0); i++) {
                const Replay *replay = replays->pdata[i];
                if (g_hash_table_contains(mender->tried, replay->folder) || !replay_claim(mender, replay->folder))
                        continue;
                g_hash_table_add(mender->tried, g_strdup(replay->folder));
                mend(mender, replay);
                replay_release(mender, replay->folder);
        }
}

static void *mender_run(void *data)
{
        ReplayMender *mender = data;
        mend_all(mender, false);
        for (int64_t pause_us = mender->patience_us; wait_for(mender, pause_us); pause_us = LOOK_US)
                mend_all(mender, true);
        return NULL;
}

ReplayMender *replay_mender_start(Store *store, int64_t patience_us, const char *recorder)
{
        ReplayMender *mender = g_new0(ReplayMender, 1);
        mender->store = store;
        mender->patience_us = patience_us;
        mender->recorder = g_strdup(recorder);
        mender->claims = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        mender->tried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
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
}

void replay_mender_free(ReplayMender *mender)
{
        if (!mender)
                return;
        g_hash_table_unref(mender->claims);
        g_hash_table_unref(mender->tried);
        g_free(mender->recorder);
        g_cond_clear(&mender->told);
        g_mutex_clear(&mender->lock);
        g_free(mender);
}
