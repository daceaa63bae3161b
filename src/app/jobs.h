/* What is done whether anyone asks or not, on a thread of its own: every day, erasing what was promised to be erased;
 * every minute, what has its hour (registration/). */
#pragma once
#include "store/db.h"

typedef struct Jobs Jobs;

/* Does the day's work before it returns, then every day; the minute's on its thread. origin: of the links in mails. */
Jobs *jobs_start(Store *store, const char *origin);
void jobs_stop(Jobs *jobs);
