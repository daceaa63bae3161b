/* What the runner tells the routes. Private to job/. */
#pragma once
#include "job/job.h"
#include "job/job_store.h"

const JobConfig *job_runner_config(const JobRunner *runner);
/* NULL when there is none of that name. */
const JobKind *job_kind(const JobRunner *runner, const char *name);
