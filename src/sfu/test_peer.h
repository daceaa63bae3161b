/* A browser for the tests of sfu: ICE, DTLS and SRTP on a real socket, no codecs. One thread with the test. */
#pragma once

#include "sfu/negotiate.h"
#include "sfu/sfu.h"

#include "rtc/dtls.h"
#include "rtc/framing.h"
#include "rtc/ice.h"
#include "rtc/srtp.h"

enum {
        TEST_MIC_SSRC = 1001,
        TEST_CAMERA_SSRC = 2001,
        TEST_COPY_SSRC = 3001,
        TEST_LAYER_SSRC = 4001, /* and the two after it */
        TEST_MIC_TYPE = 109,
        TEST_H264_TYPE = 125,
        TEST_VP8_TYPE = 120,
        TEST_MID_ID = 4,
        TEST_LEVEL_ID = 1,
        TEST_RID_ID = 10,
        TEST_TRANSPORT_ID = 3,
        TEST_MIC = 0,
        TEST_CAMERA = 1,
        TEST_COPY = 2,
        TEST_LAYER = 3, /* and the two after it: a camera's layers q, h and f, VP8 */
        TEST_STREAMS = 6,
        TEST_WAIT_US = 10 * 1000 * 1000,
};

typedef struct TestPacket {
        RtpHeader header;
        uint64_t index;
        uint16_t transport; /* the transport-wide sequence, 0 without */
        uint8_t payload[1500];
        size_t size;
} TestPacket;

typedef struct TestPeer {
        int fd;
        bool tcp;
        FrameReader in;
        DtlsIdentity *identity;
        DtlsSession *dtls;
        SrtpSender *sender;
        SrtpReceiver *receiver;
        IceClient ice;
        IceCredentials local;
        GArray *packets;                   /* TestPacket received */
        GArray *rtcp;                      /* RtcpKind of each packet received */
        uint32_t asked_key;                /* the media SSRC of the last PLI */
        uint64_t next_index[TEST_STREAMS]; /* of each stream */
        uint16_t next_transport;
        unsigned arrivals_told; /* packets that transport-wide feedback says came */
} TestPeer;

extern const uint8_t test_opus[8], test_key_sets[11], test_delta_slice[8], test_vp8_key[14];

TestPeer *test_peer_new(void);
/* Goes by ICE-TCP; before test_peer_connect(). */
void test_peer_use_tcp(TestPeer *peer);
void test_peer_free(TestPeer *peer);

/* A publisher's offer: "mic", "camera" (H.264) and "copy" (VP8) as far as asked. */
char *test_peer_offer(TestPeer *peer, bool camera, bool copy);
/* A publisher's offer whose camera is VP8 of three layers. */
char *test_peer_offer_layers(TestPeer *peer);
/* A watcher's answer; without H.264 if asked. */
char *test_peer_answer(TestPeer *peer, const char *offer, bool h264);
/* Takes the server's side from its description; checks begin. */
void test_peer_connect(TestPeer *peer, const char *description);
/* Its side of an ICE restart: new credentials for the next description; checks with the server's new ones. */
void test_peer_renew(TestPeer *peer);
void test_peer_restart(TestPeer *peer, const char *ufrag, const char *pwd);
/* It has another address from now on, by UDP. */
void test_peer_move(TestPeer *peer);
/* Handles what has come, sends what is due. */
void test_peer_turn(TestPeer *peer);
bool test_peer_is_connected(const TestPeer *peer);

/* One packet of a publisher: which is TEST_MIC, …; those of layers bear their line and rid. */
void test_peer_send(TestPeer *peer, unsigned which, uint64_t index, uint32_t timestamp, bool marker,
                    const uint8_t *payload, size_t size);
/* The next packet of sound: test_opus. */
void test_peer_send_voice(TestPeer *peer, uint32_t timestamp);
/* The camera's next picture: a key frame of two packets, test_key_sets first, or one packet that depends on it. */
void test_peer_send_picture(TestPeer *peer, bool key, uint32_t timestamp);
/* A key frame of the small copy, test_vp8_key. */
void test_peer_send_copy(TestPeer *peer, uint32_t timestamp);
void test_peer_send_rtcp(TestPeer *peer, uint8_t *compound, size_t size);
/* Transport-wide feedback for each twenty that came since `told`: each so much later than the one before, and one in so
 * many lost (0: none). */
void test_peer_tell_arrivals(TestPeer *peer, unsigned *told, int64_t step_us, unsigned lost_each);
/* Raw bytes from the peer's address; framed where it goes by TCP. */
void test_peer_send_raw(TestPeer *peer, const void *bytes, size_t size);

/* How many packets of a payload type came; the nth of them, from 0. */
unsigned test_peer_count(const TestPeer *peer, uint8_t payload_type);
const TestPacket *test_peer_nth(const TestPeer *peer, uint8_t payload_type, unsigned n);
bool test_peer_heard(const TestPeer *peer, RtcpKind kind);
/* The numbers of each line that came go on without a hole that looks like loss. */
void test_peer_assert_whole(const TestPeer *peer);

/* What the server counted under that name. */
uint64_t test_counter(Sfu *sfu, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestPeer, test_peer_free)
