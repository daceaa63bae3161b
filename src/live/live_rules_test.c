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
        OnAir air = live_on_air(stage, 4, 0, SFU_NO_SEAT, LIVE_SCENE_AUTO);
        g_assert_cmpint(air.who, ==, 1); /* nobody speaks: the first camera */
        air = live_on_air(stage, 4, 0, 1, LIVE_SCENE_AUTO);
        g_assert_cmpint(air.who, ==, 2);
        g_assert_cmpstr(air.what, ==, "loudest");
        air = live_on_air(stage, 4, 0, 2, LIVE_SCENE_AUTO);
        g_assert_cmpint(air.who, ==, 1); /* the loudest has no camera: not the poster while there is a picture */
        air = live_on_air(stage, 4, 1, 1, LIVE_SCENE_AUTO);
        g_assert_cmpint(air.who, ==, 1);
        g_assert_cmpstr(air.what, ==, "pinned");
        stage[2].screen = true;
        air = live_on_air(stage, 4, 1, 1, LIVE_SCENE_AUTO);
        g_assert_cmpint(air.who, ==, 3);
        g_assert_cmpint(air.seat, ==, 2);
        g_assert_cmpstr(air.what, ==, "screen");
        air = live_on_air(stage, 0, 1, 1, LIVE_SCENE_AUTO);
        g_assert_cmpint(air.who, ==, 0);
        g_assert_cmpstr(air.what, ==, "poster");
        air = live_on_air(stage + 3, 1, 4, 0, LIVE_SCENE_AUTO);
        g_assert_cmpstr(air.what, ==, "poster"); /* off stage is never on air, pinned or sharing */
}

