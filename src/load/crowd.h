/* A room full of pages without media: they join, write at a pace and raise hands, and it is measured when each line
 * reaches each of them, and what that costs the server.
 *
 * What the room offers them to watch is not answered.
 */
#pragma once
#include "load/room.h"

typedef struct {
        int people;
        double says_per_second, hands_per_second; /* of all together */
        int seconds, settle_seconds;
        int server_pid; /* whose CPU time and memory are read; 0: nobody's */
        bool json;
        double delivery_ms_p95, join_ms_p95; /* bounds; negative: none */
} CrowdOptions;

/* False when a bound was broken, a line did not reach everybody, or the run could not be done; then it says why. */
bool crowd_run(Loop *loop, const RoomAddress *address, const CrowdOptions *options);
