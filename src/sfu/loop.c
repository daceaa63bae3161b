#include "sfu/loop.h"

#include "sfu/peer.h"
#include "sfu/room.h"
#include "sfu/tap.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* --- Routing ------------------------------------------------------------------------------------------------------ */

Peer *loop_find_peer(const Loop *loop, uint32_t value)
{
        SfuPeer id = { value };
        Peer *peer = PEER_LOOP(id) == loop->number ? loop->peers[PEER_PLACE(id)] : NULL;
        return peer && peer->id.value == value ? peer : NULL;
}

uint32_t loop_id_of_ufrag(const char *ufrag, size_t size)
{
        uint32_t value = 0;
        if (!ufrag || size < 8)
                return 0;
        for (unsigned i = 0; i < 8; i++) {
                int digit = g_ascii_xdigit_value(ufrag[i]);
                if (digit < 0)
                        return 0;
                value = value << 4 | (uint32_t)digit;
        }
        return value;
}

/* To the loop whose peer it is for. Only loop 0 reads the socket, so only it hands on. */
static void hand_on(Loop *loop, uint32_t id, const Packet *packet)
{
        unsigned number = PEER_LOOP((SfuPeer){ id });
        if (loop->number != 0 || packet->from.protocol == NET_TCP || number == 0 || number >= loop->shared->n_loops) {
                counters_drop(&loop->counters, DROP_UNKNOWN_PEER);
                return;
        }
        Datagram datagram;
        datagram.from = packet->from;
        datagram.size = packet->size;
        memcpy(datagram.bytes, packet->bytes, packet->size);
        if (mailbox_push(loop->shared->loops[number]->datagrams, &datagram))
                counters_add(&loop->counters, COUNTER_ROUTED, 1);
        else
                counters_drop(&loop->counters, DROP_POOL_FULL);
}

static void route_stun(Loop *loop, const Packet *packet)
{
        StunMessage message;
        Drop drop = stun_parse(packet->bytes, packet->size, &message);
        if (drop) {
                counters_drop(&loop->counters, drop);
                return;
        }
        size_t size = 0;
        const char *ufrag = stun_local_ufrag(&message, &size);
        uint32_t id = loop_id_of_ufrag(ufrag, size);
        Peer *peer = loop_find_peer(loop, id);
        if (peer)
                peer_note(peer, false, packet->bytes, packet->size, packet->size);
        if (peer)
                peer_receive_stun(peer, &message, &packet->from);
        else
                hand_on(loop, id, packet);
}

void loop_route(Loop *loop, Packet **packet)
{
        const Packet *p = *packet;
        counters_add(&loop->counters, COUNTER_DATAGRAMS_IN, 1);
        counters_add(&loop->counters, COUNTER_BYTES_IN, p->size);
        if (stun_is(p->bytes, p->size)) {
                route_stun(loop, p);
                return;
        }
        bool dtls = dtls_is(p->bytes, p->size);
        if (!dtls && !rtp_is(p->bytes, p->size) && !rtcp_is(p->bytes, p->size)) {
                counters_drop(&loop->counters, DROP_UNKNOWN_KIND);
                return;
        }
        uint32_t id = address_map_get(&loop->addresses, &p->from);
        Peer *peer = loop_find_peer(loop, id);
        if (!peer)
                hand_on(loop, id, p);
        else if (dtls)
                peer_receive_dtls(peer, p);
        else
                peer_receive_media(peer, packet);
}

void loop_route_batch(Loop *loop, unsigned i)
{
        loop_route(loop, &loop->batch[i]);
        if (!loop->batch[i])
                loop->batch[i] = packet_pool_take(&loop->pool);
}

/* --- Who is where ------------------------------------------------------------------------------------------------- */

void loop_bind(Loop *loop, const NetAddress *address, SfuPeer peer)
{
        address_map_set(&loop->addresses, address, peer.value);
        if (loop->bindings)
                mailbox_push(loop->bindings, &(Binding){ *address, peer.value, false });
}

void loop_unbind(Loop *loop, const NetAddress *address, SfuPeer peer)
{
        address_map_remove(&loop->addresses, address, peer.value);
        if (loop->bindings)
                mailbox_push(loop->bindings, &(Binding){ *address, peer.value, true });
}

/* Loop 0 learns where other loops' peers are. Read after each batch: a peer's binding is posted before the STUN answer
 * that lets its browser go on, so it is known before anything else comes from there. */
