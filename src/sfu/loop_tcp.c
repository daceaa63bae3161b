/* A loop's TCP connections in its turn: who they are of, what they bring, when they end. */
#include "sfu/loop.h"

#include "sfu/peer.h"

#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

bool loop_destination(Loop *loop, Destination *destination, const NetAddress *address)
{
        if (address->protocol != NET_TCP)
                return destination_set(destination, &loop->shared->port, address);
        *destination = (Destination){ .stream = streams_find(&loop->streams, address) };
        return destination->stream != NULL;
}

void loop_forget_address(Loop *loop, const NetAddress *address, SfuPeer peer)
{
        loop_unbind(loop, address, peer);
        TcpStream *stream = address->protocol == NET_TCP ? streams_find(&loop->streams, address) : NULL;
        if (!stream)
                return;
        sender_flush(&loop->sender); /* what waits may refer to it */
        streams_close(stream);
}

static void close_stream(Loop *loop, TcpStream *stream)
{
        Peer *peer = loop_find_peer(loop, address_map_get(&loop->addresses, &stream->from));
        NetAddress from = stream->from;
        sender_flush(&loop->sender);
        streams_close(stream);
        if (!peer)
                return;
        loop_unbind(loop, &from, peer->id);
        peer_forget_address(peer, &from);
}

typedef enum StreamPlace {
        STREAM_HERE,
        STREAM_MOVED, /* it is another loop's now: the pointer is dead */
        STREAM_WRONG,
} StreamPlace;

/* Until a connection has shown a password, it may only ask; loop 0 gives it to the loop of whom it asks for. */
static StreamPlace place_stream(Loop *loop, TcpStream *stream)
{
        FrameReader look = stream->in;
        const uint8_t *frame;
        StunMessage message;
        size_t size, ufrag_size = 0;
        if (stream->proven || frame_reader_next(&look, &frame, &size) != FRAME_WHOLE)
                return STREAM_HERE;
        if (!stun_is(frame, size) || stun_parse(frame, size, &message))
                return STREAM_WRONG;
        const char *ufrag = stun_local_ufrag(&message, &ufrag_size);
        unsigned number = PEER_LOOP((SfuPeer){ loop_id_of_ufrag(ufrag, ufrag_size) });
        if (loop->number != 0 || number == 0)
                return STREAM_HERE;
        if (number >= loop->shared->n_loops)
                return STREAM_WRONG;
        StreamArrival arrival;
        streams_release(stream, &arrival);
        if (!mailbox_push(loop->shared->loops[number]->arrivals, &arrival)) {
                counters_add(&loop->counters, COUNTER_TCP_REFUSED, 1);
                close(arrival.fd);
        }
        return STREAM_MOVED;
}

/* The frames that are there. False when the connection should end; true also when it went to another loop. */
static bool route_frames(Loop *loop, TcpStream *stream)
{
        const uint8_t *frame;
        size_t size;
        for (unsigned n = 1;; n++) {
                StreamPlace place = place_stream(loop, stream);
                if (place != STREAM_HERE)
                        return place == STREAM_MOVED;
                FrameResult result = frame_reader_next(&stream->in, &frame, &size);
                if (result != FRAME_WHOLE)
                        return result == FRAME_PART;
                loop->batch[0]->from = stream->from;
                loop->batch[0]->size = (uint16_t)size;
                memcpy(loop->batch[0]->bytes, frame, size);
                loop_route_batch(loop, 0);
                if (n % PORT_BATCH == 0)
                        loop_end_turn(loop);
        }
}

void loop_read_stream(Loop *loop, TcpStream *stream)
{
        uint32_t id = stream->id;
        bool open = stream_read(stream), well = route_frames(loop, stream);
        stream = streams_of_id(&loop->streams, id);
        if (!well)
                counters_add(&loop->counters, COUNTER_TCP_CUT, 1);
        if (stream && !(open && well))
                close_stream(loop, stream);
}

void loop_read_arrivals(Loop *loop)
{
        StreamArrival arrival;
        while (mailbox_pop(loop->arrivals, &arrival)) {
                TcpStream *stream = streams_adopt(&loop->streams, &arrival);
                if (stream && !route_frames(loop, stream)) {
                        counters_add(&loop->counters, COUNTER_TCP_CUT, 1);
                        close_stream(loop, stream);
                }
        }
}

static void listen_again(Loop *loop, bool on)
{
        int fd = loop->shared->port.tcp_fd;
        struct epoll_event event = { .events = EPOLLIN, .data.u64 = (uint32_t)fd };
        loop->deaf = epoll_ctl(loop->poll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event) != 0 || !on;
}

static bool is_listener(const Loop *loop, uint64_t data)
{
        return loop->number == 0 && loop->shared->port.tcp_number && data == (uint32_t)loop->shared->port.tcp_fd;
}

void loop_serve_tcp(Loop *loop, const struct epoll_event *events, int n)
{
        for (int i = 0; i < n; i++) {
                TcpStream *stream = streams_of_event(&loop->streams, events[i].data.u64);
                if (stream && events[i].events & EPOLLOUT)
                        stream_write(stream);
                if (stream && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                        loop_read_stream(loop, stream);
                if (is_listener(loop, events[i].data.u64) && !streams_accept(&loop->streams, loop->shared->port.tcp_fd))
                        listen_again(loop, false);
        }
}

void loop_tick_tcp(Loop *loop)
{
        for (TcpStream *stream; (stream = streams_overdue(&loop->streams));) {
                counters_add(&loop->counters, COUNTER_TCP_CUT, 1);
                close_stream(loop, stream);
        }
        if (loop->deaf)
                listen_again(loop, true);
}
