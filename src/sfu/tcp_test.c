/* ICE-TCP over loopback: browsers of test_peer by TCP and by UDP in one room, and those who only keep a connection. */
#include "sfu/test_hall.h"

#include "sfu/peer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sound from a speaker to a watcher, each by TCP or by UDP, on the thread that listens or another one. */
static void check_media(unsigned media_threads, bool speaker_tcp)
{
        TestHall hall;
        test_hall_init(&hall, media_threads);
        TestPeer *by_tcp = test_hall_watch(&hall, true), *by_udp = test_hall_watch(&hall, false),
                 *speaker = test_hall_publish(&hall, speaker_tcp);
        WAIT_FOR(&hall, test_hall_counter(&hall, "peers_connected") == 3);
        test_hall_speak(&hall, speaker, 50);
        WAIT_FOR(&hall, by_tcp->packets->len >= 50 && by_udp->packets->len >= 50);
        for (unsigned i = 0; i < by_tcp->packets->len; i++) {
                const TestPacket *packet = &g_array_index(by_tcp->packets, TestPacket, i);
                g_assert_cmpmem(packet->payload, packet->size, test_opus, sizeof test_opus);
        }
        g_assert_cmpuint(test_hall_counter(&hall, "tcp_accepted"), ==, 1 + speaker_tcp);
        g_assert_cmpuint(test_hall_counter(&hall, "tcp_left_out") + test_hall_counter(&hall, "tcp_cut") +
                                 test_hall_counter(&hall, "tcp_refused"),
                         ==, 0);
        test_hall_clear(&hall);
}

static void test_media(void)
{
        check_media(1, false);
        check_media(1, true);
        check_media(2, false);
        check_media(2, true);
}

/* The browser's connection ends without a word: media to the others go on, and the peer is given up by its consent. */
static void test_cut(void)
{
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *cut = test_hall_watch(&hall, true), *other = test_hall_watch(&hall, false),
                 *speaker = test_hall_publish(&hall, false);
        WAIT_FOR(&hall, test_hall_counter(&hall, "peers_connected") == 3);
        shutdown(cut->fd, SHUT_RDWR);
        unsigned before = other->packets->len;
        test_hall_speak(&hall, speaker, 50);
        WAIT_FOR(&hall, other->packets->len >= before + 50);
        test_hall_clear(&hall);
}

/* A watcher that reads nothing costs the others nothing; what it had no time for is left out and counted. */
static void test_never_reads(void)
{
        static const uint8_t key_sets[] = { 0x78, 0, 4, 0x67, 0x42, 0xe0, 0x1f, 0, 2, 0x68, 0xce };
        static const uint8_t slice[1100] = { 0x65, 0x88 };
        static const SfuTrack tracks[] = { { "mic", SFU_MIC }, { "camera", SFU_CAMERA } };
        TestHall hall;
        test_hall_init(&hall, 1);
        TestPeer *deaf = test_hall_watch(&hall, true), *other = test_hall_watch(&hall, false),
                 *speaker = test_hall_come(&hall, false);
        g_autofree char *offer = test_peer_offer(speaker, true, false), *answer = NULL;
        SfuPeer peer;
        g_assert_true(
                sfu_publish(hall.sfu, hall.room, (SfuParticipant){ 7 }, 0, offer, tracks, 2, &peer, &answer, NULL));
        test_peer_connect(speaker, answer);
        WAIT_FOR(&hall, test_hall_counter(&hall, "peers_connected") == 3 && test_peer_is_connected(speaker));
        hall.browsers[0] = speaker; /* nobody reads for the other from here on */
        hall.n = 2;
        uint32_t timestamp = 0;
        uint64_t index = 1000;
        unsigned sent = 0, seen = other->packets->len;
        test_peer_send(speaker, 1, index++, timestamp, false, key_sets, sizeof key_sets);
        WAIT_FOR(&hall, (test_peer_send(speaker, 1, index++, timestamp += 3000, true, slice, sizeof slice), sent++,
                         test_hall_counter(&hall, "tcp_left_out") > 100));
        WAIT_FOR(&hall, other->packets->len >= seen + sent);
        hall.browsers[0] = deaf;
        hall.n = 3;
        test_hall_clear(&hall);
}

/* --- Who only keeps a connection: a loop without its thread, with a clock of the test's own ----------------------- */

enum { WAIT_MS = 10000 };

typedef struct Still {
        LoopShared shared;
        Loop *loop;
        GArray *fds;
} Still;