static void read_bindings(Loop *loop)
{
        for (unsigned i = 1; i < loop->shared->n_loops; i++) {
                Binding binding;
                while (mailbox_pop(loop->shared->loops[i]->bindings, &binding)) {
                        if (binding.remove)
                                address_map_remove(&loop->addresses, &binding.address, binding.peer);
                        else
                                address_map_set(&loop->addresses, &binding.address, binding.peer);
                }
        }
}

/* --- Peers and rooms ---------------------------------------------------------------------------------------------- */

bool loop_emit(Loop *loop, const SfuEvent *event)
{
        if (mailbox_push(loop->events, event))
                return true;
        counters_add(&loop->counters, COUNTER_EVENTS_LOST, 1);
        return false;
}

void loop_mark_busy(Loop *loop, Room *room)
{
        g_ptr_array_add(loop->busy, room);
}

static Room *room_of(const Loop *loop, SfuRoom id)
{
        Room *room = loop->rooms[ROOM_PLACE(id)];
        return room && room_id(room).value == id.value ? room : NULL;
}

void loop_remove_peer(Loop *loop, Peer *peer)
{
        if (peer->state != PEER_GONE) {
                peer_say_goodbye(peer);
                room_peer_gone(peer->room, peer);
        }
        sender_flush(&loop->sender); /* what waits refers to its destination */
        for (unsigned i = 0; i < peer->ice.n_addresses; i++)
                loop_forget_address(loop, &peer->ice.addresses[i], peer->id);
        loop->peers[PEER_PLACE(peer->id)] = NULL;
        loop->n_peers--;
        peer_free(peer);
}

static void add_peer(Loop *loop, const PeerPlan *plan)
{
        Room *room = room_of(loop, plan->room);
        Peer *peer = room ? peer_new(loop, room, plan) : NULL;
        if (!peer)
                return; /* the socket loop has checked the room and the fingerprint */
        loop->peers[PEER_PLACE(peer->id)] = peer;
        loop->n_peers++;
        room_add_peer(room, peer);
}

static void close_room(Loop *loop, Room *room)
{
        const GPtrArray *peers = room_peers(room);
        while (peers->len)
                loop_remove_peer(loop, peers->pdata[peers->len - 1]);
        while (g_ptr_array_remove_fast(loop->busy, room))
                ;
        loop->rooms[ROOM_PLACE(room_id(room))] = NULL;
        room_free(room);
}

/* --- Commands ----------------------------------------------------------------------------------------------------- */

static void obey_for_room(Loop *loop, Room *room, const Command *command)
{
        switch (command->kind) {
        case COMMAND_ROOM_CLOSE:
                close_room(loop, room);
                break;
        case COMMAND_MUTE:
                room_mute(room, command->seat, command->track, command->on);
                break;
        case COMMAND_KEY_FRAME:
                room_key_frame(room, command->seat, command->track);
                break;
        case COMMAND_TAP_START:
                room_tap_start(room, command->tap);
                break;
        case COMMAND_CHANNEL:
                room_channel(room, command->channel, command->seat);
                break;
        case COMMAND_ON_AIR:
                room_on_air(room, command->seat, command->track);
                break;
        case COMMAND_TAP_VIDEO:
                room_tap_video(room, (SfuTapPicture)command->channel, command->seat, command->track);
                break;
        case COMMAND_TAP_STOP:
                room_tap_stop(room);
                break;
        case COMMAND_CAPTURE:
                room_capture(room, command->capture);
                break;
        default:
                break;
        }
}

static void obey_for_peer(Loop *loop, Peer *peer, const Command *command)
{
        if (command->kind == COMMAND_PEER_CLOSE)
                loop_remove_peer(loop, peer);
        else if (peer->state == PEER_GONE)
                return;
        else if (command->kind == COMMAND_PEER_UPDATE)
                peer_update(peer, command->plan);
        else if (command->kind == COMMAND_OWN_SEAT && peer->watcher)
                room_own_seat(peer->room, peer, command->seat);
        else if (command->kind == COMMAND_LISTEN && peer->watcher)
                room_listen(peer->room, peer, command->channel);
        else if (command->kind == COMMAND_VIEW && peer->watcher)
                room_set_view(peer->room, peer, command->heights, command->awaited_bps);
}