static void test_scenes(void)
{
        OnStage stage[] = { { 1, 0, true, false }, { 2, 1, true, true }, { 3, 2, true, false } };
        static const struct {
                LiveScene scene;
                int who, beside;
                const char *what;
        } cases[] = {
                { LIVE_SCENE_AUTO, 2, 3, "screen" },    { LIVE_SCENE_BOTH, 2, 3, "screen" },
                { LIVE_SCENE_SCREEN, 2, 0, "screen" },  { LIVE_SCENE_SPEAKER, 3, 0, "loudest" },
                { LIVE_SCENE_GALLERY, 0, 0, "poster" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                OnAir air = live_on_air(stage, 3, 0, 2, cases[i].scene);
                OnAir beside = live_beside(stage, 3, 0, 2, cases[i].scene);
                g_assert_cmpint(air.who, ==, cases[i].who);
                g_assert_cmpstr(air.what, ==, cases[i].what);
                g_assert_cmpint(beside.who, ==, cases[i].beside);
                LiveScene scene = LIVE_N_SCENES;
                g_assert_true(live_scene_from_word(live_scene_word(cases[i].scene), &scene));
                g_assert_cmpint(scene, ==, cases[i].scene);
        }
        stage[1].screen = false; /* a scene with a screen that nobody shares: who speaks */
        g_assert_cmpint(live_on_air(stage, 3, 1, 2, LIVE_SCENE_SCREEN).who, ==, 1);
        g_assert_cmpint(live_beside(stage, 3, 1, 2, LIVE_SCENE_BOTH).who, ==, 0);
        LiveScene none;
        g_assert_false(live_scene_from_word("fireworks", &none));
        g_assert_false(live_scene_from_word(NULL, &none));
}

/* Voices and hosts that change their mind as often as they like, over an hour of a clock of its own. */
static void test_cuts(void)
{
        g_autoptr(GRand) rand = g_rand_new_with_seed(7);
        OnStage stage[] = { { 1, 0, true, false }, { 2, 1, true, false }, { 3, 2, true, false } };
        LiveCut cut = { .now = { 0, SFU_NO_SEAT, "poster" } };
        int64_t last_us = -CUT_LEAST_US, again_us = 0;
        int cuts = 0, pinned = 0, voice = 0;
        for (int64_t at_us = 1; at_us < HOUR_US; at_us += 50 * 1000) {
                if (g_rand_int_range(rand, 0, 10) == 0)
                        voice = g_rand_int_range(rand, 0, 3);
                if (g_rand_int_range(rand, 0, 100) == 0)
                        pinned = g_rand_int_range(rand, 0, 4);
                OnAir before = cut.now, wanted = live_on_air(stage, 3, pinned, voice, LIVE_SCENE_AUTO);
                again_us = live_cut(&cut, &wanted, live_is_there(stage, 3, &cut.now), at_us);
                if (cut.now.who == before.who) {
                        g_assert_true(cut.now.who == wanted.who || again_us > at_us);
                        continue;
                }
                g_assert_cmpint(at_us - last_us, >=, CUT_LEAST_US);
                last_us = at_us;
                cuts++;
        }
        g_assert_cmpint(cuts, >, 600); /* and it does follow */
}

static void test_cut_of_who_is_gone(void)
{
        OnStage stage[] = { { 1, 0, true, false }, { 2, 1, true, false } };
        LiveCut cut = { .now = { 0, SFU_NO_SEAT, "poster" } };
        OnAir first = live_on_air(stage, 2, 0, 0, LIVE_SCENE_AUTO),
              second = live_on_air(stage, 2, 0, 1, LIVE_SCENE_AUTO);
        g_assert_cmpint(live_cut(&cut, &first, true, 5 * SECOND_US), ==, 0); /* the first picture waits for nothing */
        g_assert_cmpint(cut.now.who, ==, 1);
        g_assert_cmpint(live_cut(&cut, &second, true, 6 * SECOND_US), ==, 7 * SECOND_US);
        g_assert_cmpint(cut.now.who, ==, 1);
        OnAir kept = live_on_air(stage, 2, 1, 0, LIVE_SCENE_AUTO); /* the same picture for another reason is no cut */
        g_assert_cmpint(live_cut(&cut, &kept, true, 6 * SECOND_US), ==, 0);
        g_assert_cmpstr(cut.now.what, ==, "pinned");
        g_assert_cmpint(cut.cut_us, ==, 5 * SECOND_US);
        stage[0].camera = false;
        g_assert_false(live_is_there(stage, 2, &cut.now));
        g_assert_cmpint(live_cut(&cut, &second, false, 6 * SECOND_US), ==, 0);
        g_assert_cmpint(cut.now.who, ==, 2);
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
        LiveComing coming = { .role = LIVE_GUEST,
                              .people = 499,
                              .places = 500,
                              .watchers = 20,
                              .watchers_max = 20,
                              .of_network = 399,
                              .arrivals_max = 300,
                              .arrivals = 299 };
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming.people = 500;
        coming.watchers = 19; /* this one watches, or takes the last place */
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming.watchers = 20;
        g_assert_cmpint(live_admit(&coming), ==, LIVE_ROOM_FULL);
        coming.watchers = coming.watchers_max = 0;
        g_assert_cmpint(live_admit(&coming), ==, LIVE_ROOM_FULL);
        coming.role = LIVE_ATTENDEE;
        g_assert_cmpint(live_admit(&coming), ==, LIVE_ROOM_FULL);
        coming.here = true; /* a reload finds its place again */
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming.here = false;
        coming.role = LIVE_SPEAKER;
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming = (LiveComing){ .role = LIVE_GUEST, .places = 500, .of_network = 400, .arrivals_max = 300 };
        g_assert_cmpint(live_admit(&coming), ==, LIVE_NETWORK_FULL);
        coming.role = LIVE_ATTENDEE; /* who is registered is not counted by the network */
        g_assert_cmpint(live_admit(&coming), ==, LIVE_WELCOME);
        coming = (LiveComing){ .role = LIVE_ATTENDEE, .places = 500, .arrivals_max = 30, .arrivals = 30 };
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
        g_test_add_func("/live/scenes", test_scenes);
        g_test_add_func("/live/cuts", test_cuts);
        g_test_add_func("/live/cut-of-who-is-gone", test_cut_of_who_is_gone);
        g_test_add_func("/live/text", test_text);
        g_test_add_func("/live/rate", test_rate);
        g_test_add_func("/live/admission", test_admission);
        g_test_add_func("/live/talk-counts", test_talk_counts);
        g_test_add_func("/live/turn-password", test_turn_password);
        return g_test_run();
}
