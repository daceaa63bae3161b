/* Registration: a form without an account, a place, a mail with a personal link and a calendar file.
 *
 * Places on site are counted in the writer's turn: never more are given than there are. Needs stand apart and are
 * erased the day after the event, the rest 30 days after it. May be included by replay and above. */
#pragma once
#include "store/db.h"
#include "web/request.h"

/* Places on site of an event; 0: it is held at a distance only. */
bool registration_set_places(Db *db, int64_t event, int64_t places);
/* How many come, by path. */
typedef struct {
        int64_t remote, onsite, places;
} RegistrationCount;
RegistrationCount registration_count(Db *db, int64_t event);
/* Erases what the form promised to erase: daily, by app. */
bool registration_expire(Db *db);

extern const Route registration_routes[];
