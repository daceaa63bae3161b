#include "base/when.h"
#include "base/time.h"
#include "base/zone.h"
#include <string.h>

/* 2021-01-28T13:30Z, 14:30 in Paris */
#define THURSDAY_US (INT64_C(1611840600) * SECOND_US)

static GTimeZone *paris(void)
{
        return zone_find("Europe/Paris");
}

static int64_t utc(const char *text)
{
        g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(text, NULL);
        return g_date_time_to_unix(at) * SECOND_US;
}

static void expect(char *words, const char *expected)
{
        g_assert_cmpstr(words, ==, expected);
        g_free(words);
}

static void only_listed_zones_open(void)
{
        static const char *const unknown[] = {
                "/etc/passwd",   "../../../etc/passwd", "Europe/Nowhere", "",         "europe/paris",
                "Europe/Paris ", ":Europe/Paris",       "+01:00",         "zone.tab", "Europe"
        };
        for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
                g_assert_null(zone_find(unknown[i]));
        g_assert_null(zone_find(NULL));
        g_autoptr(GTimeZone) zone = paris(), world = zone_find("UTC");
        g_assert_cmpstr(g_time_zone_get_identifier(zone), ==, "Europe/Paris");
        g_assert_nonnull(world);
        g_assert_cmpuint(g_strv_length((char **)zone_names()), >, 300);
        expect(zone_city("America/New_York"), "New York");
}

static void dates_are_words(void)
{
        const Lang *fr = lang_find("fr"), *en = lang_find("en");
        g_autoptr(GTimeZone) zone = paris();
        expect(when_date(fr, zone, THURSDAY_US), "jeudi 28 janvier 2021");
        expect(when_date(en, zone, THURSDAY_US), "Thursday 28 January 2021");
        expect(when_day(fr, zone, THURSDAY_US), "jeudi 28 janvier");
        expect(when_weekday(fr, zone, THURSDAY_US), "jeu.");
        expect(when_weekday(en, zone, THURSDAY_US), "Thu");
        expect(when_time(fr, zone, THURSDAY_US), "14 h 30");
        expect(when_time(en, zone, THURSDAY_US), "14:30");
        expect(when_times(fr, zone, THURSDAY_US, THURSDAY_US + 45 * MINUTE_US), "14 h 30 – 15 h 15");
        expect(when_day_time(en, zone, THURSDAY_US), "Thursday 28 January, 14:30");
        expect(when_date(fr, zone, utc("2021-12-31T23:30:00Z")), "samedi 1er janvier 2022");
        expect(when_date(en, zone, utc("2022-01-01T12:00:00Z")), "Saturday 1 January 2022");
        expect(when_capital(when_day(fr, zone, THURSDAY_US)), "Jeudi 28 janvier");
        expect(when_capital(g_strdup("été")), "Été");
        expect(when_capital(g_strdup("")), "");
}

static void days_of_an_event(void)
{
        const Lang *fr = lang_find("fr"), *en = lang_find("en");
        g_autoptr(GTimeZone) zone = paris();
        static const struct {
                const char *first, *last, *fr, *en;
        } cases[] = {
                { "2021-03-11T09:00:00Z", "2021-03-11T15:00:00Z", "jeudi 11 mars 2021", "Thursday 11 March 2021" },
                { "2021-01-28T09:00:00Z", "2021-01-29T15:00:00Z", "28 et 29 janvier 2021", "28 and 29 January 2021" },
                { "2021-02-01T09:00:00Z", "2021-02-04T15:00:00Z", "1er au 4 février 2021", "1 to 4 February 2021" },
                { "2021-01-30T09:00:00Z", "2021-02-01T15:00:00Z", "30 janvier au 1er février 2021",
                  "30 January to 1 February 2021" },
                { "2021-12-31T09:00:00Z", "2022-01-02T15:00:00Z", "31 décembre 2021 au 2 janvier 2022",
                  "31 December 2021 to 2 January 2022" },
        };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
                expect(when_days(fr, zone, utc(cases[i].first), utc(cases[i].last)), cases[i].fr);
                expect(when_days(en, zone, utc(cases[i].first), utc(cases[i].last)), cases[i].en);
        }
}

