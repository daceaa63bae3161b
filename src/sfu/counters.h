/* What a media loop counts. One writer (its loop), any reader: relaxed atomics, which cost a plain load and store. */
#pragma once

#include "rtc/drop.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#define COUNTER_TABLE(X)                                                                                               \
        X(COUNTER_DATAGRAMS_IN, "datagrams_in", "datagrams received")                                                  \
        X(COUNTER_BYTES_IN, "bytes_in", "bytes received")                                                              \
        X(COUNTER_PACKETS_TAKEN, "packets_taken", "RTP packets taken from publishers")                                 \
        X(COUNTER_PACKETS_FORWARDED, "packets_forwarded", "RTP packets sent to watchers, first time")                  \
        X(COUNTER_BYTES_FORWARDED, "bytes_forwarded", "bytes of those, with header and tag")                           \
        X(COUNTER_DATAGRAMS_OUT, "datagrams_out", "datagrams handed to the kernel")                                    \
        X(COUNTER_SEND_CALLS, "send_calls", "sendmmsg calls")                                                          \
        X(COUNTER_SEND_REFUSED, "send_refused", "datagrams the kernel refused")                                        \
        X(COUNTER_GSO_OFF, "gso_off", "times segmentation offload failed and was turned off")                          \
        X(COUNTER_RESENDS, "resends", "packets sent again for a NACK")                                                 \
        X(COUNTER_PROBES, "probes", "packets sent only to find out what a line carries")                               \
        X(COUNTER_RESENDS_REFUSED, "resends_refused", "packets asked for again too often, too soon or too much")       \
        X(COUNTER_RESENDS_GONE, "resends_gone", "packets asked for again that the ring has no more")                   \
        X(COUNTER_NACKS_SENT, "nacks_sent", "packets asked for again from publishers")                                 \
        X(COUNTER_RECOVERED, "recovered", "packets that came by being asked for again")                                \
        X(COUNTER_KEY_FRAMES_ASKED, "key_frames_asked", "PLI sent to publishers")                                      \
        X(COUNTER_KEY_FRAMES_WISHED, "key_frames_wished", "key frames wished for, before they were joined")            \
        X(COUNTER_KEY_FRAMES_KEPT, "key_frames_kept", "times a line began with a key frame that had come before")      \
        X(COUNTER_SWITCHES, "switches", "times a watcher's line took another source")                                  \
        X(COUNTER_RTCP_STORM, "rtcp_storm", "feedback packets over a peer's limit")                                    \
        X(COUNTER_DUPLICATES, "duplicates", "RTP packets that were there already")                                     \
        X(COUNTER_PEERS_CONNECTED, "peers_connected", "peers whose handshake was done")                                \
        X(COUNTER_PEERS_GONE, "peers_gone", "peers that left or were lost")                                            \
        X(COUNTER_TAP_LOST, "tap_lost", "packets a tap had no room for")                                               \
        X(COUNTER_EVENTS_LOST, "events_lost", "events nobody had room for")                                            \
        X(COUNTER_TCP_ACCEPTED, "tcp_accepted", "TCP connections taken")                                               \
        X(COUNTER_TCP_REFUSED, "tcp_refused", "TCP connections over a limit")                                          \
        X(COUNTER_TCP_CUT, "tcp_cut", "TCP connections cut: framed wrongly, or without a peer's password")             \
        X(COUNTER_TCP_PACKETS_OUT, "tcp_packets_out", "packets sent by TCP")                                           \
        X(COUNTER_TCP_LEFT_OUT, "tcp_left_out", "packets a slow TCP connection had no time for")                       \
        X(COUNTER_ROUTED, "routed", "datagrams handed from the reading loop to another")

typedef enum Counter {
#define X(symbol, name, help) symbol,
        COUNTER_TABLE(X)
#undef X
                COUNTER_COUNT
} Counter;

typedef struct Counters {
        _Atomic uint64_t values[COUNTER_COUNT];
        _Atomic uint64_t drops[DROP_COUNT];
} Counters;

static inline void counters_add(Counters *counters, Counter counter, uint64_t n)
{
        _Atomic uint64_t *value = &counters->values[counter];
        atomic_store_explicit(value, atomic_load_explicit(value, memory_order_relaxed) + n, memory_order_relaxed);
}

/* Adds what `from` counted, which begins at nothing again. */
static inline void counters_move(Counters *from, Counters *to)
{
        for (unsigned i = 0; i < COUNTER_COUNT; i++)
                counters_add(to, (Counter)i, atomic_exchange_explicit(&from->values[i], 0, memory_order_relaxed));
}

static inline void counters_drop(Counters *counters, Drop drop)
{
        _Atomic uint64_t *value = &counters->drops[drop];
        atomic_store_explicit(value, atomic_load_explicit(value, memory_order_relaxed) + 1, memory_order_relaxed);
}
