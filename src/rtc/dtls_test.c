#include "rtc/dtls.h"
#include "rtc/bytes.h"
#include <string.h>
#include <sys/time.h>

/* OpenSSL's timers run on gettimeofday: this one, in the test's program, is found before the C library's, and no test
 * waits for real time. */
static int64_t clock_us = INT64_C(1700000000000000);

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
        now->tv_sec = clock_us / 1000000;
        now->tv_usec = clock_us % 1000000;
        return 0;
}

typedef struct Ends {
        DtlsIdentity *server_identity, *client_identity;
        DtlsSession *server, *client;
} Ends;

/* One datagram on its way, or a reason to lose it. */
typedef bool (*LoseFunc)(bool from_client, unsigned number, void *data);

static void ends_init(Ends *ends)
{
        ends->server_identity = dtls_identity_new();
        ends->client_identity = dtls_identity_new();
        const uint8_t *servers = dtls_identity_fingerprint(ends->server_identity);
        const uint8_t *clients = dtls_identity_fingerprint(ends->client_identity);
        ends->server = dtls_session_new(ends->server_identity, DTLS_SERVER, clients);
        ends->client = dtls_session_new(ends->client_identity, DTLS_CLIENT, servers);
}

static void ends_clear(Ends *ends)
{
        dtls_session_free(ends->server);
        dtls_session_free(ends->client);
        dtls_identity_free(ends->server_identity);
        dtls_identity_free(ends->client_identity);
}

static bool carry(DtlsSession *from, DtlsSession *to, bool from_client, unsigned *number, LoseFunc lose, void *data)
{
        uint8_t datagram[DTLS_DATAGRAM_BYTES];
        bool moved = false;
        for (size_t size; (size = dtls_session_take(from, datagram)) > 0;) {
                g_assert_cmpuint(size, <=, DTLS_DATAGRAM_BYTES);
                g_assert_true(dtls_is(datagram, size));
                moved = true;
                if (!lose || !lose(from_client, (*number)++, data))
                        dtls_session_receive(to, datagram, size);
        }
        return moved;
}

/* Carries until both are quiet; then, if still in the handshake, turns the clock on to the next timeout. */
static void run(Ends *ends, LoseFunc lose, void *data)
{
        unsigned number[2] = { 0, 0 };
        for (unsigned round = 0; round < 100; round++) {
                bool moved = carry(ends->client, ends->server, true, &number[1], lose, data);
                moved |= carry(ends->server, ends->client, false, &number[0], lose, data);
                if (moved)
                        continue;
                bool over = dtls_session_state(ends->client) != DTLS_HANDSHAKE &&
                            dtls_session_state(ends->server) != DTLS_HANDSHAKE;
                if (over)
                        return;
                DtlsSession *both[] = { ends->client, ends->server };
                for (unsigned i = 0; i < 2; i++) {
                        clock_us += MAX(dtls_session_timeout_us(both[i]), 0);
                        dtls_session_handle_timeout(both[i]);
                }
        }
}

static void check_same_keys(const Ends *ends, SrtpProfile profile)
{
        SrtpKeys server_send, server_receive, client_send, client_receive;
        g_assert_cmpint(dtls_session_state(ends->server), ==, DTLS_CONNECTED);
        g_assert_cmpint(dtls_session_state(ends->client), ==, DTLS_CONNECTED);
        g_assert_true(dtls_session_keys(ends->server, &server_send, &server_receive));
        g_assert_true(dtls_session_keys(ends->client, &client_send, &client_receive));
        g_assert_cmpmem(&server_send, sizeof server_send, &client_receive, sizeof client_receive);
        g_assert_cmpmem(&client_send, sizeof client_send, &server_receive, sizeof server_receive);
        g_assert_true(memcmp(&server_send, &client_send, sizeof server_send) != 0);
        g_assert_cmpint(server_send.profile, ==, profile);
}

static void test_handshake(void)
{
        Ends ends;
        ends_init(&ends);
        SrtpKeys send, receive;
        g_assert_false(dtls_session_keys(ends.server, &send, &receive));
        g_assert_cmpint(dtls_session_timeout_us(ends.server), ==, -1);
        run(&ends, NULL, NULL);
        check_same_keys(&ends, SRTP_PROFILE_GCM);
        ends_clear(&ends);
}

