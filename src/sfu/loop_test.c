/* A loop without its thread: the test brings commands and the clock. */
#include "sfu/loop.h"

#include "sfu/peer.h"
#include "sfu/room.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static const SfuRoom room = { 1 << 10 };

typedef struct Still {
        LoopShared shared;
        Loop *loop;
} Still;

static void still_init(Still *still)
{
        memset(still, 0, sizeof *still);
        /* A descriptor that can be polled and refuses to send. */
        still->shared.port = (Port){ .fd = eventfd(0, EFD_CLOEXEC), .family = AF_INET6 };
        still->shared.identity = dtls_identity_new();
        still->shared.n_loops = 1;
        still->loop = loop_new(&still->shared, 0, -1, NULL);
        still->loop->now_us = 1000000;
        loop_obey(still->loop, &(Command){ .kind = COMMAND_ROOM_OPEN, .room = room });
}

static void still_clear(Still *still)
{
        loop_obey(still->loop, &(Command){ .kind = COMMAND_ROOM_CLOSE, .room = room });
        loop_free(still->loop);
        dtls_identity_free(still->shared.identity);
        close(still->shared.port.fd);
}

static Peer *add_publisher(Still *still)
{
        PeerPlan plan = { .peer = { 1 << 17 }, .room = room, .publisher = true, .seat = 3, .n_tracks = 1 };
        plan.tracks[0] = (TrackFormat){ .kind = SFU_MIC, .codec = CODEC_OPUS, .payload_type = 111, .mid = "0" };
        ice_credentials_set(&plan.local, "00020000abcdefgh", "passwordpasswordpassword");
        ice_credentials_set(&plan.remote, "abcd", "passwordpasswordpassword");
        loop_obey(still->loop, &(Command){ .kind = COMMAND_PEER_ADD, .plan = g_memdup2(&plan, sizeof plan) });
        return still->loop->peers[PEER_PLACE(plan.peer)];
}

static void pass(Still *still, int64_t time_us)
{
        still->loop->now_us += time_us;
        loop_tick(still->loop);
        loop_end_turn(still->loop);
}

/* A browser that never comes is given up after 30 s, and told of once. */
static void test_never_checked(void)
{
        Still still;
        SfuEvent event;
        still_init(&still);
        g_assert_nonnull(add_publisher(&still));
        pass(&still, 29 * G_USEC_PER_SEC);
        g_assert_false(mailbox_pop(still.loop->events, &event));
        pass(&still, 2 * G_USEC_PER_SEC);
        g_assert_true(mailbox_pop(still.loop->events, &event));
        g_assert_cmpint(event.kind, ==, SFU_PEER_GONE);
        g_assert_cmpint(event.reason, ==, SFU_GONE_NEVER);
        g_assert_cmpint(event.seat, ==, 3);
        g_assert_cmpuint(still.loop->n_peers, ==, 0);
        pass(&still, G_USEC_PER_SEC);
        g_assert_false(mailbox_pop(still.loop->events, &event));
        still_clear(&still);
}

/* Where nobody reads the events, a loss is told once there is room, even if the room has been closed since. */
static void test_told_later(void)
{
        Still still;
        SfuEvent event = { .kind = SFU_SPEAKING };
        still_init(&still);
        Peer *peer = add_publisher(&still);
        while (mailbox_push(still.loop->events, &event))
                ;
        peer_lose(peer, SFU_GONE_CLOSED);
        pass(&still, LOOP_TICK_US);
        g_assert_cmpuint(still.loop->n_peers, ==, 1);
        loop_obey(still.loop, &(Command){ .kind = COMMAND_ROOM_CLOSE, .room = room });
        while (mailbox_pop(still.loop->events, &event))
                g_assert_cmpint(event.kind, ==, SFU_SPEAKING);
        pass(&still, LOOP_TICK_US);
        g_assert_true(mailbox_pop(still.loop->events, &event));
        g_assert_cmpint(event.kind, ==, SFU_PEER_GONE);
        g_assert_cmpuint(event.room.value, ==, room.value);
        g_assert_cmpuint(still.loop->n_peers, ==, 0);
        still_clear(&still);
}

/* Datagrams of every first byte, from nowhere in particular. */
static void test_strangers(void)
{
        Still still;
        still_init(&still);
        for (unsigned first = 0; first < 256; first++) {
                Packet **packet = &still.loop->batch[0];
                net_address_parse("192.0.2.7", 9, NET_UDP, &(*packet)->from);
                memset((*packet)->bytes, (int)first, 100);
                (*packet)->size = 100;
                loop_route(still.loop, packet);
                g_assert_nonnull(*packet);
        }
        uint64_t dropped = 0;
        for (unsigned i = 0; i < DROP_COUNT; i++)
                dropped += still.loop->counters.drops[i];
        g_assert_cmpuint(dropped, ==, 256);
        still_clear(&still);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/loop/never-checked", test_never_checked);
        g_test_add_func("/loop/told-later", test_told_later);
        g_test_add_func("/loop/strangers", test_strangers);
        return g_test_run();
}
