#include "live/live_private.h"

static void test_seats(void)
{
        g_assert_cmpuint(live_seats_for(-1), ==, 4);
        g_assert_cmpuint(live_seats_for(3), ==, 4);
        g_assert_cmpuint(live_seats_for(4), ==, 8);
        g_assert_cmpuint(live_seats_for(8), ==, 12);
        g_assert_cmpuint(live_seats_for(11), ==, 12);
        g_assert_cmpuint(live_seats_for(12), ==, 16);
        g_assert_cmpuint(live_seats_for(16), ==, 24);
        g_assert_cmpuint(live_seats_for(24), ==, 30);
        g_assert_cmpuint(live_seats_for(29), ==, 30);
}

static void test_door(void)
{
        for (LiveDoor door = DOOR_OPEN; door <= DOOR_REHEARSAL; door++) {
                g_assert_cmpint(live_door_from_word(live_door_word(door)), ==, door);
                g_assert_false(live_door_waits(door, LIVE_HOST, true, false));
                g_assert_false(live_door_waits(door, LIVE_SPEAKER, true, false));
        }
        g_assert_cmpint(live_door_from_word("ajar"), ==, -1);
        g_assert_cmpint(live_door_from_word(NULL), ==, -1);
        g_assert_false(live_door_waits(DOOR_OPEN, LIVE_GUEST, true, false));
        g_assert_true(live_door_waits(DOOR_LOBBY, LIVE_ATTENDEE, true, false));
        g_assert_false(live_door_waits(DOOR_LOBBY, LIVE_GUEST, false, false));
        g_assert_true(live_door_waits(DOOR_LOCKED, LIVE_ATTENDEE, true, false));
        g_assert_false(live_door_waits(DOOR_LOCKED, LIVE_GUEST, false, false));
        /* also who was in the room before */
        g_assert_true(live_door_waits(DOOR_REHEARSAL, LIVE_ATTENDEE, false, false));
        g_assert_false(live_door_waits(DOOR_REHEARSAL, LIVE_GUEST, true, true));
}

static void test_on_air(void)
{
        OnStage stage[] = {
                { 1, 0, true, false }, { 2, 1, true, false }, { 3, 2, false, false }, { 4, SFU_NO_SEAT, true, true }
        };
        OnAir air = live_on_air(stage, 4, 0, SFU_NO_SEAT);
        g_assert_cmpint(air.who, ==, 1); /* nobody speaks: the first camera */
        air = live_on_air(stage, 4, 0, 1);
        g_assert_cmpint(air.who, ==, 2);
        g_assert_cmpstr(air.what, ==, "loudest");
        air = live_on_air(stage, 4, 0, 2);
        g_assert_cmpint(air.who, ==, 1); /* the loudest has no camera: not the poster while there is a picture */
        air = live_on_air(stage, 4, 1, 1);
        g_assert_cmpint(air.who, ==, 1);
        g_assert_cmpstr(air.what, ==, "pinned");
        stage[2].screen = true;
        air = live_on_air(stage, 4, 1, 1);
        g_assert_cmpint(air.who, ==, 3);
        g_assert_cmpint(air.seat, ==, 2);
        g_assert_cmpstr(air.what, ==, "screen");
        air = live_on_air(stage, 0, 1, 1);
        g_assert_cmpint(air.who, ==, 0);
        g_assert_cmpstr(air.what, ==, "poster");
        air = live_on_air(stage + 3, 1, 4, 0);
        g_assert_cmpstr(air.what, ==, "poster"); /* off stage is never on air, pinned or sharing */
}

