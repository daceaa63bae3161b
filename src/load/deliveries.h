/* Lines said to a room and when they reached everybody in it. Pure: time comes in. */
#pragma once
#include "load/figures.h"

typedef struct {
        uint64_t said;      /* lines */
        uint64_t due, came; /* one for each line and person who was there when it was said */
        uint64_t twice;     /* came to somebody who had it, or was never said: 0 with a good server */
} DeliveryCounts;

typedef struct Deliveries Deliveries;
Deliveries *deliveries_new(void);
void deliveries_free(Deliveries *deliveries);
/* `people` will hear it. Its number, from 0. */
unsigned deliveries_say(Deliveries *deliveries, unsigned people, int64_t now_us);
void deliveries_hear(Deliveries *deliveries, unsigned number, int64_t now_us);
/* Whether everything that is due has come. */
bool deliveries_done(const Deliveries *deliveries);
DeliveryCounts deliveries_counts(const Deliveries *deliveries);
/* From saying to hearing, each; borrowed. */
Times *deliveries_times(Deliveries *deliveries);