void loop_obey(Loop *loop, const Command *command)
{
        Room *room = room_of(loop, command->room);
        Peer *peer = loop_find_peer(loop, command->peer.value);
        switch (command->kind) {
        case COMMAND_ROOM_OPEN:
                loop->rooms[ROOM_PLACE(command->room)] = room_new(loop, command->room);
                break;
        case COMMAND_PEER_ADD:
                add_peer(loop, command->plan);
                break;
        case COMMAND_STOP:
                loop->stopping = true;
                break;
        case COMMAND_PEER_UPDATE:
        case COMMAND_PEER_CLOSE:
        case COMMAND_OWN_SEAT:
        case COMMAND_LISTEN:
        case COMMAND_VIEW:
                if (peer)
                        obey_for_peer(loop, peer, command);
                break;
        default:
                if (room)
                        obey_for_room(loop, room, command);
                else if (command->tap)
                        tap_end(command->tap);
                else
                        capture_unref(command->capture);
        }
        g_free(command->plan);
        g_free(command->heights);
}

bool loop_post(Loop *loop, const Command *command)
{
        return mailbox_push(loop->commands, command);
}

/* --- The turn ----------------------------------------------------------------------------------------------------- */

static void read_clock(Loop *loop)
{
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        loop->now_us = now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

/* Forwards and sends what the turn brought. */
void loop_end_turn(Loop *loop)
{
        for (unsigned i = 0; i < loop->busy->len; i++)
                room_end_turn(loop->busy->pdata[i]);
        g_ptr_array_set_size(loop->busy, 0);
        sender_flush(&loop->sender);
        streams_flush(&loop->streams);
        loop->n_replies = 0;
}

static void read_socket(Loop *loop)
{
        for (unsigned rounds = 0; rounds < 8; rounds++) { /* then let commands and timers have their turn */
                unsigned n = port_receive(&loop->shared->port, loop->batch);
                read_bindings(loop);
                for (unsigned i = 0; i < n; i++)
                        loop_route_batch(loop, i);
                loop_end_turn(loop);
                if (n < PORT_BATCH)
                        return;
        }
}

static void read_datagrams(Loop *loop)
{
        Datagram datagram;
        unsigned n;
        do {
                for (n = 0; n < PORT_BATCH && mailbox_pop(loop->datagrams, &datagram); n++) {
                        Packet *packet = loop->batch[n];
                        packet->from = datagram.from;
                        packet->size = datagram.size;
                        memcpy(packet->bytes, datagram.bytes, datagram.size);
                        loop_route_batch(loop, n);
                }
                loop_end_turn(loop);
        } while (n == PORT_BATCH);
}

static void read_commands(Loop *loop)
{
        Command command;
        while (mailbox_pop(loop->commands, &command))
                loop_obey(loop, &command);
}

void loop_tick(Loop *loop)
{
        loop->tick_us = loop->now_us + LOOP_TICK_US;
        loop_tick_tcp(loop);
        for (unsigned i = 0, left = loop->n_peers; left && i < SFU_MAX_PEERS; i++) {
                Peer *peer = loop->peers[i];
                if (!peer)
                        continue;
                left--;
                peer_tick(peer);
                if (peer->state == PEER_GONE && peer->gone_told)
                        loop_remove_peer(loop, peer);
        }
        for (unsigned i = 0; loop->n_peers && i < SFU_MAX_ROOMS; i++)
                if (loop->rooms[i])
                        room_tick(loop->rooms[i]);
}

static bool is_mailbox(const Loop *loop, uint64_t data)
{
        return data == (uint32_t)mailbox_fd(loop->commands) ||
               (loop->datagrams && data == (uint32_t)mailbox_fd(loop->datagrams));
}

static void read_mail(Loop *loop)
{
        read_datagrams(loop);
        loop_read_arrivals(loop);
}

static void *run(void *data)
{
        Loop *loop = data;
        read_clock(loop);
        while (!loop->stopping) {
                struct epoll_event events[LOOP_EPOLL];
                int wait_ms = -1;
                if (loop->n_peers || loop->streams.n_unproven || loop->deaf)
                        wait_ms = (int)CLAMP((loop->tick_us - loop->now_us + 999) / 1000, 0, LOOP_TICK_US / 1000);
                int n = epoll_wait(loop->poll_fd, events, G_N_ELEMENTS(events), wait_ms);
                if (n < 0 && errno != EINTR)
                        break;
                read_clock(loop);
                for (int i = 0; i < n; i++)
                        if (is_mailbox(loop, events[i].data.u64))
                                mailbox_clear_fd((int)events[i].data.u64);
                read_commands(loop);
                if (loop->number == 0)
                        read_socket(loop);
                else
                        read_mail(loop);
                loop_serve_tcp(loop, events, n);
                if (loop->now_us >= loop->tick_us)
                        loop_tick(loop);
                loop_end_turn(loop);
        }
        for (unsigned i = 0; i < SFU_MAX_PEERS; i++) /* also those that are gone and not yet closed: no room has them */
                if (loop->peers[i])
                        loop_remove_peer(loop, loop->peers[i]);
        for (unsigned i = 0; i < SFU_MAX_ROOMS; i++)
                if (loop->rooms[i])
                        close_room(loop, loop->rooms[i]);
        return NULL;
}

/* --- Life --------------------------------------------------------------------------------------------------------- */

static bool watch(Loop *loop, int fd)
{
        struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint32_t)fd };
        return epoll_ctl(loop->poll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool open_all(Loop *loop, int events_fd)
{
        loop->poll_fd = epoll_create1(EPOLL_CLOEXEC);
        loop->commands = mailbox_new(sizeof(Command), LOOP_COMMANDS, -1);
        loop->events = mailbox_new(sizeof(SfuEvent), LOOP_EVENTS, events_fd);
        if (loop->poll_fd < 0 || !loop->commands || !loop->events || !watch(loop, mailbox_fd(loop->commands)))
                return false;
        if (loop->number == 0)
                return watch(loop, loop->shared->port.fd) &&
                       (!loop->shared->port.tcp_number || watch(loop, loop->shared->port.tcp_fd));
        loop->datagrams = mailbox_new(sizeof(Datagram), LOOP_DATAGRAMS, -1);
        loop->bindings = mailbox_new(sizeof(Binding), LOOP_BINDINGS, -1);
        loop->arrivals = mailbox_new(sizeof(StreamArrival), LOOP_ARRIVALS, mailbox_fd(loop->datagrams));
        return loop->datagrams && loop->bindings && loop->arrivals && watch(loop, mailbox_fd(loop->datagrams));
}

Loop *loop_new(const LoopShared *shared, unsigned number, int events_fd, GError **error)
{
        Loop *loop = g_new0(Loop, 1);
        loop->shared = shared;
        loop->number = number;
        loop->busy = g_ptr_array_new();
        packet_pool_init(&loop->pool);
        for (unsigned i = 0; i < PORT_BATCH; i++)
                loop->batch[i] = packet_pool_take(&loop->pool);
        sender_init(&loop->sender, &shared->port, &loop->counters);
        address_map_init(&loop->addresses);
        bool opened = open_all(loop, events_fd);
        streams_init(&loop->streams, loop->poll_fd, &loop->now_us, &loop->counters);
        if (opened)
                return loop;
        g_set_error_literal(error, SFU_ERROR, SFU_ERROR_SYSTEM, "no descriptor is left for a media thread");
        loop_free(loop);
        return NULL;
}

bool loop_start(Loop *loop, GError **error)
{
        if (pthread_create(&loop->thread, NULL, run, loop) == 0)
                return true;
        g_set_error_literal(error, SFU_ERROR, SFU_ERROR_SYSTEM, "a media thread cannot be started");
        return false;
}

void loop_join(Loop *loop)
{
        pthread_join(loop->thread, NULL);
}

void loop_free(Loop *loop)
{
        if (!loop)
                return;
        Command command;
        while (loop->commands && mailbox_pop(loop->commands, &command)) {
                g_free(command.plan);
                g_free(command.heights);
                capture_unref(command.capture);
        }
        StreamArrival arrival;
        while (loop->arrivals && mailbox_pop(loop->arrivals, &arrival))
                close(arrival.fd);
        streams_clear(&loop->streams);
        mailbox_free(loop->commands);
        mailbox_free(loop->events);
        mailbox_free(loop->arrivals);
        mailbox_free(loop->datagrams);
        mailbox_free(loop->bindings);
        if (loop->poll_fd >= 0)
                close(loop->poll_fd);
        sender_clear(&loop->sender);
        address_map_clear(&loop->addresses);
        packet_pool_clear(&loop->pool);
        g_ptr_array_unref(loop->busy);
        g_free(loop);
}
