/* iCalendar (RFC 5545) of sessions and events, by libical.
 *
 * Times carry the event's own zone under its plain IANA name, with its VTIMEZONE beside them, so that a calendar shows
 * the hour the poster shows. Text is escaped and folded by libical; control characters never reach it.
 *
 *   Calendar calendar = { .zone = "Europe/Paris", .method = CALENDAR_PUBLISH };
 *   CalendarEntry entry = { .uid = "talk-ABC@host", .summary = talk->title, .start_us = …, .end_us = …, … };
 *   g_autofree char *text = calendar_write(&calendar, &entry, 1);
 *
 * Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CALENDAR_SPEAKERS "X-TRETEAU-SPEAKERS"
#define CALENDAR_TYPE "text/calendar; charset=utf-8"

typedef enum { CALENDAR_PUBLISH, CALENDAR_CANCEL } CalendarMethod; /* RFC 5546 3.2.1, 3.2.5 */

typedef struct {
        CalendarMethod method;
        const char *zone; /* IANA name; unknown or NULL: times are written in UTC */
        const char *name; /* X-WR-CALNAME, NULL for none */
} Calendar;

typedef struct {
        const char *uid; /* the same for the same session for ever: calendars replace by it (3.8.4.7) */
        int sequence;    /* grows with each change of time or place (3.8.7.4) */
        int64_t stamp_us, start_us, end_us;
        bool all_day; /* start and end are midnights UTC of days, the end's own day not included (3.6.1) */
        const char *summary;
        const char *description, *location, *url;     /* each may be NULL */
        const char *speakers;                         /* "Ada; Bob" for who reads it back, or NULL (3.8.8.2) */
        const char *category;                         /* one, or NULL (3.8.1.2) */
        int64_t changed_us;                           /* LAST-MODIFIED; 0 for none */
        const char *organiser_name, *organiser_email; /* both or neither */
        int reminder_min;                             /* minutes before the start, 0 for none */
        bool cancelled;
} CalendarEntry;

/* The whole VCALENDAR with CRLF line ends, yours to free. count may be 0. */
char *calendar_write(const Calendar *calendar, const CalendarEntry *entries, size_t count);
