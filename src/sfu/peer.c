#include "sfu/peer.h"

#include "sfu/publisher.h"
#include "sfu/room.h"
#include "sfu/watcher.h"

enum {
        MEDIA_PER_SECOND = 6000, /* of one peer: 12 Mbit/s of small packets is more than any stage sends */
        RTCP_BYTES = 1200,
};

static const uint8_t moves[PEER_N_STATES] = {
        [PEER_WAITING] = 1 << PEER_CHECKED | 1 << PEER_GONE,
        [PEER_CHECKED] = 1 << PEER_CONNECTED | 1 << PEER_GONE,
        [PEER_CONNECTED] = 1 << PEER_GONE,
        [PEER_GONE] = 0,
};

bool peer_may_enter(PeerState from, PeerState to)
{
        return moves[from] & 1 << to;
}

static void peer_enter(Peer *peer, PeerState state)
{
        g_assert(peer_may_enter(peer->state, state));
        peer->state = state;
}

Peer *peer_new(Loop *loop, Room *room, const PeerPlan *plan)
{
        DtlsSession *dtls = dtls_session_new(loop->shared->identity, DTLS_SERVER, plan->fingerprint);
        if (!dtls)
                return NULL;
        Peer *peer = g_new0(Peer, 1);
        peer->id = plan->peer;
        peer->participant = plan->participant;
        peer->seat = plan->publisher ? plan->seat : SFU_NO_SEAT;
        peer->loop = loop;
        peer->room_id = plan->room;
        peer->room = room;
        peer->dtls = dtls;
        peer->dtls_due_us = INT64_MAX;
        ice_lite_init(&peer->ice, &plan->local, &plan->remote, loop->now_us);
        if (plan->publisher)
                peer->publisher = publisher_new(peer, plan);
        else
                peer->watcher = watcher_new(plan, loop->now_us);
        return peer;
}

void peer_free(Peer *peer)
{
        if (!peer)
                return;
        publisher_free(peer->publisher);
        watcher_free(peer->watcher);
        dtls_session_free(peer->dtls);
        srtp_sender_free(peer->sender);
        srtp_receiver_free(peer->receiver);
        g_free(peer);
}

void peer_update(Peer *peer, const PeerPlan *plan)
{
        ice_lite_restart(&peer->ice, &plan->local, plan->remote.ufrag[0] ? &plan->remote : NULL);
        if (peer->publisher)
                publisher_update(peer->publisher, plan);
        else
                watcher_update(peer->watcher, plan);
        room_assign(peer->room);
}

static bool emit(Peer *peer, SfuEventKind kind)
{
        SfuEvent event = { .kind = kind,
                           .room = peer->room_id,
                           .peer = peer->id,
                           .participant = peer->participant,
                           .seat = peer->seat,
                           .reason = peer->gone_reason };
        return loop_emit(peer->loop, &event);
}

void peer_lose(Peer *peer, SfuGoneReason reason)
{
        if (peer->state == PEER_GONE)
                return;
        peer_enter(peer, PEER_GONE);
        peer->gone_reason = reason;
        counters_add(&peer->loop->counters, COUNTER_PEERS_GONE, 1);
        if (reason != SFU_GONE_CLOSED)
                peer_say_goodbye(peer);
        room_peer_gone(peer->room, peer);
        peer->gone_told = emit(peer, SFU_PEER_GONE);
}

/* --- ICE ---------------------------------------------------------------------------------------------------------- */

static void reply_stun(Peer *peer, const NetAddress *to, const uint8_t *reply, size_t size)
{
        Loop *loop = peer->loop;
        if (loop->n_replies == G_N_ELEMENTS(loop->replies))
                return;
        Destination *destination = &loop->replies[loop->n_replies];
        if (!loop_destination(loop, destination, to))
                return;
        loop->n_replies++;
        memcpy(sender_begin(&loop->sender, size), reply, size);
        peer_note(peer, true, reply, size, size);
        sender_commit(&loop->sender, destination, size);
}

