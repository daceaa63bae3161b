#include "sfu/stream.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef TCP_NOTSENT_LOWAT
#define TCP_NOTSENT_LOWAT 25
#endif

enum {
        ACCEPT_A_TURN = 32,
        NOT_SENT_BYTES = 16 * 1024, /* what the kernel may hold back beyond what is on its way */
        SOCKET_BUFFER_BYTES = 256 * 1024,
        DEAD_MS = 10 * 1000, /* nothing acknowledged for that long: the line is dead */
        RENEW_US = 2 * 1000 * 1000,
};
#define EVENT_OF_STREAM (UINT64_C(1) << 63)

void streams_init(TcpStreams *streams, int poll_fd, const int64_t *now_us, Counters *counters)
{
        *streams = (TcpStreams){ .poll_fd = poll_fd, .now_us = now_us, .counters = counters };
        streams->dirty = g_ptr_array_new();
}

void streams_clear(TcpStreams *streams)
{
        for (unsigned i = 0; i < STREAMS_MAX && streams->dirty; i++)
                if (streams->places[i])
                        streams_close(streams->places[i]);
        g_clear_pointer(&streams->dirty, g_ptr_array_unref);
}

/* --- Who may come ------------------------------------------------------------------------------------------------- */

/* The same visitor, or the same network: an IPv6 line has 2^64 addresses. */
static bool same_network(const NetAddress *a, const NetAddress *b)
{
        return memcmp(a->ip, b->ip, net_address_is_ipv4(a) ? 16 : 8) == 0;
}

static bool may_come(const TcpStreams *streams, const NetAddress *from)
{
        unsigned of_address = 0, unproven = 0;
        if (streams->n == STREAMS_MAX || streams->n_unproven >= STREAMS_UNPROVEN)
                return false;
        for (unsigned i = 0; i < STREAMS_MAX; i++) {
                const TcpStream *stream = streams->places[i];
                if (!stream || !same_network(&stream->from, from))
                        continue;
                of_address++;
                unproven += !stream->proven;
        }
        return of_address < STREAMS_OF_ADDRESS && unproven < STREAMS_UNPROVEN_OF_ADDRESS;
}

static bool watch(const TcpStream *stream, int operation, uint32_t events)
{
        struct epoll_event event = { .events = events, .data.u64 = EVENT_OF_STREAM | stream->id };
        return epoll_ctl(stream->streams->poll_fd, operation, stream->fd, &event) == 0;
}

static TcpStream *take_place(TcpStreams *streams, const StreamArrival *arrival)
{
        unsigned place = 0;
        while (streams->places[place])
                place++;
        TcpStream *stream = g_new0(TcpStream, 1);
        streams->generation = (streams->generation + 1) & 0x1fffff;
        stream->streams = streams;
        stream->id = streams->generation * STREAMS_MAX + place;
        stream->fd = arrival->fd;
        stream->from = arrival->from;
        stream->opened_us = arrival->opened_us;
        stream->in = arrival->in;
        streams->places[place] = stream;
        streams->n++;
        streams->n_unproven++;
        return stream;
}

static void forget(TcpStream *stream)
{
        TcpStreams *streams = stream->streams;
        streams->places[stream->id % STREAMS_MAX] = NULL;
        streams->n--;
        streams->n_unproven -= !stream->proven;
        g_ptr_array_remove_fast(streams->dirty, stream);
        stream_queue_clear(&stream->out);
        g_free(stream);
}

TcpStream *streams_adopt(TcpStreams *streams, const StreamArrival *arrival)
{
        if (may_come(streams, &arrival->from)) {
                TcpStream *stream = take_place(streams, arrival);
                if (watch(stream, EPOLL_CTL_ADD, EPOLLIN))
                        return stream;
                forget(stream);
        }
        counters_add(streams->counters, COUNTER_TCP_REFUSED, 1);
        close(arrival->fd);
        return NULL;
}

static void set_up(int fd)
{
        int on = 1, not_sent = NOT_SENT_BYTES, buffer = SOCKET_BUFFER_BYTES, dead_ms = DEAD_MS;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &not_sent, sizeof not_sent);
        setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_ms, sizeof dead_ms);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
}

