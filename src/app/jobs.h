/* What is done whether anyone asks or not, on a thread of its own: every day, erasing what was promised to be erased;
 * every minute and every few seconds, what has its hour (registration/, backups). */
#pragma once
#include "app/app.h"

typedef struct Jobs Jobs;

/* Everything outlives the Jobs but origin (of the links in mails), which is copied. */
typedef struct {
        Store *store;
        const char *origin;
        JobRunner *runner;
        const BackupPlan *backup;
} JobsConfig;

/* Does the day's work before it returns, then every day; the minute's on its thread. */
Jobs *jobs_start(const JobsConfig *config);
void jobs_stop(Jobs *jobs);
