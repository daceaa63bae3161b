/* What is done every day whether anyone asks or not: erasing what was promised to be erased. A thread of its own. */
#pragma once
#include "store/db.h"

typedef struct Jobs Jobs;

/* Does what is due before it returns, then every day. */
Jobs *jobs_start(Store *store);
void jobs_stop(Jobs *jobs);
