#include "programme/schedule_time.h"

#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define YEAR_MIN 1970
#define YEAR_MAX 2199

static bool digits(const char *text, int count, int *ret_number)
{
        int number = 0;
        for (int i = 0; i < count; i++) {
                if (!g_ascii_isdigit(text[i]))
                        return false;
                number = number * 10 + text[i] - '0';
        }
        *ret_number = number;
        return true;
}

static bool date_parts(const char *text, int *year, int *month, int *day)
{
        return strlen(text) >= 10 && digits(text, 4, year) && text[4] == '-' && digits(text + 5, 2, month) &&
               text[7] == '-' && digits(text + 8, 2, day);
}

bool date_read(const char *text, char ret_date[11])
{
        int year, month, day;
        if (!date_parts(text, &year, &month, &day) || (text[10] && text[10] != 'T') || year < YEAR_MIN ||
            year > YEAR_MAX || !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
                return false;
        memcpy(ret_date, text, 10);
        ret_date[10] = 0;
        return true;
}

/* Numbers between colons, each of one or two digits; how many there are, 0 when it is anything else. */
static int colon_numbers(const char *text, int numbers[4])
{
        int count = 0;
        while (count < 4) {
                int length = g_ascii_isdigit(text[0]) && g_ascii_isdigit(text[1]) ? 2 : 1;
                if (!digits(text, length, &numbers[count++]))
                        return 0;
                text += length;
                if (!*text)
                        return count;
                if (*text++ != ':')
                        return 0;
        }
        return 0;
}

bool clock_read(const char *text, int *ret_seconds)
{
        int n[4] = { 0 };
        int count = colon_numbers(text, n);
        if ((count != 2 && count != 3) || n[0] > 23 || n[1] > 59 || n[2] > 59)
                return false;
        *ret_seconds = n[0] * 3600 + n[1] * 60 + n[2];
        return true;
}

bool duration_read(const char *text, int *ret_seconds)
{
        int n[4] = { 0 };
        int count = colon_numbers(text, n);
        if (count < 2)
                return false;
        int days = count == 4 ? n[0] : 0;
        const int *hour = count == 4 ? n + 1 : n;
        if (hour[1] > 59 || (count > 2 && hour[2] > 59))
                return false;
        *ret_seconds = days * 86400 + hour[0] * 3600 + hour[1] * 60 + (count > 2 ? hour[2] : 0);
        return true;
}

bool instant_read(const char *text, GTimeZone *zone, int64_t *ret_us)
{
        char date[11];
        if (strlen(text) > 40 || !strchr(text, 'T') || !date_read(text, date))
                return false;
        g_autoptr(GDateTime) instant = g_date_time_new_from_iso8601(text, zone);
        if (!instant)
                return false;
        *ret_us = g_date_time_to_unix(instant) * SECOND_US;
        return true;
}

int64_t instant_of(const char *date, int seconds, GTimeZone *zone)
{
        int year = 1970, month = 1, day = 1;
        date_parts(date, &year, &month, &day);
        g_autoptr(GDateTime) instant =
                g_date_time_new(zone, year, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60);
        return instant ? g_date_time_to_unix(instant) * SECOND_US : 0;
}

static void date_print(int year, int month, int day, char ret_date[11])
{
        char text[40];
        g_snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
        memcpy(ret_date, text, 10);
        ret_date[10] = 0;
}

void date_add(const char *date, int days, char ret_date[11])
{
        int year = 1970, month = 1, day = 1;
        date_parts(date, &year, &month, &day);
        GDate *moved = g_date_new_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year);
        if (days >= 0)
                g_date_add_days(moved, (guint)days);
        else
                g_date_subtract_days(moved, (guint)-days);
        date_print(g_date_get_year(moved), (int)g_date_get_month(moved), g_date_get_day(moved), ret_date);
        g_date_free(moved);
}

void date_of(int64_t instant_us, GTimeZone *zone, int day_change_minutes, char ret_date[11])
{
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(instant_us / SECOND_US);
        g_autoptr(GDateTime) local = utc ? g_date_time_to_timezone(utc, zone) : NULL;
        g_autoptr(GDateTime) shifted = local ? g_date_time_add_minutes(local, -day_change_minutes) : NULL;
        int year = 1970, month = 1, day = 1;
        if (shifted)
                g_date_time_get_ymd(shifted, &year, &month, &day);
        date_print(year, month, day, ret_date);
}
