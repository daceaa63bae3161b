#include "mail/calendar.h"

#include <libical/ical.h>
#include <string.h>

/* 15 October 2026, 14:00 in Paris (UTC+2). */
#define START_US INT64_C(1792065600000000)
#define END_US INT64_C(1792071000000000)

typedef struct icalcomponent_impl Component;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Component, icalcomponent_free)

static CalendarEntry plain_entry(void)
{
        return (CalendarEntry){ .uid = "talk-7@treteau.example",
                                .sequence = 3,
                                .stamp_us = START_US,
                                .start_us = START_US,
                                .end_us = END_US,
                                .summary = "Atelier" };
}

static char *write_one(const CalendarEntry *entry)
{
        return calendar_write(&(Calendar){ .zone = "Europe/Paris" }, entry, 1);
}

static int property_count(Component *component)
{
        return icalcomponent_count_properties(icalcomponent_get_first_component(component, ICAL_VEVENT_COMPONENT),
                                              ICAL_ANY_PROPERTY);
}

static void test_times(void)
{
        CalendarEntry entry = plain_entry();
        g_autofree char *text = write_one(&entry);
        g_assert_nonnull(strstr(text, "DTSTART;TZID=Europe/Paris:20261015T140000\r\n"));
        g_assert_nonnull(strstr(text, "DTEND;TZID=Europe/Paris:20261015T153000\r\n"));
        g_assert_nonnull(strstr(text, "\r\nTZID:Europe/Paris\r\n"));
        g_assert_null(strstr(text, "freeassociation"));
        g_assert_nonnull(strstr(text, "\r\nUID:talk-7@treteau.example\r\n"));
        g_assert_nonnull(strstr(text, "\r\nSEQUENCE:3\r\n"));
        g_assert_nonnull(strstr(text, "\r\nMETHOD:PUBLISH\r\n"));
        g_autoptr(Component) back = icalparser_parse_string(text);
        g_assert_cmpint(icalcomponent_count_errors(back), ==, 0);
        icalcomponent *event = icalcomponent_get_first_component(back, ICAL_VEVENT_COMPONENT);
        struct icaltimetype start = icalcomponent_get_dtstart(event);
        g_assert_cmpint(icaltime_as_timet_with_zone(start, icaltime_get_timezone(start)), ==, START_US / 1000000);
}

/* The night of 25 October 2026 the clock goes back in Paris: both sides keep their own offset. */
static void test_clock_change(void)
{
        CalendarEntry entry = plain_entry();
        entry.start_us = INT64_C(1792882800) * 1000000; /* 2026-10-24T23:00Z = 01:00 summer */
        entry.end_us = INT64_C(1792893600) * 1000000;   /* 2026-10-25T02:00Z = 03:00 winter */
        g_autofree char *text = write_one(&entry);
        g_assert_nonnull(strstr(text, "DTSTART;TZID=Europe/Paris:20261025T010000\r\n"));
        g_assert_nonnull(strstr(text, "DTEND;TZID=Europe/Paris:20261025T030000\r\n"));
}

static void test_unknown_zone_is_utc(void)
{
        CalendarEntry entry = plain_entry();
        const char *zones[] = { NULL, "UTC", "Nowhere/At-All", "/etc/passwd", "../../etc/passwd" };
        for (size_t i = 0; i < G_N_ELEMENTS(zones); i++) {
                g_autofree char *text = calendar_write(&(Calendar){ .zone = zones[i] }, &entry, 1);
                g_assert_nonnull(strstr(text, "DTSTART:20261015T120000Z\r\n"));
                g_assert_null(strstr(text, "VTIMEZONE"));
        }
}

static void test_lines_are_folded(void)
{
        CalendarEntry entry = plain_entry();
        entry.description = "Très longue description accentuée éèàçùœ répétée pour forcer le pliage des lignes à 75 "
                            "octets sans couper un caractère éééééééééééééééééééééééééééééééééééééééééééééééééééé";
        g_autofree char *text = write_one(&entry);
        g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
        for (char **line = lines; *line; line++) {
                g_assert_cmpuint(strlen(*line), <=, 75);
                g_assert_true(g_utf8_validate(*line, -1, NULL));
        }
}

