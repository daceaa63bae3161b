#include "conference/conference.h"

#include "base/when.h"
#include "base/time.h"

#include <string.h>

#define SLUG_MAX_BYTES 40

const char *slug_fault(const char *slug)
{
        static const char *const reserved[] = { "admin",      "api",         "media",   "resources", "directory",
                                                "events",     "demo",        "debug",   "healthz",   "metrics",
                                                "static",     "socket",      "sign-in", "sign-out",  "favicon.ico",
                                                "robots.txt", ".well-known", "legal",   "privacy",   "accessibility",
                                                "contact",    "source",      "me" };
        for (size_t i = 0; i < G_N_ELEMENTS(reserved); i++)
                if (!g_ascii_strcasecmp(slug, reserved[i]))
                        return N_("This address is one of the server’s own; choose another.");
        size_t length = strlen(slug);
        if (length < 2 || length > SLUG_MAX_BYTES)
                return N_("An address has 2 to 40 characters.");
        if (strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
                return N_("An address is made of small letters without accents, digits and hyphens.");
        if (slug[0] == '-' || slug[length - 1] == '-' || strstr(slug, "--"))
                return N_("An address begins and ends with a letter or a digit, and has no two hyphens together.");
        return NULL;
}

int64_t event_start_us(const Event *event)
{
        int64_t start = 0;
        when_parse(event->zone, event->first_day, &start);
        return start;
}

int64_t event_end_us(const Event *event)
{
        int64_t last = 0;
        when_parse(event->zone, event->last_day, &last);
        return when_day_start(event->zone, last + DAY_US + 4 * HOUR_US); /* a day may have 25 hours */
}

char *event_days_text(const Event *event, const Lang *lang)
{
        int64_t last = 0;
        when_parse(event->zone, event->last_day, &last);
        return when_days(lang, event->zone, event_start_us(event), last);
}
