/* Places and lines: what is decided without the store. Private to registration/. Pure. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define CONFIRM_HOURS 24 /* a place whose mail nobody has answered lapses after so long */
#define OFFER_HOURS 24   /* to accept a place that became free, unless the event says otherwise */
#define OFFER_HOURS_MAX 168

/* Until when an offer made now stands: hours long, but never more than half the time that is left before the start. 0
 * when it has begun: nobody is offered what has begun. */
int64_t offer_ends_us(int64_t at_us, int64_t start_us, int64_t hours);
/* A registration made then, not confirmed, lapses. */
bool confirmation_is_over(int64_t created_us, int64_t at_us);

typedef enum { PATH_OPEN, PATH_NOT_YET, PATH_CLOSED } PathState;
/* opens_us, closes_us: 0 for none; an event that is over is closed whatever they say. */
PathState path_state(int64_t opens_us, int64_t closes_us, int64_t event_end_us, int64_t at_us);
