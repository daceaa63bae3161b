#include "base/when.h"
#include "base/time.h"
#include <stdio.h>
#include <string.h>

static const char *const weekdays[] = { N_("Monday"), N_("Tuesday"),  N_("Wednesday"), N_("Thursday"),
                                        N_("Friday"), N_("Saturday"), N_("Sunday") };
static const char *const short_weekdays[] = { N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"),
                                              N_("Fri"), N_("Sat"), N_("Sun") };
static const char *const months[] = { N_("January"),   N_("February"), N_("March"),    N_("April"),
                                      N_("May"),       N_("June"),     N_("July"),     N_("August"),
                                      N_("September"), N_("October"),  N_("November"), N_("December") };

static GDateTime *local_time(GTimeZone *zone, int64_t at_us)
{
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(at_us / SECOND_US - (at_us % SECOND_US < 0));
        return utc ? g_date_time_to_timezone(utc, zone) : NULL;
}

static const char *weekday_of(const Lang *lang, GDateTime *at)
{
        return tr(lang, weekdays[g_date_time_get_day_of_week(at) - 1]);
}

static const char *month_of(const Lang *lang, GDateTime *at)
{
        return tr(lang, months[g_date_time_get_month(at) - 1]);
}

/* French says "1er janvier", and "2 janvier". */
static char *day_of(const Lang *lang, GDateTime *at)
{
        int day = g_date_time_get_day_of_month(at);
        /* Translators: the first day of a month, as in "1 January" */
        return day == 1 ? g_strdup(tr(lang, N_("1"))) : g_strdup_printf("%d", day);
}

char *when_date(const Lang *lang, GTimeZone *zone, int64_t at_us)
{
        g_autoptr(GDateTime) at = local_time(zone, at_us);
        if (!at)
                return g_strdup("");
        g_autofree char *day = day_of(lang, at);
        /* Translators: weekday, day, month, year */
        return g_strdup_printf(tr(lang, "%1$s %2$s %3$s %4$d"), weekday_of(lang, at), day, month_of(lang, at),
                               g_date_time_get_year(at));
}

char *when_day(const Lang *lang, GTimeZone *zone, int64_t at_us)
{
        g_autoptr(GDateTime) at = local_time(zone, at_us);
        if (!at)
                return g_strdup("");
        g_autofree char *day = day_of(lang, at);
        /* Translators: weekday, day, month */
        return g_strdup_printf(tr(lang, "%1$s %2$s %3$s"), weekday_of(lang, at), day, month_of(lang, at));
}

char *when_weekday(const Lang *lang, GTimeZone *zone, int64_t at_us)
{
        g_autoptr(GDateTime) at = local_time(zone, at_us);
        return g_strdup(at ? tr(lang, short_weekdays[g_date_time_get_day_of_week(at) - 1]) : "");
}

/* Does this zone's clock show the same time at another instant? Clocks change by less than three hours. */
static bool comes_twice(GTimeZone *zone, int64_t at_s)
{
        for (int side = -1; side <= 1; side += 2) {
                int64_t here =
                        g_time_zone_get_offset(zone, g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, at_s));
                int64_t beside_s = at_s + side * 3 * 3600;
                int64_t there =
                        g_time_zone_get_offset(zone, g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, beside_s));
                int64_t other_s = at_s + here - there;
                int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, other_s);
                if (here != there && g_time_zone_get_offset(zone, interval) == there)
                        return true;
        }
        return false;
}

static char *offset_words(GDateTime *at)
{
        int minutes = (int)(g_date_time_get_utc_offset(at) / MINUTE_US);
        int hours = ABS(minutes) / 60;
        char sign = minutes < 0 ? '-' : '+';
        return minutes % 60 ? g_strdup_printf(" (UTC%c%d:%02d)", sign, hours, ABS(minutes) % 60)
                            : g_strdup_printf(" (UTC%c%d)", sign, hours);
}

char *when_time(const Lang *lang, GTimeZone *zone, int64_t at_us)
{
        g_autoptr(GDateTime) at = local_time(zone, at_us);
        if (!at)
                return g_strdup("");
        g_autofree char *offset = comes_twice(zone, at_us / SECOND_US) ? offset_words(at) : g_strdup("");
        /* Translators: hour and minute of a clock of 24 hours */
        g_autofree char *time =
                g_strdup_printf(tr(lang, "%02d:%02d"), g_date_time_get_hour(at), g_date_time_get_minute(at));
        return g_strconcat(time, offset, NULL);
}

char *when_times(const Lang *lang, GTimeZone *zone, int64_t start_us, int64_t end_us)
{
        g_autofree char *start = when_time(lang, zone, start_us), *end = when_time(lang, zone, end_us);
        return g_strdup_printf("%s – %s", start, end);
}

