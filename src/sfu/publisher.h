/* A publisher's half of RTP: which SSRC is which track, what comes in, and the feedback that goes back to the browser:
 * receiver reports, NACK, PLI, transport-wide feedback by which it estimates its line, and REMB: the cap of that, and
 * all there is for a browser without the former (either is needed, or browsers stay at 300 kbit/s). Owned by its peer.
 *
 * RFC 8843, 9.2 (SSRC to line by the mid extension), RFC 8852 (to layer by the rid extension), RFC 4588 (RTX), RFC
 * 4585, draft-alvestrand-rmcat-remb-03, draft-holmer-rmcat-transport-wide-cc-extensions-01. */
#pragma once

#include "sfu/peer.h"
#include "sfu/track.h"

Publisher *publisher_new(Peer *peer, const PeerPlan *plan);
void publisher_free(Publisher *publisher); /* its tracks have left the room: room_peer_gone() */
void publisher_update(Publisher *publisher, const PeerPlan *plan);

/* Server clock − sender's clock, for track_capture_us(). */
int64_t publisher_clock_offset_us(const Publisher *publisher);

Drop publisher_receive_rtp(Publisher *publisher, Packet **packet);
void publisher_receive_rtcp(Publisher *publisher, const RtcpPacket *rtcp);
/* At the end of each turn that brought packets: asks for those found missing, or asked for long enough ago. */
void publisher_ask_missing(Publisher *publisher);
void publisher_tick(Publisher *publisher);
/* Somebody needs a key frame of this track; joined with other wishes. */
void publisher_want_key(Publisher *publisher, Track *track);
