/* Groups of a room's people, with a timer and a call back: a LiveFeature. May be included by app. */
#pragma once
#include "live/live.h"

extern const LiveFeature workshop_feature;
