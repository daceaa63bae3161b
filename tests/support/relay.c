/* udp-relay: a bad network between two UDP programs, for tests.
 *
 *   udp-relay --listen 127.0.0.1:0 --target 127.0.0.1:40000 --loss 5 --delay 40 --seed 1
 *
 * Prints "port N", then forwards: each client has its own socket towards the target, as behind a NAT. Lines on
 * standard input change it while it runs: "loss 5", "up loss 20", "down rate 300", "rebind" (new sockets towards the
 * target, as when a phone changes network), "stats". It ends with its standard input. One thread.
 */
#include "support/impair.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS_MAX 2000
#define WAITING_MAX 100000
#define SOCKET_BUFFER_BYTES (4 << 20)

typedef enum { UP, DOWN } Direction; /* towards the target, towards the client */

typedef struct {
        struct sockaddr_storage address;
        socklen_t length;
} Endpoint;

typedef struct {
        Endpoint endpoint;
        int fd; /* connected to the target */
} Client;

typedef struct {
        int64_t at_us;
        uint64_t serial; /* keeps the order of packets due at the same time */
        Client *client;
        Direction direction;
        size_t size_bytes;
        uint8_t bytes[];
} Waiting;

typedef struct {
        int epoll_fd, fd;
        Endpoint target;
        GPtrArray *clients;
        GSequence *waiting;
        Impairment impairment[2];
        uint64_t serial, refused;
        GString *input;
} Relay;

static int64_t now_us(void)
{
        return g_get_monotonic_time();
}

/* "127.0.0.1:40000", "[::1]:40000": numeric only, a relay for tests asks no name server. */
static bool endpoint_parse(const char *text, Endpoint *ret_endpoint)
{
        const char *colon = strrchr(text, ':');
        if (!colon)
                return false;
        g_autofree char *host = g_strndup(text, (gsize)(colon - text));
        g_strdelimit(host, "[]", ' ');
        struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM };
        struct addrinfo *found = NULL;
        if (getaddrinfo(g_strstrip(host), colon + 1, &hints, &found) != 0)
                return false;
        memcpy(&ret_endpoint->address, found->ai_addr, found->ai_addrlen);
        ret_endpoint->length = found->ai_addrlen;
        freeaddrinfo(found);
        return true;
}

static int socket_open(const Endpoint *endpoint, bool connected)
{
        int fd = socket(endpoint->address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0)
                return -1;
        int size_bytes = SOCKET_BUFFER_BYTES;
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size_bytes, sizeof size_bytes);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size_bytes, sizeof size_bytes);
        const struct sockaddr *address = (const struct sockaddr *)&endpoint->address;
        if ((connected ? connect(fd, address, endpoint->length) : bind(fd, address, endpoint->length)) == 0)
                return fd;
        close(fd);
        return -1;
}

static bool client_open(Relay *relay, Client *client)
{
        client->fd = socket_open(&relay->target, true);
        struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };
        return client->fd >= 0 && epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, client->fd, &event) == 0;
}

static void client_free(void *data)
{
        Client *client = data;
        if (client->fd >= 0)
                close(client->fd);
        g_free(client);
}

static Client *client_find(Relay *relay, const Endpoint *endpoint)
{
        for (guint i = 0; i < relay->clients->len; i++) {
                Client *client = relay->clients->pdata[i];
                if (client->endpoint.length == endpoint->length &&
                    memcmp(&client->endpoint.address, &endpoint->address, endpoint->length) == 0)
                        return client;
        }
        if (relay->clients->len >= CLIENTS_MAX) {
                relay->refused++;
                return NULL;
        }
        Client *client = g_new0(Client, 1);
        client->endpoint = *endpoint;
        g_ptr_array_add(relay->clients, client);
        if (client_open(relay, client))
                return client;
        g_ptr_array_set_size(relay->clients, (gint)relay->clients->len - 1);
        relay->refused++;
        return NULL;
}

/* A full socket buffer loses the packet, as a network does. */
static void deliver(Relay *relay, const Client *client, Direction direction, const uint8_t *bytes, size_t size_bytes)
{
        ssize_t sent = direction == UP
                               ? send(client->fd, bytes, size_bytes, 0)
                               : sendto(relay->fd, bytes, size_bytes, 0,
                                        (const struct sockaddr *)&client->endpoint.address, client->endpoint.length);
        (void)sent;
}

static gint compare_waiting(gconstpointer a, gconstpointer b, gpointer unused)
{
        const Waiting *x = a, *y = b;
        if (x->at_us != y->at_us)
                return x->at_us < y->at_us ? -1 : 1;
        return x->serial < y->serial ? -1 : x->serial > y->serial;
}

