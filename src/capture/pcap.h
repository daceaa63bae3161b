/* pcap files as tcpdump and Wireshark read them (draft-ietf-opsawg-pcap), link type 101: IP packets.
 *
 * A captured packet becomes one of UDP between two addresses that stand for the server and the person (RFC 5737): who
 * reads it needs to know the ways of packets, not of people. RTCP stands in clear; what of a packet was not kept is
 * missing, and the file says how long it was. */
#pragma once
#include "sfu/sfu.h"

#include <glib.h>

#define PCAP_BYTES_MAX (8 * 1024 * 1024)

/* A file without packets. */
GByteArray *pcap_new(void);
/* False when the file is full: it stays as it was. */
bool pcap_add(GByteArray *pcap, const SfuCaptured *packet);
