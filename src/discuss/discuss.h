/* What a room's people ask, vote and feel: a feature of the room (live/live.h). May be included by app. */
#pragma once
#include "live/live.h"

extern const LiveFeature discuss_feature;
extern const Route discuss_routes[];
