/* What a bad network does to a packet: loss, delay, jitter, reorder, and a link of a given rate with a short queue.
 *
 * Pure: time and seed come in, so that a run can be repeated and tests do not sleep. One Impairment per direction,
 * used by one thread.
 *
 *   Impairment up;
 *   impairment_init(&up, seed);
 *   impairment_set(&up, "loss", 5);
 *   int64_t at_us = impairment_pass(&up, now_us, size_bytes);   // IMPAIRMENT_LOST, or when to deliver
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define IMPAIRMENT_LOST (-1)

typedef struct {
        double loss_percent;
        double reorder_percent; /* of the packets: held until later ones have passed */
        int64_t delay_us;
        int64_t jitter_us; /* 0 to this much more delay, order kept */
        int64_t queue_us;  /* what the link's queue holds before it drops */
        int64_t rate_bits; /* per second; 0: no limit */

        GRand *random;
        int64_t link_free_us; /* when the link has sent what it was given */
        int64_t last_us;      /* when the last packet in order is delivered */
        uint64_t passed, lost, overflowed;
} Impairment;

void impairment_init(Impairment *impairment, uint32_t seed);
void impairment_clear(Impairment *impairment);

/* name: loss, reorder (percent), delay, jitter, queue (milliseconds), rate (kbit/s). False when unknown or absurd. */
bool impairment_set(Impairment *impairment, const char *name, double value);

/* When to deliver a packet that came at now_us, or IMPAIRMENT_LOST. */
int64_t impairment_pass(Impairment *impairment, int64_t now_us, size_t size_bytes);
