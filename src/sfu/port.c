#include "sfu/port.h"

#include "sfu/sfu.h"
#include "sfu/stream.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum { SOCKET_BUFFER_BYTES = 4 * 1024 * 1024, LISTEN_BACKLOG = 512 };

static bool fail(Port *port, const char *what, GError **error)
{
        int saved = errno;
        g_set_error(error, SFU_ERROR, SFU_ERROR_SYSTEM, "%s: %s", what, g_strerror(saved));
        port_close(port);
        return false;
}

static bool bind_number(int fd, int family, uint16_t number)
{
        if (family == AF_INET6) {
                struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(number) };
                return bind(fd, (struct sockaddr *)&any, sizeof any) == 0;
        }
        struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(number) };
        return bind(fd, (struct sockaddr *)&any, sizeof any) == 0;
}

/* An AF_INET6 one takes both families. -1 on failure. */
static int open_socket(int family, int type)
{
        int off = 0, fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd >= 0 && family == AF_INET6)
                setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        return fd;
}

static bool open_family(Port *port, int family, uint16_t number)
{
        *port = (Port){ .family = family };
        port->fd = open_socket(family, SOCK_DGRAM);
        return port->fd >= 0 && bind_number(port->fd, family, number);
}

/* As root the limits of net.core.rmem_max and wmem_max do not bind; else they do, and we get what they allow. */
static void raise_buffer(int fd, int forced, int plain)
{
        int size = SOCKET_BUFFER_BYTES;
        if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof size) < 0)
                setsockopt(fd, SOL_SOCKET, plain, &size, sizeof size);
}

static uint16_t number_of(int fd)
{
        struct sockaddr_storage bound;
        socklen_t size = sizeof bound;
        NetAddress address;
        bool named = getsockname(fd, (struct sockaddr *)&bound, &size) == 0 &&
                     net_address_from_sockaddr((struct sockaddr *)&bound, size, NET_UDP, &address);
        return named ? address.port : 0;
}

bool port_open(Port *port, uint16_t number, GError **error)
{
        if (!open_family(port, AF_INET6, number)) {
                int reason = errno;
                port_close(port);
                if (reason == EADDRINUSE || !open_family(port, AF_INET, number)) {
                        errno = reason;
                        return fail(port, "the media port cannot be bound", error);
                }
        }
        raise_buffer(port->fd, SO_RCVBUFFORCE, SO_RCVBUF);
        raise_buffer(port->fd, SO_SNDBUFFORCE, SO_SNDBUF);
        int segment = 0;
        port->gso = setsockopt(port->fd, SOL_UDP, UDP_SEGMENT, &segment, sizeof segment) == 0;
        if (!(port->number = number_of(port->fd)))
                return fail(port, "the media port has no name", error);
        return true;
}

bool port_listen(Port *port, uint16_t number, GError **error)
{
        int on = 1, fd = open_socket(port->family, SOCK_STREAM);
        if (fd >= 0)
                setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on); /* its connections outlive a restart */
        if (fd >= 0 && bind_number(fd, port->family, number) && listen(fd, LISTEN_BACKLOG) == 0) {
                port->tcp_fd = fd;
                port->tcp_number = number_of(fd);
                return true;
        }
        int saved = errno;
        g_set_error(error, SFU_ERROR, SFU_ERROR_SYSTEM, "media cannot listen on TCP port %u: %s", number,
                    g_strerror(saved));
        if (fd >= 0)
                close(fd);
        return false;
}

void port_close(Port *port)
{
        if (port->fd >= 0)
                close(port->fd);
        if (port->tcp_number)
                close(port->tcp_fd);
        port->fd = -1;
        port->tcp_number = 0;
}

static bool is_loopback(const NetAddress *address)
{
        static const uint8_t v6[16] = { [15] = 1 };
        return net_address_is_ipv4(address) ? address->ip[12] == 127 : !memcmp(address->ip, v6, sizeof v6);
}

static bool is_advertised(const Port *port, const struct ifaddrs *interface, NetAddress *ret_address)
{
        if (!interface->ifa_addr || !(interface->ifa_flags & IFF_UP))
                return false;
        socklen_t size =
                interface->ifa_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
        if (!net_address_from_sockaddr(interface->ifa_addr, size, NET_UDP, ret_address))
                return false;
        if (net_address_is_ipv4(ret_address))
                return true;
        bool link_local = ret_address->ip[0] == 0xfe && (ret_address->ip[1] & 0xc0) == 0x80;
        return port->family == AF_INET6 && !link_local;
}

size_t port_local_addresses(const Port *port, NetAddress *ret_addresses, size_t n)
{
        struct ifaddrs *list = NULL;
        size_t count = 0;
        if (getifaddrs(&list) < 0)
                return 0;
        for (int loopback = 0; loopback <= 1; loopback++) {
                for (const struct ifaddrs *i = list; i && count < n; i = i->ifa_next) {
                        NetAddress address;
                        if (is_advertised(port, i, &address) && is_loopback(&address) == (loopback == 1)) {
                                address.port = port->number;
                                ret_addresses[count++] = address;
                        }
                }
        }
        freeifaddrs(list);
        return count;
}

