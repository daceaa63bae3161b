/* When people are reminded. Pure. Private to registration/. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
        int64_t from_us, until_us; /* to be sent from, no more at */
} Moment;

/* The day before, at the hour of the start by the clocks of the zone, but not before 7:00 in the morning; until two
 * hours before the start, when the next reminder is near. */
Moment reminder_day(GTimeZone *zone, int64_t start_us);
/* An hour before, until the start. */
Moment reminder_hour(int64_t start_us);
/* Whether it is to be sent now to who registered then: those who came after its hour have their confirmation. */
bool reminder_is_due(Moment moment, int64_t registered_us, int64_t at_us);
