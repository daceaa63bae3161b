/* The room's queue to the store: one thread takes what waits, writes it in one turn ahead of pages and imports, and
 * sends each answer back to the socket loop after the commit. */
#pragma once
#include "store/db.h"
#include "web/socket.h"

typedef struct LiveWriter LiveWriter;
typedef struct LiveJob LiveJob;
struct LiveJob {
        /* On the writer's thread. False, or a failed statement: this job alone is undone. Runs again, from the start,
         * when the turn it shared with others was undone for one of them. */
        bool (*work)(Db *db, LiveJob *job);
        /* On the socket loop's thread, in the order of the jobs. */
        void (*done)(LiveJob *job, bool kept);
        void (*free)(LiveJob *job);
};

LiveWriter *live_writer_start(Store *store, SocketLoop *sockets);
/* What is queued is still written, and answered to the loop. */
void live_writer_stop(LiveWriter *writer);
/* Drops what was pushed after the stop. */
void live_writer_free(LiveWriter *writer);
/* Takes job. */
void live_writer_push(LiveWriter *writer, LiveJob *job);
