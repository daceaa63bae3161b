/* What a job's figures say. Pure. Private to job/. */
#pragma once
#include "base/i18n.h"

#include <stdint.h>

typedef enum { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED } JobState;
const char *job_state_name(JobState state); /* "waiting": as stored and as scripts see it */
JobState job_state_read(const char *name);
const char *job_state_label(JobState state); /* source words */
bool job_state_is_open(JobState state);

/* 0 to 100; 100 only when all is done. */
int job_percent(int64_t done, int64_t total);
/* By what this run took so far; -1 when that says nothing yet. spared: of done, what was there before it. */
int64_t job_remaining_us(int64_t running_us, int64_t done, int64_t total, int64_t spared);
/* "43 %, about 2 minutes left", "waiting", "done": one line. (transfer full) */
char *job_progress_text(const Lang *lang, JobState state, int64_t running_us, int64_t done, int64_t total,
                        int64_t spared);

/* After a crash in its middle: whether it is run once more. */
bool job_runs_again(bool again, int64_t attempts);
/* A result's path that may be served: below jobs/ or backups/ of the data folder, no way out of it. */
bool job_result_is_safe(const char *path);
