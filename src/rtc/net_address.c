#include "rtc/net_address.h"
#include "rtc/bytes.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static const uint8_t MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

_Static_assert(sizeof(NetAddress) == 24, "the struct is its own hash key: no padding");

bool net_address_from_sockaddr(const struct sockaddr *from, socklen_t size_bytes, NetProtocol protocol,
                               NetAddress *ret_address)
{
        NetAddress address = { .protocol = (uint8_t)protocol };
        if (size_bytes >= sizeof(struct sockaddr_in) && from->sa_family == AF_INET) {
                const struct sockaddr_in *in = (const void *)from;
                memcpy(address.ip, MAPPED, sizeof MAPPED);
                memcpy(address.ip + 12, &in->sin_addr, 4);
                address.port = ntohs(in->sin_port);
        } else if (size_bytes >= sizeof(struct sockaddr_in6) && from->sa_family == AF_INET6) {
                const struct sockaddr_in6 *in6 = (const void *)from;
                memcpy(address.ip, &in6->sin6_addr, 16);
                address.port = ntohs(in6->sin6_port);
                address.scope = IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr) ? in6->sin6_scope_id : 0;
        } else {
                return false;
        }
        *ret_address = address;
        return true;
}

socklen_t net_address_to_sockaddr(const NetAddress *address, int family, struct sockaddr_storage *ret_to)
{
        if (family == AF_INET) {
                if (!net_address_is_ipv4(address))
                        return 0;
                struct sockaddr_in *in = (void *)ret_to;
                *in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(address->port) };
                memcpy(&in->sin_addr, address->ip + 12, 4);
                return sizeof *in;
        }
        struct sockaddr_in6 *in6 = (void *)ret_to;
        *in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
                                      .sin6_port = htons(address->port),
                                      .sin6_scope_id = address->scope };
        memcpy(&in6->sin6_addr, address->ip, 16);
        return sizeof *in6;
}

bool net_address_parse(const char *ip, uint16_t port, NetProtocol protocol, NetAddress *ret_address)
{
        NetAddress address = { .port = port, .protocol = (uint8_t)protocol };
        memcpy(address.ip, MAPPED, sizeof MAPPED);
        if (inet_pton(AF_INET, ip, address.ip + 12) != 1 && inet_pton(AF_INET6, ip, address.ip) != 1)
                return false;
        *ret_address = address;
        return true;
}

const char *net_address_format(const NetAddress *address, char text[NET_ADDRESS_TEXT_BYTES])
{
        char ip[INET6_ADDRSTRLEN];
        if (net_address_is_ipv4(address)) {
                inet_ntop(AF_INET, address->ip + 12, ip, sizeof ip);
                snprintf(text, NET_ADDRESS_TEXT_BYTES, "%s:%u", ip, address->port);
        } else {
                inet_ntop(AF_INET6, address->ip, ip, sizeof ip);
                snprintf(text, NET_ADDRESS_TEXT_BYTES, "[%s]:%u", ip, address->port);
        }
        return text;
}

bool net_address_is_ipv4(const NetAddress *address)
{
        return memcmp(address->ip, MAPPED, sizeof MAPPED) == 0;
}

bool net_address_equal(const NetAddress *a, const NetAddress *b)
{
        return memcmp(a, b, sizeof *a) == 0;
}

static uint64_t mix(uint64_t x)
{
        x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
        return x ^ x >> 31;
}

uint32_t net_address_hash(const NetAddress *address, uint64_t seed)
{
        uint64_t words[3];
        memcpy(words, address, sizeof words);
        return (uint32_t)mix(mix(mix(seed ^ words[0]) ^ words[1]) ^ words[2]);
}
