/* Content lines of iCalendar (RFC 5545, 3.1): unfolded, name, parameters, value. Pure. Private to programme/formats/.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>

typedef struct {
        const char *next, *end;
        int line;      /* of the file, where next begins */
        GString *text; /* the line being read; ical_line_name() and the rest point into it */
} IcalReader;

typedef struct {
        const char *name, *parameters, *value; /* parameters: "TZID=…;VALUE=DATE", "" for none */
        int line;
        bool bad;      /* neither name nor value could be told apart */
        bool not_text; /* not UTF-8, nor in the character set that it names */
} IcalLine;

/* The next line that is not empty; false at the end. The strings live until the next call. */
bool ical_line_next(IcalReader *reader, IcalLine *ret_line);
/* The value of a parameter without its quotes; NULL when there is none. (transfer full) */
char *ical_parameter(const IcalLine *line, const char *name);
/* "\n", "\,", "\;", "\\" as what they stand for (3.3.11). (transfer full) */
char *ical_text(const char *value);
/* "20220517" (seconds -1), "20220517T110000", "…Z". ret_date: 11 bytes, YYYY-MM-DD. */
bool ical_time(const char *value, char ret_date[11], int *ret_seconds, bool *ret_utc);
/* "PT1H30M", "P1DT2H", "P1W": seconds. */
bool ical_duration(const char *value, int *ret_seconds);
