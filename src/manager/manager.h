/* A stage manager's tools: the log of a session, run sheets, the countdown, announcements: a LiveFeature and its pages.
 * May be included by app. */
#pragma once
#include "live/live.h"

extern const LiveFeature manager_feature;
extern const Route manager_routes[];
