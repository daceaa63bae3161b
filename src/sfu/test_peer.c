#include "sfu/test_peer.h"

#include "rtc/bytes.h"
#include "rtc/rtcp.h"
#include "rtc/rtp.h"
#include "rtc/sdp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const uint8_t test_opus[8] = { 0x78, 1, 2, 3, 4, 5, 6, 7 };
const uint8_t test_key_sets[11] = { 0x78, 0, 4, 0x67, 0x42, 0xe0, 0x1f, 0, 2, 0x68, 0xce };
static const uint8_t key_slice[8] = { 0x65, 0x88, 1, 2, 3, 4, 5, 6 };
const uint8_t test_delta_slice[8] = { 0x61, 0xe0, 9, 8, 7, 6, 5, 4 };
const uint8_t test_vp8_key[14] = { 0x90, 0x80, 0x81, 0x05, 0x10, 0, 0, 0x9d, 1, 0x2a, 0x40, 1, 0xf0, 0 };

void test_peer_renew(TestPeer *peer)
{
        uint8_t random[ICE_RANDOM_BYTES];
        for (unsigned i = 0; i < sizeof random; i++)
                random[i] = (uint8_t)g_test_rand_int();
        ice_credentials_make(&peer->local, random);
}

TestPeer *test_peer_new(void)
{
        TestPeer *peer = g_new0(TestPeer, 1);
        test_peer_renew(peer);
        peer->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        peer->identity = dtls_identity_new();
        peer->packets = g_array_new(FALSE, FALSE, sizeof(TestPacket));
        peer->rtcp = g_array_new(FALSE, FALSE, sizeof(RtcpKind));
        for (unsigned i = 0; i < TEST_STREAMS; i++)
                peer->next_index[i] = 100;
        return peer;
}

void test_peer_use_tcp(TestPeer *peer)
{
        close(peer->fd);
        peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        peer->tcp = true;
}

void test_peer_free(TestPeer *peer)
{
        dtls_session_free(peer->dtls);
        dtls_identity_free(peer->identity);
        srtp_sender_free(peer->sender);
        srtp_receiver_free(peer->receiver);
        g_array_unref(peer->packets);
        g_array_unref(peer->rtcp);
        close(peer->fd);
        g_free(peer);
}

static void own_side(const TestPeer *peer, Sdp *sdp, SdpSetup setup)
{
        g_strlcpy(sdp->ufrag, peer->local.ufrag, sizeof sdp->ufrag);
        g_strlcpy(sdp->pwd, peer->local.pwd, sizeof sdp->pwd);
        memcpy(sdp->fingerprint, dtls_identity_fingerprint(peer->identity), sizeof sdp->fingerprint);
        sdp->has_fingerprint = true;
        sdp->setup = setup;
}

static void add_line(Sdp *sdp, SdpKind kind, const char *mid, SdpCodec codec, uint32_t ssrc)
{
        SdpMedia *line = sdp_add_media(sdp);
        line->kind = kind;
        line->direction = SDP_SENDONLY;
        line->rtcp_mux = true;
        line->ssrc = ssrc;
        codec.feedback |= SDP_TRANSPORT_CC;
        line->codecs[line->n_codecs++] = codec;
        line->extensions.id[RTP_EXTENSION_TRANSPORT_CC] = TEST_TRANSPORT_ID;
        line->extensions.id[RTP_EXTENSION_MID] = TEST_MID_ID;
        if (kind == SDP_AUDIO)
                line->extensions.id[RTP_EXTENSION_AUDIO_LEVEL] = TEST_LEVEL_ID;
        g_strlcpy(line->mid, mid, sizeof line->mid);
}

char *test_peer_offer(TestPeer *peer, bool camera, bool copy)
{
        g_autoptr(Sdp) sdp = sdp_new();
        own_side(peer, sdp, SDP_ACTPASS);
        add_line(sdp, SDP_AUDIO, "mic", (SdpCodec){ .payload_type = TEST_MIC_TYPE, .name = SDP_OPUS }, TEST_MIC_SSRC);
        if (camera)
                add_line(sdp, SDP_VIDEO, "camera",
                         (SdpCodec){ .payload_type = TEST_H264_TYPE,
                                     .name = SDP_H264,
                                     .packetization_mode = 1,
                                     .profile_level_id = 0x42e01f },
                         TEST_CAMERA_SSRC);
        if (copy)
                add_line(sdp, SDP_VIDEO, "copy", (SdpCodec){ .payload_type = TEST_VP8_TYPE, .name = SDP_VP8 },
                         TEST_COPY_SSRC);
        return sdp_print(sdp);
}

