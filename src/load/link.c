#include "load/link.h"
#include "base/time.h"
#include "rtc/bytes.h"
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER_BYTES (1 << 20)

struct Link {
        Network *network;
        Watch watch;
        int fd;
        uint16_t port;
        LinkEvents events;
        void *owner;
        LinkState state;
        IceCredentials local;
        union {
                IceLite lite;
                IceClient client;
        } ice;
        DtlsSession *dtls;
        DtlsRole role;
        uint8_t fingerprint[DTLS_FINGERPRINT_BYTES];
        SrtpSender *sender;
        SrtpReceiver *receiver;
        SrtpProfile profile;
        BadLine *line; /* NULL: a good one */
};

static void find_address(char *address, size_t size)
{
        struct ifaddrs *all = NULL;
        g_strlcpy(address, "127.0.0.1", size);
        if (getifaddrs(&all) != 0)
                return;
        for (struct ifaddrs *at = all; at; at = at->ifa_next) {
                if (!at->ifa_addr || at->ifa_addr->sa_family != AF_INET || at->ifa_flags & IFF_LOOPBACK ||
                    !(at->ifa_flags & IFF_UP))
                        continue;
                inet_ntop(AF_INET, &((struct sockaddr_in *)at->ifa_addr)->sin_addr, address, (socklen_t)size);
                break;
        }
        freeifaddrs(all);
}

Network *network_new(Loop *loop, SrtpProfile profile, uint32_t seed)
{
        Network *network = g_new0(Network, 1);
        network->loop = loop;
        network->identity = dtls_identity_new();
        network->random = g_rand_new_with_seed(seed);
        network->under_way = line_queue_new();
        find_address(network->address, sizeof network->address);
        g_assert(network->identity && (!profile || dtls_identity_set_profile(network->identity, profile)));
        return network;
}

void network_free(Network *network)
{
        if (!network)
                return;
        dtls_identity_free(network->identity);
        line_queue_free(network->under_way);
        g_rand_free(network->random);
        g_free(network);
}

/* True when the line lost it, or will deliver it later. */
static bool is_held(Link *link, LineDirection direction, const uint8_t *bytes, size_t size,
                    const struct sockaddr_in *peer, int64_t now_us)
{
        if (!link->line)
                return false;
        int64_t at_us = bad_line_pass(link->line, direction, now_us, size);
        LinePacket packet = { link, direction, *peer, size, (uint8_t *)bytes };
        if (at_us > now_us)
                line_queue_put(link->network->under_way, at_us, &packet);
        return at_us == LINE_LOST || at_us > now_us;
}

static void send_to(Link *link, const NetAddress *address, const uint8_t *bytes, size_t size)
{
        struct sockaddr_storage to;
        socklen_t length = net_address_to_sockaddr(address, AF_INET, &to);
        if (length && !is_held(link, LINE_UP, bytes, size, (struct sockaddr_in *)&to, link->line ? monotonic_us() : 0))
                sendto(link->fd, bytes, size, 0, (struct sockaddr *)&to, length);
}

static const NetAddress *selected(const Link *link)
{
        return link->network->lite ? &link->ice.lite.selected : &link->ice.client.selected;
}

static void send_selected(Link *link, const uint8_t *bytes, size_t size)
{
        send_to(link, selected(link), bytes, size);
}

static void flush_dtls(Link *link)
{
        uint8_t datagram[DTLS_DATAGRAM_BYTES];
        for (size_t size; (size = dtls_session_take(link->dtls, datagram)) > 0;)
                send_selected(link, datagram, size);
}

static void connected(Link *link, int64_t now_us)
{
        SrtpKeys send_keys, receive_keys;
        if (!dtls_session_keys(link->dtls, &send_keys, &receive_keys)) {
                link->state = LINK_FAILED;
                return;
        }
        link->profile = send_keys.profile;
        link->sender = srtp_sender_new(&send_keys);
        link->receiver = srtp_receiver_new(&receive_keys);
        link->state = LINK_CONNECTED;
        link->events.on_connected(link->owner, now_us);
}

static void advance_dtls(Link *link, int64_t now_us)
{
        flush_dtls(link);
        DtlsState state = dtls_session_state(link->dtls);
        if (state == DTLS_CONNECTED && link->state == LINK_HANDSHAKE)
                connected(link, now_us);
        else if (state == DTLS_FAILED || state == DTLS_CLOSED)
                link->state = LINK_FAILED;
}

static void path_found(Link *link, int64_t now_us)
{
        if (link->state != LINK_CHECKING)
                return;
        link->dtls = dtls_session_new(link->network->identity, link->role, link->fingerprint);
        link->state = link->dtls ? LINK_HANDSHAKE : LINK_FAILED;
        if (link->dtls)
                advance_dtls(link, now_us);
}

