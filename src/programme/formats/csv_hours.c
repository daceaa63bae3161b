#include "programme/formats/csv_hours.h"

#include "programme/schedule_time.h"

#include <stdio.h>
#include <string.h>

bool day_read(const char *text, char ret_date[11], const char **ret_rest)
{
        unsigned one, two, three;
        int used = 0;
        char date[40];
        char separators[3] = { 0 };
        if (sscanf(text, "%4u%c%2u%c%4u%n", &one, &separators[0], &two, &separators[1], &three, &used) != 5 || !used)
                return false;
        if (separators[0] != separators[1] || !strchr("-/.", separators[0]))
                return false;
        if (separators[0] == '-')
                g_snprintf(date, sizeof date, "%04u-%02u-%02u", one, two, three);
        else
                g_snprintf(date, sizeof date, "%04u-%02u-%02u", three, two, one);
        if (strlen(date) != 10 || !date_read(date, ret_date))
                return false;
        *ret_rest = text + used + strspn(text + used, " T");
        return true;
}

/* Spaces away, hours' signs as colons. */
static void plain(const char *text, char ret_text[24])
{
        size_t length = 0;
        for (const char *c = text; *c && length < 20; c++) /* two more may follow */
                if (!g_ascii_isspace(*c) && (guchar)*c != 0xc2 && (guchar)*c != 0xa0)
                        ret_text[length++] = *c == 'h' || *c == 'H' ? ':' : *c;
        ret_text[length] = 0;
}

bool hour_read(const char *text, int *ret_seconds)
{
        char clock[24];
        plain(text, clock);
        size_t length = strlen(clock);
        if (length && clock[length - 1] == ':')
                strcat(clock, "00");
        return strchr(clock, ':') && clock_read(clock, ret_seconds);
}

bool length_read(const char *text, int *ret_seconds)
{
        char length[24];
        plain(text, length);
        char *unit = strpbrk(length, "m'");
        if (unit && (!strcmp(unit, "min") || !strcmp(unit, "mn") || !strcmp(unit, "m") || !strcmp(unit, "'")))
                *unit = 0;
        if (g_str_has_suffix(length, ":"))
                strcat(length, "00");
        if (strchr(length, ':'))
                return duration_read(length, ret_seconds);
        guint64 minutes;
        if (!g_ascii_string_to_unsigned(length, 10, 0, 14 * 1440, &minutes, NULL))
                return false;
        *ret_seconds = (int)minutes * 60;
        return true;
}
