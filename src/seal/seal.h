/* End-to-end encryption of a workshop's picture and sound: a LiveFeature. May be included by app. */
#pragma once
#include "live/live.h"

extern const LiveFeature seal_feature;
