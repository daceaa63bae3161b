/* Threads that help a loop: each part is done once, what it sends has left in time, and loops do not disturb each
 * other. */
#include "sfu/crew.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

enum { HELPERS = 3, LOOPS = 4, ROUNDS = 300, PARTS = 24, PER_PART = 2, WAIT_MS = 10000 };

typedef struct Wire {
        Port port, far;
        Destination to;
} Wire;

static void wire_init(Wire *wire)
{
        g_autoptr(GError) error = NULL;
        NetAddress address;
        *wire = (Wire){ 0 };
        g_assert_true(port_open(&wire->port, 0, &error) && port_open(&wire->far, 0, &error));
        net_address_parse("127.0.0.1", wire->far.number, NET_UDP, &address);
        g_assert_true(destination_set(&wire->to, &wire->port, &address));
}

static void wire_clear(Wire *wire)
{
        port_close(&wire->port);
        port_close(&wire->far);
}

typedef struct Job {
        const Wire *wire;
        _Atomic unsigned done[PARTS];
        unsigned watched[PARTS]; /* written without a lock by whoever has the part, read by the loop afterwards */
} Job;

static void send_part(void *data, unsigned part, Sender *sender)
{
        Job *job = data;
        job->done[part]++;
        job->watched[part]++;
        for (unsigned i = 0; i < PER_PART; i++) {
                memset(sender_begin(sender, 16), (int)part, 16);
                sender_commit(sender, &job->wire->to, 16);
        }
}

static void run_rounds(Crew *crew, const Wire *wire, unsigned rounds)
{
        Sender own;
        Counters counters = { 0 };
        Job job = { .wire = wire };
        sender_init(&own, &wire->port, &counters);
        for (unsigned round = 1; round <= rounds; round++) {
                crew_run(crew, send_part, &job, PARTS, &own);
                sender_flush(&own);
                for (unsigned part = 0; part < PARTS; part++) {
                        g_assert_cmpuint(job.done[part], ==, round);
                        g_assert_cmpuint(job.watched[part], ==, round);
                }
        }
        g_assert_cmpuint(counters.values[COUNTER_DATAGRAMS_OUT], ==, rounds * PARTS * PER_PART);
        sender_clear(&own);
}

static void test_alone(void)
{
        Wire wire;
        wire_init(&wire);
        run_rounds(NULL, &wire, 2);
        g_assert_null(crew_new(0, &wire.port));
        wire_clear(&wire);
}

/* All of a round has left when it is done. */
static void test_everything_leaves(void)
{
        Wire wire;
        PacketPool pool;
        Packet *batch[PORT_BATCH];
        wire_init(&wire);
        packet_pool_init(&pool);
        for (unsigned i = 0; i < PORT_BATCH; i++)
                batch[i] = packet_pool_take(&pool);
        Crew *crew = crew_new(HELPERS, &wire.port);
        run_rounds(crew, &wire, 1);
        unsigned came[PARTS] = { 0 };
        struct pollfd wait = { wire.far.fd, POLLIN, 0 };
        unsigned all = 0;
        /* Loopback delivers before it returns, but not on a machine whose kernel is behind. */
        while (all < PARTS * PER_PART && poll(&wait, 1, WAIT_MS) > 0) {
                unsigned n = port_receive(&wire.far, batch);
                for (unsigned i = 0; i < n; i++)
                        came[batch[i]->bytes[0]]++;
                all += n;
        }
        g_assert_cmpuint(all, ==, PARTS * PER_PART);
        for (unsigned part = 0; part < PARTS; part++)
                g_assert_cmpuint(came[part], ==, PER_PART);
        crew_free(crew);
        packet_pool_clear(&pool);
        wire_clear(&wire);
}

typedef struct LoopThread {
        pthread_t thread;
        Crew *crew;
        const Wire *wire;
} LoopThread;

static void *loop_thread(void *data)
{
        const LoopThread *loop = data;
        run_rounds(loop->crew, loop->wire, ROUNDS);
        return NULL;
}

static void test_many_loops(void)
{
        Wire wire;
        wire_init(&wire);
        Crew *crew = crew_new(HELPERS, &wire.port);
        LoopThread loops[LOOPS];
        for (unsigned i = 0; i < LOOPS; i++) {
                loops[i] = (LoopThread){ .crew = crew, .wire = &wire };
                g_assert_cmpint(pthread_create(&loops[i].thread, NULL, loop_thread, &loops[i]), ==, 0);
        }
        for (unsigned i = 0; i < LOOPS; i++)
                pthread_join(loops[i].thread, NULL);
        crew_free(crew);
        wire_clear(&wire);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/crew/alone", test_alone);
        g_test_add_func("/crew/everything-leaves", test_everything_leaves);
        g_test_add_func("/crew/many-loops", test_many_loops);
        return g_test_run();
}
