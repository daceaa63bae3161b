/* The screen of a hall, and its camera and mixer, by links that hosts make and take back. The room's side is live/'s.
 */
#pragma once
#include "live/live.h"

/* Erases the halls 30 days after an event's last day, as the rooms do with who was there. Daily, by app. */
bool hall_expire(Db *db);

extern const LiveFeature hall_feature;
extern const Route hall_routes[];
