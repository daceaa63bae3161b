/* What is published, as JSON for other programs. May be included by app. */
#pragma once
#include "web/request.h"

extern const Route api_routes[];
