#include "backup/backup_rules.h"

#include "backup/backup.h"
#include "base/time.h"

#include <stdio.h>
#include <string.h>

#define KEEP_MAX 1000
#define MONDAY_US (3 * DAY_US) /* 1970 began on a Thursday */

char *backup_name(int64_t at_us, bool sealed)
{
        g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at_us / SECOND_US);
        g_autofree char *text = g_date_time_format(time, "%Y%m%dT%H%M%SZ");
        return g_strconcat("treteau-", text, ".tar.zst", sealed ? SEALED : "", NULL);
}

bool backup_name_read(const char *name, int64_t *ret_at_us)
{
        int year, month, day, hour, minute, second;
        if (sscanf(name, "treteau-%4d%2d%2dT%2d%2d%2dZ", &year, &month, &day, &hour, &minute, &second) != 6)
                return false;
        g_autoptr(GDateTime) time = g_date_time_new_utc(year, month, day, hour, minute, second);
        if (!time)
                return false;
        int64_t at_us = g_date_time_to_unix(time) * SECOND_US;
        g_autofree char *open = backup_name(at_us, false), *sealed = backup_name(at_us, true);
        if (strcmp(name, open) != 0 && strcmp(name, sealed) != 0)
                return false;
        *ret_at_us = at_us;
        return true;
}

void backup_thin(const int64_t *at_us, size_t count, int daily, int weekly, bool *ret_keep)
{
        int64_t last_day = INT64_MAX, last_week = INT64_MAX;
        for (size_t i = 0; i < count; i++) {
                int64_t day = at_us[i] / DAY_US, week = (at_us[i] + MONDAY_US) / (7 * DAY_US);
                ret_keep[i] = i == 0;
                if (day != last_day && daily > 0) {
                        ret_keep[i] = true;
                        last_day = day;
                        daily--;
                }
                if (week != last_week && weekly > 0) {
                        ret_keep[i] = true;
                        last_week = week;
                        weekly--;
                }
        }
}

bool backup_read_keep(const char *text, int *ret_daily, int *ret_weekly)
{
        int daily = -1, weekly = -1, end = 0;
        if (sscanf(text, "%d,%d%n", &daily, &weekly, &end) != 2 || text[end] != '\0' || daily < 0 || weekly < 0 ||
            daily > KEEP_MAX || weekly > KEEP_MAX)
                return false;
        *ret_daily = daily;
        *ret_weekly = weekly;
        return true;
}
