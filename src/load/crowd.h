/* A room full of pages without media: they join, write at a pace, raise hands, and hundreds at once raise them,
 * react, vote and answer; it is measured when each line reaches each of them, when everybody knows of all, and what
 * that costs the server and the proxy before it.
 *
 * What the room offers them to watch is not answered.
 */
#pragma once
#include "load/room.h"

typedef struct {
        int people;
        double says_per_second, hands_per_second; /* of all together */
        int wave; /* so many raise a hand at once, react, vote, answer, lower it, one after the other; 0: nobody */
        int per_address; /* so many come from 127.0.0.1, as many from 127.0.0.2, …; 0: all from one */
        int seconds, settle_seconds;
        int server_pid, proxy_pid; /* whose CPU time is read, of the server memory too; 0: nobody's */
        bool json;
        double delivery_ms_p95, join_ms_p95, us_per_message; /* bounds; negative: none */
} CrowdOptions;

/* False when a bound was broken, a line did not reach everybody, or the run could not be done; then it says why. */
bool crowd_run(Loop *loop, const RoomAddress *address, const CrowdOptions *options);