static void receive_stun(Link *link, const uint8_t *bytes, size_t size, const NetAddress *from, int64_t now_us)
{
        StunMessage message;
        uint8_t reply[STUN_BUILD_BYTES];
        if (link->state == LINK_NEW || stun_parse(bytes, size, &message) != DROP_NONE)
                return;
        bool lite = link->network->lite;
        IceResult result = lite ? ice_lite_receive(&link->ice.lite, &message, from, now_us, reply)
                                : ice_client_receive(&link->ice.client, &message, from, now_us, reply);
        if (result.reply_bytes)
                send_to(link, from, reply, result.reply_bytes);
        if (lite ? link->ice.lite.has_selected : link->ice.client.state == ICE_CONNECTED)
                path_found(link, now_us);
}

static void receive(Link *link, uint8_t *bytes, size_t size, const struct sockaddr *from, int64_t now_us)
{
        size_t clear_size;
        if (rtcp_is(bytes, size)) {
                if (link->state == LINK_CONNECTED &&
                    srtp_receiver_unprotect_rtcp(link->receiver, bytes, size, &clear_size) == DROP_NONE)
                        link->events.on_rtcp(link->owner, bytes, clear_size, now_us);
        } else if (rtp_is(bytes, size)) {
                if (link->state == LINK_CONNECTED)
                        link->events.on_rtp(link->owner, bytes, size, now_us);
        } else if (dtls_is(bytes, size)) {
                if (link->dtls && dtls_session_receive(link->dtls, bytes, size) == DROP_NONE)
                        advance_dtls(link, now_us);
        } else if (stun_is(bytes, size)) {
                NetAddress address;
                if (net_address_from_sockaddr(from, sizeof(struct sockaddr_in), NET_UDP, &address))
                        receive_stun(link, bytes, size, &address, now_us);
        }
}

static void arrive(Link *link, LinePacket *packet, int64_t now_us)
{
        if (packet->direction == LINE_UP) {
                sendto(link->fd, packet->bytes, packet->size, 0, (struct sockaddr *)&packet->peer, sizeof packet->peer);
                return;
        }
        receive(link, packet->bytes, packet->size, (struct sockaddr *)&packet->peer, now_us);
        if (link->state == LINK_CONNECTED)
                link->events.on_batch(link->owner, now_us);
}

void network_turn(Network *network, int64_t now_us)
{
        for (LinePacket *packet; (packet = line_queue_take(network->under_way, now_us));) {
                arrive(packet->owner, packet, now_us);
                line_packet_free(packet);
        }
}

static void on_ready(void *owner, int64_t now_us)
{
        Link *link = owner;
        Network *network = link->network;
        struct mmsghdr messages[PACKETS_AT_ONCE];
        struct iovec parts[PACKETS_AT_ONCE];
        struct sockaddr_in from[PACKETS_AT_ONCE];
        for (int i = 0; i < PACKETS_AT_ONCE; i++) {
                parts[i] = (struct iovec){ network->inbox[i], PACKET_MAX_BYTES };
                messages[i].msg_hdr = (struct msghdr){
                        .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &parts[i], .msg_iovlen = 1
                };
        }
        int count = recvmmsg(link->fd, messages, PACKETS_AT_ONCE, MSG_DONTWAIT, NULL);
        for (int i = 0; i < count; i++) {
                if (network->loss_percent > 0 && link->state == LINK_CONNECTED &&
                    g_rand_double_range(network->random, 0, 100) < network->loss_percent)
                        continue;
                if (is_held(link, LINE_DOWN, network->inbox[i], messages[i].msg_len, &from[i], now_us))
                        continue;
                receive(link, network->inbox[i], messages[i].msg_len, (struct sockaddr *)&from[i], now_us);
        }
        if (count > 0 && link->state == LINK_CONNECTED)
                link->events.on_batch(link->owner, now_us);
}

Link *link_new(Network *network, const LinkEvents *events, void *owner, const char *const *line_words, GError **error)
{
        uint8_t random[ICE_RANDOM_BYTES];
        struct sockaddr_in own = { .sin_family = AF_INET };
        socklen_t length = sizeof own;
        int size_bytes = RECEIVE_BUFFER_BYTES;
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) != 0 ||
            getsockname(fd, (struct sockaddr *)&own, &length) != 0 ||
            getrandom(random, sizeof random, 0) != sizeof random) {
                g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "UDP socket: %s", g_strerror(errno));
                if (fd >= 0)
                        close(fd);
                return NULL;
        }
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size_bytes, sizeof size_bytes);
        Link *link = g_new0(Link, 1);
        *link = (Link){ .network = network, .fd = fd, .port = ntohs(own.sin_port), .events = *events, .owner = owner };
        link->watch = (Watch){ on_ready, link };
        link->line = bad_line_new(line_words, g_rand_int(network->random));
        ice_credentials_make(&link->local, random);
        loop_add_busy(network->loop, fd, &link->watch);
        return link;
}

