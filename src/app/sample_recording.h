/* A recording of the sample speakers, made by the recorder itself from the loops that treteau-load publishes: the
 * demo's earlier session, and what the tests watch. It takes a few seconds of one core, whatever its length says it
 * lasted. */
#pragma once
#include "replay/replay.h"

typedef struct {
        ReplayOf of; /* started_us must be given; its texts are copied */
        int seconds;
        bool left_open;      /* as if the server had gone away in the middle: no end is written */
        const char *program; /* of the recorder; NULL: the usual place */
} SampleRecording;

typedef struct SampleMaker SampleMaker;

/* Begins on a thread of its own, and tells replay. NULL when the recorder cannot start, which is logged. */
SampleMaker *sample_maker_start(Store *store, const SampleRecording *sample);
/* Waits for the end. True when the recording plays, or was left open as asked. */
bool sample_maker_wait(SampleMaker *maker);
/* Breaks off when it is not done yet. NULL is fine. */
void sample_maker_free(SampleMaker *maker);