/* Takes what ICE has selected. A TCP connection learns what must not wait behind pictures. */
static void take_destination(Peer *peer)
{
        peer->has_destination =
                peer->ice.has_selected && loop_destination(peer->loop, &peer->destination, &peer->ice.selected);
        TcpStream *stream = peer->destination.stream;
        if (!peer->has_destination)
                peer->destination = (Destination){ 0 };
        else if (stream && peer->watcher)
                stream_queue_sound(&stream->out, peer->watcher->payload_types[CODEC_OPUS]);
}

void peer_forget_address(Peer *peer, const NetAddress *address)
{
        if (ice_lite_forget(&peer->ice, address))
                take_destination(peer);
}

/* Whoever has shown the password may stay. */
static void prove(Peer *peer, const NetAddress *from)
{
        TcpStream *stream = from->protocol == NET_TCP ? streams_find(&peer->loop->streams, from) : NULL;
        if (stream)
                stream_prove(stream);
}

void peer_receive_stun(Peer *peer, const StunMessage *message, const NetAddress *from)
{
        Loop *loop = peer->loop;
        uint8_t reply[STUN_BUILD_BYTES];
        if (peer->state == PEER_GONE)
                return;
        IceResult result = ice_lite_receive(&peer->ice, message, from, loop->now_us, reply);
        if (result.drop)
                counters_drop(&loop->counters, result.drop);
        else if (message->class == STUN_REQUEST)
                prove(peer, from);
        if (result.removed)
                loop_forget_address(loop, &result.removed_address, peer->id);
        if (result.added)
                loop_bind(loop, from, peer->id);
        if (result.selected)
                take_destination(peer);
        if (peer->has_destination && peer->state == PEER_WAITING)
                peer_enter(peer, PEER_CHECKED);
        if (result.reply_bytes)
                reply_stun(peer, from, reply, result.reply_bytes);
}

/* --- DTLS --------------------------------------------------------------------------------------------------------- */

static void send_dtls(Peer *peer)
{
        Sender *sender = &peer->loop->sender;
        while (peer->has_destination) {
                uint8_t *out = sender_begin(sender, DTLS_DATAGRAM_BYTES);
                size_t size = dtls_session_take(peer->dtls, out);
                if (size == 0)
                        break;
                peer->flight_us = peer->loop->now_us;
                peer_note(peer, true, out, size, size);
                sender_commit(sender, &peer->destination, size);
        }
        int64_t timeout_us = dtls_session_timeout_us(peer->dtls);
        peer->dtls_due_us = timeout_us < 0 ? INT64_MAX : peer->loop->now_us + timeout_us;
}

static void connect_media(Peer *peer)
{
        SrtpKeys send, receive;
        if (!dtls_session_keys(peer->dtls, &send, &receive)) {
                peer_lose(peer, SFU_GONE_DTLS);
                return;
        }
        peer->sender = srtp_sender_new(&send);
        peer->receiver = srtp_receiver_new(&receive);
        if (!peer->sender || !peer->receiver) {
                peer_lose(peer, SFU_GONE_DTLS);
                return;
        }
        peer_enter(peer, PEER_CONNECTED);
        counters_add(&peer->loop->counters, COUNTER_PEERS_CONNECTED, 1);
        emit(peer, SFU_PEER_CONNECTED);
        room_peer_connected(peer->room, peer);
}

static void follow_dtls(Peer *peer)
{
        send_dtls(peer);
        switch (dtls_session_state(peer->dtls)) {
        case DTLS_HANDSHAKE:
                break;
        case DTLS_CONNECTED:
                if (peer->state == PEER_CHECKED)
                        connect_media(peer);
                break;
        case DTLS_CLOSED:
                peer_lose(peer, SFU_GONE_CLOSED);
                break;
        case DTLS_FAILED:
                peer_lose(peer, SFU_GONE_DTLS);
                break;
        }
}

void peer_note_round_trip(Peer *peer, int64_t sample_us)
{
        enum { RISE = 8 };
        sample_us = CLAMP(sample_us, 1, G_USEC_PER_SEC);
        bool rises = peer->round_trip_us && sample_us > peer->round_trip_us;
        peer->round_trip_us = rises ? peer->round_trip_us + (sample_us - peer->round_trip_us) / RISE : sample_us;
}

