#include "rtc/turn.h"

#include <glib.h>
#include <string.h>

static const uint8_t TRANSACTION[TURN_TRANSACTION_BYTES] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };

/* The attributes of a message, by type; their sizes are those that were asked for. */
static const uint8_t *find(const uint8_t *message, size_t size, unsigned type, size_t *ret_bytes)
{
        for (size_t at = TURN_HEADER_BYTES; at + 4 <= size;) {
                size_t bytes = (size_t)(message[at + 2] << 8 | message[at + 3]);
                if ((unsigned)(message[at] << 8 | message[at + 1]) == type) {
                        *ret_bytes = bytes;
                        return message + at + 4;
                }
                at += 4 + ((bytes + 3) & ~(size_t)3);
        }
        return NULL;
}

static void test_requests(void)
{
        uint8_t out[TURN_BUILD_BYTES];
        size_t bytes = 0, size = turn_build_allocate(TRANSACTION, NULL, out);
        g_assert_cmpuint(size, ==, turn_message_bytes(out));
        g_assert_cmpuint(out[1], ==, 3);
        const uint8_t *transport = find(out, size, 0x0019, &bytes);
        g_assert_true(transport && bytes == 4 && transport[0] == 17);
        g_assert_null(find(out, size, 0x0008, &bytes));

        TurnCredentials credentials = { .user = "1700000000:1-7", .password = "pass" };
        g_strlcpy(credentials.realm, "example.org", sizeof credentials.realm);
        g_strlcpy(credentials.nonce, "abcdefgh", sizeof credentials.nonce);
        size = turn_build_allocate(TRANSACTION, &credentials, out);
        g_assert_cmpuint(size, ==, turn_message_bytes(out));
        const uint8_t *user = find(out, size, 0x0006, &bytes);
        g_assert_cmpmem(user, bytes, credentials.user, strlen(credentials.user));
        g_assert_nonnull(find(out, size, 0x0008, &bytes));
        g_assert_cmpuint(bytes, ==, 20);
        uint8_t again[TURN_BUILD_BYTES];
        g_strlcpy(credentials.password, "other", sizeof credentials.password);
        g_assert_cmpuint(turn_build_allocate(TRANSACTION, &credentials, again), ==, size);
        g_assert_cmpint(memcmp(out, again, size - 24), ==, 0); /* all but the integrity, which is its last attribute */
        g_assert_cmpint(memcmp(out, again, size), !=, 0);

        memset(credentials.user, 'u', sizeof credentials.user - 1);
        memset(credentials.realm, 'r', sizeof credentials.realm - 1);
        memset(credentials.nonce, 'n', sizeof credentials.nonce - 1);
        g_assert_cmpuint(turn_build_release(TRANSACTION, &credentials, out), <=, TURN_BUILD_BYTES);
        g_assert_cmpuint(out[1], ==, 4);
}

static void test_answers(void)
{
        /* An Allocate error: 401, realm "ab", nonce "wxyz". */
        uint8_t error[] = { 1, 0x13, 0,   24,  0x21, 0x12, 0xa4, 0x42, 1, 2, 3,   4,   5,   6,  7,
                            8, 9,    10,  11,  12,   0,    9,    0,    4, 0, 0,   4,   1,   0,  0x14,
                            0, 2,    'a', 'b', 0,    0,    0,    0x15, 0, 4, 'w', 'x', 'y', 'z' };
        TurnAnswer answer;
        g_assert_true(turn_parse(error, sizeof error, TRANSACTION, &answer));
        g_assert_true(!answer.success && answer.error_code == 401);
        g_assert_cmpstr(answer.realm, ==, "ab");
        g_assert_cmpstr(answer.nonce, ==, "wxyz");
        for (size_t size = 0; size < sizeof error; size++)
                g_assert_false(turn_parse(error, size, TRANSACTION, &answer));
        error[8] = 99; /* another transaction */
        g_assert_false(turn_parse(error, sizeof error, TRANSACTION, &answer));
        error[8] = 1;
        error[23] = 200; /* longer than what is there */
        g_assert_false(turn_parse(error, sizeof error, TRANSACTION, &answer));
        error[23] = 4;
        error[26] = 7; /* no such error */
        g_assert_false(turn_parse(error, sizeof error, TRANSACTION, &answer));

        const uint8_t success[] = { 1, 3,  0,  12, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8,
                                    9, 10, 11, 12, 0,    0x16, 0,    8,    0, 1, 1, 1, 2, 2, 2, 2 };
        g_assert_true(turn_parse(success, sizeof success, TRANSACTION, &answer));
        g_assert_true(answer.success && answer.relayed && answer.error_code == 0);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_add_func("/turn/requests", test_requests);
        g_test_add_func("/turn/answers", test_answers);
        return g_test_run();
}
