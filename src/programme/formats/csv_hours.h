/* Days and hours as people write them in tables. Pure; false, and nothing set, when the text is not one. Private to
 * programme/formats/. */
#pragma once
#include <stdbool.h>

/* "2021-01-28", "28/01/2021", "28.1.2021". ret_date: 11 bytes. ret_rest: behind it, without spaces before. */
bool day_read(const char *text, char ret_date[11], const char **ret_rest);
/* "9:30", "09:30:00", "9h30", "9 h 30", "9h": seconds since midnight. */
bool hour_read(const char *text, int *ret_seconds);
/* "45", "45 min", "1:15", "1 h 15": seconds. */
bool length_read(const char *text, int *ret_seconds);
