#include "job/job_store.h"

#include "base/folder.h"
#include "base/time.h"
#include "job/job.h"

#include <glib/gstdio.h>
#include <string.h>
#include <time.h>

/* --- Rules ------------------------------------------------------------------------------------------------------- */

static void test_figures(void)
{
        g_assert_cmpint(job_percent(0, 0), ==, 0);
        g_assert_cmpint(job_percent(999, 1000), ==, 99);
        g_assert_cmpint(job_percent(1000, 1000), ==, 100);
        g_assert_cmpint(job_percent(INT64_MAX / 2, INT64_MAX), ==, 50);
        g_assert_cmpint(job_percent(-5, 10), ==, 0);
        g_assert_cmpint(job_remaining_us(SECOND_US, 1, 10, 0), ==, -1);
        g_assert_cmpint(job_remaining_us(10 * SECOND_US, 0, 10, 0), ==, -1);
        g_assert_cmpint(job_remaining_us(10 * SECOND_US, 1, 10, 0), ==, 90 * SECOND_US);
        g_assert_cmpint(job_remaining_us(10 * SECOND_US, 10, 10, 0), ==, -1);
        /* what was there before this run says nothing of how fast it goes */
        g_assert_cmpint(job_remaining_us(10 * SECOND_US, 60, 100, 50), ==, 40 * SECOND_US);
        g_assert_cmpint(job_remaining_us(10 * SECOND_US, 50, 100, 50), ==, -1);
}

static void assert_text(const char *expected, JobState state, int64_t running_us, int64_t done, int64_t total)
{
        g_autofree char *text = job_progress_text(lang_find("en"), state, running_us, done, total, 0);
        g_assert_cmpstr(text, ==, expected);
}

static void test_texts(void)
{
        assert_text("waiting", JOB_WAITING, 0, 0, 0);
        assert_text("0 %", JOB_RUNNING, 0, 0, 0);
        assert_text("50 %, a few seconds left", JOB_RUNNING, 3 * SECOND_US, 1, 2);
        assert_text("25 %, about 60 seconds left", JOB_RUNNING, 20 * SECOND_US, 1, 4);
        assert_text("10 %, about 9 minutes left", JOB_RUNNING, MINUTE_US, 1, 10);
        assert_text("10 %, about 9 hours left", JOB_RUNNING, HOUR_US, 1, 10);
        assert_text("stopped", JOB_CANCELLED, 0, 1, 2);
        for (int state = JOB_WAITING; state <= JOB_CANCELLED; state++)
                g_assert_cmpint(job_state_read(job_state_name((JobState)state)), ==, state);
}

static void test_safe(void)
{
        g_assert_true(job_result_is_safe("jobs/12/registrations.csv"));
        g_assert_true(job_result_is_safe("backups/treteau-20210128T120000Z.tar.zst"));
        const char *const bad[] = { "",        "secret.key",     "jobs/../secret.key",
                                    "jobs//x", "jobs/1/.hidden", "/jobs/1/x",
                                    "jobs/1/", "media/x" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(job_result_is_safe(bad[i]));
        g_assert_true(job_runs_again(true, 2));
        g_assert_false(job_runs_again(true, 3));
        g_assert_false(job_runs_again(false, 0));
}

/* --- The runner -------------------------------------------------------------------------------------------------- */

typedef struct {
        char *folder;
        Store *store;
        GMutex lock;
        GCond told;
        int running; /* under lock */
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
        fixture->folder = g_dir_make_tmp("job-XXXXXX", NULL);
        g_autoptr(GError) error = NULL;
        fixture->store = store_open(fixture->folder, &error);
        g_assert_no_error(error);
        g_mutex_init(&fixture->lock);
        g_cond_init(&fixture->told);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
        store_free(fixture->store);
        folder_remove(fixture->folder);
        g_free(fixture->folder);
        g_mutex_clear(&fixture->lock);
        g_cond_clear(&fixture->told);
}

static void say_running(Job *job)
{
        Fixture *fixture = job_context(job);
        g_mutex_lock(&fixture->lock);
        fixture->running++;
        g_cond_signal(&fixture->told);
        g_mutex_unlock(&fixture->lock);
}

static void wait_running(Fixture *fixture)
{
        g_mutex_lock(&fixture->lock);
        while (fixture->running == 0)
                g_cond_wait(&fixture->told, &fixture->lock);
        fixture->running = 0;
        g_mutex_unlock(&fixture->lock);
}

static bool run_text(Job *job, GError **error)
{
        return job_progress(job, 1, 2) && job_keep_text(job, "text.csv", "text/csv", "a;b\n", error);
}

static bool run_wrong(Job *job, GError **error)
{
        job_keep_text(job, "half.csv", "text/csv", "a;", NULL);
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "no luck");
        return false;
}