static void take(Relay *relay, Client *client, Direction direction, const uint8_t *bytes, size_t size_bytes)
{
        int64_t now = now_us();
        int64_t at_us = impairment_pass(&relay->impairment[direction], now, size_bytes);
        if (at_us == IMPAIRMENT_LOST)
                return;
        if (at_us <= now) {
                deliver(relay, client, direction, bytes, size_bytes);
                return;
        }
        if (g_sequence_get_length(relay->waiting) >= WAITING_MAX) {
                relay->impairment[direction].overflowed++;
                return;
        }
        Waiting *waiting = g_malloc(sizeof *waiting + size_bytes);
        *waiting = (Waiting){ at_us, relay->serial++, client, direction, size_bytes };
        memcpy(waiting->bytes, bytes, size_bytes);
        g_sequence_insert_sorted(relay->waiting, waiting, compare_waiting, NULL);
}

static void read_packets(Relay *relay, Client *client)
{
        static uint8_t bytes[65536];
        for (int i = 0; i < 256; i++) {
                Endpoint from = { .length = sizeof from.address };
                ssize_t size_bytes = client ? recv(client->fd, bytes, sizeof bytes, 0)
                                            : recvfrom(relay->fd, bytes, sizeof bytes, 0,
                                                       (struct sockaddr *)&from.address, &from.length);
                if (size_bytes < 0 && errno == ECONNREFUSED)
                        continue; /* the target is not there: its answer to an earlier packet */
                if (size_bytes < 0)
                        return;
                Client *owner = client ? client : client_find(relay, &from);
                if (owner)
                        take(relay, owner, client ? DOWN : UP, bytes, (size_t)size_bytes);
        }
}

static int deliver_due(Relay *relay)
{
        for (;;) {
                GSequenceIter *first = g_sequence_get_begin_iter(relay->waiting);
                if (g_sequence_iter_is_end(first))
                        return -1;
                const Waiting *waiting = g_sequence_get(first);
                int64_t left_us = waiting->at_us - now_us();
                if (left_us > 0)
                        return (int)((left_us + 999) / 1000);
                deliver(relay, waiting->client, waiting->direction, waiting->bytes, waiting->size_bytes);
                g_sequence_remove(first);
        }
}

static void print_stats(const Relay *relay)
{
        static const char *const names[] = { "up", "down" };
        for (int i = UP; i <= DOWN; i++) {
                const Impairment *side = &relay->impairment[i];
                printf("%s passed %" G_GUINT64_FORMAT " lost %" G_GUINT64_FORMAT " overflowed %" G_GUINT64_FORMAT "\n",
                       names[i], side->passed, side->lost, side->overflowed);
        }
        printf("clients %u refused %" G_GUINT64_FORMAT "\n", relay->clients->len, relay->refused);
        fflush(stdout);
}

static void rebind(Relay *relay)
{
        for (guint i = 0; i < relay->clients->len; i++) {
                Client *client = relay->clients->pdata[i];
                close(client->fd);
                if (!client_open(relay, client))
                        fprintf(stderr, "udp-relay: no new socket: %s\n", g_strerror(errno));
        }
}

static bool set_number(Relay *relay, const char *name, const char *text, bool up, bool down)
{
        char *end = NULL;
        double value = g_ascii_strtod(text, &end);
        bool good = end != text && *end == '\0';
        if (up)
                good = good && impairment_set(&relay->impairment[UP], name, value);
        if (down)
                good = good && impairment_set(&relay->impairment[DOWN], name, value);
        return good;
}

static void obey(Relay *relay, const char *line)
{
        g_auto(GStrv) words = g_strsplit(line, " ", 4);
        guint count = g_strv_length(words);
        bool up = count != 3 || strcmp(words[0], "up") == 0;
        bool down = count != 3 || strcmp(words[0], "down") == 0;
        if (count == 1 && strcmp(words[0], "stats") == 0)
                print_stats(relay);
        else if (count == 1 && strcmp(words[0], "rebind") == 0)
                rebind(relay);
        else if (!(count == 2 || (count == 3 && up != down)) ||
                 !set_number(relay, words[count - 2], words[count - 1], up, down))
                fprintf(stderr, "udp-relay: not understood: %s\n", line);
}

static bool read_input(Relay *relay)
{
        char bytes[1024];
        ssize_t size_bytes = read(STDIN_FILENO, bytes, sizeof bytes);
        if (size_bytes == 0)
                return false;
        if (size_bytes < 0)
                return errno == EAGAIN || errno == EINTR;
        g_string_append_len(relay->input, bytes, size_bytes);
        char *newline;
        while ((newline = strchr(relay->input->str, '\n'))) {
                *newline = '\0';
                obey(relay, relay->input->str);
                g_string_erase(relay->input, 0, newline + 1 - relay->input->str);
        }
        return relay->input->len < sizeof bytes;
}

