#include "app/jobs.h"

#include "app/job_kinds.h"
#include "base/log.h"
#include "base/time.h"
#include "greenroom/greenroom.h"
#include "hall/hall.h"
#include "law/law.h"
#include "live/live.h"
#include "mail/mail.h"
#include "notes/notes.h"
#include "people/people.h"
#include "picture/picture.h"
#include "programme/programme.h"
#include "registration/registration.h"
#include "replay/replay.h"
#include "slides/slides.h"
#include "upload/upload.h"
#include "whip/whip.h"

#define PROMPT_US (5 * SECOND_US)

struct Jobs {
        Store *store;
        GThread *thread;
        GMutex mutex;
        GCond wake;
        char *origin;
        JobRunner *runner;
        const BackupPlan *backup;
        bool ending; /* under the mutex */
};

static const struct {
        const char *name;
        bool (*run)(Db *db);
} DAILY[] = {
        { "registration", registration_expire },
        { "people", people_expire },
        { "live", live_expire },
        { "whip", whip_expire },
        { "greenroom", greenroom_expire },
        { "notes", notes_expire },
        { "hall", hall_expire },
        { "replay", replay_expire },
        { "upload", upload_expire },
        { "mail", mail_expire },
        { "law", law_expire },
        { "programme", programme_tidy },
};

static void tidy_jobs(Store *store)
{
        job_expire(store);
}

/* What removes the files of rows that are gone. */
void (*const conference_tidiers[])(Store *store) = { pictures_tidy, replay_tidy, slides_tidy, tidy_jobs, NULL };

static void run_daily(Store *store, JobRunner *runner)
{
        for (size_t i = 0; i < G_N_ELEMENTS(DAILY); i++) {
                g_autoptr(GError) error = NULL;
                Db *db = store_write_begin(store, WRITE_JOB);
                bool done = DAILY[i].run(db);
                if (!store_write_end(store, db, done, &error))
                        log_warn("daily job=%s store: %s", DAILY[i].name, error->message);
        }
        for (void (*const *tidy)(Store *) = conference_tidiers; *tidy; tidy++)
                (*tidy)(store);
        if (pictures_tidy_some(store))
                job_ask(store, runner, "pictures");
}

/* False when it is time to end. */
static bool wait_prompt(Jobs *jobs)
{
        g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&jobs->mutex);
        gint64 until = g_get_monotonic_time() + PROMPT_US;
        while (!jobs->ending && g_cond_wait_until(&jobs->wake, &jobs->mutex, until)) {
        }
        return !jobs->ending;
}

/* What somebody waits for. */
static void run_prompt(Jobs *jobs)
{
        registration_prompt(jobs->store, jobs->origin);
        replay_settle_consents(jobs->store);
        replay_settle_voices(jobs->store);
        replay_ask_files(jobs->store, jobs->runner);
}

static void run_minute(Jobs *jobs)
{
        registration_minute(jobs->store, jobs->origin);
        backup_when_due(jobs->store, jobs->runner, jobs->backup);
}

static gpointer run(gpointer user_data)
{
        Jobs *jobs = user_data;
        int64_t daily_us = monotonic_us(), minute_us = daily_us - MINUTE_US;
        do {
                run_prompt(jobs);
                if (monotonic_us() - minute_us >= MINUTE_US) {
                        minute_us = monotonic_us();
                        run_minute(jobs);
                }
                if (monotonic_us() - daily_us >= DAY_US) {
                        daily_us = monotonic_us();
                        run_daily(jobs->store, jobs->runner);
                }
        } while (wait_prompt(jobs));
        return NULL;
}

Jobs *jobs_start(const JobsConfig *config)
{
        Jobs *jobs = g_new0(Jobs, 1);
        jobs->store = config->store;
        jobs->origin = g_strdup(config->origin);
        jobs->runner = config->runner;
        jobs->backup = config->backup;
        run_daily(jobs->store, jobs->runner);
        g_mutex_init(&jobs->mutex);
        g_cond_init(&jobs->wake);
        jobs->thread = g_thread_new("jobs", run, jobs);
        return jobs;
}

void jobs_stop(Jobs *jobs)
{
        if (!jobs)
                return;
        g_mutex_lock(&jobs->mutex);
        jobs->ending = true;
        g_cond_signal(&jobs->wake);
        g_mutex_unlock(&jobs->mutex);
        g_thread_join(jobs->thread);
        g_cond_clear(&jobs->wake);
        g_mutex_clear(&jobs->mutex);
        g_free(jobs->origin);
        g_free(jobs);
}
