/* One WebRTC transport of the generator: a UDP socket, ICE, DTLS, SRTP. What is inside the packets is its owner's
 * matter. All links of a run share a Network.
 */
#pragma once
#include "load/description.h"
#include "load/bad_line.h"
#include "load/loop.h"
#include "rtc/dtls.h"
#include "rtc/ice.h"

#define PACKET_MAX_BYTES 2048
#define PACKETS_AT_ONCE 32

typedef struct {
        Loop *loop;
        DtlsIdentity *identity;
        char address[64];    /* of this machine, for candidates */
        bool lite;           /* the other side checks, we answer: for full agents such as Janus */
        double loss_percent; /* thrown away as they come in */
        bool wraps;          /* publishers' numbers begin just below where they start over */
        const char *const *watcher_line, *const *stage_line; /* words for bad_line_new; NULL: good lines. Borrowed */
        LineQueue *under_way;
        GRand *random;
        uint8_t inbox[PACKETS_AT_ONCE][PACKET_MAX_BYTES];
} Network;

typedef enum { LINK_NEW, LINK_CHECKING, LINK_HANDSHAKE, LINK_CONNECTED, LINK_FAILED } LinkState;

typedef struct Link Link;
typedef struct {
        void (*on_connected)(void *owner, int64_t now_us);
        /* Protected but for its header: link_open gives the clear packet when it is wanted. */
        void (*on_rtp)(void *owner, uint8_t *packet, size_t size, int64_t now_us);
        void (*on_rtcp)(void *owner, const uint8_t *compound, size_t size, int64_t now_us);
        void (*on_batch)(void *owner, int64_t now_us); /* after each batch read from the socket */
} LinkEvents;

/* line_words: of its line to the server (bad_line.h), NULL: a good one. */
Link *link_new(Network *network, const LinkEvents *events, void *owner, const char *const *line_words, GError **error);
void link_free(Link *link);
/* Our end, for descriptions; borrowed from the link. */
Transport link_transport(const Link *link, SdpSetup setup);
/* Starts towards the other side. `role`: which side of DTLS we are. False when its description is of no use. */
bool link_connect(Link *link, const Description *remote, DtlsRole role, int64_t now_us);
/* Checks, consent and retransmissions; call it every 10 to 50 ms. */
void link_turn(Link *link, int64_t now_us);
LinkState link_state(const Link *link);
SrtpProfile link_profile(const Link *link);

Drop link_open(Link *link, uint8_t *packet, size_t size, size_t *ret_size);
void link_send_rtp(Link *link, uint64_t index, const uint8_t *header, size_t header_size, const uint8_t *payload,
                   size_t payload_size);
void link_send_rtcp(Link *link, const uint8_t *compound, size_t size);

/* A Network on this machine's first address that is not loopback (127.0.0.1 when there is none). `profile`: 0 for both
 * in the usual order. Its struct is large: allocated. */
Network *network_new(Loop *loop, SrtpProfile profile, uint32_t seed);
void network_free(Network *network);
/* Delivers what is due on bad lines; call it every turn of the loop. */
void network_turn(Network *network, int64_t now_us);