static void still_init(Still *still)
{
        g_autoptr(GError) error = NULL;
        memset(still, 0, sizeof *still);
        g_assert_true(port_open(&still->shared.port, 0, &error) && port_listen(&still->shared.port, 0, &error));
        still->shared.identity = dtls_identity_new();
        still->shared.n_loops = 1;
        still->loop = loop_new(&still->shared, 0, -1, NULL);
        still->loop->now_us = 1000000;
        still->fds = g_array_new(FALSE, FALSE, sizeof(int));
}

static void still_clear(Still *still)
{
        for (unsigned i = 0; i < still->fds->len; i++)
                close(g_array_index(still->fds, int, i));
        g_array_unref(still->fds);
        loop_free(still->loop);
        dtls_identity_free(still->shared.identity);
        port_close(&still->shared.port);
}

/* The kernel of a busy machine brings even over loopback a moment later what the other side did. */
static bool waits_for(int fd)
{
        struct pollfd wait = { fd, POLLIN, 0 };
        return poll(&wait, 1, WAIT_MS) > 0;
}

static int dial(Still *still)
{
        struct sockaddr_in server = { .sin_family = AF_INET,
                                      .sin_port = htons(still->shared.port.tcp_number),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        g_assert_cmpint(connect(fd, (struct sockaddr *)&server, sizeof server), ==, 0);
        g_array_append_val(still->fds, fd);
        g_assert_true(waits_for(still->shared.port.tcp_fd));
        streams_accept(&still->loop->streams, still->shared.port.tcp_fd);
        return fd;
}

static TcpStream *newest(Still *still)
{
        TcpStream *found = NULL;
        for (unsigned i = 0; i < STREAMS_MAX; i++) {
                TcpStream *stream = still->loop->streams.places[i];
                if (stream && (!found || stream->id > found->id))
                        found = stream;
        }
        return found;
}

/* Whether the server has closed it. */
static bool is_closed(int fd)
{
        uint8_t byte;
        return recv(fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static bool gets_closed(int fd)
{
        return waits_for(fd) && is_closed(fd);
}

static void test_limits(void)
{
        Still still;
        still_init(&still);
        int first = dial(&still);
        for (unsigned i = 1; i < STREAMS_UNPROVEN_OF_ADDRESS; i++)
                g_assert_false(is_closed(dial(&still)));
        g_assert_true(gets_closed(dial(&still)));
        g_assert_cmpuint(still.loop->streams.n, ==, STREAMS_UNPROVEN_OF_ADDRESS);
        still.loop->now_us += STREAM_PROVE_US - 1;
        loop_tick(still.loop);
        g_assert_false(is_closed(first));
        still.loop->now_us += 1;
        loop_tick(still.loop);
        g_assert_true(gets_closed(first));
        g_assert_cmpuint(still.loop->streams.n, ==, 0);
        g_assert_cmpuint(still.loop->streams.n_unproven, ==, 0);
        g_assert_false(is_closed(dial(&still)));
        still_clear(&still);
}

/* What is no frame, or no check, ends the connection at once; a check with a wrong name is dropped and the clock runs.
 */
static void test_rubbish(void)
{
        static const struct {
                const char *bytes;
                size_t size;
                bool cut;
        } cases[] = { { "GET / HTTP/1.1\r\n\r\n", 18, true },
                      { "\x00\x04\x16\xfe\xfd\x00", 6, true },
                      { "\x00\x00", 2, true },
                      { "\xff\xff", 2, true },
                      { "\x00", 1, false },
                      { "\x05\xff\x00\x01", 4, false } };
        Still still;
        still_init(&still);
        for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
                int fd = dial(&still);
                g_assert_cmpint(send(fd, cases[i].bytes, cases[i].size, 0), ==, (ssize_t)cases[i].size);
                g_assert_true(waits_for(newest(&still)->fd));
                loop_read_stream(still.loop, newest(&still));
                g_test_message("case %u", i);
                g_assert_cmpint(cases[i].cut ? gets_closed(fd) : is_closed(fd), ==, cases[i].cut);
        }
        g_assert_cmpuint(still.loop->counters.values[COUNTER_TCP_CUT], ==, 4);
        still_clear(&still);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/tcp/media", test_media);
        g_test_add_func("/tcp/cut", test_cut);
        g_test_add_func("/tcp/never-reads", test_never_reads);
        g_test_add_func("/tcp/case20-limits", test_limits);
        g_test_add_func("/tcp/case20-rubbish", test_rubbish);
        return g_test_run();
}
