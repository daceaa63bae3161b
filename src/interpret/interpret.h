/* Interpretation: a channel of sound for each language that a room offers. May be included by app. */
#pragma once
#include "live/live.h"

extern const LiveFeature interpret_feature;
extern const Route interpret_routes[];
