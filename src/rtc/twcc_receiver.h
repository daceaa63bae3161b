/* The receiving side of transport-wide congestion control: notes when each packet of a publisher came, and says so in
 * feedback every 100 ms, or every 50 ms above 2 Mbit/s, where a sender's estimate gains by it
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01). The sender's browser estimates its line from that.
 *
 * A plain value, owned by its publisher and used by its loop alone; no allocation, time is an argument.
 *
 *      twcc_receiver_note(&receiver, extensions.transport_sequence, size, now_us);      for each packet, authenticated
 *      while (twcc_receiver_due(&receiver, now_us) && twcc_receiver_write(&receiver, &writer, 1, ssrc, now_us))
 *              send it, and begin the next compound */
#pragma once
#include "rtc/rtcp.h"

enum { TWCC_RECEIVER_RING = 1024 }; /* a power of two; what one feedback can hold */

typedef struct TwccReceiver {
        bool started;
        uint8_t count;       /* of feedback packets, so that the sender sees lost ones */
        int64_t next;        /* unwrapped: the first sequence of the next feedback */
        int64_t highest;     /* unwrapped: highest that came */
        int64_t due_us;      /* when the next feedback is due; INT64_MAX: nothing came since the last */
        int64_t feedback_us; /* of the last feedback */
        uint64_t bytes;      /* since then */
        int64_t arrivals_us[TWCC_RECEIVER_RING]; /* by sequence & (ring − 1), −1: has not come */
} TwccReceiver;

void twcc_receiver_init(TwccReceiver *receiver);
void twcc_receiver_note(TwccReceiver *receiver, uint16_t sequence, size_t bytes, int64_t now_us);
static inline bool twcc_receiver_due(const TwccReceiver *receiver, int64_t now_us)
{
        return now_us >= receiver->due_us;
}
/* Appends one feedback packet; false when there is nothing to tell or no room for it. One may not hold everything (a
 * pause of 8 s or more lies between two packets): then it stays due. */
bool twcc_receiver_write(TwccReceiver *receiver, RtcpWriter *writer, uint32_t sender, uint32_t media, int64_t now_us);
