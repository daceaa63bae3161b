#include "rtc/ice.h"
#include <glib.h>
#include <string.h>

enum { SECOND_US = 1000000 };

typedef struct Ends {
        IceLite lite;
        IceClient client;
        NetAddress client_address, server_address;
        int64_t now_us;
        uint8_t random[STUN_TRANSACTION_BYTES];
} Ends;

static NetAddress address(const char *ip, uint16_t port)
{
        NetAddress result;
        g_assert_true(net_address_parse(ip, port, NET_UDP, &result));
        return result;
}

static void credentials(IceCredentials *made, uint8_t seed)
{
        uint8_t random[ICE_RANDOM_BYTES];
        for (unsigned i = 0; i < sizeof random; i++)
                random[i] = (uint8_t)(seed * 37 + i * 11);
        ice_credentials_make(made, random);
}

static void ends_init(Ends *ends)
{
        IceCredentials server, client;
        credentials(&server, 1);
        credentials(&client, 2);
        *ends = (Ends){ .client_address = address("192.0.2.7", 5000), .server_address = address("127.0.0.1", 4000) };
        ice_lite_init(&ends->lite, &server, &client, 0);
        ice_client_init(&ends->client, &client, &server, 42, 0);
        g_assert_true(ice_client_add_candidate(&ends->client, &ends->server_address));
}

/* One check of the client carried to the server from `from`; its reply is left in `reply`. */
static IceResult check(Ends *ends, const NetAddress *from, uint8_t *reply)
{
        uint8_t out[STUN_BUILD_BYTES];
        NetAddress to;
        StunMessage message;
        ends->random[0]++;
        ends->now_us = MAX(ends->now_us, ends->client.next_us);
        size_t size = ice_client_check(&ends->client, ends->random, ends->now_us, out, &to);
        g_assert_cmpint(stun_parse(out, size, &message), ==, DROP_NONE);
        return ice_lite_receive(&ends->lite, &message, from, ends->now_us, reply);
}

static IceResult answer(Ends *ends, const uint8_t *reply, size_t size, const NetAddress *from)
{
        uint8_t unused[STUN_BUILD_BYTES];
        StunMessage message;
        g_assert_cmpint(stun_parse(reply, size, &message), ==, DROP_NONE);
        return ice_client_receive(&ends->client, &message, from, ends->now_us, unused);
}

static void connect_ends(Ends *ends)
{
        uint8_t reply[STUN_BUILD_BYTES];
        for (unsigned i = 0; i < 2; i++) {
                IceResult result = check(ends, &ends->client_address, reply);
                answer(ends, reply, result.reply_bytes, &ends->server_address);
        }
}

static void test_credentials(void)
{
        IceCredentials made, copy;
        credentials(&made, 5);
        g_assert_cmpuint(strlen(made.ufrag), ==, 8);
        g_assert_cmpuint(strlen(made.pwd), ==, 24);
        g_assert_true(ice_credentials_set(&copy, made.ufrag, made.pwd));
        g_assert_cmpstr(copy.pwd, ==, made.pwd);
        g_assert_false(ice_credentials_set(&copy, "abc", made.pwd));
        g_assert_false(ice_credentials_set(&copy, "abcd", "short"));
        g_assert_false(ice_credentials_set(&copy, "ab:cd", made.pwd));
        g_autofree char *long_ufrag = g_strnfill(257, 'a');
        g_assert_false(ice_credentials_set(&copy, long_ufrag, made.pwd));
        g_assert_cmpstr(copy.ufrag, ==, made.ufrag);
}

static void test_connect(void)
{
        Ends ends;
        uint8_t reply[STUN_BUILD_BYTES];
        ends_init(&ends);
        IceResult result = check(&ends, &ends.client_address, reply);
        g_assert_cmpint(result.drop, ==, DROP_NONE);
        g_assert_true(result.added && result.selected && !result.removed);
        g_assert_false(ends.lite.nominated);
        g_assert_cmpint(answer(&ends, reply, result.reply_bytes, &ends.server_address).drop, ==, DROP_NONE);
        g_assert_cmpint(ends.client.state, ==, ICE_NOMINATING);

        result = check(&ends, &ends.client_address, reply);
        g_assert_true(ends.lite.nominated);
        g_assert_false(result.added || result.selected);
        g_assert_true(answer(&ends, reply, result.reply_bytes, &ends.server_address).selected);
        g_assert_cmpint(ends.client.state, ==, ICE_CONNECTED);
        g_assert_true(net_address_equal(&ends.client.selected, &ends.server_address));
        g_assert_cmpint(ends.client.next_us, >=, ends.now_us + 4 * SECOND_US);
}

