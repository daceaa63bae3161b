/* What the network and malicious browsers may send to a room: datagrams from anywhere, and RTP and RTCP that are well
 * protected, hence come from a publisher or watcher, but say anything. The loop has no thread, no socket and a clock of
 * its own.
 *
 * Input: records of [kind, length (16 bits), bytes]. */
#include "sfu/loop.h"
#include "sfu/peer.h"
#include "sfu/room.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
        DATAGRAM, /* from an unknown address */
        KNOWN,    /* from the publisher's address, unprotected */
        RTP,
        RTCP_OF_PUBLISHER,
        RTCP_OF_WATCHER,
        TIME,
        COMMANDS, /* one a byte, as from the socket loop */
        KINDS,
};

enum { WATCHER = 1 << 17 | 1 };

static const SrtpKeys keys = { .profile = SRTP_PROFILE_GCM, .key = { 1 }, .salt = { 2 } };

typedef struct Fixture {
        LoopShared shared;
        Loop *loop;
        SrtpSender *publisher_sender, *watcher_sender;
        PeerPlan publisher;
        uint64_t index;
} Fixture;

static void connected_peer(Fixture *fixture, const PeerPlan *plan, const NetAddress *address)
{
        Loop *loop = fixture->loop;
        Command command = { .kind = COMMAND_PEER_ADD, .plan = g_memdup2(plan, sizeof *plan) };
        loop_obey(loop, &command);
        Peer *peer = loop->peers[PEER_PLACE(plan->peer)];
        peer->state = PEER_CONNECTED;
        peer->sender = srtp_sender_new(&keys);
        peer->receiver = srtp_receiver_new(&keys);
        peer->has_destination = destination_set(&peer->destination, &loop->shared->port, address);
        loop_bind(loop, address, peer->id);
        room_peer_connected(peer->room, peer);
}

static PeerPlan publisher_plan(SfuRoom room)
{
        PeerPlan plan = { .peer = { 1 << 17 }, .room = room, .publisher = true, .seat = 0, .n_tracks = 6 };
        ice_credentials_set(&plan.local, "00020000abcdefgh", "passwordpasswordpassword");
        ice_credentials_set(&plan.remote, "abcd", "passwordpasswordpassword");
        plan.extensions.id[RTP_EXTENSION_MID] = 4;
        plan.extensions.id[RTP_EXTENSION_AUDIO_LEVEL] = 1;
        plan.extensions.id[RTP_EXTENSION_RID] = 10;
        plan.extensions.id[RTP_EXTENSION_REPAIRED_RID] = 11;
        plan.tracks[0] =
                (TrackFormat){ .kind = SFU_MIC, .codec = CODEC_OPUS, .payload_type = 111, .mid = "0", .ssrc = 1 };
        plan.tracks[1] = (TrackFormat){ .kind = SFU_CAMERA,
                                        .codec = CODEC_H264,
                                        .payload_type = 102,
                                        .rtx_payload_type = 103,
                                        .mid = "1",
                                        .ssrc = 2,
                                        .rtx_ssrc = 3 };
        plan.tracks[2] =
                (TrackFormat){ .kind = SFU_CAMERA_VP8, .codec = CODEC_VP8, .payload_type = 96, .mid = "2", .ssrc = 4 };
        for (unsigned i = 0; i < TRACK_LAYERS; i++)
                plan.tracks[3 + i] = (TrackFormat){ .kind = SFU_SCREEN,
                                                    .codec = CODEC_VP8,
                                                    .payload_type = 96,
                                                    .rtx_payload_type = 97,
                                                    .mid = "3",
                                                    .rid = { "qhf"[i] },
                                                    .layer = (uint8_t)i };
        return plan;
}

static void fixture_init(Fixture *fixture)
{
        memset(fixture, 0, sizeof *fixture);
        fixture->shared.port = (Port){ .fd = eventfd(0, EFD_CLOEXEC), .family = AF_INET6 }; /* refuses to send */
        static DtlsIdentity *identity; /* costly, and the same for all */
        identity = identity ? identity : dtls_identity_new();
        fixture->shared.identity = identity;
        fixture->shared.camera_kbps = 1000;
        fixture->shared.n_loops = 1;
        fixture->loop = loop_new(&fixture->shared, 0, -1, NULL);
        fixture->shared.loops[0] = fixture->loop;
        fixture->loop->now_us = 1000000;
        fixture->publisher_sender = srtp_sender_new(&keys);
        fixture->watcher_sender = srtp_sender_new(&keys);
        SfuRoom room = { 1 << 10 };
        loop_obey(fixture->loop, &(Command){ .kind = COMMAND_ROOM_OPEN, .room = room });

        NetAddress address;
        PeerPlan plan = publisher_plan(room);
        net_address_parse("127.0.0.1", 1000, NET_UDP, &address);
        connected_peer(fixture, &plan, &address);
        fixture->publisher = plan;

        PeerPlan watcher = { .peer = { WATCHER },
                             .room = room,
                             .seat = SFU_NO_SEAT,
                             .n_slots = 9,
                             .first_ssrc = 100,
                             .opus = 111,
                             .h264 = 102,
                             .h264_rtx = 103,
                             .vp8 = 96 };
        ice_credentials_set(&watcher.local, "00020001abcdefgh", "passwordpasswordpassword");
        ice_credentials_set(&watcher.remote, "abcd", "passwordpasswordpassword");
        net_address_parse("127.0.0.1", 1001, NET_UDP, &address);
        connected_peer(fixture, &watcher, &address);
}