char *when_day_time(const Lang *lang, GTimeZone *zone, int64_t at_us)
{
        g_autofree char *day = when_day(lang, zone, at_us), *time = when_time(lang, zone, at_us);
        /* Translators: day, time */
        return g_strdup_printf(tr(lang, "%1$s, %2$s"), day, time);
}

static char *days_of_month(const Lang *lang, GDateTime *first, GDateTime *last)
{
        g_autofree char *from = day_of(lang, first), *to = day_of(lang, last);
        bool next = g_date_time_get_day_of_month(last) == g_date_time_get_day_of_month(first) + 1;
        /* Translators: first day, last day, month, year */
        return g_strdup_printf(next ? tr(lang, "%1$s and %2$s %3$s %4$d") : tr(lang, "%1$s to %2$s %3$s %4$d"), from,
                               to, month_of(lang, first), g_date_time_get_year(first));
}

char *when_days(const Lang *lang, GTimeZone *zone, int64_t first_us, int64_t last_us)
{
        g_autoptr(GDateTime) first = local_time(zone, first_us), last = local_time(zone, last_us);
        if (!first || !last)
                return g_strdup("");
        bool same_year = g_date_time_get_year(first) == g_date_time_get_year(last);
        bool same_month = same_year && g_date_time_get_month(first) == g_date_time_get_month(last);
        if (same_month && g_date_time_get_day_of_month(first) == g_date_time_get_day_of_month(last))
                return when_date(lang, zone, first_us);
        if (same_month)
                return days_of_month(lang, first, last);
        g_autofree char *from = day_of(lang, first), *to = day_of(lang, last);
        if (same_year)
                /* Translators: day, month, day, month, year */
                return g_strdup_printf(tr(lang, "%1$s %2$s to %3$s %4$s %5$d"), from, month_of(lang, first), to,
                                       month_of(lang, last), g_date_time_get_year(last));
        /* Translators: day, month, year, day, month, year */
        return g_strdup_printf(tr(lang, "%1$s %2$s %3$d to %4$s %5$s %6$d"), from, month_of(lang, first),
                               g_date_time_get_year(first), to, month_of(lang, last), g_date_time_get_year(last));
}

char *when_duration(const Lang *lang, int64_t duration_us)
{
        int minutes = (int)(duration_us / MINUTE_US);
        if (minutes < 60)
                return g_strdup_printf(tr(lang, "%d min"), minutes);
        if (minutes % 60 == 0)
                return g_strdup_printf(tr(lang, "%d h"), minutes / 60);
        /* Translators: a duration of hours and minutes */
        return g_strdup_printf(tr(lang, "%d h %02d"), minutes / 60, minutes % 60);
}

char *when_capital(char *text)
{
        g_autofree char *owned = text;
        if (!*text)
                return g_steal_pointer(&owned);
        char first[7] = "";
        g_unichar_to_utf8(g_unichar_totitle(g_utf8_get_char(text)), first);
        return g_strconcat(first, g_utf8_next_char(text), NULL);
}

static char *formatted(GTimeZone *zone, int64_t at_us, const char *format)
{
        g_autoptr(GDateTime) at = local_time(zone, at_us);
        return at ? g_date_time_format(at, format) : g_strdup("");
}

char *when_iso(GTimeZone *zone, int64_t at_us)
{
        return formatted(zone, at_us, "%Y-%m-%dT%H:%M:%S%:z");
}

char *when_iso_day(GTimeZone *zone, int64_t at_us)
{
        return formatted(zone, at_us, "%Y-%m-%d");
}

char *when_field(GTimeZone *zone, int64_t at_us)
{
        return formatted(zone, at_us, "%Y-%m-%dT%H:%M");
}

bool when_parse(GTimeZone *zone, const char *text, int64_t *ret_us)
{
        int year = 0, month = 0, day = 0, hour = 0, minute = 0, used = 0;
        size_t length = strlen(text);
        bool with_time = length == 16;
        if ((length != 10 && !with_time) || strspn(text, "0123456789-T:") != length)
                return false;
        if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || used != 10)
                return false;
        if (with_time && (sscanf(text + 10, "T%2d:%2d%n", &hour, &minute, &used) != 2 || used != 6))
                return false;
        g_autoptr(GDateTime) at = g_date_time_new(zone, year, month, day, hour, minute, 0);
        if (!at)
                return false;
        *ret_us = g_date_time_to_unix(at) * SECOND_US;
        return true;
}

int64_t when_day_start(GTimeZone *zone, int64_t at_us)
{
        g_autoptr(GDateTime) at = local_time(zone, at_us);
        if (!at)
                return at_us;
        g_autoptr(GDateTime) midnight = g_date_time_new(zone, g_date_time_get_year(at), g_date_time_get_month(at),
                                                        g_date_time_get_day_of_month(at), 0, 0, 0);
        return g_date_time_to_unix(midnight) * SECOND_US;
}