/* The second candidate answers, the first never does. */
static void test_dead_candidate(void)
{
        Ends ends;
        uint8_t out[STUN_BUILD_BYTES], reply[STUN_BUILD_BYTES];
        ends_init(&ends);
        NetAddress alive = address("198.51.100.1", 4000), to;
        g_assert_true(ice_client_add_candidate(&ends.client, &alive));
        for (unsigned i = 0; i < 2; i++) {
                ends.random[0]++;
                size_t size = ice_client_check(&ends.client, ends.random, ends.client.next_us, out, &to);
                g_assert_cmpuint(ice_client_check(&ends.client, ends.random, ends.client.next_us - 1, out, &to), ==, 0);
                StunMessage message;
                g_assert_cmpint(stun_parse(out, size, &message), ==, DROP_NONE);
                if (net_address_equal(&to, &alive)) {
                        IceResult result = ice_lite_receive(&ends.lite, &message, &ends.client_address, 0, reply);
                        answer(&ends, reply, result.reply_bytes, &alive);
                }
        }
        g_assert_cmpint(ends.client.state, ==, ICE_NOMINATING);
        g_assert_true(net_address_equal(&ends.client.selected, &alive));
}

/* A phone that goes from Wi-Fi to mobile: media moves only once the new address is nominated. */
static void test_moves(void)
{
        Ends ends;
        uint8_t reply[STUN_BUILD_BYTES];
        ends_init(&ends);
        NetAddress moved = address("203.0.113.9", 6000);
        IceResult result = check(&ends, &ends.client_address, reply);
        result = check(&ends, &moved, reply); /* an ordinary check: known, not selected */
        g_assert_true(result.added);
        g_assert_false(result.selected);
        answer(&ends, reply, result.reply_bytes, &ends.server_address);
        result = check(&ends, &moved, reply);
        g_assert_true(result.selected);
        g_assert_true(net_address_equal(&ends.lite.selected, &moved));
}

/* New credentials on the same connection: what was selected stays until an address is nominated by them, and from then
 * on the old ones are worth nothing. */
static void test_restart(void)
{
        Ends ends;
        uint8_t reply[STUN_BUILD_BYTES];
        ends_init(&ends);
        connect_ends(&ends);
        IceCredentials server, client;
        NetAddress moved = address("203.0.113.9", 6000);
        credentials(&server, 3);
        credentials(&client, 4);
        ice_lite_restart(&ends.lite, &server, NULL); /* ours go out first */
        g_assert_true(ice_lite_restarting(&ends.lite));
        IceResult result = check(&ends, &ends.client_address, reply);
        g_assert_cmpint(result.drop, ==, DROP_NONE); /* the old pair goes on */
        ice_lite_restart(&ends.lite, &server, &client);

        IceClient before = ends.client;
        ice_client_init(&ends.client, &client, &server, 42, ends.now_us);
        ice_client_add_candidate(&ends.client, &ends.server_address);
        result = check(&ends, &moved, reply);
        g_assert_cmpint(result.drop, ==, DROP_NONE);
        g_assert_true(result.added && !result.selected);
        g_assert_true(net_address_equal(&ends.lite.selected, &ends.client_address));
        answer(&ends, reply, result.reply_bytes, &ends.server_address);
        result = check(&ends, &moved, reply); /* nominates */
        g_assert_true(result.selected);
        g_assert_true(net_address_equal(&ends.lite.selected, &moved));
        g_assert_false(ice_lite_restarting(&ends.lite));
        g_assert_true(answer(&ends, reply, result.reply_bytes, &ends.server_address).selected);

        ends.client = before;
        g_assert_cmpint(check(&ends, &ends.client_address, reply).drop, ==, DROP_STUN_USERNAME);
        g_assert_true(net_address_equal(&ends.lite.selected, &moved));
}