static void fixture_clear(Fixture *fixture)
{
        /* a peer that is gone is in no room any more: as the socket loop does, each is closed by its number */
        loop_obey(fixture->loop, &(Command){ .kind = COMMAND_PEER_CLOSE, .peer = fixture->publisher.peer });
        loop_obey(fixture->loop, &(Command){ .kind = COMMAND_PEER_CLOSE, .peer = { WATCHER } });
        loop_obey(fixture->loop, &(Command){ .kind = COMMAND_ROOM_CLOSE, .room = { 1 << 10 } });
        loop_free(fixture->loop);
        srtp_sender_free(fixture->publisher_sender);
        srtp_sender_free(fixture->watcher_sender);
        close(fixture->shared.port.fd);
}

static void deliver(Fixture *fixture, uint16_t port, const uint8_t *bytes, size_t size)
{
        Loop *loop = fixture->loop;
        Packet **packet = &loop->batch[0];
        net_address_parse("127.0.0.1", port, NET_UDP, &(*packet)->from);
        (*packet)->size = (uint16_t)MIN(size, PACKET_BYTES);
        memcpy((*packet)->bytes, bytes, (*packet)->size);
        loop_route(loop, packet);
        if (!*packet)
                *packet = packet_pool_take(&loop->pool);
}

static void deliver_rtp(Fixture *fixture, const uint8_t *bytes, size_t size)
{
        uint8_t out[PACKET_BYTES + SRTP_OVERHEAD_BYTES];
        size_t header = rtp_header_bytes(bytes, size);
        if (header < RTP_HEADER_BYTES || header > size || size > 1400)
                return;
        uint64_t index = (fixture->index & ~UINT64_C(0xffff)) | (uint64_t)bytes[2] << 8 | bytes[3];
        size = srtp_sender_protect(fixture->publisher_sender, index, bytes, header, bytes + header, size - header, out);
        deliver(fixture, 1000, out, size);
}

static void deliver_rtcp(Fixture *fixture, SrtpSender *sender, uint16_t port, const uint8_t *bytes, size_t size)
{
        uint8_t out[PACKET_BYTES];
        if (size < 8 || size > 1400)
                return;
        memcpy(out, bytes, size);
        deliver(fixture, port, out, srtp_sender_protect_rtcp(sender, out, size));
}

/* The publisher leaves, comes back, or describes itself anew; hosts mute; the watcher takes the seat. */
static void command(Fixture *fixture, uint8_t byte)
{
        Loop *loop = fixture->loop;
        Command command = { .room = fixture->publisher.room, .on = byte & 8, .track = byte >> 4 & 1 };
        switch (byte % 7) {
        case 0:
                command.kind = COMMAND_PEER_CLOSE;
                command.peer = fixture->publisher.peer;
                break;
        case 1: {
                NetAddress address;
                net_address_parse("127.0.0.1", 1000, NET_UDP, &address);
                if (!loop->peers[PEER_PLACE(fixture->publisher.peer)])
                        connected_peer(fixture, &fixture->publisher, &address);
                return;
        }
        case 2:
                command.kind = COMMAND_PEER_UPDATE;
                command.peer = fixture->publisher.peer;
                command.plan = g_memdup2(&fixture->publisher, sizeof fixture->publisher);
                command.plan->n_tracks = (byte >> 4) % 7;
                break;
        case 3:
                command.kind = COMMAND_MUTE;
                break;
        case 4:
                command.kind = COMMAND_OWN_SEAT;
                command.peer.value = WATCHER;
                command.seat = byte & 8 ? 0 : SFU_NO_SEAT;
                break;
        case 5:
                command.kind = COMMAND_VIEW;
                command.peer.value = WATCHER;
                command.heights = g_new(uint16_t, SFU_LINES);
                for (unsigned line = 0; line < SFU_LINES; line++)
                        command.heights[line] = (uint16_t)(byte << (line % 8));
                break;
        default:
                command.kind = COMMAND_KEY_FRAME;
        }
        loop_obey(loop, &command);
}

static void run_record(Fixture *fixture, uint8_t kind, const uint8_t *bytes, size_t size)
{
        switch (kind % KINDS) {
        case DATAGRAM:
                deliver(fixture, 2000, bytes, size);
                break;
        case KNOWN:
                deliver(fixture, 1000, bytes, size);
                break;
        case RTP:
                deliver_rtp(fixture, bytes, size);
                break;
        case RTCP_OF_PUBLISHER:
                deliver_rtcp(fixture, fixture->publisher_sender, 1000, bytes, size);
                break;
        case RTCP_OF_WATCHER:
                deliver_rtcp(fixture, fixture->watcher_sender, 1001, bytes, size);
                break;
        case COMMANDS:
                for (size_t i = 0; i < MIN(size, 8); i++)
                        command(fixture, bytes[i]);
                break;
        case TIME:
                loop_end_turn(fixture->loop);
                fixture->loop->now_us += size ? bytes[0] * 10000 : LOOP_TICK_US;
                loop_tick(fixture->loop);
                break;
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static Fixture fixture;
        fixture_init(&fixture);
        for (unsigned records = 0; size >= 3 && records < PORT_BATCH; records++) {
                size_t length = MIN((size_t)data[1] << 8 | data[2], size - 3);
                run_record(&fixture, data[0], data + 3, length);
                data += 3 + length;
                size -= 3 + length;
        }
        loop_end_turn(fixture.loop);
        fixture_clear(&fixture);
        return 0;
}