char *test_peer_offer_layers(TestPeer *peer)
{
        static const char *const rids[] = { "q", "h", "f" };
        g_autoptr(Sdp) sdp = sdp_new();
        own_side(peer, sdp, SDP_ACTPASS);
        add_line(sdp, SDP_AUDIO, "mic", (SdpCodec){ .payload_type = TEST_MIC_TYPE, .name = SDP_OPUS }, TEST_MIC_SSRC);
        add_line(sdp, SDP_VIDEO, "camera", (SdpCodec){ .payload_type = TEST_VP8_TYPE, .name = SDP_VP8 }, 0);
        SdpMedia *camera = &sdp->media[1];
        camera->extensions.id[RTP_EXTENSION_RID] = TEST_RID_ID;
        camera->layers_direction = SDP_SENDONLY;
        for (; camera->n_layers < G_N_ELEMENTS(rids); camera->n_layers++)
                g_strlcpy(camera->layers[camera->n_layers], rids[camera->n_layers], SDP_RID_SIZE);
        return sdp_print(sdp);
}

char *test_peer_answer(TestPeer *peer, const char *offer, bool h264)
{
        g_autoptr(Sdp) sdp = sdp_parse(offer, strlen(offer), NULL);
        own_side(peer, sdp, SDP_ACTIVE);
        sdp->ice_lite = false;
        sdp->n_candidates = 0;
        for (unsigned i = 0; i < sdp->n_media; i++) {
                SdpMedia *line = &sdp->media[i];
                line->direction = SDP_RECVONLY;
                line->ssrc = line->rtx_ssrc = 0;
                if (line->kind == SDP_VIDEO && !h264) /* H.264 and its RTX come first */
                        memmove(line->codecs, line->codecs + 2, (line->n_codecs -= 2) * sizeof *line->codecs);
        }
        return sdp_print(sdp);
}

static uint16_t candidate_port(const char *description, bool tcp)
{
        const char *candidate = strstr(description, tcp ? " 1 tcp " : " 1 udp ");
        const char *end = candidate ? strstr(candidate, " typ host") : NULL;
        while (end && end > candidate && end[-1] != ' ')
                end--;
        return end ? (uint16_t)g_ascii_strtoull(end, NULL, 10) : 0;
}

