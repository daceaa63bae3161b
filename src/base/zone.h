/* Time zones by name. GTimeZone opens any path it is given ("/etc/passwd"), so only the names of the system's zone.tab,
 * and UTC, are let through. Any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>

bool zone_is_known(const char *name);
GTimeZone *zone_find(const char *name); /* yours to unref; NULL when unknown */
const char *const *zone_names(void);    /* all, sorted, NULL-terminated */
char *zone_city(const char *name);      /* "Paris" of "Europe/Paris", for people */