void link_free(Link *link)
{
        if (!link)
                return;
        if (link->dtls) {
                dtls_session_close(link->dtls);
                flush_dtls(link);
        }
        loop_remove(link->network->loop, link->fd, &link->watch);
        line_queue_forget(link->network->under_way, link);
        bad_line_free(link->line);
        close(link->fd);
        dtls_session_free(link->dtls);
        srtp_sender_free(link->sender);
        srtp_receiver_free(link->receiver);
        g_free(link);
}

Transport link_transport(const Link *link, SdpSetup setup)
{
        return (Transport){ .ufrag = link->local.ufrag,
                            .password = link->local.pwd,
                            .fingerprint = dtls_identity_fingerprint(link->network->identity),
                            .setup = setup,
                            .lite = link->network->lite,
                            .address = link->network->lite ? link->network->address : NULL,
                            .port = link->port };
}

bool link_connect(Link *link, const Description *remote, DtlsRole role, int64_t now_us)
{
        IceCredentials credentials;
        if (link->state != LINK_NEW || !ice_credentials_set(&credentials, remote->ufrag, remote->password))
                return false;
        memcpy(link->fingerprint, remote->fingerprint, sizeof link->fingerprint);
        link->role = role;
        link->state = LINK_CHECKING;
        if (link->network->lite) {
                ice_lite_init(&link->ice.lite, &link->local, &credentials, now_us);
                return true;
        }
        uint64_t tie_breaker = (uint64_t)g_rand_int(link->network->random) << 32 | g_rand_int(link->network->random);
        ice_client_init(&link->ice.client, &link->local, &credentials, tie_breaker, now_us);
        unsigned usable = 0;
        for (unsigned i = 0; i < remote->candidate_count; i++) {
                NetAddress address;
                if (net_address_parse(remote->candidates[i].address, remote->candidates[i].port, NET_UDP, &address) &&
                    net_address_is_ipv4(&address))
                        usable += ice_client_add_candidate(&link->ice.client, &address);
        }
        link_turn(link, now_us);
        return usable > 0;
}

void link_turn(Link *link, int64_t now_us)
{
        if (link->state == LINK_NEW || link->state == LINK_FAILED)
                return;
        bool lite = link->network->lite;
        if (!lite) {
                uint8_t random[STUN_TRANSACTION_BYTES], request[STUN_BUILD_BYTES];
                NetAddress to;
                for (int i = 0; i < STUN_TRANSACTION_BYTES; i += 4)
                        write_u32(random + i, g_rand_int(link->network->random));
                size_t size = ice_client_check(&link->ice.client, random, now_us, request, &to);
                if (size)
                        send_to(link, &to, request, size);
        }
        if (lite ? ice_lite_expired(&link->ice.lite, now_us) : ice_client_expired(&link->ice.client, now_us))
                link->state = LINK_FAILED;
        if (link->state == LINK_HANDSHAKE && dtls_session_timeout_us(link->dtls) == 0) {
                dtls_session_handle_timeout(link->dtls);
                advance_dtls(link, now_us);
        }
}

LinkState link_state(const Link *link)
{
        return link->state;
}

SrtpProfile link_profile(const Link *link)
{
        return link->profile;
}

Drop link_open(Link *link, uint8_t *packet, size_t size, size_t *ret_size)
{
        uint64_t index;
        return srtp_receiver_unprotect(link->receiver, packet, size, ret_size, &index);
}

void link_send_rtp(Link *link, uint64_t index, const uint8_t *header, size_t header_size, const uint8_t *payload,
                   size_t payload_size)
{
        uint8_t packet[PACKET_MAX_BYTES];
        if (link->state != LINK_CONNECTED || header_size + payload_size + SRTP_OVERHEAD_BYTES > sizeof packet)
                return;
        size_t size = srtp_sender_protect(link->sender, index, header, header_size, payload, payload_size, packet);
        send_selected(link, packet, size);
}

void link_send_rtcp(Link *link, const uint8_t *compound, size_t size)
{
        uint8_t packet[PACKET_MAX_BYTES];
        if (link->state != LINK_CONNECTED || size + SRTCP_OVERHEAD_BYTES > sizeof packet)
                return;
        memcpy(packet, compound, size);
        send_selected(link, packet, srtp_sender_protect_rtcp(link->sender, packet, size));
}
