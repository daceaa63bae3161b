#include "job/job_rules.h"

#include "base/time.h"

#include <string.h>

#define ATTEMPTS_MAX 3
#define TELLING_US (2 * SECOND_US) /* before, a rate is noise */

static const struct {
        const char *name, *label;
} STATES[] = {
        [JOB_WAITING] = { "waiting", N_("waiting") },
        [JOB_RUNNING] = { "running", N_("running") },
        [JOB_DONE] = { "done", N_("done") },
        [JOB_FAILED] = { "failed", N_("failed") },
        [JOB_CANCELLED] = { "cancelled", N_("stopped") },
};

const char *job_state_name(JobState state)
{
        return STATES[state].name;
}

JobState job_state_read(const char *name)
{
        for (size_t i = 0; i < G_N_ELEMENTS(STATES); i++)
                if (strcmp(STATES[i].name, name) == 0)
                        return (JobState)i;
        return JOB_FAILED;
}

const char *job_state_label(JobState state)
{
        return STATES[state].label;
}

bool job_state_is_open(JobState state)
{
        return state == JOB_WAITING || state == JOB_RUNNING;
}

int job_percent(int64_t done, int64_t total)
{
        if (total <= 0 || done <= 0)
                return 0;
        if (done >= total)
                return 100;
        return (int)((double)done * 100 / (double)total);
}

int64_t job_remaining_us(int64_t running_us, int64_t done, int64_t total, int64_t spared)
{
        if (running_us < TELLING_US || done <= MAX(spared, 0) || total <= done)
                return -1;
        return (int64_t)((double)running_us / (double)(done - MAX(spared, 0)) * (double)(total - done));
}

static char *remaining_text(const Lang *lang, int64_t remaining_us)
{
        if (remaining_us < 10 * SECOND_US)
                return g_strdup(tr(lang, "a few seconds left"));
        unsigned long seconds = (unsigned long)((remaining_us + 5 * SECOND_US) / (10 * SECOND_US) * 10);
        if (seconds < 90)
                return g_strdup_printf(tr_n(lang, "about %lu second left", "about %lu seconds left", seconds), seconds);
        unsigned long minutes = (unsigned long)((remaining_us + MINUTE_US / 2) / MINUTE_US);
        if (minutes < 90)
                return g_strdup_printf(tr_n(lang, "about %lu minute left", "about %lu minutes left", minutes), minutes);
        unsigned long hours = (unsigned long)((remaining_us + HOUR_US / 2) / HOUR_US);
        return g_strdup_printf(tr_n(lang, "about %lu hour left", "about %lu hours left", hours), hours);
}

char *job_progress_text(const Lang *lang, JobState state, int64_t running_us, int64_t done, int64_t total,
                        int64_t spared)
{
        if (state != JOB_RUNNING)
                return g_strdup(tr(lang, job_state_label(state)));
        g_autofree char *percent = g_strdup_printf(tr(lang, "%d %%"), job_percent(done, total));
        int64_t remaining_us = job_remaining_us(running_us, done, total, spared);
        if (remaining_us < 0)
                return g_steal_pointer(&percent);
        g_autofree char *remaining = remaining_text(lang, remaining_us);
        return g_strdup_printf("%s, %s", percent, remaining);
}

bool job_runs_again(bool again, int64_t attempts)
{
        return again && attempts < ATTEMPTS_MAX;
}

bool job_result_is_safe(const char *path)
{
        if (!g_str_has_prefix(path, "jobs/") && !g_str_has_prefix(path, "backups/"))
                return false;
        g_auto(GStrv) parts = g_strsplit(path, "/", -1);
        for (char **part = parts; *part; part++)
                if (**part == '\0' || **part == '.')
                        return false;
        return true;
}