static void test_cm_when_client_has_no_gcm(void)
{
        Ends ends;
        ends_init(&ends);
        dtls_session_free(ends.client);
        g_assert_true(dtls_identity_set_profile(ends.client_identity, SRTP_PROFILE_CM));
        ends.client =
                dtls_session_new(ends.client_identity, DTLS_CLIENT, dtls_identity_fingerprint(ends.server_identity));
        run(&ends, NULL, NULL);
        check_same_keys(&ends, SRTP_PROFILE_CM);
        ends_clear(&ends);
}

static bool lose_numbered(bool from_client, unsigned number, void *data)
{
        const uint32_t *masks = data;
        return number < 32 && masks[from_client] >> number & 1;
}

/* Every single loss, and each flight's first sending lost, ends in the same keys. */
static void test_loss(void)
{
        for (unsigned lost = 0; lost < 5; lost++)
                for (unsigned from_client = 0; from_client < 2; from_client++) {
                        Ends ends;
                        uint32_t masks[2] = { 0, 0 };
                        masks[from_client] = 1u << lost;
                        ends_init(&ends);
                        run(&ends, lose_numbered, masks);
                        check_same_keys(&ends, SRTP_PROFILE_GCM);
                        ends_clear(&ends);
                }
        Ends ends;
        ends_init(&ends);
        run(&ends, lose_numbered, (uint32_t[]){ 0x5, 0x5 });
        check_same_keys(&ends, SRTP_PROFILE_GCM);
        ends_clear(&ends);
}

static bool lose_all(bool from_client, unsigned number, void *data)
{
        return true;
}

static void test_gives_up(void)
{
        Ends ends;
        ends_init(&ends);
        run(&ends, lose_all, NULL);
        g_assert_cmpint(dtls_session_state(ends.client), ==, DTLS_FAILED);
        g_assert_cmpint(dtls_session_timeout_us(ends.client), ==, -1);
        ends_clear(&ends);
}

/* Splits the first record of a datagram, a whole handshake message, into two records with fragments of it. */
static size_t split_hello(const uint8_t *datagram, size_t size, uint8_t *first, size_t *ret_first, uint8_t *second)
{
        enum { RECORD = 13, HANDSHAKE = 12 };
        size_t body = size - RECORD - HANDSHAKE, half = body / 2;
        const uint8_t *content = datagram + RECORD + HANDSHAKE;
        memcpy(first, datagram, RECORD + HANDSHAKE);
        write_u16(first + 11, (uint16_t)(HANDSHAKE + half));
        write_u24(first + RECORD + 9, (uint32_t)half);
        memcpy(first + RECORD + HANDSHAKE, content, half);
        *ret_first = RECORD + HANDSHAKE + half;

        memcpy(second, datagram, RECORD + HANDSHAKE);
        second[10]++; /* the record's sequence number */
        write_u16(second + 11, (uint16_t)(HANDSHAKE + body - half));
        write_u24(second + RECORD + 6, (uint32_t)half);
        write_u24(second + RECORD + 9, (uint32_t)(body - half));
        memcpy(second + RECORD + HANDSHAKE, content + half, body - half);
        return RECORD + HANDSHAKE + body - half;
}

/* Browsers with post-quantum key shares send a ClientHello in two datagrams; here in either order. */
static void test_hello_in_two(gconstpointer reversed)
{
        Ends ends;
        ends_init(&ends);
        uint8_t datagram[DTLS_DATAGRAM_BYTES], first[DTLS_DATAGRAM_BYTES], second[DTLS_DATAGRAM_BYTES];
        size_t first_bytes, size = dtls_session_take(ends.client, datagram);
        size_t second_bytes = split_hello(datagram, size, first, &first_bytes, second);
        if (reversed)
                g_assert_cmpint(dtls_session_receive(ends.server, second, second_bytes), ==, DROP_NONE);
        g_assert_cmpint(dtls_session_receive(ends.server, first, first_bytes), ==, DROP_NONE);
        if (!reversed)
                g_assert_cmpint(dtls_session_receive(ends.server, second, second_bytes), ==, DROP_NONE);
        run(&ends, NULL, NULL);
        check_same_keys(&ends, SRTP_PROFILE_GCM);
        ends_clear(&ends);
}

