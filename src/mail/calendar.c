#include "mail/calendar.h"

#include <libical/ical.h>
#include <string.h>

#include "base/time.h"

/* U+0085, U+2028, U+2029: ends of a line to some readers, who would lose the property. */
static int line_end_bytes(const char *c)
{
        if (!strncmp(c, "\xc2\x85", 2))
                return 2;
        return !strncmp(c, "\xe2\x80\xa8", 3) || !strncmp(c, "\xe2\x80\xa9", 3) ? 3 : 0;
}

/* Valid UTF-8, LF line ends, no other control character. */
static char *clean_text(const char *text)
{
        g_autofree char *valid = g_utf8_make_valid(text, -1);
        GString *clean = g_string_sized_new(strlen(valid));
        for (const char *c = valid; *c; c++) {
                int end_bytes = line_end_bytes(c);
                if (end_bytes) {
                        g_string_append_c(clean, '\n');
                        c += end_bytes - 1;
                        continue;
                }
                if (*c == '\r')
                        g_string_append_c(clean, '\n');
                else if (*c == '\n' || ((unsigned char)*c >= 0x20 && *c != 0x7f))
                        g_string_append_c(clean, *c);
                else
                        g_string_append_c(clean, ' ');
                if (*c == '\r' && c[1] == '\n')
                        c++;
        }
        return g_string_free(clean, FALSE);
}

/* For values that libical does not escape (URI) and for parameters (RFC 5545 3.2: no DQUOTE, no control). */
static char *clean_line(const char *text)
{
        g_autofree char *clean = clean_text(text);
        return g_strdelimit(g_steal_pointer(&clean), "\n\"", ' ');
}

static icaltimezone *find_zone(const char *name)
{
        return name && !g_str_equal(name, "UTC") ? icaltimezone_get_builtin_timezone(name) : NULL;
}

static struct icaltimetype time_from_us(int64_t us, icaltimezone *zone)
{
        icaltimezone *in = zone ? zone : icaltimezone_get_utc_timezone();
        struct icaltimetype time = icaltime_from_timet_with_zone(us / SECOND_US, 0, in);
        return icaltime_set_timezone(&time, in); /* libical converts the hour but leaves the mark of UTC */
}

/* libical names its zones by a long path of its own; the plain name is set on a copy, here and on each time. */
static icalcomponent *zone_component(icaltimezone *zone, const char *name, const CalendarEntry *entries, size_t count)
{
        int64_t first_us = entries[0].start_us, last_us = entries[0].end_us;
        for (size_t i = 1; i < count; i++) {
                first_us = MIN(first_us, entries[i].start_us);
                last_us = MAX(last_us, entries[i].end_us);
        }
        icalcomponent *component = icalcomponent_new_clone(icaltimezone_get_component(zone));
        icalproperty_set_tzid(icalcomponent_get_first_property(component, ICAL_TZID_PROPERTY), name);
        /* The rules end at the last change before the date given: a year beyond keeps the next one. */
        icaltimezone_truncate_vtimezone(component, time_from_us(first_us - 366 * DAY_US, NULL),
                                        time_from_us(last_us + 366 * DAY_US, NULL), 1);
        return component;
}

static struct icaltimetype entry_time(const CalendarEntry *entry, int64_t us, icaltimezone *zone)
{
        return entry->all_day ? icaltime_from_timet_with_zone(us / SECOND_US, 1, NULL) : time_from_us(us, zone);
}

static void add_time(icalcomponent *event, icalproperty *time, const char *zone_name)
{
        if (zone_name)
                icalproperty_add_parameter(time, icalparameter_new_tzid(zone_name));
        icalcomponent_add_property(event, time);
}

static void add_text(icalcomponent *event, icalproperty *(*make)(const char *), const char *text)
{
        if (!text || !*text)
                return;
        g_autofree char *clean = clean_text(text);
        icalcomponent_add_property(event, make(clean));
}

static void add_organiser(icalcomponent *event, const CalendarEntry *entry)
{
        if (!entry->organiser_email)
                return;
        g_autofree char *name = clean_line(entry->organiser_name ? entry->organiser_name : "");
        g_autofree char *plain = g_strconcat("mailto:", entry->organiser_email, NULL);
        g_autofree char *address = clean_line(plain);
        icalproperty *organiser = icalproperty_new_organizer(address);
        if (*name)
                icalproperty_add_parameter(organiser, icalparameter_new_cn(name));
        icalcomponent_add_property(event, organiser);
}

