/* Who has the floor in a room, since when, for how long: a LiveFeature. May be included by app. */
#pragma once
#include "live/live.h"

extern const LiveFeature floor_feature;
