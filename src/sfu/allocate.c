#include "sfu/allocate.h"

#include <string.h>

enum {
        STABLE_US = 2000 * 1000,
        SPARE_PERCENT = 15,
        STEPS = TRACK_LAYERS * TEMPORAL_LAYERS,
        STEP_PERCENT = 5, /* a step that takes no more than so much more is none */
};

/* A line's ways to be shown, from the cheapest on; steps[0] is not at all. */
typedef struct Ladder {
        AllocateTarget steps[1 + STEPS];
        uint32_t bps[1 + STEPS];
        unsigned n; /* without steps[0] */
        unsigned at;
} Ladder;

static void climb(Ladder *ladder, int layer, unsigned temporal, uint32_t bps)
{
        if (bps == 0)
                return;
        AllocateTarget target = { (int8_t)layer, (uint8_t)temporal };
        uint64_t before = ladder->bps[ladder->n];
        /* What is hardly dearer, or even cheaper, takes the place of the step before. */
        if (ladder->n > 0 && bps * UINT64_C(100) <= before * (100 + STEP_PERCENT))
                ladder->n--;
        ladder->n++;
        ladder->steps[ladder->n] = target;
        ladder->bps[ladder->n] = bps;
}

static void ladder_make(const AllocateLine *line, AllocateMode mode, Ladder *ladder)
{
        *ladder = (Ladder){ .steps = { { SLOT_NO_LAYER, 0 } } };
        for (int layer = 0; layer <= MIN(line->max_layer, TRACK_LAYERS - 1) && mode != ALLOCATE_AUDIO; layer++) {
                /* Larger at a quarter of the pictures is not better. */
                for (unsigned temporal = ladder->n > 0; temporal < (mode == ALLOCATE_LOW ? 1 : TEMPORAL_LAYERS);
                     temporal++)
                        climb(ladder, layer, temporal, line->bps[layer][temporal]);
                if (mode == ALLOCATE_LOW && ladder->n > 0)
                        return;
        }
}

/* One step up where it fits. */
static bool raise_one(Ladder *ladder, uint32_t *left_bps)
{
        if (ladder->at == ladder->n)
                return false;
        uint32_t before = ladder->bps[ladder->at], after = ladder->bps[ladder->at + 1];
        if (after > before && after - before > *left_bps)
                return false;
        *left_bps = *left_bps + before - after;
        ladder->at++;
        return true;
}

static uint32_t share_out(Ladder *ladders, const AllocateLine *lines, unsigned n, uint32_t budget_bps)
{
        uint32_t left_bps = budget_bps;
        for (AllocateRole role = ALLOCATE_SCREEN; role <= ALLOCATE_OTHER; role++)
                for (unsigned i = 0; i < n; i++)
                        if (lines[i].role == role)
                                raise_one(&ladders[i], &left_bps);
        for (AllocateRole role = ALLOCATE_SCREEN; role <= ALLOCATE_OTHER; role++)
                for (bool raised = true; raised;) {
                        raised = false;
                        for (unsigned i = 0; i < n; i++)
                                if (lines[i].role == role && ladders[i].at > 0)
                                        raised |= raise_one(&ladders[i], &left_bps);
                }
        return budget_bps - left_bps;
}

uint32_t allocate(const AllocateLine *lines, unsigned n, AllocateMode mode, uint32_t budget_bps,
                  AllocateTarget *ret_targets)
{
        Ladder ladders[ALLOCATE_LINES];
        for (unsigned i = 0; i < n; i++)
                ladder_make(&lines[i], mode, &ladders[i]);
        uint32_t total = share_out(ladders, lines, n, budget_bps);
        for (unsigned i = 0; i < n; i++)
                ret_targets[i] = ladders[i].steps[ladders[i].at];
        return total;
}

static bool above(AllocateTarget a, AllocateTarget b)
{
        return a.layer > b.layer || (a.layer == b.layer && a.temporal > b.temporal);
}

/* What a target takes now; of a layer that is gone, what the best one below it takes. */
static uint32_t cost(const AllocateLine *line, AllocateTarget target)
{
        for (int layer = MIN(target.layer, line->max_layer); layer >= 0; layer--)
                if (line->bps[layer][0])
                        return line->bps[layer][layer == target.layer ? target.temporal : TEMPORAL_LAYERS - 1];
        return 0;
}