/* A restart that the other side never takes up, and one in whose place comes another. */
static void test_restart_left(void)
{
        Ends ends;
        uint8_t reply[STUN_BUILD_BYTES];
        IceCredentials first, second, client;
        ends_init(&ends);
        connect_ends(&ends);
        credentials(&first, 3);
        credentials(&second, 5);
        credentials(&client, 4);
        ice_lite_restart(&ends.lite, &first, &client);
        ice_lite_restart(&ends.lite, &second, NULL);
        g_assert_cmpint(check(&ends, &ends.client_address, reply).drop, ==, DROP_NONE);

        ice_client_init(&ends.client, &client, &first, 42, ends.now_us);
        ice_client_add_candidate(&ends.client, &ends.server_address);
        g_assert_cmpint(check(&ends, &ends.client_address, reply).drop, ==, DROP_STUN_USERNAME);
        second.pwd[0] = second.pwd[0] == 'x' ? 'y' : 'x';
        ice_client_init(&ends.client, &client, &second, 42, ends.now_us);
        ice_client_add_candidate(&ends.client, &ends.server_address);
        g_assert_cmpint(check(&ends, &ends.client_address, reply).drop, ==, DROP_STUN_INTEGRITY);
        g_assert_true(ice_lite_restarting(&ends.lite));
}

static void test_many_addresses(void)
{
        Ends ends;
        uint8_t reply[STUN_BUILD_BYTES];
        ends_init(&ends);
        connect_ends(&ends);
        ends.client.state = ICE_CHECKING; /* so that its checks nominate nothing */
        unsigned removed = 0;
        for (uint16_t port = 1; port <= 20; port++) {
                NetAddress from = address("192.0.2.200", port);
                IceResult result = check(&ends, &from, reply);
                g_assert_true(result.added);
                removed += result.removed;
                g_assert_false(result.removed && net_address_equal(&result.removed_address, &ends.client_address));
        }
        g_assert_cmpuint(ends.lite.n_addresses, ==, ICE_ADDRESSES);
        g_assert_cmpuint(removed, ==, 21 - ICE_ADDRESSES);
        g_assert_true(net_address_equal(&ends.lite.selected, &ends.client_address));
}

static Drop receive_request(Ends *ends, const StunRequest *request, unsigned *ret_error)
{
        uint8_t out[STUN_BUILD_BYTES], reply[STUN_BUILD_BYTES];
        StunMessage message;
        g_assert_cmpint(stun_parse(out, stun_build_request(request, out), &message), ==, DROP_NONE);
        IceResult result = ice_lite_receive(&ends->lite, &message, &ends->client_address, 0, reply);
        g_assert_cmpint(stun_parse(reply, result.reply_bytes, &message), ==, DROP_NONE);
        *ret_error = message.error_code;
        g_assert_false(result.added || result.selected);
        return result.drop;
}

static void test_refused(void)
{
        Ends ends;
        unsigned error;
        ends_init(&ends);
        g_autofree char *right = g_strdup_printf("%s:%s", ends.lite.local.ufrag, ends.lite.remote.ufrag);
        g_autofree char *other = g_strdup_printf("%s:%s", ends.lite.local.ufrag, "someone");
        StunRequest request = { .username = right, .password = "a wrong password of length" };
        g_assert_cmpint(receive_request(&ends, &request, &error), ==, DROP_STUN_INTEGRITY);
        g_assert_cmpuint(error, ==, 401);

        request.password = ends.lite.local.pwd;
        request.username = other;
        g_assert_cmpint(receive_request(&ends, &request, &error), ==, DROP_STUN_USERNAME);
        request.username = "nobody";
        g_assert_cmpint(receive_request(&ends, &request, &error), ==, DROP_STUN_USERNAME);

        request.username = right;
        request.password = NULL;
        g_assert_cmpint(receive_request(&ends, &request, &error), ==, DROP_STUN_INTEGRITY);
        g_assert_cmpuint(error, ==, 400);

        request.password = ends.lite.local.pwd;
        request.role = STUN_ROLE_CONTROLLED;
        g_assert_cmpint(receive_request(&ends, &request, &error), ==, DROP_STUN_UNEXPECTED);
        g_assert_cmpuint(error, ==, 487);
        g_assert_cmpuint(ends.lite.n_addresses, ==, 0);
}

static void test_consent(void)
{
        Ends ends;
        uint8_t reply[STUN_BUILD_BYTES];
        ends_init(&ends);
        g_assert_false(ice_lite_expired(&ends.lite, 30 * SECOND_US - 1));
        g_assert_true(ice_lite_expired(&ends.lite, 30 * SECOND_US));
        connect_ends(&ends);
        for (unsigned i = 0; i < 20; i++) {
                int64_t before_us = ends.now_us;
                IceResult result = check(&ends, &ends.client_address, reply);
                answer(&ends, reply, result.reply_bytes, &ends.server_address);
                g_assert_cmpint(ends.now_us - before_us, <=, 6 * SECOND_US);
        }
        g_assert_cmpint(ends.now_us, >, 60 * SECOND_US);
        g_assert_false(ice_lite_expired(&ends.lite, ends.now_us + 29 * SECOND_US));
        g_assert_false(ice_client_expired(&ends.client, ends.now_us + 29 * SECOND_US));
        g_assert_true(ice_lite_expired(&ends.lite, ends.now_us + 30 * SECOND_US));
        g_assert_true(ice_client_expired(&ends.client, ends.now_us + 30 * SECOND_US));
}

