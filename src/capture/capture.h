/* A minute of somebody's connection as a pcap file, with their consent: a LiveFeature and its page. May be included by
 * app. */
#pragma once
#include "live/live.h"

extern const LiveFeature capture_feature;
extern const Route capture_routes[];
