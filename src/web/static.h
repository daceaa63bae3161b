/* Routes of web itself. */
#pragma once
#include "web/request.h"

extern const Route static_routes[];