unsigned port_receive(const Port *port, Packet **batch)
{
        struct mmsghdr headers[PORT_BATCH];
        struct iovec vectors[PORT_BATCH];
        struct sockaddr_in6 from[PORT_BATCH];
        for (unsigned i = 0; i < PORT_BATCH; i++) {
                vectors[i] = (struct iovec){ batch[i]->bytes, PACKET_BYTES };
                headers[i].msg_hdr = (struct msghdr){
                        .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &vectors[i], .msg_iovlen = 1
                };
        }
        int n = recvmmsg(port->fd, headers, PORT_BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++) {
                batch[i]->size = (uint16_t)headers[i].msg_len;
                if (!net_address_from_sockaddr((struct sockaddr *)&from[i], headers[i].msg_hdr.msg_namelen, NET_UDP,
                                               &batch[i]->from))
                        batch[i]->size = 0;
        }
        return n > 0 ? (unsigned)n : 0;
}

bool destination_set(Destination *destination, const Port *port, const NetAddress *address)
{
        struct sockaddr_storage storage;
        socklen_t size = net_address_to_sockaddr(address, port->family, &storage);
        if (size == 0 || size > sizeof destination->ipv6)
                return false;
        memcpy(&destination->ipv6, &storage, size);
        destination->size = size;
        destination->stream = NULL;
        return true;
}

void sender_init(Sender *sender, const Port *port, Counters *counters)
{
        sender->fd = port->fd;
        sender->gso = port->gso;
        sender->counters = counters;
        sender->arena = g_malloc(SENDER_ARENA_BYTES);
        sender->used = 0;
        sender->n = 0;
}

void sender_clear(Sender *sender)
{
        g_clear_pointer(&sender->arena, g_free);
}

/* To where no datagram goes: each of the run into the connection's queue. */
static void hand_to_stream(Sender *sender, const SenderMessage *message)
{
        for (uint32_t at = 0; at < message->size; at += message->segment) {
                if (message->to->stream)
                        stream_send(message->to->stream, message->bytes + at,
                                    MIN(message->segment, message->size - at));
                else
                        counters_add(sender->counters, COUNTER_SEND_REFUSED, 1);
        }
}

/* What goes by TCP leaves the list. */
static void pick_streams(Sender *sender)
{
        unsigned kept = 0;
        for (unsigned i = 0; i < sender->n; i++) {
                if (sender->messages[i].to->size)
                        sender->messages[kept++] = sender->messages[i];
                else
                        hand_to_stream(sender, &sender->messages[i]);
        }
        sender->n = kept;
}

static bool prepare_datagrams(Sender *sender)
{
        for (unsigned i = 0; i < sender->n; i++) {
                SenderMessage *message = &sender->messages[i];
                if (G_UNLIKELY(message->to->size == 0))
                        return false;
                struct msghdr *header = &sender->headers[i].msg_hdr;
                sender->vectors[i] = (struct iovec){ message->bytes, message->size };
                *header = (struct msghdr){ .msg_name = (void *)&message->to->ipv6,
                                           .msg_namelen = message->to->size,
                                           .msg_iov = &sender->vectors[i],
                                           .msg_iovlen = 1 };
                if (message->segments < 2)
                        continue; /* a segment size on a single datagram upsets some drivers */
                header->msg_control = sender->control[i];
                header->msg_controllen = sizeof sender->control[i];
                struct cmsghdr *control = CMSG_FIRSTHDR(header);
                control->cmsg_level = SOL_UDP;
                control->cmsg_type = UDP_SEGMENT;
                control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
                memcpy(CMSG_DATA(control), &message->segment, sizeof(uint16_t));
        }
        return true;
}

static void prepare(Sender *sender)
{
        if (prepare_datagrams(sender))
                return;
        pick_streams(sender);
        prepare_datagrams(sender);
}

/* One by one, for a run that the driver would not cut. */
static void send_segments(Sender *sender, const SenderMessage *message)
{
        for (uint32_t at = 0; at < message->size; at += message->segment) {
                size_t size = MIN(message->segment, message->size - at);
                if (sendto(sender->fd, message->bytes + at, size, MSG_DONTWAIT,
                           (const struct sockaddr *)&message->to->ipv6, message->to->size) < 0)
                        counters_add(sender->counters, COUNTER_SEND_REFUSED, 1);
        }
}

/* The kernel refused the first message that is left: no room, no route, or no segmentation. */
static void send_refused(Sender *sender, const SenderMessage *message, int reason)
{
        if (message->segments > 1 && (reason == EIO || reason == EINVAL || reason == EOPNOTSUPP)) {
                counters_add(sender->counters, COUNTER_GSO_OFF, sender->gso);
                sender->gso = false;
                send_segments(sender, message);
                return;
        }
        counters_add(sender->counters, COUNTER_SEND_REFUSED, message->segments);
}

void sender_flush(Sender *sender)
{
        prepare(sender);
        uint64_t datagrams = 0;
        for (unsigned done = 0; done < sender->n;) {
                int sent = sendmmsg(sender->fd, sender->headers + done, sender->n - done, MSG_DONTWAIT);
                counters_add(sender->counters, COUNTER_SEND_CALLS, 1);
                if (sent > 0) {
                        done += (unsigned)sent;
                } else if (errno != EINTR) {
                        send_refused(sender, &sender->messages[done], errno);
                        done++;
                }
        }
        for (unsigned i = 0; i < sender->n; i++)
                datagrams += sender->messages[i].segments;
        counters_add(sender->counters, COUNTER_DATAGRAMS_OUT, datagrams);
        sender->n = 0;
        sender->used = 0;
}