static void test_text(void)
{
        g_autofree char *name = live_clean_text("  Zoé  ", 60, false);
        g_assert_cmpstr(name, ==, "Zoé");
        g_assert_null(live_clean_text("", 60, false));
        g_assert_null(live_clean_text(" \n ", 60, true));
        g_assert_null(live_clean_text("a\nb", 60, false));
        g_assert_null(live_clean_text("a\x1b[0m", 60, true));
        g_assert_null(live_clean_text("a\xE2\x80\xAE"
                                      "b",
                                      60, true)); /* right-to-left override */
        g_assert_null(live_clean_text("\xff", 60, true));
        g_autofree char *lines = live_clean_text("a\nb", 60, true);
        g_assert_cmpstr(lines, ==, "a\nb");
        g_autofree char *sixty = g_strnfill(60, 'x'), *more = g_strnfill(61, 'x');
        g_autofree char *kept = live_clean_text(sixty, 60, false);
        g_assert_cmpstr(kept, ==, sixty);
        g_assert_null(live_clean_text(more, 60, false));
}

static void test_rate(void)
{
        int64_t times[3] = { 0 };
        unsigned next = 0;
        for (int i = 0; i < 3; i++)
                g_assert_true(live_rate_allows(times, 3, &next, 100, 1000 + i));
        g_assert_false(live_rate_allows(times, 3, &next, 100, 1050));
        g_assert_true(live_rate_allows(times, 3, &next, 100, 1100));
        g_assert_false(live_rate_allows(times, 3, &next, 100, 1100));
}

static void test_admission(void)
{
        LiveComing coming = {
                .role = LIVE_GUEST, .people = 499, .of_network = 399, .arrivals_max = 300, .arrivals = 299
        };
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming.people = 500;
        g_assert_cmpint(live_admit(&coming), ==, LIVE_ROOM_FULL);
        coming.role = LIVE_ATTENDEE;
        g_assert_cmpint(live_admit(&coming), ==, LIVE_ROOM_FULL);
        coming.here = true; /* a reload finds its place again */
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming.here = false;
        coming.role = LIVE_SPEAKER;
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming = (LiveComing){ .role = LIVE_GUEST, .of_network = 400, .arrivals_max = 300 };
        g_assert_cmpint(live_admit(&coming), ==, LIVE_NETWORK_FULL);
        coming.role = LIVE_ATTENDEE; /* who is registered is not counted by the network */
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming = (LiveComing){ .role = LIVE_ATTENDEE, .arrivals_max = 30, .arrivals = 30 };
        g_assert_cmpint(live_admit(&coming), ==, LIVE_NETWORK_FULL);
        coming.local = true;
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
}

static void test_talk_counts(void)
{
        LiveTalk talk = { .code = (char *)"ABC", .start_us = 100 * MINUTE_US, .end_us = 130 * MINUTE_US };
        g_assert_false(live_talk_counts(&talk, 85 * MINUTE_US - 1));
        g_assert_true(live_talk_counts(&talk, 85 * MINUTE_US)); /* the door is open */
        g_assert_true(live_talk_counts(&talk, 190 * MINUTE_US - 1));
        g_assert_false(live_talk_counts(&talk, 190 * MINUTE_US));
        g_assert_false(live_talk_counts(&talk, 400 * DAY_US)); /* a clock that jumped */
        talk.code = NULL;
        g_assert_false(live_talk_counts(&talk, 100 * MINUTE_US));
}

/* The second case of RFC 2202, section 3: what coturn computes of the same secret. */
static void test_turn_password(void)
{
        g_autofree char *password = live_turn_password("Jefe", "what do ya want for nothing?");
        g_assert_cmpstr(password, ==, "7/zfauXrL6LSdBbV8YTfnCWafHk=");
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/live/seats", test_seats);
        g_test_add_func("/live/door", test_door);
        g_test_add_func("/live/on-air", test_on_air);
        g_test_add_func("/live/text", test_text);
        g_test_add_func("/live/rate", test_rate);
        g_test_add_func("/live/admission", test_admission);
        g_test_add_func("/live/talk-counts", test_talk_counts);
        g_test_add_func("/live/turn-password", test_turn_password);
        return g_test_run();
}