/* Who shows another certificate than the SDP's gets no keys, whichever side notices. */
static void test_wrong_fingerprint(gconstpointer role)
{
        Ends ends;
        ends_init(&ends);
        uint8_t wrong[DTLS_FINGERPRINT_BYTES];
        if (GPOINTER_TO_INT(role) == DTLS_SERVER) {
                dtls_session_free(ends.server);
                memcpy(wrong, dtls_identity_fingerprint(ends.client_identity), sizeof wrong);
                wrong[31] ^= 1;
                ends.server = dtls_session_new(ends.server_identity, DTLS_SERVER, wrong);
        } else {
                dtls_session_free(ends.client);
                memcpy(wrong, dtls_identity_fingerprint(ends.server_identity), sizeof wrong);
                wrong[0] ^= 0x80;
                ends.client = dtls_session_new(ends.client_identity, DTLS_CLIENT, wrong);
        }
        run(&ends, NULL, NULL);
        SrtpKeys send, receive;
        g_assert_cmpint(dtls_session_state(ends.server), ==, DTLS_FAILED);
        g_assert_cmpint(dtls_session_state(ends.client), ==, DTLS_FAILED);
        g_assert_false(dtls_session_keys(ends.server, &send, &receive));
        g_assert_false(dtls_session_keys(ends.client, &send, &receive));
        uint8_t hello[13] = { 22 };
        g_assert_cmpint(dtls_session_receive(ends.server, hello, sizeof hello), ==, DROP_DTLS_CLOSED);
        ends_clear(&ends);
}

static void test_close(void)
{
        Ends ends;
        ends_init(&ends);
        run(&ends, NULL, NULL);
        dtls_session_close(ends.client);
        run(&ends, NULL, NULL);
        g_assert_cmpint(dtls_session_state(ends.client), ==, DTLS_CLOSED);
        g_assert_cmpint(dtls_session_state(ends.server), ==, DTLS_CLOSED);
        ends_clear(&ends);
}

/* The key of a certificate is made at each start, for this start alone. */
static void test_keys_are_new(void)
{
        DtlsIdentity *first = dtls_identity_new(), *second = dtls_identity_new();
        g_assert_true(memcmp(dtls_identity_fingerprint(first), dtls_identity_fingerprint(second), 32) != 0);
        dtls_identity_free(first);
        dtls_identity_free(second);
}

/* Garbage before, during and after a handshake neither ends nor stalls it. */
static void test_garbage(void)
{
        Ends ends;
        ends_init(&ends);
        uint8_t garbage[64] = { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 51 };
        uint8_t cut[20] = { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 51 };
        uint8_t data[20] = { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 7 };
        g_assert_cmpint(dtls_session_receive(ends.server, cut, sizeof cut), ==, DROP_DTLS_MALFORMED);
        g_assert_cmpint(dtls_session_receive(ends.server, cut, 12), ==, DROP_DTLS_MALFORMED);
        g_assert_cmpint(dtls_session_receive(ends.server, (uint8_t[]){ 0x80, 0 }, 2), ==, DROP_DTLS_MALFORMED);
        dtls_session_receive(ends.server, data, sizeof data);
        run(&ends, NULL, NULL);
        check_same_keys(&ends, SRTP_PROFILE_GCM);
        dtls_session_receive(ends.server, garbage, sizeof garbage);
        dtls_session_receive(ends.server, data, sizeof data);
        check_same_keys(&ends, SRTP_PROFILE_GCM);
        ends_clear(&ends);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/dtls/handshake", test_handshake);
        g_test_add_func("/dtls/cm-when-client-has-no-gcm", test_cm_when_client_has_no_gcm);
        g_test_add_func("/dtls/loss", test_loss);
        g_test_add_func("/dtls/gives-up", test_gives_up);
        g_test_add_data_func("/dtls/hello-in-two", GINT_TO_POINTER(false), test_hello_in_two);
        g_test_add_data_func("/dtls/hello-in-two-reversed", GINT_TO_POINTER(true), test_hello_in_two);
        g_test_add_data_func("/dtls/wrong-fingerprint-of-client", GINT_TO_POINTER(DTLS_SERVER), test_wrong_fingerprint);
        g_test_add_data_func("/dtls/wrong-fingerprint-of-server", GINT_TO_POINTER(DTLS_CLIENT), test_wrong_fingerprint);
        g_test_add_func("/dtls/close", test_close);
        g_test_add_func("/dtls/garbage", test_garbage);
        g_test_add_func("/dtls/keys-are-new", test_keys_are_new);
        return g_test_run();
}