void test_peer_connect(TestPeer *peer, const char *description)
{
        g_autoptr(Sdp) sdp = sdp_parse(description, strlen(description), NULL);
        uint16_t port = candidate_port(description, peer->tcp);
        g_assert_nonnull(sdp);
        g_assert_true(sdp->ice_lite);
        g_assert_cmpuint(port, !=, 0);
        struct sockaddr_in server = { .sin_family = AF_INET,
                                      .sin_port = htons(port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        g_assert_cmpint(connect(peer->fd, (struct sockaddr *)&server, sizeof server), ==, 0);
        fcntl(peer->fd, F_SETFL, O_NONBLOCK);
        IceCredentials remote;
        g_assert_true(ice_credentials_set(&remote, sdp->ufrag, sdp->pwd));
        ice_client_init(&peer->ice, &peer->local, &remote, 1, g_get_monotonic_time());
        NetAddress address;
        net_address_parse("127.0.0.1", port, NET_UDP, &address);
        ice_client_add_candidate(&peer->ice, &address);
        peer->dtls = dtls_session_new(peer->identity, DTLS_CLIENT, sdp->fingerprint);
}

void test_peer_restart(TestPeer *peer, const char *ufrag, const char *pwd)
{
        IceCredentials remote;
        NetAddress server = peer->ice.candidates[0];
        g_assert_true(ice_credentials_set(&remote, ufrag, pwd));
        ice_client_init(&peer->ice, &peer->local, &remote, 1, g_get_monotonic_time());
        ice_client_add_candidate(&peer->ice, &server);
}

void test_peer_move(TestPeer *peer)
{
        struct sockaddr_storage server;
        socklen_t size = sizeof server;
        g_assert_cmpint(getpeername(peer->fd, (struct sockaddr *)&server, &size), ==, 0);
        int other = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        close(peer->fd); /* after the new one is there: it has another port */
        peer->fd = other;
        g_assert_cmpint(connect(peer->fd, (struct sockaddr *)&server, size), ==, 0);
}

void test_peer_tell_arrivals(TestPeer *peer, unsigned *told, int64_t step_us, unsigned lost_each)
{
        enum { AT_ONCE = 20 };
        int64_t arrivals_us[AT_ONCE];
        uint8_t compound[256];
        RtcpWriter writer;
        while (peer->packets->len >= *told + AT_ONCE) {
                for (unsigned i = 0; i < AT_ONCE; i++)
                        arrivals_us[i] = lost_each && i % lost_each == 1
                                                 ? -1
                                                 : g_get_monotonic_time() % (64000 * 1000) + (*told + i) * step_us;
                rtcp_writer_init(&writer, compound, 200);
                rtcp_write_report(&writer, 1, NULL, NULL, 0);
                rtcp_write_twcc(&writer, 1, g_array_index(peer->packets, TestPacket, 0).header.ssrc,
                                (uint8_t)(*told / AT_ONCE), (uint16_t)*told, arrivals_us, AT_ONCE);
                test_peer_send_rtcp(peer, compound, writer.size);
                *told += AT_ONCE;
        }
}

void test_peer_send_raw(TestPeer *peer, const void *bytes, size_t size)
{
        uint8_t frame[FRAME_HEADER_BYTES + 2048];
        if (peer->tcp) {
                write_u16(frame, (uint16_t)size);
                memcpy(frame + FRAME_HEADER_BYTES, bytes, size);
                bytes = frame;
                size += FRAME_HEADER_BYTES;
        }
        if (send(peer->fd, bytes, size, MSG_NOSIGNAL) < 0)
                g_test_message("send refused");
}

static void flush_dtls(TestPeer *peer)
{
        uint8_t out[DTLS_DATAGRAM_BYTES];
        for (size_t size; (size = dtls_session_take(peer->dtls, out)) > 0;)
                test_peer_send_raw(peer, out, size);
        SrtpKeys send_keys, receive_keys;
        if (!peer->sender && dtls_session_keys(peer->dtls, &send_keys, &receive_keys)) {
                peer->sender = srtp_sender_new(&send_keys);
                peer->receiver = srtp_receiver_new(&receive_keys);
        }
}

static void receive_rtcp(TestPeer *peer, uint8_t *bytes, size_t size)
{
        RtcpReader reader;
        if (srtp_receiver_unprotect_rtcp(peer->receiver, bytes, size, &size) || rtcp_reader_init(&reader, bytes, size))
                return;
        for (RtcpPacket packet; rtcp_reader_next(&reader, &packet);) {
                RtcpKind kind = rtcp_kind(&packet);
                g_array_append_val(peer->rtcp, kind);
                if (kind == RTCP_PLI)
                        peer->asked_key = rtcp_media(&packet);
                static TwccFeedback feedback;
                if (kind != RTCP_TWCC || !rtcp_twcc_read(&packet, &feedback))
                        continue;
                /* Browsers read what names a stream of theirs. */
                uint32_t media = rtcp_media(&packet);
                g_assert_true(media == TEST_MIC_SSRC || media == TEST_CAMERA_SSRC || media == TEST_COPY_SSRC ||
                              (media >= TEST_LAYER_SSRC && media < TEST_LAYER_SSRC + 3));
                for (unsigned i = 0; i < feedback.n_packets; i++)
                        peer->arrivals_told += feedback.packets[i].received;
        }
}

static void receive_rtp(TestPeer *peer, uint8_t *bytes, size_t size)
{
        TestPacket packet;
        g_assert_cmpint(srtp_receiver_unprotect(peer->receiver, bytes, size, &size, &packet.index), ==, DROP_NONE);
        g_assert_cmpint(rtp_parse(bytes, size, &packet.header), ==, DROP_NONE);
        static const RtpExtensionIds ids = { .id = { [RTP_EXTENSION_TRANSPORT_CC] = EXTENSION_TRANSPORT_CC } };
        RtpExtensions extensions;
        rtp_extensions_read(bytes, &packet.header, &ids, &extensions);
        packet.transport = extensions.transport_sequence;
        packet.size = packet.header.payload_bytes;
        memcpy(packet.payload, bytes + packet.header.header_bytes, packet.size);
        g_array_append_val(peer->packets, packet);
}

static void receive(TestPeer *peer, uint8_t *bytes, size_t size)
{
        StunMessage message;
        uint8_t reply[STUN_BUILD_BYTES];
        if (stun_is(bytes, size) && !stun_parse(bytes, size, &message)) {
                IceResult result = ice_client_receive(&peer->ice, &message, &peer->ice.candidates[0],
                                                      g_get_monotonic_time(), reply);
                if (result.reply_bytes)
                        test_peer_send_raw(peer, reply, result.reply_bytes);
        } else if (dtls_is(bytes, size)) {
                dtls_session_receive(peer->dtls, bytes, size);
        } else if (peer->receiver && rtcp_is(bytes, size)) {
                receive_rtcp(peer, bytes, size);
        } else if (peer->receiver && rtp_is(bytes, size)) {
                receive_rtp(peer, bytes, size);
        }
}

static void receive_stream(TestPeer *peer)
{
        size_t room, size;
        uint8_t *to = frame_reader_room(&peer->in, &room), bytes[FRAME_MAX_BYTES];
        for (ssize_t n; (n = recv(peer->fd, to, room, 0)) > 0; to = frame_reader_room(&peer->in, &room)) {
                frame_reader_filled(&peer->in, (size_t)n);
                for (const uint8_t *frame; frame_reader_next(&peer->in, &frame, &size) == FRAME_WHOLE;) {
                        memcpy(bytes, frame, size);
                        receive(peer, bytes, size);
                }
        }
}

void test_peer_turn(TestPeer *peer)
{
        uint8_t bytes[2048];
        for (ssize_t size; !peer->tcp && (size = recv(peer->fd, bytes, sizeof bytes, 0)) > 0;)
                receive(peer, bytes, (size_t)size);
        if (peer->tcp)
                receive_stream(peer);
        uint8_t random[STUN_TRANSACTION_BYTES], out[STUN_BUILD_BYTES];
        for (unsigned i = 0; i < sizeof random; i++)
                random[i] = (uint8_t)g_test_rand_int();
        NetAddress to;
        size_t size = ice_client_check(&peer->ice, random, g_get_monotonic_time(), out, &to);
        if (size)
                test_peer_send_raw(peer, out, size);
        if (peer->ice.state == ICE_CHECKING)
                return;
        if (dtls_session_timeout_us(peer->dtls) == 0)
                dtls_session_handle_timeout(peer->dtls);
        flush_dtls(peer);
}

bool test_peer_is_connected(const TestPeer *peer)
{
        return peer->sender != NULL;
}

void test_peer_send(TestPeer *peer, unsigned which, uint64_t index, uint32_t timestamp, bool marker,
                    const uint8_t *payload, size_t size)
{
        static const uint32_t ssrcs[] = { TEST_MIC_SSRC,   TEST_CAMERA_SSRC,    TEST_COPY_SSRC,
                                          TEST_LAYER_SSRC, TEST_LAYER_SSRC + 1, TEST_LAYER_SSRC + 2 };
        static const uint8_t types[] = { TEST_MIC_TYPE, TEST_H264_TYPE, TEST_VP8_TYPE,
                                         TEST_VP8_TYPE, TEST_VP8_TYPE,  TEST_VP8_TYPE };
        static const RtpExtensionIds ids = { .id = { [RTP_EXTENSION_AUDIO_LEVEL] = TEST_LEVEL_ID,
                                                     [RTP_EXTENSION_MID] = TEST_MID_ID,
                                                     [RTP_EXTENSION_RID] = TEST_RID_ID,
                                                     [RTP_EXTENSION_TRANSPORT_CC] = TEST_TRANSPORT_ID } };
        uint8_t out[1600];
        RtpExtensions extensions = { .has = { [RTP_EXTENSION_AUDIO_LEVEL] = which == TEST_MIC,
                                              [RTP_EXTENSION_MID] = which >= TEST_LAYER,
                                              [RTP_EXTENSION_RID] = which >= TEST_LAYER,
                                              [RTP_EXTENSION_TRANSPORT_CC] = true },
                                     .transport_sequence = peer->next_transport++,
                                     .mid = "camera",
                                     .rid = { which >= TEST_LAYER ? "qhf"[which - TEST_LAYER] : '\0' },
                                     .audio_level = 10 };
        RtpHeader header = { .marker = marker,
                             .payload_type = types[which],
                             .sequence = (uint16_t)index,
                             .timestamp = timestamp,
                             .ssrc = ssrcs[which] };
        size_t extension_bytes = rtp_extensions_write(out + RTP_HEADER_BYTES, &ids, &extensions);
        rtp_write(out, &header, extension_bytes > 0);
        size_t sent =
                srtp_sender_protect(peer->sender, index, out, RTP_HEADER_BYTES + extension_bytes, payload, size, out);
        test_peer_send_raw(peer, out, sent);
}

void test_peer_send_voice(TestPeer *peer, uint32_t timestamp)
{
        test_peer_send(peer, TEST_MIC, peer->next_index[TEST_MIC]++, timestamp, false, test_opus, sizeof test_opus);
}

void test_peer_send_picture(TestPeer *peer, bool key, uint32_t timestamp)
{
        uint64_t *next = &peer->next_index[TEST_CAMERA];
        if (key)
                test_peer_send(peer, TEST_CAMERA, (*next)++, timestamp, false, test_key_sets, sizeof test_key_sets);
        test_peer_send(peer, TEST_CAMERA, (*next)++, timestamp, true, key ? key_slice : test_delta_slice,
                       sizeof key_slice);
}

void test_peer_send_copy(TestPeer *peer, uint32_t timestamp)
{
        test_peer_send(peer, TEST_COPY, peer->next_index[TEST_COPY]++, timestamp, true, test_vp8_key,
                       sizeof test_vp8_key);
}

void test_peer_send_rtcp(TestPeer *peer, uint8_t *compound, size_t size)
{
        test_peer_send_raw(peer, compound, srtp_sender_protect_rtcp(peer->sender, compound, size));
}

static const TestPacket *packet_at(const TestPeer *peer, unsigned i)
{
        return &g_array_index(peer->packets, TestPacket, i);
}

unsigned test_peer_count(const TestPeer *peer, uint8_t payload_type)
{
        unsigned n = 0;
        for (unsigned i = 0; i < peer->packets->len; i++)
                n += packet_at(peer, i)->header.payload_type == payload_type;
        return n;
}

const TestPacket *test_peer_nth(const TestPeer *peer, uint8_t payload_type, unsigned n)
{
        for (unsigned i = 0; i < peer->packets->len; i++)
                if (packet_at(peer, i)->header.payload_type == payload_type && n-- == 0)
                        return packet_at(peer, i);
        g_assert_not_reached();
}

bool test_peer_heard(const TestPeer *peer, RtcpKind kind)
{
        for (unsigned i = 0; i < peer->rtcp->len; i++)
                if (g_array_index(peer->rtcp, RtcpKind, i) == kind)
                        return true;
        return false;
}

void test_peer_assert_whole(const TestPeer *peer)
{
        g_autoptr(GHashTable) next = g_hash_table_new(NULL, NULL);
        for (unsigned i = 0; i < peer->packets->len; i++) {
                const RtpHeader *header = &packet_at(peer, i)->header;
                gpointer line = GUINT_TO_POINTER(header->ssrc), expected;
                if (g_hash_table_lookup_extended(next, line, NULL, &expected))
                        g_assert_cmpuint(header->sequence, ==, GPOINTER_TO_UINT(expected));
                g_hash_table_insert(next, line, GUINT_TO_POINTER((uint16_t)(header->sequence + 1)));
        }
}

uint64_t test_counter(Sfu *sfu, const char *name)
{
        SfuCounter counters[128];
        size_t n = sfu_counters(sfu, counters, G_N_ELEMENTS(counters));
        g_assert_cmpuint(n, <=, G_N_ELEMENTS(counters));
        for (size_t i = 0; i < n; i++)
                if (!strcmp(counters[i].name, name))
                        return counters[i].value;
        g_assert_not_reached();
}
