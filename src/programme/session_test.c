#include "programme/grid_rules.h"
#include "programme/session.h"

#include "base/time.h"
#include "base/when.h"

#include <string.h>

static void test_hours(void)
{
        Event event = { .first_day = (char *)"2031-05-06",
                        .last_day = (char *)"2031-05-07",
                        .day_change_minutes = 240 };
        event.zone = g_time_zone_new_identifier("Europe/Paris");
        int64_t start_us = 0;
        g_assert_true(hour_on_day(&event, "2031-05-06", "09:30", &start_us));
        g_autofree char *morning = when_iso(event.zone, start_us);
        g_assert_cmpstr(morning, ==, "2031-05-06T09:30:00+02:00");
        g_assert_true(hour_on_day(&event, "2031-05-06", "00:30", &start_us));
        g_autofree char *night = when_iso(event.zone, start_us);
        g_assert_cmpstr(night, ==, "2031-05-07T00:30:00+02:00");
        static const char *const bad[] = { "", "9:30", "25:00", "12:60", "09:30 ", "aa:bb", "0930", "09h30" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
                g_assert_false(hour_on_day(&event, "2031-05-06", bad[i], &start_us));
        g_assert_false(hour_on_day(&event, "2031-02-30", "09:30", &start_us));
        g_assert_false(hour_on_day(&event, "never", "09:30", &start_us));
        g_assert_true(session_day_outside(&event, "2031-05-05"));
        g_assert_false(session_day_outside(&event, "2031-05-07"));
        g_assert_true(session_day_outside(&event, "2031-05-08"));
        g_time_zone_unref(event.zone);
}

static void test_links(void)
{
        g_autoptr(GPtrArray) links = NULL;
        int line = 0;
        g_assert_true(session_links_read("https://a.example/x Un dossier\n\n  http://b.example \n", &links, &line));
        g_assert_cmpuint(links->len, ==, 2);
        g_autofree char *text = session_links_text(links);
        g_assert_cmpstr(text, ==, "https://a.example/x Un dossier\nhttp://b.example");
        static const char *const bad[] = { "javascript:alert(1)", "//x.example",      "https://",        "x",
                                           "https:///y",          "data:text/html,x", "ftp://x.example/" };
        for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
                g_autofree char *two = g_strconcat("https://a.example\n", bad[i], NULL);
                GPtrArray *none = NULL;
                g_assert_false(session_links_read(two, &none, &line));
                g_assert_cmpint(line, ==, 2);
                g_assert_null(none);
        }
}

static bool collect(const char *code, bool moderator, gpointer data)
{
        g_string_append_printf(data, "[%s%s]", code, moderator ? "!" : "");
        return true;
}

static void test_codes(void)
{
        g_autoptr(GString) found = g_string_new(NULL);
        g_assert_true(session_codes_each("ADA123! BOB456  C", collect, found));
        g_assert_cmpstr(found->str, ==, "[ADA123!][BOB456][C]");
        g_autoptr(GString) many = g_string_new(NULL);
        for (int i = 0; i < 100; i++)
                g_string_append(many, "A ");
        g_assert_false(session_codes_each(many->str, collect, found));
}

static void place(Placements *all, int64_t room, int from, int to, int64_t person, bool off)
{
        Placement one = { .talk = all->places->len + 1,
                          .room = room,
                          .start_us = from * MINUTE_US,
                          .end_us = to * MINUTE_US,
                          .off = off,
                          .first_person = all->persons->len,
                          .person_count = person != 0 };
        if (person)
                g_array_append_val(all->persons, person);
        g_array_append_val(all->places, one);
}

static void check_clashes(const Placements *all, const char *want)
{
        g_autoptr(GArray) clashes = clashes_of(all);
        g_autoptr(GString) found = g_string_new(NULL);
        for (guint i = 0; i < clashes->len; i++) {
                const Clash *clash = &g_array_index(clashes, Clash, i);
                g_string_append_printf(found, "%s%u-%u",
                                       clash->kind == CLASH_ROOM     ? "r"
                                       : clash->kind == CLASH_PERSON ? "p"
                                                                     : "o",
                                       clash->one + 1, clash->other + 1);
        }
        g_assert_cmpstr(found->str, ==, want);
}

static void test_clashes(void)
{
        g_autoptr(Placements) all = placements_new();
        place(all, 1, 0, 60, 7, false);
        place(all, 1, 60, 90, 0, false); /* begins as the first ends */
        check_clashes(all, "");
        place(all, 2, 70, 100, 7, false);
        place(all, 1, 80, 120, 7, false);
        check_clashes(all, "r2-4p3-4");
        place(all, 1, 85, 95, 7, true); /* cancelled */
        check_clashes(all, "r2-4p3-4");
        g_array_index(all->places, Placement, 0).outside = true;
        check_clashes(all, "o1-1r2-4p3-4");
}

static void test_pages(void)
{
        static const guint counts[] = { 10, 9, 10, 1, 1, 1, 1, 1, 40, 2 };
        g_autoptr(GArray) rooms = g_array_new(FALSE, FALSE, sizeof(guint));
        g_array_append_vals(rooms, counts, G_N_ELEMENTS(counts));
        g_autoptr(GArray) pages = grid_pages(rooms);
        static const guint want[] = { 0, 2, 6, 8, 9, 10 };
        g_assert_cmpmem(pages->data, pages->len * sizeof(guint), want, sizeof want);
        g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(guint));
        g_autoptr(GArray) no_pages = grid_pages(none);
        g_assert_cmpuint(no_pages->len, ==, 1);
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/session/hours", test_hours);
        g_test_add_func("/session/links", test_links);
        g_test_add_func("/session/codes", test_codes);
        g_test_add_func("/session/clashes", test_clashes);
        g_test_add_func("/session/pages of the grid", test_pages);
        return g_test_run();
}