static void add_reminder(icalcomponent *event, const CalendarEntry *entry, const char *summary)
{
        if (entry->reminder_min <= 0)
                return;
        struct icaltriggertype trigger = { .time = icaltime_null_time(),
                                           .duration = icaldurationtype_from_int(-60 * entry->reminder_min) };
        icalcomponent_add_component(event, icalcomponent_vanew(ICAL_VALARM_COMPONENT,
                                                               icalproperty_new_action(ICAL_ACTION_DISPLAY),
                                                               icalproperty_new_description(summary),
                                                               icalproperty_new_trigger(trigger), (void *)0));
}

/* A property that iCalendar does not know. */
static void add_own(icalcomponent *component, const char *property_name, const char *text)
{
        if (!text || !*text)
                return;
        g_autofree char *clean = clean_line(text);
        icalproperty *property = icalproperty_new_x(clean);
        icalproperty_set_x_name(property, property_name);
        icalcomponent_add_property(component, property);
}

static icalcomponent *event_component(const CalendarEntry *entry, icaltimezone *zone, const char *zone_name)
{
        icalcomponent *event = icalcomponent_new(ICAL_VEVENT_COMPONENT);
        g_autofree char *summary = clean_text(entry->summary);
        add_text(event, icalproperty_new_uid, entry->uid);
        icalcomponent_add_property(event, icalproperty_new_sequence(entry->sequence));
        icalcomponent_add_property(event, icalproperty_new_dtstamp(time_from_us(entry->stamp_us, NULL)));
        const char *named = entry->all_day ? NULL : zone_name;
        add_time(event, icalproperty_new_dtstart(entry_time(entry, entry->start_us, zone)), named);
        add_time(event, icalproperty_new_dtend(entry_time(entry, entry->end_us, zone)), named);
        icalcomponent_add_property(event, icalproperty_new_summary(summary));
        add_text(event, icalproperty_new_description, entry->description);
        add_text(event, icalproperty_new_location, entry->location);
        if (entry->url && *entry->url) {
                g_autofree char *url = clean_line(entry->url);
                icalcomponent_add_property(event, icalproperty_new_url(url));
        }
        add_text(event, icalproperty_new_categories, entry->category);
        add_own(event, CALENDAR_SPEAKERS, entry->speakers);
        if (entry->changed_us)
                icalcomponent_add_property(event, icalproperty_new_lastmodified(time_from_us(entry->changed_us, NULL)));
        add_organiser(event, entry);
        if (entry->cancelled)
                icalcomponent_add_property(event, icalproperty_new_status(ICAL_STATUS_CANCELLED));
        add_reminder(event, entry, summary);
        return event;
}

/* Whole days need no zone. */
static bool has_times(const CalendarEntry *entries, size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (!entries[i].all_day)
                        return true;
        return false;
}

char *calendar_write(const Calendar *calendar, const CalendarEntry *entries, size_t count)
{
        icaltimezone *zone = has_times(entries, count) ? find_zone(calendar->zone) : NULL;
        icalcomponent *component = icalcomponent_vanew(
                ICAL_VCALENDAR_COMPONENT, icalproperty_new_version("2.0"), icalproperty_new_prodid("-//Treteau//EN"),
                icalproperty_new_method(calendar->method == CALENDAR_CANCEL ? ICAL_METHOD_CANCEL : ICAL_METHOD_PUBLISH),
                (void *)0);
        add_own(component, "X-WR-CALNAME", calendar->name);
        if (zone)
                icalcomponent_add_component(component, zone_component(zone, calendar->zone, entries, count));
        for (size_t i = 0; i < count; i++)
                icalcomponent_add_component(component,
                                            event_component(&entries[i], zone, zone ? calendar->zone : NULL));
        char *written = icalcomponent_as_ical_string_r(component);
        char *text = g_strdup(written);
        icalmemory_free_buffer(written);
        icalcomponent_free(component);
        return text;
}
