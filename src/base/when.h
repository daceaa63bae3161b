/* Dates and times for people, in their language and the event's zone, and the forms' and machines' way of writing
 * them. at_us is UTC since 1970; strings are yours. Out of the years 1 to 9999: "". Any thread. */
#pragma once
#include "base/i18n.h"

char *when_date(const Lang *lang, GTimeZone *zone, int64_t at_us);    /* "jeudi 28 janvier 2021" */
char *when_day(const Lang *lang, GTimeZone *zone, int64_t at_us);     /* "jeudi 28 janvier" */
char *when_weekday(const Lang *lang, GTimeZone *zone, int64_t at_us); /* "jeu." */
/* "14 h 30", "14:30". In the hour that comes twice when clocks go back: "2 h 30 (UTC+1)". */
char *when_time(const Lang *lang, GTimeZone *zone, int64_t at_us);
char *when_times(const Lang *lang, GTimeZone *zone, int64_t start_us, int64_t end_us); /* "14 h 00 – 15 h 15" */
char *when_day_time(const Lang *lang, GTimeZone *zone, int64_t at_us);                 /* "jeudi 28 janvier, 14 h 30" */
/* Of an event, both days included: "28 et 29 janvier 2021", "jeudi 11 mars 2021". */
char *when_days(const Lang *lang, GTimeZone *zone, int64_t first_us, int64_t last_us);
char *when_duration(const Lang *lang, int64_t duration_us); /* "45 min", "1 h 30" */
char *when_capital(char *text);                             /* takes text: its first letter as a capital */

char *when_iso(GTimeZone *zone, int64_t at_us);     /* "2021-01-28T14:30:00+01:00", for <time datetime> */
char *when_iso_day(GTimeZone *zone, int64_t at_us); /* "2021-01-28" */
char *when_field(GTimeZone *zone, int64_t at_us);   /* "2021-01-28T14:30", for form fields */
/* Reads "2021-01-28T14:30" or "2021-01-28" (midnight) in this zone. False when it is no such time. A time that the
 * clocks skip becomes the end of the gap; one that comes twice is the second. */
bool when_parse(GTimeZone *zone, const char *text, int64_t *ret_us);
int64_t when_day_start(GTimeZone *zone, int64_t at_us); /* the midnight before */
