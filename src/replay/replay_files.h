/* Private to replay/. */
#pragma once
#include "job/job.h"
#include "replay/replay_store.h"
