#include "live/live_writer.h"
#include "base/log.h"

#define BATCH 64

struct LiveWriter {
        Store *store;
        SocketLoop *sockets;
        GThread *thread;
        GAsyncQueue *jobs;
        LiveJob stop;
};

typedef struct {
        LiveJob *job;
        bool kept;
} Answer;

static void answer(gpointer data)
{
        g_autofree Answer *result = data;
        if (result->job->done)
                result->job->done(result->job, result->kept);
        result->job->free(result->job);
}

static void answer_all(LiveWriter *writer, LiveJob **jobs, const bool *kept, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                Answer *result = g_new(Answer, 1);
                *result = (Answer){ jobs[i], kept[i] };
                socket_loop_run(writer->sockets, answer, result);
        }
}

static bool write_one(LiveWriter *writer, LiveJob *job)
{
        g_autoptr(GError) error = NULL;
        Db *db = store_write_begin(writer->store, WRITE_ROOM);
        bool keep = job->work(db, job);
        bool kept = store_write_end(writer->store, db, keep, &error) && keep;
        if (error)
                log_warn("live store: %s", error->message);
        return kept;
}

/* All in one turn; when that fails, one by one, so that only the faulty one is lost. */
static void write_batch(LiveWriter *writer, LiveJob **jobs, bool *kept, size_t count)
{
        bool all = count > 1;
        if (all) {
                Db *db = store_write_begin(writer->store, WRITE_ROOM);
                for (size_t i = 0; i < count && all; i++)
                        all = jobs[i]->work(db, jobs[i]) && !db_failed(db);
                all = store_write_end(writer->store, db, all, NULL) && all;
        }
        for (size_t i = 0; i < count; i++)
                kept[i] = all || write_one(writer, jobs[i]);
}

static gpointer run(gpointer data)
{
        LiveWriter *writer = data;
        bool stopping = false;
        while (!stopping) {
                LiveJob *jobs[BATCH];
                bool kept[BATCH];
                size_t count = 0;
                LiveJob *job = g_async_queue_pop(writer->jobs);
                for (; job && count < BATCH; job = count < BATCH ? g_async_queue_try_pop(writer->jobs) : NULL) {
                        if (job == &writer->stop) {
                                stopping = true;
                                break;
                        }
                        jobs[count++] = job;
                }
                if (count)
                        write_batch(writer, jobs, kept, count);
                answer_all(writer, jobs, kept, count);
        }
        return NULL;
}

LiveWriter *live_writer_start(Store *store, SocketLoop *sockets)
{
        LiveWriter *writer = g_new0(LiveWriter, 1);
        writer->store = store;
        writer->sockets = sockets;
        writer->jobs = g_async_queue_new();
        writer->thread = g_thread_new("live-writer", run, writer);
        return writer;
}

void live_writer_stop(LiveWriter *writer)
{
        g_async_queue_push(writer->jobs, &writer->stop);
        g_thread_join(writer->thread);
}

void live_writer_free(LiveWriter *writer)
{
        LiveJob *job;
        while ((job = g_async_queue_try_pop(writer->jobs)))
                job->free(job);
        g_async_queue_unref(writer->jobs);
        g_free(writer);
}

void live_writer_push(LiveWriter *writer, LiveJob *job)
{
        g_async_queue_push(writer->jobs, job);
}