static void durations_are_words(void)
{
        const Lang *fr = lang_find("fr"), *en = lang_find("en");
        expect(when_duration(fr, 45 * MINUTE_US), "45 min");
        expect(when_duration(fr, 2 * HOUR_US), "2 h");
        expect(when_duration(fr, 65 * MINUTE_US), "1 h 05");
        expect(when_duration(en, 90 * MINUTE_US), "1 h 30");
        expect(when_duration(en, 45 * MINUTE_US), "45 min");
}

/* 2021-10-31: 3:00 summer becomes 2:00 winter, so 2:30 comes twice */
static void hour_that_comes_twice_shows_its_offset(void)
{
        const Lang *fr = lang_find("fr");
        g_autoptr(GTimeZone) zone = paris(), world = zone_find("UTC");
        expect(when_time(fr, zone, utc("2021-10-31T00:30:00Z")), "2 h 30 (UTC+2)");
        expect(when_time(fr, zone, utc("2021-10-31T01:30:00Z")), "2 h 30 (UTC+1)");
        expect(when_time(fr, zone, utc("2021-10-30T23:30:00Z")), "1 h 30");
        expect(when_time(fr, zone, utc("2021-10-31T02:00:00Z")), "3 h 00");
        expect(when_time(fr, zone, utc("2021-03-28T01:30:00Z")), "3 h 30");
        expect(when_time(fr, world, utc("2021-10-31T01:30:00Z")), "1 h 30");
        g_autoptr(GTimeZone) lord_howe = zone_find("Australia/Lord_Howe"); /* half an hour */
        expect(when_time(fr, lord_howe, utc("2021-04-03T14:45:00Z")), "1 h 45 (UTC+11)");
        expect(when_time(fr, lord_howe, utc("2021-04-03T15:15:00Z")), "1 h 45 (UTC+10:30)");
}

static void machines_read_them(void)
{
        g_autoptr(GTimeZone) zone = paris();
        expect(when_iso(zone, THURSDAY_US), "2021-01-28T14:30:00+01:00");
        expect(when_iso_day(zone, utc("2021-01-27T23:30:00Z")), "2021-01-28");
        expect(when_field(zone, THURSDAY_US), "2021-01-28T14:30");
        g_assert_cmpint(when_day_start(zone, THURSDAY_US), ==, utc("2021-01-27T23:00:00Z"));
        expect(when_iso(zone, -1), "1970-01-01T00:59:59+01:00");
        expect(when_iso(zone, INT64_MAX), "");
        expect(when_date(lang_find("fr"), zone, INT64_MIN), "");
}

static void fields_are_read(void)
{
        g_autoptr(GTimeZone) zone = paris();
        int64_t at_us = 0;
        g_assert_true(when_parse(zone, "2021-01-28T14:30", &at_us));
        g_assert_cmpint(at_us, ==, THURSDAY_US);
        g_assert_true(when_parse(zone, "2021-01-28", &at_us));
        g_assert_cmpint(at_us, ==, utc("2021-01-27T23:00:00Z"));
        g_assert_true(when_parse(zone, "2021-03-28T02:30", &at_us)); /* skipped: where summer begins */
        g_assert_cmpint(at_us, ==, utc("2021-03-28T01:00:00Z"));
        g_assert_true(when_parse(zone, "2021-10-31T02:30", &at_us)); /* twice: the second */
        g_assert_cmpint(at_us, ==, utc("2021-10-31T01:30:00Z"));
        static const char *const wrong[] = {
                "",           "2021-02-30", "2021-13-01", "2021-01-28T24:00", "2021-01-28T14:60", "2021-01-28 14:30",
                "28/01/2021", "2021-1-28",  "-021-01-28", "2021-01-2T",       "0000-01-01",       "2021-01-28T14:3T"
        };
        for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
                at_us = 7;
                if (when_parse(zone, wrong[i], &at_us) || at_us != 7)
                        g_test_fail_printf("read: %s", wrong[i]);
        }
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        i18n_start();
        g_test_add_func("/zone/listed", only_listed_zones_open);
        g_test_add_func("/when/words", dates_are_words);
        g_test_add_func("/when/days", days_of_an_event);
        g_test_add_func("/when/duration", durations_are_words);
        g_test_add_func("/when/twice", hour_that_comes_twice_shows_its_offset);
        g_test_add_func("/when/iso", machines_read_them);
        g_test_add_func("/when/fields", fields_are_read);
        return g_test_run();
}