static void run(Relay *relay)
{
        for (bool running = true; running;) {
                struct epoll_event events[64];
                int count = epoll_wait(relay->epoll_fd, events, G_N_ELEMENTS(events), deliver_due(relay));
                for (int i = 0; i < count && running; i++) {
                        if (events[i].data.ptr == relay->input)
                                running = read_input(relay);
                        else
                                read_packets(relay, events[i].data.ptr == relay ? NULL : events[i].data.ptr);
                }
        }
}

static bool relay_open(Relay *relay, const char *listen, const char *target)
{
        Endpoint own;
        if (!endpoint_parse(listen, &own) || !endpoint_parse(target, &relay->target)) {
                fprintf(stderr, "udp-relay: --listen and --target are numeric, like 127.0.0.1:40000\n");
                return false;
        }
        relay->fd = socket_open(&own, false);
        relay->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        struct epoll_event packets = { .events = EPOLLIN, .data.ptr = relay };
        struct epoll_event input = { .events = EPOLLIN, .data.ptr = relay->input };
        if (relay->fd < 0 || epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, relay->fd, &packets) != 0 ||
            epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &input) != 0) {
                fprintf(stderr, "udp-relay: %s: %s\n", listen, g_strerror(errno));
                return false;
        }
        own.length = sizeof own.address;
        getsockname(relay->fd, (struct sockaddr *)&own.address, &own.length);
        in_port_t port = own.address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&own.address)->sin6_port
                                                           : ((struct sockaddr_in *)&own.address)->sin_port;
        printf("port %d\n", ntohs(port));
        fflush(stdout);
        return true;
}

/* Fills both directions' impairments and the addresses from the command line; says what is wrong. */
static bool read_options(Relay *relay, int argc, char **argv, char **ret_listen, char **ret_target)
{
        double values[6] = { 0, 0, 0, 0, 0, 0 };
        static const char *const names[] = { "loss", "delay", "jitter", "reorder", "rate", "queue" };
        gint seed = 1;
        const GOptionEntry entries[] = {
                { "listen", 0, 0, G_OPTION_ARG_STRING, ret_listen, "Own address (127.0.0.1:0)", "ADDRESS:PORT" },
                { "target", 0, 0, G_OPTION_ARG_STRING, ret_target, "Where to forward", "ADDRESS:PORT" },
                { "loss", 0, 0, G_OPTION_ARG_DOUBLE, &values[0], "Packets lost", "PERCENT" },
                { "delay", 0, 0, G_OPTION_ARG_DOUBLE, &values[1], "Each packet later", "MS" },
                { "jitter", 0, 0, G_OPTION_ARG_DOUBLE, &values[2], "Up to so much later still", "MS" },
                { "reorder", 0, 0, G_OPTION_ARG_DOUBLE, &values[3], "Packets overtaken", "PERCENT" },
                { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &values[4], "Rate of each direction", "KBITS" },
                { "queue", 0, 0, G_OPTION_ARG_DOUBLE, &values[5], "Queue before that rate (200)", "MS" },
                { "seed", 0, 0, G_OPTION_ARG_INT, &seed, "Same seed, same losses (1)", "N" },
                { NULL },
        };
        g_autoptr(GOptionContext) context = g_option_context_new("- a bad network between two UDP programs");
        g_option_context_add_main_entries(context, entries, NULL);
        g_autoptr(GError) error = NULL;
        if (!g_option_context_parse(context, &argc, &argv, &error) || !*ret_target) {
                fprintf(stderr, "udp-relay: %s\n", error ? error->message : "--target is missing");
                return false;
        }
        for (int side = UP; side <= DOWN; side++) {
                impairment_init(&relay->impairment[side], (uint32_t)seed + (uint32_t)side);
                for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
                        if (values[i] == 0 || impairment_set(&relay->impairment[side], names[i], values[i]))
                                continue;
                        fprintf(stderr, "udp-relay: --%s %g is not possible\n", names[i], values[i]);
                        return false;
                }
        }
        return true;
}

int main(int argc, char **argv)
{
        g_autofree char *listen = NULL, *target = NULL;
        Relay relay = { .epoll_fd = -1,
                        .fd = -1,
                        .clients = g_ptr_array_new_with_free_func(client_free),
                        .waiting = g_sequence_new(g_free),
                        .input = g_string_new(NULL) };
        bool good = read_options(&relay, argc, argv, &listen, &target) &&
                    relay_open(&relay, listen ? listen : "127.0.0.1:0", target);
        if (good)
                run(&relay);
        g_sequence_free(relay.waiting);
        g_ptr_array_unref(relay.clients);
        g_string_free(relay.input, TRUE);
        impairment_clear(&relay.impairment[UP]);
        impairment_clear(&relay.impairment[DOWN]);
        return good ? 0 : 2;
}
