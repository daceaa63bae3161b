#include "rtc/nack.h"
#include "rtc/rtp.h"
#include <string.h>

void nack_list_init(NackList *list)
{
        *list = (NackList){ 0 };
}

static void remove_first(NackList *list, unsigned n)
{
        list->n_pending -= n;
        memmove(list->pending, list->pending + n, list->n_pending * sizeof list->pending[0]);
}

static bool fill_gap(NackList *list, uint16_t sequence, int64_t now_us)
{
        for (unsigned i = 0; i < list->n_pending; i++) {
                NackEntry entry = list->pending[i];
                if (entry.sequence != sequence)
                        continue;
                list->answer_us = entry.tries == 1 ? now_us - (entry.next_us - entry.wait_us) : 0;
                list->n_pending--;
                memmove(list->pending + i, list->pending + i + 1, (list->n_pending - i) * sizeof list->pending[0]);
                list->recovered++;
                return true;
        }
        return false;
}

bool nack_list_receive(NackList *list, uint16_t sequence, int64_t now_us, bool *ret_key_frame)
{
        if (ret_key_frame)
                *ret_key_frame = false;
        if (!list->started) {
                list->started = true;
                list->highest = sequence;
                return false;
        }
        if (!rtp_sequence_newer(sequence, list->highest))
                return fill_gap(list, sequence, now_us);

        unsigned gap = (uint16_t)(sequence - list->highest - 1);
        if (gap > NACK_GAP_MAX || list->n_pending + gap > NACK_PENDING_MAX) {
                list->given_up += list->n_pending + gap;
                list->n_pending = 0;
                if (ret_key_frame)
                        *ret_key_frame = true;
        } else {
                for (uint16_t missing = list->highest + 1; missing != sequence; missing++)
                        list->pending[list->n_pending++] = (NackEntry){ .sequence = missing, .next_us = now_us };
        }
        list->highest = sequence;
        return false;
}

bool nack_list_has(const NackList *list, uint16_t sequence)
{
        for (unsigned i = 0; i < list->n_pending; i++)
                if (list->pending[i].sequence == sequence)
                        return true;
        return false;
}

size_t nack_list_due(NackList *list, int64_t now_us, int64_t round_trip_us, uint16_t *ret_sequences, size_t max)
{
        int64_t wait_us = round_trip_us > NACK_RETRY_MIN_US ? round_trip_us : NACK_RETRY_MIN_US;
        size_t n = 0;
        unsigned kept = 0;
        for (unsigned i = 0; i < list->n_pending; i++) {
                NackEntry entry = list->pending[i];
                bool due = entry.next_us <= now_us;
                if (due && entry.tries == NACK_TRIES_MAX) {
                        list->given_up++;
                        continue;
                }
                if (due && n < max) {
                        ret_sequences[n++] = entry.sequence;
                        entry.tries++;
                        entry.wait_us = (uint32_t)wait_us;
                        entry.next_us = now_us + wait_us;
                }
                list->pending[kept++] = entry;
        }
        list->n_pending = kept;
        return n;
}

int64_t nack_list_next_us(const NackList *list)
{
        int64_t next_us = INT64_MAX;
        for (unsigned i = 0; i < list->n_pending; i++)
                if (list->pending[i].next_us < next_us)
                        next_us = list->pending[i].next_us;
        return next_us;
}

void nack_list_forget_before(NackList *list, uint16_t sequence)
{
        unsigned n = 0;
        while (n < list->n_pending && rtp_sequence_newer(sequence, list->pending[n].sequence))
                n++;
        list->given_up += n;
        remove_first(list, n);
}
