/* The green room: somebody tries camera, microphone, loudspeaker and the network against this very server, days ahead,
 * and reads a code to a helper, who sees the same findings. May be included by law and app. */
#pragma once
#include "live/live.h"
#include "sfu/sfu.h"
#include "web/request.h"
#include "web/socket.h"

#include <jansson.h>

typedef struct GreenRoom GreenRoom;

/* Before the first socket; sockets, sfu and live must outlive it. */
GreenRoom *greenroom_new(SocketLoop *sockets, Sfu *sfu, Live *live);
/* After the socket loop has stopped; NULL is fine. */
void greenroom_free(GreenRoom *green);

/* Erases findings of more than 30 days ago. Daily, by app. */
bool greenroom_expire(Db *db);
/* What is kept of a person's findings, in every event: an array. (transfer full) */
json_t *greenroom_export(Db *db, int64_t account);
bool greenroom_erase(Db *db, int64_t account);

/* Given by app: the routes find it by this. */
GreenRoom *greenroom_of(const Request *req);
extern const Route greenroom_routes[];
