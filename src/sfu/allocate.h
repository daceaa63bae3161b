/* What each of a watcher's picture lines may show of what the network carries: a layer and a temporal layer. Sound is
 * not shared out: it is sent always, and its rate is taken off the budget before.
 *
 * Every line gets the least that can be shown first, in order: the shared screen, the one who leads on stage, the rest.
 * What is left raises the screen as far as it helps, then the leader, then the rest in turns. Where not even the least
 * fits, the line is paused. A larger layer begins with its second temporal one: larger at a quarter of the pictures is
 * not better. Down at once; up after 2 s in which the budget would have carried it with 15 % to spare, or
 * at once where that takes no more than before (another leads now), and in a line's beginning.
 *
 * Pure: rates and time are arguments. */
#pragma once

#include "sfu/forward.h"

enum { ALLOCATE_LINES = 1 + SFU_SEATS };

typedef enum AllocateRole {
        ALLOCATE_SCREEN,
        ALLOCATE_LEADER,
        ALLOCATE_OTHER,
} AllocateRole;

/* The user's wish, or the network's limit; each includes those after it. */
typedef enum AllocateMode {
        ALLOCATE_ALL,
        ALLOCATE_LOW,   /* the smallest layers, without the upper temporal ones */
        ALLOCATE_AUDIO, /* no picture */
} AllocateMode;

typedef struct AllocateTarget {
        int8_t layer; /* SLOT_NO_LAYER: paused */
        uint8_t temporal;
} AllocateTarget;

typedef struct AllocateLine {
        AllocateRole role;
        int max_layer; /* what the page can show of it; SLOT_NO_LAYER: nothing is wanted */
        /* What a layer takes up to a temporal layer, bit/s; 0: there is no such layer. */
        uint32_t bps[TRACK_LAYERS][TEMPORAL_LAYERS];
} AllocateLine;

/* What was given, kept from one turn to the next. Begins as all zero. */
typedef struct Allocation {
        AllocateTarget targets[ALLOCATE_LINES];
        bool begun[ALLOCATE_LINES]; /* the line has shown something since it is wanted, or wanted so big */
        int8_t max_layers[ALLOCATE_LINES];
        int64_t raise_us;   /* since when more could be given; 0: it could not */
        uint32_t total_bps; /* of what is given */
        uint32_t next_bps;  /* with the next step up, 0: everything wanted is given */
        uint32_t full_bps;  /* of everything that is wanted */
} Allocation;

/* Shares out once; `ret_targets` for each of n lines. Returns what that takes. */
uint32_t allocate(const AllocateLine *lines, unsigned n, AllocateMode mode, uint32_t budget_bps,
                  AllocateTarget *ret_targets);
/* Call every 200 ms or so, and when the lines change. True when a target changed. */
bool allocation_update(Allocation *allocation, const AllocateLine *lines, unsigned n, AllocateMode mode,
                       uint32_t budget_bps, int64_t now_us);
/* Whether anything that is wanted is given less than all of (`ret_none`: nothing at all is given). */
bool allocation_is_reduced(const Allocation *allocation, const AllocateLine *lines, unsigned n, bool *ret_none);