void peer_receive_dtls(Peer *peer, const Packet *packet)
{
        peer_note(peer, false, packet->bytes, packet->size, packet->size);
        if (peer->state == PEER_WAITING || peer->state == PEER_GONE) {
                counters_drop(&peer->loop->counters, DROP_DTLS_ADDRESS);
                return;
        }
        /* The browser's answer to our first flight gives a first idea of the round trip. */
        if (peer->flight_us && !peer->round_trip_us)
                peer_note_round_trip(peer, peer->loop->now_us - peer->flight_us);
        Drop drop = dtls_session_receive(peer->dtls, packet->bytes, packet->size);
        if (drop)
                counters_drop(&peer->loop->counters, drop);
        follow_dtls(peer);
}

void peer_say_goodbye(Peer *peer)
{
        if (!peer->has_destination || dtls_session_state(peer->dtls) != DTLS_CONNECTED)
                return;
        dtls_session_close(peer->dtls);
        send_dtls(peer);
}

/* --- Media -------------------------------------------------------------------------------------------------------- */

static Drop receive_rtcp(Peer *peer, Packet *packet)
{
        size_t size;
        Drop drop = srtp_receiver_unprotect_rtcp(peer->receiver, packet->bytes, packet->size, &size);
        if (drop)
                return drop;
        peer_note(peer, false, packet->bytes, size, packet->size);
        RtcpReader reader;
        drop = rtcp_reader_init(&reader, packet->bytes, size);
        if (drop)
                return drop;
        for (RtcpPacket rtcp; rtcp_reader_next(&reader, &rtcp);) {
                if (peer->publisher)
                        publisher_receive_rtcp(peer->publisher, &rtcp);
                else
                        watcher_receive_rtcp(peer, &rtcp);
        }
        return DROP_NONE;
}

static Drop receive_media(Peer *peer, Packet **packet)
{
        if (!peer_is_connected(peer))
                return DROP_NOT_CONNECTED;
        if (!rate_take(&peer->media_rate, MEDIA_PER_SECOND, peer->loop->now_us))
                return DROP_RATE;
        if (rtcp_is((*packet)->bytes, (*packet)->size))
                return receive_rtcp(peer, *packet);
        peer_note(peer, false, (*packet)->bytes, (*packet)->size, (*packet)->size);
        if (!peer->publisher)
                return DROP_RTP_UNKNOWN_SSRC;
        return publisher_receive_rtp(peer->publisher, packet);
}

void peer_receive_media(Peer *peer, Packet **packet)
{
        Drop drop = receive_media(peer, packet);
        if (drop)
                counters_drop(&peer->loop->counters, drop);
}

RtcpWriter peer_rtcp_begin(Peer *peer)
{
        RtcpWriter writer;
        rtcp_writer_init(&writer, sender_begin(&peer->loop->sender, RTCP_BYTES + SRTCP_OVERHEAD_BYTES), RTCP_BYTES);
        return writer;
}

void peer_rtcp_end(Peer *peer, RtcpWriter *writer)
{
        if (writer->size == 0)
                return;
        peer_note(peer, true, writer->data, writer->size, writer->size + SRTCP_OVERHEAD_BYTES);
        size_t size = srtp_sender_protect_rtcp(peer->sender, writer->data, writer->size);
        sender_commit(&peer->loop->sender, &peer->destination, size);
}

void peer_tick(Peer *peer)
{
        int64_t now_us = peer->loop->now_us;
        if (peer->state == PEER_GONE) {
                peer->gone_told = peer->gone_told || emit(peer, SFU_PEER_GONE);
                return;
        }
        if (ice_lite_expired(&peer->ice, now_us)) {
                peer_lose(peer, peer->state == PEER_WAITING ? SFU_GONE_NEVER : SFU_GONE_CONSENT);
                return;
        }
        if (peer->dtls_due_us <= now_us) {
                dtls_session_handle_timeout(peer->dtls);
                follow_dtls(peer);
        }
        if (!peer_is_connected(peer))
                return;
        if (peer->publisher) {
                publisher_tick(peer->publisher);
                return;
        }
        watcher_tick(peer);
        if (peer->destination.stream && stream_wants_pictures(peer->destination.stream))
                watcher_want_pictures(peer);
}
