/* Captions typed live, and the sign-language interpreter's picture: a feature of the room (live/live.h). May be
 * included by app. */
#pragma once
#include "live/live.h"

extern const LiveFeature captions_feature;
extern const Route captions_routes[];
