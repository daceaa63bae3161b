#include "whip/whip_private.h"

static void test_bearer(void)
{
        g_assert_cmpstr(whip_bearer("Bearer abcdefghijklmnopqrstuvwxyz_-0123"), ==, "abcdefghijklmnopqrstuvwxyz_-0123");
        g_assert_cmpstr(whip_bearer("bearer  abcdefghijklmnopqrstuvwxyz_-0123"), ==,
                        "abcdefghijklmnopqrstuvwxyz_-0123");
        g_assert_null(whip_bearer(NULL));
        g_assert_null(whip_bearer(""));
        g_assert_null(whip_bearer("Bearer"));
        g_assert_null(whip_bearer("Bearer short"));
        g_assert_null(whip_bearer("Basic abcdefghijklmnopqrstuvwxyz_-0123"));
        g_assert_null(whip_bearer("Bearer abcdefghijklmnopqrstuvwxyz_-01234"));
        g_assert_null(whip_bearer("Bearer abcdefghijklmnopqrstuvwxyz_-012 "));
}

static void test_types(void)
{
        g_assert_true(whip_is_type("application/sdp", "application/sdp"));
        g_assert_true(whip_is_type(" Application/SDP ; charset=utf-8", "application/sdp"));
        g_assert_false(whip_is_type("application/sdpx", "application/sdp"));
        g_assert_false(whip_is_type("text/plain", "application/sdp"));
        g_assert_false(whip_is_type(NULL, "application/sdp"));
        g_assert_true(whip_accepts(NULL, "application/sdp"));
        g_assert_true(whip_accepts("text/html, */*;q=0.1", "application/sdp"));
        g_assert_true(whip_accepts("text/html,application/sdp", "application/sdp"));
        g_assert_false(whip_accepts("text/html, application/json", "application/sdp"));
}

static void test_match(void)
{
        g_assert_cmpint(whip_match(NULL, 1), ==, MATCH_MISSING);
        g_assert_cmpint(whip_match("*", 1), ==, MATCH_ANY);
        g_assert_cmpint(whip_match("\"1\"", 1), ==, MATCH_SAME);
        g_assert_cmpint(whip_match("\"7\", \"1\"", 1), ==, MATCH_SAME);
        g_assert_cmpint(whip_match("\"11\"", 1), ==, MATCH_OTHER);
        g_assert_cmpint(whip_match("W/\"1\"", 1), ==, MATCH_OTHER); /* a weak one never matches: RFC 9110, 13.1.1 */
        g_assert_cmpint(whip_match("", 1), ==, MATCH_OTHER);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/whip/bearer", test_bearer);
        g_test_add_func("/whip/types", test_types);
        g_test_add_func("/whip/match", test_match);
        return g_test_run();
}
