/* A model of lines for tests of the estimator: a bottleneck with a queue, a delay, loss and jitter by seed, a shaper's
 * bucket, other traffic. The clock is virtual. Feedback is made, written and read by the real modules. */
#pragma once

#include "rtc/bwe.h"

#include "rtc/twcc_receiver.h"

#include <glib.h>

#define SECOND INT64_C(1000000)
#define TELL(...) g_test_message(__VA_ARGS__)

enum {
        FLOWS = 2,
        LAYERS = 4,
};

typedef struct Line {
        uint32_t capacity_bps;
        int64_t delay_us; /* each way */
        int64_t queue_max_us;
        double loss, feedback_loss;
        int64_t jitter_us;
        bool reorder;
        uint32_t cross_bps;
        int64_t bucket_us; /* what goes through at once after a pause, as a shaper's token bucket lets it */
        int64_t busy_until_us;
} Line;

typedef struct Flying {
        int64_t arrives_us;
        uint16_t sequence, bytes;
} Flying;

typedef struct Answer {
        int64_t arrives_us;
        size_t size;
        uint8_t bytes[1200];
} Answer;

typedef struct Flow {
        Bwe bwe;
        TwccReceiver receiver;
        GArray *flying, *answers;
        uint32_t layers_bps[LAYERS]; /* what may be sent, rising; one alone: any rate up to it */
        int64_t starts_us;
        uint32_t rate_bps; /* of the picture now */
        int64_t last_arrival_us;
        double frame_bytes;
        GArray *repairs;                   /* when what was lost is sent again, int64_t */
        uint64_t media_bytes, probe_bytes; /* sent */
        int64_t came_bytes;
        int64_t receiver_offset_us;
} Flow;

typedef struct World {
        int64_t now_us;
        Line line;
        Flow flows[FLOWS];
        unsigned n_flows;
        bool pictures;        /* what is lost is sent again, and what is larger begins with a key frame */
        uint32_t awaited_bps; /* sound alone is sent, three packets in one, until the line carries so much */
        GRand *random;
        int64_t queue_worst_us; /* since it was last set to 0 */
} World;

World *world_new(Line line, unsigned n_flows, const uint32_t *layers_bps, unsigned n_layers);
void world_free(World *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)
/* How long what is sent now stands in the queue. */
int64_t world_queue_us(const World *world);
void world_run(World *world, int64_t us);
/* What came through in so long, in bit/s. */
int64_t world_measure(World *world, unsigned flow, int64_t us);
/* Runs until the picture has at least this rate; how long that took, at most max_us. */
int64_t world_until_rate(World *world, uint32_t rate_bps, int64_t max_us);