bool streams_accept(TcpStreams *streams, int listening_fd)
{
        for (unsigned i = 0; i < ACCEPT_A_TURN; i++) {
                struct sockaddr_storage address;
                socklen_t size = sizeof address;
                StreamArrival arrival = { .opened_us = *streams->now_us };
                arrival.fd = accept4(listening_fd, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (arrival.fd < 0)
                        return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
                counters_add(streams->counters, COUNTER_TCP_ACCEPTED, 1);
                if (!net_address_from_sockaddr((struct sockaddr *)&address, size, NET_TCP, &arrival.from)) {
                        close(arrival.fd);
                        continue;
                }
                set_up(arrival.fd);
                streams_adopt(streams, &arrival);
        }
        return true;
}

void streams_release(TcpStream *stream, StreamArrival *ret_arrival)
{
        *ret_arrival = (StreamArrival){ stream->fd, stream->from, stream->opened_us, stream->in };
        epoll_ctl(stream->streams->poll_fd, EPOLL_CTL_DEL, stream->fd, NULL);
        forget(stream);
}

void streams_close(TcpStream *stream)
{
        stream_write(stream);
        close(stream->fd);
        forget(stream);
}

TcpStream *streams_of_event(const TcpStreams *streams, uint64_t data)
{
        return data & EVENT_OF_STREAM ? streams_of_id(streams, (uint32_t)data) : NULL;
}

TcpStream *streams_of_id(const TcpStreams *streams, uint32_t id)
{
        TcpStream *stream = streams->places[id % STREAMS_MAX];
        return stream && stream->id == id ? stream : NULL;
}

TcpStream *streams_find(const TcpStreams *streams, const NetAddress *address)
{
        for (unsigned i = 0; i < STREAMS_MAX && streams->n; i++)
                if (streams->places[i] && net_address_equal(&streams->places[i]->from, address))
                        return streams->places[i];
        return NULL;
}

TcpStream *streams_overdue(const TcpStreams *streams)
{
        for (unsigned i = 0; i < STREAMS_MAX && streams->n_unproven; i++) {
                TcpStream *stream = streams->places[i];
                if (stream && !stream->proven && *streams->now_us - stream->opened_us >= STREAM_PROVE_US)
                        return stream;
        }
        return NULL;
}

/* --- One connection ----------------------------------------------------------------------------------------------- */

void stream_prove(TcpStream *stream)
{
        stream->streams->n_unproven -= !stream->proven;
        stream->proven = true;
}

bool stream_read(TcpStream *stream)
{
        size_t room;
        uint8_t *to = frame_reader_room(&stream->in, &room);
        ssize_t size = recv(stream->fd, to, room, 0);
        if (size < 0)
                return errno == EAGAIN || errno == EINTR;
        frame_reader_filled(&stream->in, (size_t)size);
        return size > 0;
}

void stream_send(TcpStream *stream, const uint8_t *packet, size_t size)
{
        TcpStreams *streams = stream->streams;
        if (!stream_queue_put(&stream->out, packet, size, *streams->now_us)) {
                counters_add(streams->counters, COUNTER_TCP_LEFT_OUT, 1);
                return;
        }
        counters_add(streams->counters, COUNTER_TCP_PACKETS_OUT, 1);
        if (!stream->dirty)
                g_ptr_array_add(streams->dirty, stream);
        stream->dirty = true;
}

void stream_write(TcpStream *stream)
{
        struct iovec pieces[2];
        for (int n; (n = stream_queue_peek(&stream->out, pieces)) > 0;) {
                struct msghdr message = { .msg_iov = pieces, .msg_iovlen = (size_t)n };
                ssize_t size = sendmsg(stream->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
                if (size < 0 && errno == EINTR)
                        continue;
                if (size < 0)
                        break; /* no room; or it is broken, which its next event says */
                stream_queue_take(&stream->out, (size_t)size, *stream->streams->now_us);
        }
        bool waits = stream_queue_size(&stream->out) > 0;
        if (waits != stream->waits_for_room)
                watch(stream, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
        stream->waits_for_room = waits;
}

void streams_flush(TcpStreams *streams)
{
        for (unsigned i = 0; i < streams->dirty->len; i++) {
                TcpStream *stream = streams->dirty->pdata[i];
                stream->dirty = false;
                if (!stream->waits_for_room)
                        stream_write(stream);
        }
        g_ptr_array_set_size(streams->dirty, 0);
}

bool stream_wants_pictures(TcpStream *stream)
{
        int64_t now_us = *stream->streams->now_us;
        if (now_us - stream->renewed_us < RENEW_US || !stream_queue_recovered(&stream->out))
                return false;
        stream->renewed_us = now_us;
        return true;
}
