/* A measured run: publishers and subscribers come in, a window of time is measured, the figures are printed. */
#pragma once
#include "load/signalling.h"

typedef struct {
        int publishers, subscribers;
        int seconds, settle_seconds;
        Codec video;
        bool simulcast;
        unsigned view; /* lines that each watcher shows of every picture; 0: all there are */
        SubscriberOptions subscriber;
        int server_pid;    /* whose CPU is read; 0: nobody's */
        const char *label; /* which server, for the report */
        bool json;
} RunOptions;

/* False when the peers did not all come in, or nothing arrived; the report then says why. */
bool run_load(Loop *loop, Network *network, Signalling *signalling, const RunOptions *options);
