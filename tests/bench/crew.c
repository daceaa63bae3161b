/* A turn of a large room, sent by one core and by all: packets encrypted for each watcher and given to the kernel, to a
 * sockets that nobody reads. Prints a JSON line a row; alternating runs, the median of each. */
#include "sfu/crew.h"

#include "rtc/srtp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PART_WATCHERS = 8, PAYLOAD_BYTES = 1100, PACKETS = 4, RUNS = 5, TURNS = 60, SINKS = 32 };

typedef struct Hall {
        Port port, sinks[SINKS];
        Destination *to; /* each of its own, so that no run holds two watchers' */
        SrtpSender **senders;
        unsigned watchers;
        uint64_t index;
        uint8_t payload[PAYLOAD_BYTES];
} Hall;

static void hall_init(Hall *hall, unsigned watchers)
{
        g_autoptr(GError) error = NULL;
        SrtpKeys keys = { .profile = SRTP_PROFILE_GCM };
        NetAddress address;
        *hall = (Hall){ .watchers = watchers };
        bool opened = port_open(&hall->port, 0, &error);
        for (unsigned i = 0; opened && i < SINKS; i++)
                opened = port_open(&hall->sinks[i], 0, &error);
        if (!opened)
                g_error("%s", error->message);
        hall->to = g_new0(Destination, watchers);
        hall->senders = g_new0(SrtpSender *, watchers);
        for (unsigned i = 0; i < watchers; i++) {
                net_address_parse("127.0.0.1", hall->sinks[i % SINKS].number, NET_UDP, &address);
                destination_set(&hall->to[i], &hall->port, &address);
                hall->senders[i] = srtp_sender_new(&keys);
        }
}

static void hall_clear(Hall *hall)
{
        for (unsigned i = 0; i < hall->watchers; i++)
                srtp_sender_free(hall->senders[i]);
        g_free(hall->senders);
        g_free(hall->to);
        port_close(&hall->port);
        for (unsigned i = 0; i < SINKS; i++)
                port_close(&hall->sinks[i]);
}

static void send_part(void *job, unsigned part, Sender *sender)
{
        Hall *hall = job;
        for (unsigned i = part * PART_WATCHERS; i < MIN((part + 1) * PART_WATCHERS, hall->watchers); i++)
                for (unsigned k = 0; k < PACKETS; k++) {
                        uint64_t index = hall->index + k;
                        uint8_t *out = sender_begin(sender, PAYLOAD_BYTES + 64);
                        uint8_t header[12] = { 0x80, 96, (uint8_t)(index >> 8), (uint8_t)index };
                        size_t size = srtp_sender_protect(hall->senders[i], index, header, sizeof header, hall->payload,
                                                          sizeof hall->payload, out);
                        sender_commit(sender, &hall->to[i], size);
                }
}

static int64_t cpu_us(void)
{
        struct timespec used;
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

typedef struct Figures {
        double turn_us, cpu_us; /* of a turn */
} Figures;

static Figures run(Hall *hall, Crew *crew)
{
        Sender own;
        Counters counters = { 0 };
        sender_init(&own, &hall->port, &counters);
        int64_t began_us = g_get_monotonic_time(), began_cpu_us = cpu_us();
        for (unsigned turn = 0; turn < TURNS; turn++) {
                crew_run(crew, send_part, hall, (hall->watchers + PART_WATCHERS - 1) / PART_WATCHERS, &own);
                sender_flush(&own);
                hall->index += PACKETS;
        }
        Figures figures = { (double)(g_get_monotonic_time() - began_us) / TURNS,
                            (double)(cpu_us() - began_cpu_us) / TURNS };
        sender_clear(&own);
        return figures;
}

static int by_turn(const void *a, const void *b)
{
        double x = ((const Figures *)a)->turn_us, y = ((const Figures *)b)->turn_us;
        return x < y ? -1 : x > y;
}

static void measure(unsigned watchers, unsigned helpers)
{
        Hall hall;
        Figures alone[RUNS], together[RUNS];
        hall_init(&hall, watchers);
        hall.index = 1;
        Crew *crew = crew_new(helpers, &hall.port);
        for (unsigned i = 0; i < RUNS; i++) {
                alone[i] = run(&hall, NULL);
                together[i] = run(&hall, crew);
        }
        qsort(alone, RUNS, sizeof *alone, by_turn);
        qsort(together, RUNS, sizeof *together, by_turn);
        Figures a = alone[RUNS / 2], b = together[RUNS / 2];
        printf("{\"bench\": \"crew\", \"watchers\": %u, \"packets\": %u, \"helpers\": %u, \"alone_us\": %.0f, "
               "\"together_us\": "
               "%.0f, \"faster\": %.2f, \"cpu_ratio\": %.2f}\n",
               watchers, watchers * PACKETS, helpers, a.turn_us, b.turn_us, a.turn_us / b.turn_us, b.cpu_us / a.cpu_us);
        crew_free(crew);
        hall_clear(&hall);
}

int main(void)
{
        static const unsigned rooms[] = { 50, 100, 250, 500, 1000 };
        unsigned helpers = (unsigned)MAX(1, sysconf(_SC_NPROCESSORS_ONLN) - 1);
        for (unsigned i = 0; i < G_N_ELEMENTS(rooms); i++)
                measure(rooms[i], helpers);
        return 0;
}
