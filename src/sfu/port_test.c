#include "sfu/port.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

enum { DATAGRAMS = 12, WAIT_MS = 10000 };

typedef struct Wire {
        Port port, far;
        Destination to;
        Sender sender;
        Counters counters;
        PacketPool pool;
        Packet *batch[PORT_BATCH];
} Wire;

static void wire_init(Wire *wire, bool gso)
{
        g_autoptr(GError) error = NULL;
        memset(wire, 0, sizeof *wire);
        g_assert_true(port_open(&wire->port, 0, &error));
        g_assert_true(port_open(&wire->far, 0, &error));
        NetAddress address;
        net_address_parse("127.0.0.1", wire->far.number, NET_UDP, &address);
        g_assert_true(destination_set(&wire->to, &wire->port, &address));
        wire->port.gso = wire->port.gso && gso;
        sender_init(&wire->sender, &wire->port, &wire->counters);
        packet_pool_init(&wire->pool);
        for (unsigned i = 0; i < PORT_BATCH; i++)
                wire->batch[i] = packet_pool_take(&wire->pool);
}

static void wire_clear(Wire *wire)
{
        sender_clear(&wire->sender);
        packet_pool_clear(&wire->pool);
        port_close(&wire->port);
        port_close(&wire->far);
}

static void send_one(Wire *wire, size_t size, uint8_t value)
{
        memset(sender_begin(&wire->sender, size), value, size);
        sender_commit(&wire->sender, &wire->to, size);
}

/* Loopback delivers before it returns, but not on a machine whose kernel is behind. */
static bool waits_for(const Port *port)
{
        struct pollfd wait = { port->fd, POLLIN, 0 };
        return poll(&wait, 1, WAIT_MS) > 0;
}

/* Sizes as of two video frames and a sound packet: every datagram arrives whole, in order, whatever the runs were. */
static void check_runs(bool gso, unsigned most_messages)
{
        static const size_t sizes[DATAGRAMS] = { 1200, 1200, 1200, 700, 160, 1100, 1101, 1101, 1101, 1101, 40, 40 };
        Wire wire;
        wire_init(&wire, gso);
        for (unsigned i = 0; i < DATAGRAMS; i++)
                send_one(&wire, sizes[i], (uint8_t)i);
        if (wire.port.gso)
                g_assert_cmpuint(wire.sender.n, <=, most_messages);
        else
                g_assert_cmpuint(wire.sender.n, ==, DATAGRAMS);
        sender_flush(&wire.sender);
        unsigned came = 0;
        while (came < DATAGRAMS && waits_for(&wire.far)) {
                unsigned n = port_receive(&wire.far, wire.batch);
                for (unsigned i = 0; i < n; i++, came++) {
                        g_assert_cmpuint(came, <, DATAGRAMS);
                        g_assert_cmpuint(wire.batch[i]->size, ==, sizes[came]);
                        g_assert_cmpuint(wire.batch[i]->bytes[0], ==, came);
                        g_assert_cmpuint(wire.batch[i]->bytes[sizes[came] - 1], ==, came);
                        g_assert_cmpuint(wire.batch[i]->from.port, ==, wire.port.number);
                }
        }
        g_assert_cmpuint(came, ==, DATAGRAMS);
        g_assert_cmpuint(wire.counters.values[COUNTER_DATAGRAMS_OUT], ==, DATAGRAMS);
        g_assert_cmpuint(wire.counters.values[COUNTER_SEND_REFUSED], ==, 0);
        wire_clear(&wire);
}

static void test_runs(void)
{
        check_runs(true, 5);
}

static void test_without_gso(void)
{
        check_runs(false, DATAGRAMS);
}

/* More than the arena and the messages hold: it is sent in between. */
static void test_overflow(void)
{
        Wire wire;
        wire_init(&wire, false);
        unsigned received = 0;
        for (unsigned i = 0; i < 2 * SENDER_MESSAGES; i++) {
                send_one(&wire, 1200, 1);
                if (i % 32 == 31)
                        received += port_receive(&wire.far, wire.batch);
        }
        sender_flush(&wire.sender);
        while (received < SENDER_MESSAGES && waits_for(&wire.far))
                received += port_receive(&wire.far, wire.batch);
        g_assert_cmpuint(received, >=, SENDER_MESSAGES); /* the receiver's buffer may be small here */
        g_assert_cmpuint(wire.counters.values[COUNTER_SEND_CALLS], >=, 2);
        wire_clear(&wire);
}

static void test_taken_port(void)
{
        Port first = { .fd = -1 }, second = { .fd = -1 };
        g_autoptr(GError) error = NULL;
        g_assert_true(port_open(&first, 0, NULL));
        g_assert_false(port_open(&second, first.number, &error));
        g_assert_nonnull(error);
        g_assert_cmpint(second.fd, ==, -1);
        port_close(&first);
}

static void test_local_addresses(void)
{
        Port port;
        NetAddress addresses[16];
        g_assert_true(port_open(&port, 0, NULL));
        size_t n = port_local_addresses(&port, addresses, G_N_ELEMENTS(addresses));
        g_assert_cmpuint(n, >=, 1);
        bool loopback = false;
        for (size_t i = 0; i < n; i++) {
                g_assert_cmpuint(addresses[i].port, ==, port.number);
                loopback |= net_address_is_ipv4(&addresses[i]) && addresses[i].ip[12] == 127;
        }
        g_assert_true(loopback);
        port_close(&port);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/port/runs", test_runs);
        g_test_add_func("/port/without-gso", test_without_gso);
        g_test_add_func("/port/overflow", test_overflow);
        g_test_add_func("/port/taken-port", test_taken_port);
        g_test_add_func("/port/local-addresses", test_local_addresses);
        return g_test_run();
}
