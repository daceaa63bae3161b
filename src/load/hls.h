/* People at home who watch what is on air by its list: each reads it again and again, and every new piece once, on a
 * connection that is kept, as a browser does. Measured: how long answers take, and what they cost.
 *
 * They come in one after the other while it settles, and stay spread like that. Which pieces there are says the list,
 * read in clear by one more who asks every half second; of the others only length and status are looked at.
 */
#pragma once
#include "load/room.h"

typedef struct {
        const char *list; /* the path of programme.m3u8 */
        int viewers;
        int per_address; /* so many come from 127.0.0.1, as many from 127.0.0.2, …; 0: all from one */
        int seconds, settle_seconds;
        int server_pid, proxy_pid; /* whose CPU time is read; 0: nobody's */
        bool json;
} HlsOptions;

/* False when an answer was not what it should be, or the run could not be done; then it says why. */
bool hls_run(Loop *loop, const RoomAddress *address, const HlsOptions *options);
