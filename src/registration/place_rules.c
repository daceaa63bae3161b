#include "registration/place_rules.h"

#include "base/time.h"

int64_t offer_ends_us(int64_t at_us, int64_t start_us, int64_t hours)
{
        int64_t left_us = start_us - at_us;
        if (left_us <= 0)
                return 0;
        return at_us + MIN(hours * HOUR_US, left_us / 2);
}

bool confirmation_is_over(int64_t created_us, int64_t at_us)
{
        return at_us - created_us >= CONFIRM_HOURS * HOUR_US;
}

PathState path_state(int64_t opens_us, int64_t closes_us, int64_t event_end_us, int64_t at_us)
{
        if (at_us >= event_end_us || (closes_us > 0 && at_us >= closes_us))
                return PATH_CLOSED;
        return at_us < opens_us ? PATH_NOT_YET : PATH_OPEN;
}
