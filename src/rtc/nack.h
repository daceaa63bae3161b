/* Which packets of one incoming stream are missing, and when to ask for them (RFC 4585 6.2.1; policy as mediasoup's:
 * asked at once, again every round trip or 40 ms, at most 10 times). A plain value, no allocation; time is an argument.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
        NACK_PENDING_MAX = 256, /* above it the list is emptied: better a key frame than a flood */
        NACK_TRIES_MAX = 10,
        NACK_GAP_MAX = 512, /* a larger jump ahead is not mended */
};
#define NACK_RETRY_MIN_US (40 * INT64_C(1000))

typedef struct NackEntry {
        uint16_t sequence;
        uint8_t tries;
        uint32_t wait_us; /* from when it was asked for to next_us */
        int64_t next_us;
} NackEntry;

typedef struct NackList {
        bool started;
        uint16_t highest;
        unsigned n_pending;
        NackEntry pending[NACK_PENDING_MAX]; /* in rising order */
        uint64_t recovered, given_up;
        int64_t answer_us; /* how long the one took that came last; 0: it was not asked for once exactly */
} NackList;

void nack_list_init(NackList *list);
/* A packet came (the original or restored from RTX). True when it filled a gap. `*ret_key_frame` (may be NULL) is set
 * true when the gap is too large to mend and a key frame should be asked for instead. */
bool nack_list_receive(NackList *list, uint16_t sequence, int64_t now_us, bool *ret_key_frame);
/* Whether it is missing and still asked for. */
bool nack_list_has(const NackList *list, uint16_t sequence);
/* Sequences to ask for now, in rising order; counts a try for each, and `given_up` grows by those tried often enough.
 * `round_trip_us` 0 when unknown. */
size_t nack_list_due(NackList *list, int64_t now_us, int64_t round_trip_us, uint16_t *ret_sequences, size_t max);
/* When the next one is due; INT64_MAX when none waits. */
int64_t nack_list_next_us(const NackList *list);
/* Everything before this is no longer needed (a key frame came). */
void nack_list_forget_before(NackList *list, uint16_t sequence);
