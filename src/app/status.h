/* What machines ask: /healthz and /metrics. */
#pragma once
#include "web/request.h"

extern const Route status_routes[];
