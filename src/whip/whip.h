/* Cameras and players that come without a page of ours: WHIP (RFC 9725) for what goes on stage, WHEP
 * (draft-ietf-wish-whep) for what watches, each with a key of one room that organisers make and take back.
 *
 * The room's side is live/'s; here are addresses, headers, keys and their page. */
#pragma once
#include "web/request.h"

/* Erases the keys 30 days after an event's last day, as the rooms do with who was there. Daily, by app. */
bool whip_expire(Db *db);

extern const Route whip_routes[];
