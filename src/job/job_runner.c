#include "job/job_private.h"

#include "base/folder.h"
#include "base/log.h"
#include "base/time.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>

#define LOOK_US MINUTE_US /* also without being woken */
#define RETRY_US (5 * SECOND_US)
#define TELL_US SECOND_US /* how often progress is kept, and a cancel looked for */
#define NICE 10           /* rooms and pages go first */
#define KEPT_US (30 * DAY_US)
#define RESULT_KEPT_US (7 * DAY_US)

struct JobRunner {
        JobConfig config;
        GThread *thread;
        GMutex lock;
        GCond told;
        bool ending, woken; /* under lock, as what follows */
        struct {
                int64_t id, done, total, spared; /* of the one that runs; id 0: none does */
                bool cancel;
        } now;
};

struct Job {
        JobRunner *runner;
        JobRow *row;
        int64_t told_us;
        bool cancelled;
};

const JobConfig *job_runner_config(const JobRunner *runner)
{
        return &runner->config;
}

const JobKind *job_kind(const JobRunner *runner, const char *name)
{
        for (const JobKind *kind = runner->config.kinds; kind->name; kind++)
                if (strcmp(kind->name, name) == 0)
                        return kind;
        return NULL;
}

static bool is_ending(JobRunner *runner)
{
        g_mutex_lock(&runner->lock);
        bool ending = runner->ending;
        g_mutex_unlock(&runner->lock);
        return ending;
}

/* --- What a running job may ask ---------------------------------------------------------------------------------- */

Store *job_store(const Job *job)
{
        return job->runner->config.store;
}

gpointer job_context(const Job *job)
{
        return job->runner->config.context;
}

int64_t job_id(const Job *job)
{
        return job->row->id;
}

int64_t job_event(const Job *job)
{
        return job->row->event;
}

const Lang *job_lang(const Job *job)
{
        const Lang *lang = lang_find(job->row->lang);
        return lang ? lang : lang_default();
}

const char *job_mark(const Job *job)
{
        return job->row->mark;
}

bool job_set_mark(Job *job, const char *mark)
{
        Db *db = store_write_begin(job_store(job), WRITE_JOB);
        bool kept = store_write_end(job_store(job), db, job_store_mark(db, job->row->id, mark), NULL);
        if (kept) {
                g_free(job->row->mark);
                job->row->mark = g_strdup(mark);
        }
        return kept;
}

/* A full disk keeps no progress, and ends no work by that. */
static void tell(Job *job)
{
        Store *store = job_store(job);
        Db *db = store_read_begin(store);
        job->cancelled = job_store_cancelled(db, job->row->id);
        store_read_end(store, db);
        db = store_write_begin(store, WRITE_JOB);
        store_write_end(store, db, job_store_progress(db, job->row), NULL);
        job->told_us = monotonic_us();
}

bool job_step(Job *job, int64_t done, int64_t total)
{
        JobRunner *runner = job->runner;
        job->row->done = done;
        job->row->total = total;
        g_mutex_lock(&runner->lock);
        runner->now.done = done;
        runner->now.total = total;
        runner->now.spared = job->row->spared;
        job->cancelled = job->cancelled || runner->now.cancel;
        bool ending = runner->ending;
        g_mutex_unlock(&runner->lock);
        return !job->cancelled && !ending;
}

bool job_progress(Job *job, int64_t done, int64_t total)
{
        if (job_step(job, done, total) && monotonic_us() - job->told_us >= TELL_US)
                tell(job);
        return !job->cancelled && !is_ending(job->runner);
}

void job_spared(Job *job, int64_t spared)
{
        job->row->spared = spared;
}

static void replace(char **text, const char *with)
{
        g_free(*text);
        *text = g_strdup(with);
}

void job_set_result(Job *job, const char *path, const char *name, const char *type)
{
        replace(&job->row->result, path);
        replace(&job->row->result_name, name);
        replace(&job->row->result_type, type);
}

void job_set_page(Job *job, const char *page)
{
        replace(&job->row->page, page);
}

void job_set_message(Job *job, const char *message)
{
        replace(&job->row->message, message);
}

static char *results_folder(const Store *store, int64_t id)
{
        g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, id);
        return g_build_filename(store_folder(store), "jobs", number, NULL);
}

char *job_folder(const Job *job)
{
        return results_folder(job_store(job), job->row->id);
}

