/* Hours and days as schedule files write them. Pure; false, and nothing set, when the text is not one. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* A day that exists, as "YYYY-MM-DD", 1970 to 2199; more may follow a "T". ret_date: 11 bytes. */
bool date_read(const char *text, char ret_date[11]);
/* "9:30", "09:30:00": seconds since midnight. */
bool clock_read(const char *text, int *ret_seconds);
/* "00:45", "1:30:00"; days may go before, "1:00:00:00": seconds. */
bool duration_read(const char *text, int *ret_seconds);
/* "2021-02-06T09:00:00+01:00" (RFC 3339); without offset, in zone. */
bool instant_read(const char *text, GTimeZone *zone, int64_t *ret_us);
/* The instant of that hour of that day in zone. */
int64_t instant_of(const char *date, int seconds, GTimeZone *zone);
/* That many days later; the same when days is 0. */
void date_add(const char *date, int days, char ret_date[11]);
/* The day an instant falls on in zone, where hours before day_change_minutes count to the day before. */
void date_of(int64_t instant_us, GTimeZone *zone, int day_change_minutes, char ret_date[11]);
