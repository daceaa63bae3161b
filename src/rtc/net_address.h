/* A transport address as a value: compare with net_address_equal, hash with net_address_hash, copy by assignment.
 * IPv4 is kept as ::ffff:a.b.c.d, so one key serves both families and a dual-stack socket takes it as it is. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

typedef enum { NET_UDP, NET_TCP } NetProtocol;

typedef struct NetAddress {
        uint8_t ip[16];
        uint32_t scope; /* link-local zone, else 0 */
        uint16_t port;  /* host order */
        uint8_t protocol;
        uint8_t zero; /* no padding: the struct is its own key */
} NetAddress;

#define NET_ADDRESS_TEXT_BYTES 80

/* False for families other than AF_INET and AF_INET6, or a short structure. */
bool net_address_from_sockaddr(const struct sockaddr *from, socklen_t size_bytes, NetProtocol protocol,
                               NetAddress *ret_address);
/* `family` is the socket's: an AF_INET6 socket gets mapped addresses. 0 when an IPv6 address is asked for an AF_INET
 * socket; else the length to pass on. */
socklen_t net_address_to_sockaddr(const NetAddress *address, int family, struct sockaddr_storage *ret_to);
/* Numeric "192.0.2.1" or "2001:db8::1"; no names. */
bool net_address_parse(const char *ip, uint16_t port, NetProtocol protocol, NetAddress *ret_address);
/* "192.0.2.1:5000" or "[2001:db8::1]:5000"; returns `text`. For tests and /debug/, never for logs. */
const char *net_address_format(const NetAddress *address, char text[NET_ADDRESS_TEXT_BYTES]);

bool net_address_is_ipv4(const NetAddress *address);
bool net_address_equal(const NetAddress *a, const NetAddress *b);
/* `seed` is random per loop, so that nobody can choose addresses that collide. */
uint32_t net_address_hash(const NetAddress *address, uint64_t seed);