/* Answers count only from where the check went, once, and signed by the other side. */
static void test_answers_refused(void)
{
        Ends ends;
        uint8_t reply[STUN_BUILD_BYTES], forged[STUN_BUILD_BYTES], out[STUN_BUILD_BYTES];
        StunMessage message;
        NetAddress to, stranger = address("203.0.113.66", 9);
        ends_init(&ends);
        size_t size = ice_client_check(&ends.client, ends.random, 0, out, &to);
        g_assert_cmpint(stun_parse(out, size, &message), ==, DROP_NONE);
        IceResult result = ice_lite_receive(&ends.lite, &message, &ends.client_address, 0, reply);
        size_t forged_bytes = stun_build_success(&message, &ends.client_address, "guessed", forged);

        g_assert_cmpint(answer(&ends, reply, result.reply_bytes, &stranger).drop, ==, DROP_STUN_UNEXPECTED);
        g_assert_cmpint(answer(&ends, forged, forged_bytes, &to).drop, ==, DROP_STUN_INTEGRITY);
        g_assert_cmpint(ends.client.state, ==, ICE_CHECKING);
        g_assert_cmpint(answer(&ends, reply, result.reply_bytes, &to).drop, ==, DROP_NONE);
        g_assert_cmpint(answer(&ends, reply, result.reply_bytes, &to).drop, ==, DROP_STUN_UNEXPECTED);
        g_assert_cmpint(ends.client.state, ==, ICE_NOMINATING);
}

static void test_addresses(void)
{
        struct sockaddr_storage to;
        NetAddress back, v4 = address("192.0.2.1", 80), v6 = address("2001:db8::2", 81);
        socklen_t size = net_address_to_sockaddr(&v4, AF_INET, &to);
        g_assert_true(net_address_from_sockaddr((void *)&to, size, NET_UDP, &back) && net_address_equal(&v4, &back));
        size = net_address_to_sockaddr(&v4, AF_INET6, &to);
        g_assert_true(net_address_from_sockaddr((void *)&to, size, NET_UDP, &back) && net_address_equal(&v4, &back));
        size = net_address_to_sockaddr(&v6, AF_INET6, &to);
        g_assert_true(net_address_from_sockaddr((void *)&to, size, NET_UDP, &back) && net_address_equal(&v6, &back));
        g_assert_cmpuint(net_address_to_sockaddr(&v6, AF_INET, &to), ==, 0);
        g_assert_false(net_address_from_sockaddr((void *)&to, 2, NET_UDP, &back));
        g_assert_false(net_address_parse("example.org", 1, NET_UDP, &back));
        g_assert_cmpuint(net_address_hash(&v4, 1), !=, net_address_hash(&v4, 2));
        g_assert_cmpuint(net_address_hash(&v4, 1), !=, net_address_hash(&v6, 1));
}

static void test_drop_table(void)
{
        g_assert_cmpstr(drop_name(DROP_REPLAY), ==, "replay");
        for (unsigned i = 0; i < DROP_COUNT; i++)
                for (unsigned k = 0; k < i; k++)
                        g_assert_cmpstr(drop_name(i), !=, drop_name(k));
        g_assert_cmpstr(drop_name(DROP_COUNT), ==, "unknown");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/ice/credentials", test_credentials);
        g_test_add_func("/ice/connect", test_connect);
        g_test_add_func("/ice/dead-candidate", test_dead_candidate);
        g_test_add_func("/ice/moves", test_moves);
        g_test_add_func("/ice/restart", test_restart);
        g_test_add_func("/ice/restart-left", test_restart_left);
        g_test_add_func("/ice/many-addresses", test_many_addresses);
        g_test_add_func("/ice/refused", test_refused);
        g_test_add_func("/ice/consent", test_consent);
        g_test_add_func("/ice/answers-refused", test_answers_refused);
        g_test_add_func("/ice/addresses", test_addresses);
        g_test_add_func("/ice/drop-table", test_drop_table);
        return g_test_run();
}