static bool run_long(Job *job, GError **error)
{
        job_set_mark(job, "here");
        say_running(job);
        while (job_progress(job, 1, 10))
                g_thread_yield();
        return false;
}

static const JobKind KINDS[] = {
        { "text", "Text", "", RIGHT_OWNER, false, false, run_text },
        { "wrong", "Wrong", "", RIGHT_OWNER, false, false, run_wrong },
        { "long", "Long", "", RIGHT_OWNER, false, true, run_long },
        { 0 },
};

static JobRunner *start(Fixture *fixture)
{
        return job_runner_start(&(JobConfig){ .store = fixture->store, .kinds = KINDS, .context = fixture });
}

static int64_t add(Fixture *fixture, const char *kind)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t id = job_add(db, kind, 0, 0, "en");
        g_assert_true(store_write_end(fixture->store, db, id > 0, NULL));
        return id;
}

static JobRow *find(Fixture *fixture, int64_t id)
{
        Db *db = store_read_begin(fixture->store);
        JobRow *row = job_store_find(db, 0, id);
        store_read_end(fixture->store, db);
        return row;
}

static JobRow *wait_ended(Fixture *fixture, int64_t id)
{
        for (;;) {
                JobRow *row = find(fixture, id);
                if (!job_state_is_open(row->state))
                        return row;
                job_row_free(row);
                g_thread_yield();
        }
}

static void test_done(Fixture *fixture, gconstpointer data)
{
        JobRunner *runner = start(fixture);
        int64_t id = add(fixture, "text");
        job_runner_wake(runner);
        g_autoptr(JobRow) row = wait_ended(fixture, id);
        g_assert_cmpint(row->state, ==, JOB_DONE);
        g_assert_cmpint(job_percent(row->done, row->total), ==, 100);
        g_autofree char *path = g_build_filename(fixture->folder, row->result, NULL), *text = NULL;
        g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_assert_cmpstr(text, ==, "a;b\n");
        job_runner_stop(runner);
}

static void test_failed(Fixture *fixture, gconstpointer data)
{
        int64_t id = add(fixture, "wrong"), unknown = add(fixture, "unknown");
        JobRunner *runner = start(fixture);
        g_autoptr(JobRow) row = wait_ended(fixture, id), other = wait_ended(fixture, unknown);
        g_assert_cmpint(row->state, ==, JOB_FAILED);
        g_assert_cmpstr(row->message, ==, "no luck");
        g_assert_cmpstr(row->result, ==, "");
        g_autofree char *folder = g_strdup_printf("%s/jobs/%d", fixture->folder, (int)id);
        g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
        g_assert_cmpint(other->state, ==, JOB_FAILED);
        job_runner_stop(runner);
}

static void test_twice(Fixture *fixture, gconstpointer data)
{
        int64_t id = add(fixture, "text");
        g_assert_cmpint(add(fixture, "text"), ==, id);
        g_assert_cmpint(add(fixture, "wrong"), !=, id);
}

static void cancel(Fixture *fixture, int64_t id)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        g_assert_true(store_write_end(fixture->store, db, job_store_cancel(db, 0, id, now_us()), NULL));
}

static void test_cancel(Fixture *fixture, gconstpointer data)
{
        JobRunner *runner = start(fixture);
        int64_t id = add(fixture, "long");
        job_runner_wake(runner);
        wait_running(fixture);
        int64_t waiting = add(fixture, "text");
        cancel(fixture, waiting);
        g_autoptr(JobRow) never = find(fixture, waiting);
        g_assert_cmpint(never->state, ==, JOB_CANCELLED);
        cancel(fixture, id);
        g_autoptr(JobRow) row = wait_ended(fixture, id);
        g_assert_cmpint(row->state, ==, JOB_CANCELLED);
        job_runner_stop(runner);
}

