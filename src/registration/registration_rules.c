#include "registration/registration_rules.h"

#include "base/time.h"

#define KEEP_DAYS 30

bool needs_are_empty(const Needs *needs)
{
        return !needs->captions && !needs->sign && !needs->audio && !needs->wheelchair && !*needs->other;
}

int64_t day_end_us(const char *day)
{
        g_autofree char *text = g_strconcat(day, "T00:00:00Z", NULL);
        g_autoptr(GDateTime) start = g_date_time_new_from_iso8601(text, NULL);
        return start ? g_date_time_to_unix(start) * SECOND_US + DAY_US : 0;
}

int64_t needs_end_us(const char *last_day)
{
        return day_end_us(last_day) + 12 * HOUR_US;
}

int64_t registration_end_us(const char *last_day)
{
        return day_end_us(last_day) + KEEP_DAYS * DAY_US + 12 * HOUR_US;
}
