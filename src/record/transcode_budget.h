/* How much of this machine turning VP8 into H.264 may take, over all rooms, in percent of one core. A picture is let in
 * by what it is expected to cost, and counts by what it does cost once that is known. Any thread; no I/O, no clock. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct TranscodeBudget TranscodeBudget;

/* percent: 0 lets nothing in; TRANSCODE_BUDGET_BY_CORES: a quarter of the machine. */
enum { TRANSCODE_BUDGET_BY_CORES = -1 };
TranscodeBudget *transcode_budget_new(int percent);
void transcode_budget_free(TranscodeBudget *budget);
/* What a picture of so many pixels, thirty times a second, may cost: twice what was measured of synthetic ones. */
unsigned transcode_cost(unsigned width, unsigned height);
/* A work (any pointer, one entry each) is to cost so much now: true when there is room, counting all others. An entry
 * that is refused keeps what it had. */
bool transcode_budget_take(TranscodeBudget *budget, const void *work, unsigned percent);
/* It was measured. False when all together are over the budget and this is the one that began last: it must stop. */
bool transcode_budget_measure(TranscodeBudget *budget, const void *work, unsigned percent);
void transcode_budget_leave(TranscodeBudget *budget, const void *work);
unsigned transcode_budget_taken(TranscodeBudget *budget);
unsigned transcode_budget_percent(const TranscodeBudget *budget);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TranscodeBudget, transcode_budget_free)