bool job_keep_text(Job *job, const char *name, const char *type, const char *text, GError **error)
{
        g_autofree char *folder = job_folder(job);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (g_mkdir_with_parents(folder, 0700) != 0) {
                g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s", g_strerror(errno));
                return false;
        }
        if (!g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
                return false;
        g_autofree char *below = g_strdup_printf("jobs/%" G_GINT64_FORMAT "/%s", job->row->id, name);
        job_set_result(job, below, name, type);
        return true;
}

/* --- One after the other ----------------------------------------------------------------------------------------- */

/* Tries until it is kept, or the server ends: then the next start finds it running, and treats it as broken off. */
static void keep_end(JobRunner *runner, const JobRow *row)
{
        for (bool kept = false; !kept && !is_ending(runner);) {
                g_autoptr(GError) error = NULL;
                Db *db = store_write_begin(runner->config.store, WRITE_JOB);
                kept = store_write_end(runner->config.store, db, job_store_end(db, row, now_us()), &error);
                if (kept)
                        continue;
                log_warn("job=%" G_GINT64_FORMAT " its end cannot be kept: %s", row->id, error->message);
                g_mutex_lock(&runner->lock);
                if (!runner->ending)
                        g_cond_wait_until(&runner->told, &runner->lock, g_get_monotonic_time() + SECOND_US);
                g_mutex_unlock(&runner->lock);
        }
}

static void wait_again(JobRunner *runner, int64_t id)
{
        Db *db = store_write_begin(runner->config.store, WRITE_JOB);
        store_write_end(runner->config.store, db, job_store_wait(db, id, false), NULL);
}

static void settle(Job *job, bool done, const GError *error)
{
        JobRunner *runner = job->runner;
        JobRow *row = job->row;
        if (!done && !job->cancelled && is_ending(runner)) {
                wait_again(runner, row->id);
                return;
        }
        row->state = done ? JOB_DONE : job->cancelled ? JOB_CANCELLED : JOB_FAILED;
        if (row->state == JOB_FAILED)
                job_set_message(job, error ? error->message : "");
        if (row->state == JOB_CANCELLED)
                job_set_page(job, "");
        if (row->state == JOB_DONE)
                row->done = row->total = MAX(row->total, 1);
        else {
                g_autofree char *folder = results_folder(runner->config.store, row->id);
                folder_remove(folder);
                job_set_result(job, "", "", "");
        }
        if (row->state == JOB_FAILED)
                log_warn("job=%" G_GINT64_FORMAT " kind=%s failed: %s", row->id, row->kind, row->message);
        keep_end(runner, row);
}

static bool start(JobRunner *runner, const JobRow *row)
{
        Db *db = store_write_begin(runner->config.store, WRITE_JOB);
        bool started = job_store_start(db, row->id, now_us());
        return store_write_end(runner->config.store, db, started, NULL) && started;
}

static void set_now(JobRunner *runner, const JobRow *row)
{
        g_mutex_lock(&runner->lock);
        memset(&runner->now, 0, sizeof runner->now);
        if (row)
                runner->now.id = row->id;
        g_mutex_unlock(&runner->lock);
}

void job_runner_look(JobRunner *runner, JobRow *row)
{
        g_mutex_lock(&runner->lock);
        if (runner->now.id == row->id && runner->now.total > 0) {
                row->done = runner->now.done;
                row->total = runner->now.total;
                row->spared = runner->now.spared;
        }
        g_mutex_unlock(&runner->lock);
}

void job_runner_cancel(JobRunner *runner, int64_t id)
{
        g_mutex_lock(&runner->lock);
        if (runner->now.id == id)
                runner->now.cancel = true;
        g_mutex_unlock(&runner->lock);
}

typedef struct {
        Job *job;
        const JobKind *kind;
        GError *error;
} Work;

static gpointer run_kind(gpointer data)
{
        Work *work = data;
        if (!work->kind->prompt)
                setpriority(PRIO_PROCESS, 0, NICE); /* on Linux: of this thread, which cannot take it back */
        return GINT_TO_POINTER(work->kind->run(work->job, &work->error));
}

/* False when it cannot even be started: a full disk, or a row that somebody else says is running. Each has a thread of
 * its own for its priority; this one waits. */
static bool run_one(JobRunner *runner, JobRow *row)
{
        const JobKind *kind = job_kind(runner, row->kind);
        set_now(runner, row);
        bool started = start(runner, row);
        if (started) {
                Job job = { .runner = runner, .row = row, .told_us = monotonic_us() };
                Work work = { &job, kind, NULL };
                bool done = false;
                if (kind)
                        done = GPOINTER_TO_INT(g_thread_join(g_thread_new("work", run_kind, &work)));
                else
                        g_set_error(&work.error, STORE_ERROR, STORE_ERROR_FAILED, "this server does no such work");
                settle(&job, done, work.error);
                g_clear_error(&work.error);
        }
        set_now(runner, NULL);
        return started;
}

static JobRow *next_row(JobRunner *runner)
{
        Db *db = store_read_begin(runner->config.store);
        g_autoptr(GPtrArray) rows = job_store_open(db);
        store_read_end(runner->config.store, db);
        return rows->len > 0 ? g_ptr_array_steal_index(rows, 0) : NULL;
}

static void wait_for_work(JobRunner *runner, int64_t for_us)
{
        g_mutex_lock(&runner->lock);
        gint64 until = g_get_monotonic_time() + for_us;
        while (!runner->ending && !runner->woken && g_cond_wait_until(&runner->told, &runner->lock, until)) {
        }
        runner->woken = false;
        g_mutex_unlock(&runner->lock);
}

static gpointer run(gpointer data)
{
        JobRunner *runner = data;
        while (!is_ending(runner)) {
                g_autoptr(JobRow) row = next_row(runner);
                if (!row)
                        wait_for_work(runner, LOOK_US);
                else if (!run_one(runner, row))
                        wait_for_work(runner, RETRY_US);
        }
        return NULL;
}

/* --- Life -------------------------------------------------------------------------------------------------------- */

/* Nothing can be running before the runner is: what says so was broken off. */
static void recover(JobRunner *runner)
{
        Db *db = store_write_begin(runner->config.store, WRITE_JOB);
        g_autoptr(GPtrArray) rows = job_store_open(db);
        for (guint i = 0; i < rows->len; i++) {
                JobRow *row = rows->pdata[i];
                const JobKind *kind = job_kind(runner, row->kind);
                if (row->state != JOB_RUNNING)
                        continue;
                if (row->cancel) {
                        row->state = JOB_CANCELLED;
                        job_store_end(db, row, now_us());
                } else if (kind && job_runs_again(kind->again, row->attempts)) {
                        job_store_wait(db, row->id, true);
                } else {
                        row->state = JOB_FAILED;
                        replace(&row->message, N_("The server stopped in the middle of it. Start it again."));
                        job_store_end(db, row, now_us());
                }
        }
        g_autoptr(GError) error = NULL;
        if (!store_write_end(runner->config.store, db, true, &error))
                log_warn("jobs: what was broken off cannot be sorted out: %s", error->message);
}

JobRunner *job_runner_start(const JobConfig *config)
{
        JobRunner *runner = g_new0(JobRunner, 1);
        runner->config = *config;
        g_mutex_init(&runner->lock);
        g_cond_init(&runner->told);
        recover(runner);
        runner->thread = g_thread_new("long work", run, runner);
        return runner;
}

void job_runner_wake(JobRunner *runner)
{
        g_mutex_lock(&runner->lock);
        runner->woken = true;
        g_cond_signal(&runner->told);
        g_mutex_unlock(&runner->lock);
}

void job_runner_stop(JobRunner *runner)
{
        if (!runner)
                return;
        g_mutex_lock(&runner->lock);
        runner->ending = true;
        g_cond_signal(&runner->told);
        g_mutex_unlock(&runner->lock);
        g_thread_join(runner->thread);
        g_cond_clear(&runner->told);
        g_mutex_clear(&runner->lock);
        g_free(runner);
}

/* A file may hold what people told: it goes sooner than the word that it was there. */
bool job_expire(Store *store)
{
        int64_t now = now_us();
        Db *db = store_write_begin(store, WRITE_JOB);
        g_autoptr(GPtrArray) rows = job_store_ended_before(db, now - RESULT_KEPT_US);
        for (guint i = 0; i < rows->len; i++) {
                const JobRow *row = rows->pdata[i];
                if (row->ended_us < now - KEPT_US)
                        job_store_delete(db, row->id);
                else if (*row->result)
                        job_store_forget_result(db, row->id);
        }
        bool kept = store_write_end(store, db, true, NULL);
        for (guint i = 0; kept && i < rows->len; i++) {
                g_autofree char *folder = results_folder(store, ((const JobRow *)rows->pdata[i])->id);
                folder_remove(folder);
        }
        return kept;
}
