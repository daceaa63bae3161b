#include "people/people_rules.h"

#include <string.h>

#include "base/time.h"
#include "people/link_rules.h"

static void test_rights(void)
{
        /* P public, S signed in, p speaker, t team, h helps and changes, c caption, d door, H host, s stage, r
         * programme, O organiser, o owner of the event, W owner of the server */
        static const char letters[] = "PSpthcdHsrOoW";
        static const Right rights[] = { RIGHT_PUBLIC,    RIGHT_SIGNED_IN,   RIGHT_SPEAKER, RIGHT_TEAM,  RIGHT_HELP,
                                        RIGHT_CAPTION,   RIGHT_CHECKIN,     RIGHT_HOST,    RIGHT_STAGE, RIGHT_PROGRAMME,
                                        RIGHT_ORGANISER, RIGHT_EVENT_OWNER, RIGHT_OWNER };
        static const struct {
                unsigned roles;
                const char *granted;
        } cases[] = {
                { 0, "P" },
                { ROLE_ATTENDEE, "PS" },
                { ROLE_SPEAKER, "PSp" },
                { ROLE_HOST, "PSpthH" },
                { ROLE_READER, "PSt" },
                { ROLE_CHECKIN, "PSthd" },
                { ROLE_CAPTIONER, "PSthc" },
                { ROLE_STAGE, "PSpthcHs" },
                { ROLE_PROGRAMME, "PSthr" },
                { ROLE_ORGANISER, "PSpthcdHsrO" },
                { ROLE_EVENT_OWNER, "PSpthcdHsrOo" },
                { ROLE_OWNER, "PSpthcdHsrOoW" },
                { ROLE_ATTENDEE | ROLE_HOST, "PSpthH" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
                for (size_t j = 0; j < G_N_ELEMENTS(rights); j++)
                        g_assert_cmpint(roles_satisfy(cases[i].roles, cases[i].roles != 0, rights[j]), ==,
                                        strchr(cases[i].granted, letters[j]) != NULL);
        g_assert_false(roles_satisfy(ROLE_OWNER, true, RIGHT_NONE));
        g_assert_false(roles_satisfy(ROLE_OWNER, true, RIGHT_DEMO));
        g_assert_false(roles_satisfy(0, true, (Right)999));
}

static void test_role_names(void)
{
        for (Role role = ROLE_ATTENDEE; role <= ROLE_OWNER; role <<= 1)
                g_assert_cmpint(role_by_name(role_name(role)), ==, role);
        g_assert_cmpint(role_by_name(""), ==, 0);
        g_assert_cmpint(role_by_name("Organiser"), ==, 0);
}

static void test_tokens(void)
{
        char one[TOKEN_LENGTH + 1], two[TOKEN_LENGTH + 1];
        token_make(one);
        token_make(two);
        g_assert_true(token_is_well_formed(one));
        g_assert_cmpstr(one, !=, two);
        unsigned char hash_one[TOKEN_HASH_BYTES], hash_two[TOKEN_HASH_BYTES], again[TOKEN_HASH_BYTES];
        token_hash(one, hash_one);
        token_hash(two, hash_two);
        token_hash(one, again);
        g_assert_cmpmem(hash_one, sizeof hash_one, again, sizeof again);
        g_assert_true(memcmp(hash_one, hash_two, sizeof hash_one) != 0);
        const char *bad[] = { "", "x", "../../../../etc/passwd" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(token_is_well_formed(bad[i]));
        one[20] = '%';
        g_assert_false(token_is_well_formed(one));
}

static void test_open(void)
{
        Link link = { .purpose = LINK_SIGN_IN, .expires_us = 100 };
        g_assert_true(link_is_open(&link, 99));
        g_assert_false(link_is_open(&link, 100));
        link.used_us = 50;
        g_assert_false(link_is_open(&link, 99));
        link.purpose = LINK_PERSONAL;
        g_assert_true(link_is_open(&link, 99));
        link.revoked_us = 60;
        g_assert_false(link_is_open(&link, 99));
        Link invitation = { .purpose = LINK_INVITATION, .expires_us = 100, .invitation_withdrawn = true };
        g_assert_false(link_is_open(&invitation, 99));
}

static void test_purposes(void)
{
        for (LinkPurpose purpose = 0; purpose < LINK_PURPOSE_COUNT; purpose++)
                g_assert_cmpint(link_purpose(link_word(purpose)), ==, purpose);
        g_assert_cmpint(link_purpose("other"), ==, LINK_PURPOSE_COUNT);
        g_assert_cmpint(link_life_us(LINK_SIGN_IN), ==, HOUR_US);
        g_assert_cmpint(link_life_us(LINK_INVITATION), ==, 14 * DAY_US);
}

static void test_guess_wait(void)
{
        g_assert_cmpint(guess_wait_us(0), ==, 0);
        g_assert_cmpint(guess_wait_us(10), ==, 0);
        g_assert_cmpint(guess_wait_us(11), ==, SECOND_US);
        g_assert_cmpint(guess_wait_us(13), ==, 4 * SECOND_US);
        g_assert_cmpint(guess_wait_us(1000), ==, 15 * MINUTE_US);
        g_assert_cmpint(guess_wait_us(INT64_MAX), ==, 15 * MINUTE_US);
}

/* Case 11. */
static void test_next(void)
{
        g_assert_cmpstr(next_path("/nec/me/"), ==, "/nec/me/");
        g_assert_cmpstr(next_path("/nec/schedule/?day=1#x"), ==, "/nec/schedule/?day=1#x");
        const char *bad[] = { "",
                              "nec",
                              "//mal.example/",
                              "/\\mal.example/",
                              "\\\\mal.example",
                              "https://mal.example/",
                              "/a\r\nSet-Cookie: x=y",
                              "/\t/mal.example/",
                              "javascript:alert(1)",
                              "/é" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_cmpstr(next_path(bad[i]), ==, "");
        g_autofree char *huge = g_strnfill(100000, '/');
        huge[1] = 'a';
        g_assert_cmpstr(next_path(huge), ==, "");
}

static void test_networks(void)
{
        static const char *const cases[][2] = { { "192.0.2.77", "192.0.2.0/24" },
                                                { "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
                                                { "::ffff:192.0.2.77", "::ffff:192.0.2.0/120" },
                                                { "", "?" },
                                                { "nonsense", "?" } };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                g_autofree char *network = network_of(cases[i][0]);
                g_assert_cmpstr(network, ==, cases[i][1]);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/people-rules/rights", test_rights);
        g_test_add_func("/people-rules/role-names", test_role_names);
        g_test_add_func("/people-rules/tokens", test_tokens);
        g_test_add_func("/people-rules/open", test_open);
        g_test_add_func("/people-rules/purposes", test_purposes);
        g_test_add_func("/people-rules/guess-wait", test_guess_wait);
        g_test_add_func("/people-rules/next", test_next);
        g_test_add_func("/people-rules/networks", test_networks);
        return g_test_run();
}
