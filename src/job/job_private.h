/* What the runner tells the routes. Private to job/. */
#pragma once
#include "job/job.h"
#include "job/job_store.h"

const JobConfig *job_runner_config(const JobRunner *runner);
/* How far the one that runs is by now; the others as they are stored. Any thread. */
void job_runner_look(JobRunner *runner, JobRow *row);
/* Tells the one that runs to end, without a turn of the writer, which it may hold. */
void job_runner_cancel(JobRunner *runner, int64_t id);
/* NULL when there is none of that name. */
const JobKind *job_kind(const JobRunner *runner, const char *name);
