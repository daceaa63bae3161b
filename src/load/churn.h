/* People who come and go: watchers join and leave at a steady pace, some of them at once again, now and then a speaker
 * is replaced; some watchers stay from beginning to end. Of every one it is checked that the first picture came, that
 * what followed could be decoded in order, and that no gap was left unmended.
 *
 * In four parts: those who stay come in; a first churn fills the server's pools; a calm time gives the cost of
 * forwarding alone; then the churn that is measured.
 */
#pragma once
#include "load/signalling.h"

/* What a run may not exceed; negative: no bound. */
typedef struct {
        int failures;       /* joins that failed; a watcher counts once */
        double join_ms_p95; /* from the click to the connection */
        double first_picture_ms_p95;
        double growth_bytes; /* of the server's memory, a join */
} ChurnBounds;

typedef struct {
        int publishers;
        int residents;           /* watchers who stay */
        int watchers;            /* who come and go: so many are there on average */
        double joins_per_second; /* above 0; as many leave */
        int hasty_percent;       /* of those who come: gone again within a fifth of a second */
        double speaker_every_s;  /* 0: speakers stay */
        bool simulcast;          /* cameras in layers, and watchers who change how large they show them */
        int seconds, settle_seconds;
        Codec video;
        bool transport_cc;
        int server_pid; /* whose CPU time and memory are read; 0: nobody's */
        const char *label;
        bool json;
        ChurnBounds bounds;
} ChurnOptions;

/* False when a bound was broken, or the run could not be done; then it says why. */
bool churn_run(Loop *loop, Network *network, Signalling *signalling, const ChurnOptions *options);
