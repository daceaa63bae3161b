#include "rtc/twcc_receiver.h"

#include "rtc/rtp.h"

#include <glib.h>
#include <string.h>

enum {
        INTERVAL_US = 100 * 1000,
        FAST_INTERVAL_US = 50 * 1000,
        FAST_BPS = 2000 * 1000,
        LATE_US = 500 * 1000, /* a packet that is overtaken by so much is told no more: the sender has settled it */
};

static int64_t *place(TwccReceiver *receiver, int64_t sequence)
{
        return &receiver->arrivals_us[(uint64_t)sequence & (TWCC_RECEIVER_RING - 1)];
}

static void forget_all(TwccReceiver *receiver)
{
        memset(receiver->arrivals_us, 0xff, sizeof receiver->arrivals_us); /* −1 each */
}

void twcc_receiver_init(TwccReceiver *receiver)
{
        *receiver = (TwccReceiver){ .due_us = INT64_MAX };
        forget_all(receiver);
}

/* Makes the ring end with this sequence: what falls out of it was told, or came too long ago. */
static void advance(TwccReceiver *receiver, int64_t sequence)
{
        if (sequence - receiver->highest >= TWCC_RECEIVER_RING)
                forget_all(receiver);
        else
                for (int64_t i = receiver->highest + 1; i <= sequence; i++)
                        *place(receiver, i) = -1;
        receiver->highest = sequence;
        receiver->next = MAX(receiver->next, sequence - TWCC_RECEIVER_RING + 1);
}

void twcc_receiver_note(TwccReceiver *receiver, uint16_t sequence16, size_t bytes, int64_t now_us)
{
        if (!receiver->started) {
                receiver->started = true;
                receiver->highest = 0x10000 + sequence16;
                receiver->next = receiver->highest;
                receiver->feedback_us = now_us;
        }
        int64_t sequence = rtp_unwrap_sequence(receiver->highest, sequence16);
        if (sequence > receiver->highest)
                advance(receiver, sequence);
        else if (receiver->highest - sequence >= TWCC_RECEIVER_RING || *place(receiver, sequence) >= 0)
                return; /* long gone, or there already */
        *place(receiver, sequence) = now_us;
        receiver->bytes += bytes;
        /* Overtaken by others that were told already: the next feedback begins with it again. */
        if (sequence < receiver->next && now_us - receiver->feedback_us < LATE_US)
                receiver->next = sequence;
        int64_t since_us = MAX(now_us - receiver->feedback_us, 1);
        bool fast = receiver->bytes * 8 * 1000000 / (uint64_t)MAX(since_us, FAST_INTERVAL_US) >= FAST_BPS;
        int64_t due_us = receiver->feedback_us + (fast ? FAST_INTERVAL_US : INTERVAL_US);
        receiver->due_us = MIN(receiver->due_us, MAX(due_us, now_us));
}

bool twcc_receiver_write(TwccReceiver *receiver, RtcpWriter *writer, uint32_t sender, uint32_t media, int64_t now_us)
{
        int64_t arrivals_us[TWCC_RECEIVER_RING];
        size_t n = (size_t)(receiver->highest - receiver->next + 1);
        for (size_t i = 0; i < n; i++)
                arrivals_us[i] = *place(receiver, receiver->next + (int64_t)i);
        size_t told = rtcp_write_twcc(writer, sender, media, receiver->count, (uint16_t)receiver->next, arrivals_us, n);
        if (told == 0)
                return false;
        receiver->count++;
        receiver->next += (int64_t)told;
        if (told < n)
                return true; /* still due */
        receiver->due_us = INT64_MAX;
        receiver->feedback_us = now_us;
        receiver->bytes = 0;
        return true;
}
