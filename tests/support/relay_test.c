/* The relay as tests use it: the real program, real sockets, commands on its standard input. */
#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
        GPid pid;
        FILE *commands, *answers;
        int client_fd, target_fd;
} Fixture;

static int socket_new(in_port_t *port)
{
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        struct timeval limit = { .tv_sec = 5 };
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t length = sizeof own;
        g_assert_cmpint(bind(fd, (struct sockaddr *)&own, length), ==, 0);
        getsockname(fd, (struct sockaddr *)&own, &length);
        *port = ntohs(own.sin_port);
        return fd;
}

static void setup(Fixture *fixture, gconstpointer unused)
{
        in_port_t target_port, client_port;
        fixture->target_fd = socket_new(&target_port);
        fixture->client_fd = socket_new(&client_port);
        g_autofree char *target = g_strdup_printf("127.0.0.1:%u", target_port);
        g_autofree char *own = g_file_read_link("/proc/self/exe", NULL), *folder = g_path_get_dirname(own);
        g_autofree char *relay_program = g_build_filename(folder, "udp-relay", NULL); /* built beside its test */
        char *argv[] = { relay_program, "--target", target, NULL };
        int input_fd, output_fd;
        g_autoptr(GError) error = NULL;
        g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &fixture->pid, &input_fd,
                                 &output_fd, NULL, &error);
        g_assert_no_error(error);
        fixture->commands = fdopen(input_fd, "w");
        fixture->answers = fdopen(output_fd, "r");
        unsigned port = 0;
        g_assert_cmpint(fscanf(fixture->answers, "port %u", &port), ==, 1);
        struct sockaddr_in relay = { .sin_family = AF_INET,
                                     .sin_port = htons((in_port_t)port),
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        g_assert_cmpint(connect(fixture->client_fd, (struct sockaddr *)&relay, sizeof relay), ==, 0);
}

static void teardown(Fixture *fixture, gconstpointer unused)
{
        int status = -1;
        fclose(fixture->commands); /* ends the relay */
        g_assert_cmpint(waitpid(fixture->pid, &status, 0), ==, fixture->pid);
        g_assert_cmpint(status, ==, 0);
        fclose(fixture->answers);
        close(fixture->client_fd);
        close(fixture->target_fd);
}

static void command(Fixture *fixture, const char *line)
{
        fprintf(fixture->commands, "%s\n", line);
        fflush(fixture->commands);
}

/* Asks for the counts; what they answer is after every command before. */
static void read_stats(Fixture *fixture, unsigned long ret_passed[2], unsigned long ret_lost[2], unsigned *ret_clients)
{
        unsigned long overflowed[2], refused;
        command(fixture, "stats");
        g_assert_cmpint(fscanf(fixture->answers,
                               " up passed %lu lost %lu overflowed %lu down passed %lu lost %lu overflowed %lu "
                               "clients %u refused %lu",
                               &ret_passed[0], &ret_lost[0], &overflowed[0], &ret_passed[1], &ret_lost[1],
                               &overflowed[1], ret_clients, &refused),
                        ==, 8);
}

/* One packet there and one back; the port the target saw it come from. */
static in_port_t round_trip(Fixture *fixture, const char *text)
{
        char bytes[64];
        struct sockaddr_in from = { 0 };
        socklen_t length = sizeof from;
        g_assert_cmpint(send(fixture->client_fd, text, strlen(text), 0), ==, (ssize_t)strlen(text));
        ssize_t size = recvfrom(fixture->target_fd, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &length);
        g_assert_cmpmem(bytes, MAX(size, 0), text, strlen(text));
        sendto(fixture->target_fd, "back", 4, 0, (struct sockaddr *)&from, length);
        size = recv(fixture->client_fd, bytes, sizeof bytes, 0);
        g_assert_cmpmem(bytes, MAX(size, 0), "back", 4);
        return ntohs(from.sin_port);
}

static void test_packets_go_both_ways_from_one_port(Fixture *fixture, gconstpointer unused)
{
        unsigned long passed[2], lost[2];
        unsigned clients;
        in_port_t port = round_trip(fixture, "one");
        g_assert_cmpuint(round_trip(fixture, "two"), ==, port);
        read_stats(fixture, passed, lost, &clients);
        g_assert_cmpuint(passed[0], ==, 2);
        g_assert_cmpuint(passed[1], ==, 2);
        g_assert_cmpuint(clients, ==, 1);
}

static void test_loss_is_of_the_direction_named(Fixture *fixture, gconstpointer unused)
{
        unsigned long passed[2], lost[2] = { 0, 0 };
        unsigned clients;
        command(fixture, "up loss 100");
        read_stats(fixture, passed, lost, &clients);
        for (int i = 0; i < 50; i++)
                g_assert_cmpint(send(fixture->client_fd, "gone", 4, 0), ==, 4);
        gint64 limit_us = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
        while (lost[0] < 50 && g_get_monotonic_time() < limit_us)
                read_stats(fixture, passed, lost, &clients);
        g_assert_cmpuint(lost[0], ==, 50);
        command(fixture, "up loss 0");
        read_stats(fixture, passed, lost, &clients);
        round_trip(fixture, "here");
        read_stats(fixture, passed, lost, &clients);
        g_assert_cmpuint(passed[0], ==, 1);
        g_assert_cmpuint(lost[1], ==, 0);
}

static void test_delay_is_kept(Fixture *fixture, gconstpointer unused)
{
        unsigned long passed[2], lost[2];
        unsigned clients;
        command(fixture, "delay 30");
        read_stats(fixture, passed, lost, &clients);
        gint64 start_us = g_get_monotonic_time();
        round_trip(fixture, "slow");
        g_assert_cmpint(g_get_monotonic_time() - start_us, >=, 60000);
}

static void test_rebind_changes_the_port(Fixture *fixture, gconstpointer unused)
{
        unsigned long passed[2], lost[2];
        unsigned clients;
        in_port_t port = round_trip(fixture, "home");
        command(fixture, "rebind");
        read_stats(fixture, passed, lost, &clients);
        g_assert_cmpuint(round_trip(fixture, "away"), !=, port);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add("/relay/both-ways", Fixture, NULL, setup, test_packets_go_both_ways_from_one_port, teardown);
        g_test_add("/relay/loss", Fixture, NULL, setup, test_loss_is_of_the_direction_named, teardown);
        g_test_add("/relay/delay", Fixture, NULL, setup, test_delay_is_kept, teardown);
        g_test_add("/relay/rebind", Fixture, NULL, setup, test_rebind_changes_the_port, teardown);
        return g_test_run();
}
