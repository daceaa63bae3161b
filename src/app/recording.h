/* Joins the rooms to the recorder: the SFU's tap on one side, treteau-recorder on the other, who consents in between.
 */
#pragma once
#include "live/live.h"
#include "replay/replay.h"

typedef struct Recordings Recordings;

/* mender: knows which folders are taken; outlives the recordings. transcode_percent: what turning VP8 into H.264 may
 * take, of one core (record/transcode_budget.h). */
Recordings *recordings_new(Store *store, Sfu *sfu, SocketLoop *sockets, ReplayMender *mender, int transcode_percent);
/* Room notices go to live; called once it exists. */
void recordings_set_live(Recordings *recordings, Live *live);
LiveHooks recordings_hooks(Recordings *recordings);
/* After the socket loop has stopped, before the SFU does. What is being recorded goes on at the next start. */
void recordings_free(Recordings *recordings);
