#include "registration/reminder_rules.h"

#include "base/time.h"

#define MORNING 7 /* o'clock: nobody is woken by a mail */

Moment reminder_day(GTimeZone *zone, int64_t start_us)
{
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(start_us / SECOND_US);
        g_autoptr(GDateTime) start = utc ? g_date_time_to_timezone(utc, zone) : NULL;
        g_autoptr(GDateTime) before = start ? g_date_time_add_days(start, -1) : NULL;
        if (!before)
                return (Moment){ .from_us = INT64_MAX, .until_us = INT64_MIN };
        g_autoptr(GDateTime) morning =
                g_date_time_new(zone, g_date_time_get_year(before), g_date_time_get_month(before),
                                g_date_time_get_day_of_month(before), MORNING, 0, 0);
        const GDateTime *due = g_date_time_get_hour(before) < MORNING ? morning : before;
        return (Moment){ .from_us = g_date_time_to_unix((GDateTime *)due) * SECOND_US,
                         .until_us = start_us - 2 * HOUR_US };
}

Moment reminder_hour(int64_t start_us)
{
        return (Moment){ .from_us = start_us - HOUR_US, .until_us = start_us };
}

bool reminder_is_due(Moment moment, int64_t registered_us, int64_t at_us)
{
        return at_us >= moment.from_us && at_us < moment.until_us && registered_us < moment.from_us;
}
