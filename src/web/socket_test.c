/* What leaves a socket, and when: a pair of sockets that keep the borders of writes, and the loop's own thread. */
#include "web/socket.h"
#include "base/time.h"
#include "web/socket_frame.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONG_MS 600000

typedef struct {
        SocketLoop *loop;
        Socket *socket; /* the loop's */
        int here, there;
        bool closed;
} Pair;

static void on_opened(Socket *socket, gpointer opening)
{
        Pair *pair = opening;
        pair->socket = socket;
        socket_set_data(socket, pair);
        for (const char *word = "abc"; *word; word++)
                socket_send(socket, word, 1);
}

static void on_message(Socket *socket, const char *text, size_t length)
{
        socket_send(socket, text, length);
}

static void on_closed(Socket *socket, uint16_t code)
{
        ((Pair *)socket_data(socket))->closed = true;
}

static const SocketHandler handler = { on_opened, on_message, on_closed };

static void release(gpointer data)
{
        close(((Pair *)data)->there);
}

static void pair_open(Pair *pair)
{
        int fds[2];
        g_assert_cmpint(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), ==, 0);
        *pair = (Pair){ .loop = socket_loop_start(), .here = fds[0], .there = fds[1] };
        socket_loop_adopt(pair->loop, pair->there, NULL, 0, &handler, pair, release, pair);
}

static void pair_close(Pair *pair)
{
        close(pair->here);
        socket_loop_stop(pair->loop);
        g_assert_true(pair->closed);
        socket_loop_free(pair->loop);
}

/* One write of the loop's: the texts in it, short ones, with commas between. */
static char *next_write(Pair *pair)
{
        guint8 bytes[256];
        GString *texts = g_string_new(NULL);
        ssize_t size = recv(pair->here, bytes, sizeof bytes, 0);
        for (ssize_t at = 0; at + 1 < size; at += 2 + bytes[at + 1]) {
                g_assert_cmpint(bytes[at], ==, 0x81);
                g_string_append_printf(texts, "%s%.*s", texts->len ? "," : "", bytes[at + 1],
                                       (const char *)bytes + at + 2);
        }
        return g_string_free(texts, FALSE);
}

static void assert_next(Pair *pair, const char *expected)
{
        g_autofree char *texts = next_write(pair);
        g_assert_cmpstr(texts, ==, expected);
}

static void gather_for_long(gpointer pair)
{
        socket_send_gathered(((Pair *)pair)->socket, "later", 5, LONG_MS);
}

static void gather_shortly(gpointer pair)
{
        socket_send_gathered(((Pair *)pair)->socket, "soon", 4, 30);
}

static void gather_nothing(gpointer pair)
{
        socket_send_gathered(((Pair *)pair)->socket, "at once", 7, 0);
}

static void say(gpointer pair)
{
        socket_send(((Pair *)pair)->socket, "now", 3);
}

static void test_what_is_said_in_a_turn_is_one_write(void)
{
        Pair pair;
        pair_open(&pair);
        assert_next(&pair, "a,b,c");
        pair_close(&pair);
}

static void test_what_may_wait_goes_with_what_may_not(void)
{
        Pair pair;
        pair_open(&pair);
        assert_next(&pair, "a,b,c");
        socket_loop_run(pair.loop, gather_for_long, &pair);
        socket_loop_run(pair.loop, gather_for_long, &pair);
        socket_loop_run(pair.loop, say, &pair);
        assert_next(&pair, "later,later,now");
        socket_loop_run(pair.loop, gather_nothing, &pair);
        assert_next(&pair, "at once");
        pair_close(&pair);
}

static void test_what_may_wait_leaves_by_itself(void)
{
        Pair pair;
        pair_open(&pair);
        assert_next(&pair, "a,b,c");
        socket_loop_run(pair.loop, say, &pair);
        int64_t before_us = monotonic_us(); /* the write is later */
        socket_loop_run(pair.loop, gather_shortly, &pair);
        g_autofree char *first = next_write(&pair);
        if (strcmp(first, "now") == 0) /* else both fell into one turn */
                assert_next(&pair, "soon");
        g_assert_cmpint(monotonic_us() - before_us, <, 10 * SECOND_US); /* not with the tick of a minute, or never */
        pair_close(&pair);
}

static void test_heads(void)
{
        const struct {
                size_t length, size;
                uint8_t head[SOCKET_HEAD_MAX];
        } cases[] = {
                { 0, 2, { 0x81, 0 } },
                { 125, 2, { 0x81, 125 } },
                { 126, 4, { 0x81, 126, 0, 126 } },
                { 65535, 4, { 0x81, 126, 255, 255 } },
                { 65536, 10, { 0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0 } },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                uint8_t head[SOCKET_HEAD_MAX];
                size_t size = socket_frame_head(cases[i].length, head);
                g_assert_cmpmem(head, size, cases[i].head, cases[i].size);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/socket/turn", test_what_is_said_in_a_turn_is_one_write);
        g_test_add_func("/socket/gathered", test_what_may_wait_goes_with_what_may_not);
        g_test_add_func("/socket/due", test_what_may_wait_leaves_by_itself);
        g_test_add_func("/socket/heads", test_heads);
        return g_test_run();
}