/* Case 15: text that looks like properties stays text, and comes back as it was. */
static void test_injection_is_text(void)
{
        CalendarEntry plain = plain_entry();
        plain.description = plain.location = plain.url = "x";
        plain.organiser_name = "x";
        plain.organiser_email = "x@exemple.fr";
        CalendarEntry hostile = plain;
        hostile.summary = "A; b, \"c\" \\n d\nATTENDEE:mailto:b@exemple.fr";
        hostile.description = "x\nEND:VEVENT\nBEGIN:VEVENT\nUID:other";
        hostile.location = "Salle\nURL:https://mal.example/";
        hostile.url = "https://exemple.fr/\r\nATTENDEE:mailto:b@exemple.fr";
        hostile.organiser_name = "Équipe \"X\":\r\nATTENDEE;CN=a:mailto:b@exemple.fr";
        g_autofree char *plain_text = write_one(&plain), *hostile_text = write_one(&hostile);
        g_autoptr(Component) expected = icalparser_parse_string(plain_text);
        g_autoptr(Component) back = icalparser_parse_string(hostile_text);
        g_assert_cmpint(property_count(back), ==, property_count(expected));
        g_assert_cmpint(icalcomponent_count_components(back, ICAL_VEVENT_COMPONENT), ==, 1);
        icalcomponent *event = icalcomponent_get_first_component(back, ICAL_VEVENT_COMPONENT);
        g_assert_cmpint(icalcomponent_count_properties(event, ICAL_ATTENDEE_PROPERTY), ==, 0);
        g_assert_cmpstr(icalcomponent_get_summary(event), ==, hostile.summary);
        g_assert_cmpstr(icalcomponent_get_description(event), ==, hostile.description);
        g_assert_cmpstr(icalcomponent_get_location(event), ==, hostile.location);
}

static void test_control_characters_are_dropped(void)
{
        CalendarEntry entry = plain_entry();
        entry.summary = "a\r\nb\rc\td\x01 e\x7f\xff";
        g_autofree char *text = write_one(&entry);
        g_autoptr(Component) back = icalparser_parse_string(text);
        icalcomponent *event = icalcomponent_get_first_component(back, ICAL_VEVENT_COMPONENT);
        g_assert_cmpstr(icalcomponent_get_summary(event), ==, "a\nb\nc d  e \xef\xbf\xbd");
}

static void test_reminder_and_cancel(void)
{
        CalendarEntry entry = plain_entry();
        entry.reminder_min = 15;
        g_autofree char *text = write_one(&entry);
        g_assert_nonnull(strstr(text, "BEGIN:VALARM\r\n"));
        g_assert_nonnull(strstr(text, "TRIGGER:-PT15M\r\n"));
        entry.cancelled = true;
        g_autofree char *cancel =
                calendar_write(&(Calendar){ .method = CALENDAR_CANCEL, .zone = "Europe/Paris" }, &entry, 1);
        g_assert_nonnull(strstr(cancel, "\r\nMETHOD:CANCEL\r\n"));
        g_assert_nonnull(strstr(cancel, "\r\nSTATUS:CANCELLED\r\n"));
}

static void test_all_day(void)
{
        CalendarEntry entry = plain_entry();
        entry.all_day = true;
        entry.start_us = INT64_C(1769558400) * 1000000; /* 2026-01-28 */
        entry.end_us = INT64_C(1769731200) * 1000000;   /* 2026-01-30: the 29th is the last day */
        g_autofree char *text = write_one(&entry);
        g_assert_nonnull(strstr(text, "\r\nDTSTART;VALUE=DATE:20260128\r\n"));
        g_assert_nonnull(strstr(text, "\r\nDTEND;VALUE=DATE:20260130\r\n"));
        g_assert_null(strstr(text, "VTIMEZONE"));
}

static void test_several_and_none(void)
{
        CalendarEntry entries[2] = { plain_entry(), plain_entry() };
        entries[1].uid = "talk-8@treteau.example";
        Calendar calendar = { .zone = "Europe/Paris", .name = "Numérique en Communs\r\nX: y" };
        g_autofree char *two = calendar_write(&calendar, entries, 2);
        g_autoptr(Component) back = icalparser_parse_string(two);
        g_assert_cmpint(icalcomponent_count_components(back, ICAL_VEVENT_COMPONENT), ==, 2);
        g_assert_cmpint(icalcomponent_count_components(back, ICAL_VTIMEZONE_COMPONENT), ==, 1);
        g_assert_nonnull(strstr(two, "X-WR-CALNAME:Numérique en Communs X: y\r\n"));
        g_autofree char *none = calendar_write(&calendar, NULL, 0);
        g_assert_true(g_str_has_suffix(none, "END:VCALENDAR\r\n"));
}

int main(int argc, char **argv)
{
        g_test_init(&argc, &argv, NULL);
        g_test_set_nonfatal_assertions();
        g_test_add_func("/calendar/times", test_times);
        g_test_add_func("/calendar/clock-change", test_clock_change);
        g_test_add_func("/calendar/unknown-zone-is-utc", test_unknown_zone_is_utc);
        g_test_add_func("/calendar/lines-are-folded", test_lines_are_folded);
        g_test_add_func("/calendar/injection-is-text", test_injection_is_text);
        g_test_add_func("/calendar/control-characters-are-dropped", test_control_characters_are_dropped);
        g_test_add_func("/calendar/reminder-and-cancel", test_reminder_and_cancel);
        g_test_add_func("/calendar/all-day", test_all_day);
        g_test_add_func("/calendar/several-and-none", test_several_and_none);
        return g_test_run();
}