static uint32_t cost_all(const AllocateLine *lines, unsigned n, const AllocateTarget *targets)
{
        uint32_t total = 0;
        for (unsigned i = 0; i < n; i++)
                total += cost(&lines[i], targets[i]);
        return total;
}

/* The cheapest step up from what is given, in the order of the roles; and all steps. */
static void look_up(Allocation *allocation, const AllocateLine *lines, unsigned n, AllocateMode mode)
{
        uint32_t best = 0;
        AllocateRole best_role = ALLOCATE_OTHER;
        allocation->full_bps = 0;
        for (unsigned i = 0; i < n; i++) {
                Ladder ladder;
                ladder_make(&lines[i], mode, &ladder);
                allocation->full_bps += ladder.bps[ladder.n];
                unsigned at = 0;
                while (at < ladder.n && !above(ladder.steps[at + 1], allocation->targets[i]))
                        at++;
                if (at == ladder.n)
                        continue;
                uint32_t before = cost(&lines[i], allocation->targets[i]), after = ladder.bps[at + 1];
                uint32_t more = after > before ? after - before : 1;
                if (best == 0 || lines[i].role < best_role || (lines[i].role == best_role && more < best)) {
                        best = more;
                        best_role = lines[i].role;
                }
        }
        allocation->next_bps = best ? allocation->total_bps + best : 0;
}

/* Where nothing was shown yet there is nothing to keep steady. */
static bool begins(Allocation *allocation, const AllocateLine *line, unsigned i, AllocateTarget target)
{
        if (line->max_layer == SLOT_NO_LAYER || line->max_layer > allocation->max_layers[i])
                allocation->begun[i] = false;
        allocation->max_layers[i] = (int8_t)line->max_layer;
        bool fresh = !allocation->begun[i] && target.layer >= 0;
        allocation->begun[i] |= fresh;
        return fresh;
}

bool allocation_update(Allocation *allocation, const AllocateLine *lines, unsigned n, AllocateMode mode,
                       uint32_t budget_bps, int64_t now_us)
{
        AllocateTarget fits[ALLOCATE_LINES], spare[ALLOCATE_LINES], before[ALLOCATE_LINES];
        AllocateTarget *targets = allocation->targets;
        memcpy(before, targets, sizeof before);
        uint32_t fits_bps = allocate(lines, n, mode, budget_bps, fits);
        allocate(lines, n, mode, (uint32_t)(budget_bps * UINT64_C(100) / (100 + SPARE_PERCENT)), spare);
        bool same_cost = fits_bps <= cost_all(lines, n, targets), more = false;
        for (unsigned i = 0; i < n; i++) {
                bool fresh = begins(allocation, &lines[i], i, fits[i]);
                if (fresh || same_cost || !above(fits[i], targets[i]))
                        targets[i] = fits[i];
                else
                        more |= above(spare[i], targets[i]);
        }
        if (!more)
                allocation->raise_us = 0;
        else if (!allocation->raise_us)
                allocation->raise_us = now_us;
        if (more && now_us - allocation->raise_us >= STABLE_US) {
                for (unsigned i = 0; i < n; i++)
                        if (above(spare[i], targets[i]))
                                targets[i] = spare[i];
                allocation->raise_us = 0;
        }
        allocation->total_bps = cost_all(lines, n, targets);
        look_up(allocation, lines, n, mode);
        return memcmp(before, targets, n * sizeof *targets) != 0;
}

bool allocation_is_reduced(const Allocation *allocation, const AllocateLine *lines, unsigned n, bool *ret_none)
{
        bool reduced = false, any = false, wanted = false;
        for (unsigned i = 0; i < n; i++) {
                Ladder ladder;
                ladder_make(&lines[i], ALLOCATE_ALL, &ladder);
                wanted |= ladder.n > 0;
                any |= allocation->targets[i].layer >= 0 && ladder.n > 0;
                reduced |= ladder.n > 0 && above(ladder.steps[ladder.n], allocation->targets[i]);
        }
        *ret_none = wanted && !any;
        return reduced;
}