static void test_stop(Fixture *fixture, gconstpointer data)
{
        JobRunner *runner = start(fixture);
        int64_t id = add(fixture, "long");
        job_runner_wake(runner);
        wait_running(fixture);
        job_runner_stop(runner);
        g_autoptr(JobRow) row = find(fixture, id);
        g_assert_cmpint(row->state, ==, JOB_WAITING);
        g_assert_cmpint(row->attempts, ==, 0); /* it was not its fault */
        g_assert_cmpstr(row->mark, ==, "here");
        runner = start(fixture);
        wait_running(fixture);
        job_runner_stop(runner);
}

/* What a crash leaves: rows that say they run. */
static void crash(Fixture *fixture, int64_t id)
{
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        db_run(db, "UPDATE job SET state = 'running', attempts = attempts + 1 WHERE id = $1", "i", id);
        g_assert_true(store_write_end(fixture->store, db, true, NULL));
}

static void test_crash(Fixture *fixture, gconstpointer data)
{
        int64_t again = add(fixture, "long"), once = add(fixture, "text");
        crash(fixture, again);
        crash(fixture, once);
        JobRunner *runner = start(fixture);
        wait_running(fixture);
        g_autoptr(JobRow) failed = find(fixture, once);
        g_assert_cmpint(failed->state, ==, JOB_FAILED);
        g_assert_nonnull(strstr(failed->message, "stopped"));
        job_runner_stop(runner);
        crash(fixture, again);
        crash(fixture, again);
        runner = start(fixture);
        g_autoptr(JobRow) given_up = wait_ended(fixture, again);
        g_assert_cmpint(given_up->state, ==, JOB_FAILED);
        job_runner_stop(runner);
}

/* What cannot be started is tried again later, not without pause: a disk may be full for hours. */
static void test_not_started(Fixture *fixture, gconstpointer data)
{
        JobRunner *runner = start(fixture);
        Db *db = store_write_begin(fixture->store, WRITE_PAGE);
        int64_t id = job_add(db, "text", 0, 0, "en"); /* from its first moment it says that it runs, and does not */
        db_run(db, "UPDATE job SET state = 'running', attempts = 1 WHERE id = $1", "i", id);
        g_assert_true(store_write_end(fixture->store, db, id > 0, NULL));
        job_runner_wake(runner);
        clock_t before = clock();
        for (int i = 0; i < 50; i++) {
                g_autoptr(JobRow) row = find(fixture, id);
                g_assert_cmpint(row->state, ==, JOB_RUNNING);
                g_usleep(10000);
        }
        g_assert_cmpint(clock() - before, <, CLOCKS_PER_SEC / 4); /* of half a second */
        job_runner_stop(runner);
}

static void test_expire(Fixture *fixture, gconstpointer data)
{
        JobRunner *runner = start(fixture);
        int64_t id = add(fixture, "text");
        job_runner_wake(runner);
        job_row_free(wait_ended(fixture, id));
        job_runner_stop(runner);
        g_autofree char *folder = g_strdup_printf("%s/jobs/%d", fixture->folder, (int)id);
        g_assert_true(job_expire(fixture->store));
        g_assert_true(g_file_test(folder, G_FILE_TEST_EXISTS));
        clock_shift(8 * DAY_US);
        g_assert_true(job_expire(fixture->store));
        g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
        g_autoptr(JobRow) row = find(fixture, id);
        g_assert_cmpstr(row->result, ==, "");
        clock_shift(31 * DAY_US);
        g_assert_true(job_expire(fixture->store));
        g_assert_null(find(fixture, id));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        i18n_start();
        g_test_add_func("/job/figures", test_figures);
        g_test_add_func("/job/texts", test_texts);
        g_test_add_func("/job/safe", test_safe);
#define WITH_STORE(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)
        WITH_STORE("/job/done", test_done);
        WITH_STORE("/job/failed", test_failed);
        WITH_STORE("/job/twice", test_twice);
        WITH_STORE("/job/cancel", test_cancel);
        WITH_STORE("/job/stop", test_stop);
        WITH_STORE("/job/crash", test_crash);
        WITH_STORE("/job/not-started", test_not_started);
        WITH_STORE("/job/expire", test_expire);
        return g_test_run();
}
