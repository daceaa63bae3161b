#include "registration/registration_rules.h"

#include "base/time.h"

#define KEEP_DAYS 30

bool needs_are_empty(const Needs *needs)
{
        return !needs->captions && !needs->sign && !needs->audio && !needs->wheelchair && !*needs->other;
}

int64_t needs_end_us(int64_t event_end_us)
{
        return event_end_us + 12 * HOUR_US;
}

int64_t registration_end_us(int64_t event_end_us)
{
        return event_end_us + KEEP_DAYS * DAY_US;
}

bool registration_is_open(int64_t event_end_us, int64_t at_us)
{
        return at_us < event_end_us;
}
