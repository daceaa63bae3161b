#include "support/impair.h"
#include <string.h>

#define REORDER_HOLD_US 15000
#define QUEUE_DEFAULT_US 200000

void impairment_init(Impairment *impairment, uint32_t seed)
{
        memset(impairment, 0, sizeof *impairment);
        impairment->queue_us = QUEUE_DEFAULT_US;
        impairment->random = g_rand_new_with_seed(seed);
}

void impairment_clear(Impairment *impairment)
{
        g_clear_pointer(&impairment->random, g_rand_free);
}

bool impairment_set(Impairment *impairment, const char *name, double value)
{
        const struct {
                const char *name;
                double *percent;
                int64_t *target;
                int64_t scale, max;
        } knobs[] = {
                { "loss", &impairment->loss_percent, NULL, 0, 100 },
                { "reorder", &impairment->reorder_percent, NULL, 0, 100 },
                { "delay", NULL, &impairment->delay_us, 1000, 10000 },
                { "jitter", NULL, &impairment->jitter_us, 1000, 10000 },
                { "queue", NULL, &impairment->queue_us, 1000, 10000 },
                { "rate", NULL, &impairment->rate_bits, 1000, 10000000 },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(knobs); i++) {
                if (strcmp(knobs[i].name, name) != 0)
                        continue;
                if (!(value >= 0 && value <= knobs[i].max))
                        return false;
                if (knobs[i].percent)
                        *knobs[i].percent = value;
                else
                        *knobs[i].target = (int64_t)(value * knobs[i].scale);
                return true;
        }
        return false;
}

static bool happens(Impairment *impairment, double percent)
{
        return percent > 0 && g_rand_double_range(impairment->random, 0, 100) < percent;
}

int64_t impairment_pass(Impairment *impairment, int64_t now_us, size_t size_bytes)
{
        if (happens(impairment, impairment->loss_percent)) {
                impairment->lost++;
                return IMPAIRMENT_LOST;
        }
        int64_t at_us = now_us;
        if (impairment->rate_bits) {
                int64_t start_us = MAX(now_us, impairment->link_free_us);
                if (start_us - now_us > impairment->queue_us) {
                        impairment->overflowed++;
                        return IMPAIRMENT_LOST;
                }
                at_us = start_us + (int64_t)size_bytes * 8 * 1000000 / impairment->rate_bits;
                impairment->link_free_us = at_us;
        }
        at_us += impairment->delay_us;
        if (impairment->jitter_us)
                at_us += (int64_t)g_rand_double_range(impairment->random, 0, (double)impairment->jitter_us);
        impairment->passed++;
        if (happens(impairment, impairment->reorder_percent))
                return MAX(at_us, impairment->last_us) + REORDER_HOLD_US;
        impairment->last_us = MAX(at_us, impairment->last_us);
        return impairment->last_us;
}
